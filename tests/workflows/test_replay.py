"""Cases that began with earlier code go on with this one: recorded histories replay without a difference."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

import worker
from domain.vocabulary import CaseType, Outcome
from tests.workflows.lives import LIVES

HISTORIES = sorted(Path(__file__).with_name("histories").glob("*.json"))
OF_BEFORE = sorted(Path(__file__).with_name("histories").glob("customs_*/*.json"))
"""What no case that begins today does any more, such as to claim from a courier itself (docs/decisions/0017)."""


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"case/house/{file.stem}", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "file",
    HISTORIES + OF_BEFORE,
    ids=lambda file: file.stem if file in HISTORIES else f"{file.parent.name}/{file.stem}",
)
async def test_a_recorded_case_replays(file: Path) -> None:
    """The present code takes every step that the recorded case took, through the plugin that workers use."""
    await Replayer(workflows=[], plugins=[worker.plugin()]).replay_workflow(_history(file))


async def test_replay_notices_another_course() -> None:
    """A history in which a step is another one does not pass: the check can fail."""
    document = json.loads(HISTORIES[0].read_text(encoding="utf-8"))
    for event in document["events"]:
        kind = event.get("activityTaskScheduledEventAttributes", {}).get("activityType")
        if kind:
            kind["name"] = "something_else"
    changed = WorkflowHistory.from_json("case/house/changed", json.dumps(document))

    result = await Replayer(workflows=[], plugins=[worker.plugin()]).replay_workflow(
        changed, raise_on_replay_failure=False
    )

    assert "something_else" in str(result.replay_failure)


def test_every_way_to_live_is_recorded() -> None:
    """What can be recorded is recorded, for every procedure, and nothing else lies there."""
    assert {file.stem for file in HISTORIES} == set(LIVES)
    assert {name.partition("-")[0] for name in LIVES} == set(CaseType)


def test_the_common_endings_are_recorded() -> None:
    """Each outcome that is common stands at the end of some history."""
    ended = set()
    for file in HISTORIES:
        last = json.loads(file.read_text(encoding="utf-8"))["events"][-1]
        (outcome,) = last["workflowExecutionCompletedEventAttributes"]["result"]["payloads"]
        ended.add(Outcome(json.loads(base64.b64decode(outcome["data"]))))
    assert ended >= {
        Outcome.EXPLAINED, Outcome.REFUNDED, Outcome.PARTIALLY_REFUNDED, Outcome.RESHIPPED, Outcome.DELIVERED,
        Outcome.REJECTED, Outcome.EXPIRED, Outcome.WITHDRAWN, Outcome.NO_FAULT_FOUND, Outcome.GOODWILL_ONLY,
        Outcome.RETURNED_TO_CUSTOMER, Outcome.PRICE_ADJUSTED,
    }  # fmt: skip


def test_histories_hold_no_person_and_no_machine() -> None:
    """Names, numbers, addresses and the recording machine stand in no history (P-PRIV)."""
    for file in HISTORIES + OF_BEFORE:
        text = file.read_text(encoding="utf-8")
        assert not [word for word in ("测试顾客", "10000000000", "虚构路", "@") if word in text], file.name

"""A reconciliation that began with earlier code goes on with this one: recorded histories replay."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer

import worker
from tests.workflows.record_reconciliation import ENDINGS, HISTORIES

FILES = sorted(HISTORIES.glob("*.json"))


def _history(file: Path) -> WorkflowHistory:
    return WorkflowHistory.from_json(f"reconciliation/{file.stem}", file.read_text(encoding="utf-8"))


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
async def test_a_recorded_reconciliation_replays(file: Path) -> None:
    """The present code takes every step that the recorded run took."""
    await Replayer(workflows=[], plugins=[worker.plugin()]).replay_workflow(_history(file))


def test_every_ending_is_recorded() -> None:
    """Books that agree, books that differ, a provider who is away, a run over what is unfinished."""
    assert {file.stem for file in FILES} == set(ENDINGS)
    ends = {json.loads(file.read_text(encoding="utf-8"))["events"][-1]["eventType"] for file in FILES}
    assert ends == {"EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED", "EVENT_TYPE_WORKFLOW_EXECUTION_FAILED"}


def test_a_history_holds_codes_alone() -> None:
    """No order, no customer and no machine stands in it (P-PRIV): statements never pass through Temporal."""
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        assert not [word for word in ("order_no", "partner_ref", "amount", "@") if word in text], file.name

"""What the recorded histories show to whoever opens a case in the Temporal Web UI."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from domain.vocabulary import CaseStatus, Stage

HISTORIES = Path(__file__).with_name("histories")
CASES = sorted(HISTORIES.glob("*.json"))
EVERYTHING = sorted(HISTORIES.rglob("*.json"))
ASKED_FOR = {"ACTIVITY_TASK_SCHEDULED", "TIMER_STARTED", "START_CHILD_WORKFLOW_EXECUTION_INITIATED"}
SHOWN = {"AfterSaleStage", "AfterSaleDeadline", "AfterSaleNeedsHuman"}


def events(file: Path) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each event's kind, its attributes and the event itself."""
    found = []
    for event in json.loads(file.read_text(encoding="utf-8"))["events"]:
        (attributes,) = [value for name, value in event.items() if name.endswith("EventAttributes")]
        found.append((event["eventType"].removeprefix("EVENT_TYPE_"), attributes, event))
    return found


def value(payload: dict[str, Any]) -> Any:
    """What a payload says; None where it unsets."""
    return json.loads(base64.b64decode(payload["data"])) if payload.get("data") else None


def shown(file: Path) -> Iterator[tuple[dict[str, Any], datetime]]:
    """The search attributes as a case sets them, each time with the instant."""
    for kind, attributes, event in events(file):
        if kind == "UPSERT_WORKFLOW_SEARCH_ATTRIBUTES":
            fields = attributes["searchAttributes"]["indexedFields"]
            at = datetime.fromisoformat(event["eventTime"][:26].rstrip("Z") + "+00:00")
            yield {name: value(payload) for name, payload in fields.items()}, at


def test_a_recorded_history_does_not_say_where_it_was_recorded() -> None:
    """No stack trace, and so no folder of the machine, stands in what is published."""
    assert [file.name for file in EVERYTHING if '"stackTrace"' in file.read_text(encoding="utf-8")] == []


def test_no_message_was_without_a_text() -> None:
    """Whatever a procedure wants to tell a customer has words: no recorded case had a person write instead."""
    answered = [
        (file.name, value(payload))
        for file in EVERYTHING
        for kind, attributes, _ in events(file)
        if kind == "ACTIVITY_TASK_COMPLETED"
        for payload in attributes.get("result", {}).get("payloads", [])
    ]
    assert answered
    unusable = [name for name, said in answered if isinstance(said, dict) and said.get("reason") == "text_unusable"]
    assert unusable == []


def test_every_activity_timer_and_child_says_in_plain_words_what_it_is_for() -> None:
    """Whoever reads a history sees a sentence beside each step, not only the name of a function."""
    seen = set()
    for file in EVERYTHING:
        for kind, attributes, event in events(file):
            local = kind == "MARKER_RECORDED" and attributes["markerName"] == "core_local_activity"
            if kind in ASKED_FOR or local:
                seen.add(kind)
                where = f"{file.name} event {event['eventId']} {kind}"
                assert value(event.get("userMetadata", {}).get("summary", {})), f"{where} has no summary"
    assert seen >= {"ACTIVITY_TASK_SCHEDULED", "TIMER_STARTED", "MARKER_RECORDED"}


@pytest.mark.parametrize("file", CASES, ids=[file.stem for file in CASES])
def test_a_case_has_one_armed_timer_at_most(file: Path) -> None:
    """However many clocks run, only the earliest instant is armed: the next timer starts when the last one is gone."""
    armed: set[str] = set()
    started = 0
    for kind, attributes, event in events(file):
        if kind == "TIMER_STARTED":
            armed.add(attributes["timerId"])
            started += 1
        elif kind in ("TIMER_FIRED", "TIMER_CANCELED"):
            armed.remove(attributes["timerId"])
        assert len(armed) <= 1, f"event {event['eventId']}: {len(armed)} timers are armed"
    assert started


@pytest.mark.parametrize("file", CASES, ids=[file.stem for file in CASES])
def test_search_attributes_say_what_is_open_and_hold_no_person(file: Path) -> None:
    """P-PRIV: open or closed, whether a person is needed and by when, nothing else; older cases show each stage."""
    steps = list(shown(file))
    for now, at in steps:
        assert now.keys() - {"AfterSaleKind"} == SHOWN
        assert now["AfterSaleStage"] in {*Stage, *CaseStatus}
        human = now["AfterSaleNeedsHuman"]
        assert human is None or human.isascii()
        if now["AfterSaleStage"] == CaseStatus.OPEN:
            assert human or now["AfterSaleDeadline"] is None, "a deadline is a person's"
        elif now["AfterSaleStage"] != Stage.CLOSED:
            assert datetime.fromisoformat(now["AfterSaleDeadline"]) >= at or human, "a deadline ahead, or a person"
    said = [(now["AfterSaleStage"], now["AfterSaleNeedsHuman"], now.get("AfterSaleKind")) for now, _ in steps]
    assert all(before != after for before, after in pairwise(said)), "set only when it changed"
    assert said[-1][0] == Stage.CLOSED

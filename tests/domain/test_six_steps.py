"""The six steps of a case, read from its journal: contact, verify, apologise, agree, follow up, register (R-SIX)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.explain import explain
from domain.journal import JournalEntry
from domain.journal_words import sentence
from domain.six_steps import SixStep, missing, six_steps
from domain.texts import apologises, templates
from tests.domain.cases import NOW, Desk

STORY: list[tuple[str, dict[str, Any]]] = [
    ("case_opened", {"type": "parcel_damaged"}),
    ("customer_contacted", {"template": "request_received", "result": "sent"}),
    ("evidence_received", {}),
    ("customer_contacted", {"template": "damage_told", "result": "sent"}),
    ("customer_agreed", {"agreed": True}),
    ("customer_contacted", {"template": "shipped_told", "result": "sent"}),
]


def journal(story: list[tuple[str, dict[str, Any]]]) -> list[JournalEntry]:
    """The story, an hour from entry to entry."""
    return [
        JournalEntry(at=NOW + timedelta(hours=n), actor="system", event=event, data=data)
        for n, (event, data) in enumerate(story)
    ]


def test_a_whole_story_has_all_six() -> None:
    """Each with the instant at which it was first taken."""
    hours = {step: at and (at - NOW) / timedelta(hours=1) for step, at in six_steps(journal(STORY)).items()}
    assert hours == {
        SixStep.CONTACT: 1, SixStep.VERIFY: 2, SixStep.APOLOGISE: 3, SixStep.AGREE: 4, SixStep.FOLLOW_UP: 5,
        SixStep.REGISTER: 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("event", "step"),
    [(0, SixStep.REGISTER), (2, SixStep.VERIFY), (3, SixStep.APOLOGISE), (4, SixStep.AGREE), (5, SixStep.FOLLOW_UP)],
)
def test_a_step_that_is_left_out_is_missing(event: int, step: SixStep) -> None:
    """Without the entry that is it, the step has no instant. What was told before he agreed follows nothing up."""
    told = six_steps(journal([one for n, one in enumerate(STORY) if n != event]))
    assert told[step] is None


def test_what_did_not_reach_him_is_no_contact() -> None:
    """A call that nobody took, a message that the guard held back, a plan that he declined."""
    failed = [(event, data | {"result": "no_answer", "agreed": False}) for event, data in STORY]
    told = six_steps(journal(failed))
    assert [step for step, at in told.items() if at] == [SixStep.VERIFY, SixStep.REGISTER]


def test_what_says_sorry_is_read_from_the_texts() -> None:
    """A message apologises when its words do, and no list of them needs to be kept."""
    saying = {template for template in templates() if apologises(template)}
    assert {"damage_told", "flaw_apology", "late_apology", "complaint_heard"} <= saying
    assert not {"survey", "closing", "nowhere"} & saying


def test_a_case_keeps_them_and_says_at_its_closing_what_it_did_without() -> None:
    """`explain` shows all six; an older case that did not keep them is not blamed."""
    desk = Desk()
    assert missing(desk.state.six_steps) == [], "it began before anybody kept them"
    for event, data in STORY[:2]:
        desk.state.note(NOW, "system", event, "R-SIX", **data)
    assert missing(desk.state.six_steps) == [SixStep.VERIFY, SixStep.APOLOGISE, SixStep.AGREE, SixStep.FOLLOW_UP]
    told = explain(desk.start, desk.state, (None, "")).six_steps
    assert list(told) == list(SixStep)
    assert (told["contact"], told["verify"]) == (NOW, None)
    left_out = [step.value for step in missing(desk.state.six_steps)]
    closed = JournalEntry(
        at=NOW, actor="system", event="case_closed", data={"outcome": "refunded", "steps_missing": left_out}
    )
    assert sentence(closed, "en").endswith("of the six steps left out: verify, apologise, agree on a plan, follow up")
    assert "致歉" in sentence(closed, "zh")

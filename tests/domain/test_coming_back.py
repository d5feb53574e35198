"""How often a customer had to come, told from how much he typed (P-NOREPEAT, R-OURMESS)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from domain import receiving
from domain.coming_back import CameBack
from tests.domain.cases import Desk

EVENING = datetime(2026, 11, 4, 15, 30, tzinfo=UTC)  # 23:30 in China


def test_lines_typed_one_after_the_other_are_one_contact() -> None:
    """Until somebody answers, or the next day of his wall clock begins."""
    came = CameBack()
    for minutes in (0, 1, 20):
        came.note_contact(EVENING + timedelta(minutes=minutes), 480)
    assert came.contacts == 1
    came.note_contact(EVENING + timedelta(minutes=40), 480)
    assert came.contacts == 2, "it is past midnight where he lives"
    came.note_answer("agent:1")
    came.note_contact(EVENING + timedelta(minutes=50), 480)
    assert came.contacts == 3
    assert came.days(EVENING + timedelta(days=3)) == 3


def test_agents_count_once_each() -> None:
    """He had to speak with two of them, however often."""
    came = CameBack()
    for by in ("agent:1", "agent:2", "agent:1"):
        came.note_answer(by)
    assert came.agents == ["agent:1", "agent:2"]


def test_a_word_that_we_waited_for_is_no_contact_without_a_solution() -> None:
    """We looked for him and he answers: nothing went wrong. That it is not solved always counts."""
    for waits_for, kind, fields, solved, contacts in (
        ("customer_to_surface", "customer_replied", {}, False, 0),
        ("consent", "customer_replied", {}, False, 1),
        ("confirmation", "customer_replied", {}, True, 0),
        ("confirmation", "customer_confirmed", {"solved": False}, True, 1),
        ("confirmation", "customer_confirmed", {"solved": True}, True, 0),
        ("evidence", "evidence_received", {"items": ["p-1"]}, False, 0),
    ):
        desk = Desk(waits_for)
        message = desk.message(kind, "customer", **fields)
        receiving.note_contact(desk.state, message, desk.now, 480, solved=solved)
        assert desk.state.came_back.contacts == contacts, (waits_for, kind)


def test_who_answers_is_remembered_and_who_reached_nobody_is_not() -> None:
    """P-NOREPEAT: the next one sees with whom he spoke; a call that nobody took is no conversation."""
    desk = Desk("consent")
    receiving.note_contact(desk.state, desk.message("customer_replied", "customer"), desk.now, 480)
    desk.does("log_call", "agent:1", result="no_answer")
    desk.does("log_call", "agent:2", result="reached")
    desk.does("add_note", "agent:3", note_ref="text-1")
    desk.does("add_note", "supervisor:4", note_ref="text-2")
    assert desk.state.came_back.agents == ["agent:2", "agent:3"]

"""What an accepted command changes in a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case import PromiseState, Verdict, Waiting
from domain.clocks import ClockState
from domain.messages.commands import COMMANDS
from domain.vocabulary import AttemptResult, CaseType, Party
from tests.domain.cases import NOW, Desk, yuan_of
from tests.domain.example import RULES


def test_every_command_is_journalled_with_who_and_what() -> None:
    """The journal's entry carries the sender and the command's codes and sums, and no empty fields."""
    desk = Desk("decision_lost")
    desk.does("decide", "agent:7", resolution="partial_refund", amount=yuan_of("9.00"))
    (entry,) = desk.state.unread
    assert (entry.event, entry.actor, entry.at) == ("decide", "agent:7", NOW)
    assert entry.data == {"resolution": "partial_refund", "amount": yuan_of("9.00")}


@pytest.mark.parametrize(
    ("waits_for", "kind", "fields"),
    [
        ("decision_lost", "decide", {"resolution": "reship"}),
        ("refund_sms_code", "provide_input", {"input_ref": "in-1"}),
        ("confirmation", "close_case", {"note_ref": "call-1"}),
        ("aftercare", "reopen_case", {"reason": "broken_again"}),
    ],
)
def test_what_a_step_waits_for_is_put_into_its_hands(waits_for: str, kind: str, fields: dict[str, Any]) -> None:
    """Commands that answer a waiting step lie in the mailbox with who gave them."""
    desk = Desk(waits_for)
    desk.state.closed_at = NOW if waits_for == "aftercare" else None
    desk.does(kind, "agent:7", **fields)
    (fact,) = desk.state.mailbox
    assert (fact.kind, fact.by) == (kind, "agent:7")
    assert fact.payload.items() >= fields.items()


def test_goodwill_within_ones_limit_is_a_promise() -> None:
    """M-COMP-LADDER, P-PROMISE: what is given is owed at once, with a clock, and counts against the case's limit."""
    desk = Desk("consent")
    assert desk.does("offer_compensation", form="coupon", amount=yuan_of("10.00"), occasion="flaw") == "promised"
    (promise,) = desk.state.open_promises()
    assert (promise.what, str(promise.amount), promise.by) == ("compensation_coupon", "10.00 CNY", "agent:1")
    clock = desk.state.clocks[f"D-PROMISE/{promise.id}"]
    assert (clock.running, clock.due_at) == (True, NOW + timedelta(seconds=RULES.clocks["D-PROMISE"].length))
    assert desk.state.compensation_minor == 1000
    (given,) = desk.records("compensation")
    assert (given["form"], given["occasion"], given["state"]) == ("coupon", "flaw", "owed")
    assert (given["custom"], given["least"], given["most"]) == ("customary", 500, 1000)


def test_goodwill_above_ones_limit_asks_the_next_role() -> None:
    """A-CAP: a second gesture counts with the first; what is over the limit waits for somebody's word, then is owed."""
    desk = Desk("consent")
    desk.does("offer_compensation", form="coupon", amount=yuan_of("10.00"))
    said = desk.does("offer_compensation", form="coupon", amount=yuan_of("5.01"))
    (asked,) = desk.state.approvals
    assert said == f"asked_for_approval:{asked.id}"
    assert (asked.needs, asked.requested_by, desk.state.needs_human) == (
        Party.SUPERVISOR,
        "agent:1",
        f"approve:{asked.id}",
    )
    assert desk.state.compensation_minor == 1000
    desk.does("approve", "supervisor:2")
    assert (asked.verdict, asked.decided_by, desk.state.needs_human) == (Verdict.APPROVED, "supervisor:2", "")
    assert desk.state.compensation_minor == 1501
    assert [str(one.amount) for one in desk.state.open_promises()] == ["10.00 CNY", "5.01 CNY"]


def test_refused_goodwill_is_not_owed() -> None:
    """A rejected request leaves its record and no debt."""
    desk = Desk("consent")
    desk.does("offer_compensation", form="coupon", amount=yuan_of("50.00"))
    desk.does("reject", "supervisor:2", reason="too_much")
    assert desk.state.open_promises() == []
    assert desk.state.compensation_minor == 0
    assert desk.records("approval")[0]["verdict"] == "rejected"


def test_a_promise_is_a_debt_until_it_is_kept() -> None:
    """P-PROMISE: kept, its clock is met, and an alarm over it falls silent when no other promise is broken."""
    desk = Desk("consent")
    first = desk.does("promise", what="call_back", due_at=NOW + timedelta(hours=2))
    second = desk.does("promise", what="refund", amount=yuan_of("5.00"))
    one, other = desk.state.promises
    one.state = other.state = PromiseState.BROKEN
    desk.state.needs_human = "promise_overdue"
    desk.does("keep_promise", promise=first)
    assert desk.state.needs_human == "promise_overdue", "another one is still broken"
    desk.does("keep_promise", promise=second)
    assert desk.state.open_promises() == []
    assert desk.state.needs_human == ""
    assert desk.state.clocks[f"D-PROMISE/{first}"].state is ClockState.MET


def test_a_promise_for_yesterday_is_due_at_once() -> None:
    """A due instant in the past cannot be kept in time: it falls due now, and breaks nothing."""
    desk = Desk("consent")
    desk.does("promise", what="call_back", due_at=NOW - timedelta(days=1))
    (clock,) = desk.state.clocks.values()
    assert (clock.due_at, clock.warn_at) == (NOW, [])


def test_clocks_are_paused_resumed_and_moved() -> None:
    """Who stops a clock says why; a moved overdue clock takes its alarm away."""
    desk = Desk("inspection")
    clock = desk.clock("D-REFPAY")
    desk.does("pause_clock", clock="D-REFPAY", reason="holiday")
    assert (clock.state, clock.pauses[0].reason, clock.pauses[0].by) == (ClockState.PAUSED, "holiday", "agent:1")
    desk.now += timedelta(hours=3)
    desk.does("resume_clock", clock="D-REFPAY")
    assert clock.due_at == NOW + timedelta(hours=13)
    clock.end(ClockState.BREACHED, desk.now)
    desk.state.needs_human = "overdue:D-REFPAY"
    desk.does("move_clock", "supervisor:2", clock="D-REFPAY", due_at=NOW + timedelta(days=3), reason="agreed")
    assert (clock.running, clock.due_at, desk.state.needs_human) == (True, NOW + timedelta(days=3), "")


@pytest.mark.parametrize(("result", "heard"), [("no_answer", 0), ("reached", 1)])
def test_a_call_that_a_person_made_is_an_attempt(result: str, heard: int) -> None:
    """X7, X17: it counts as an attempt, its note is kept, and a customer who was reached has been heard."""
    desk = Desk("customer_to_surface")
    desk.does("log_call", "agent:7", result=result, note_ref="note-1")
    (attempt,) = desk.state.attempts
    assert (attempt.result, attempt.by) == (AttemptResult(result), "agent:7")
    assert desk.records("contact_note")[0]["note_ref"] == "note-1"
    assert [fact.kind for fact in desk.state.mailbox] == ["customer_replied"] * heard


def test_a_call_outside_the_hours_counts_and_is_told() -> None:
    """P-HOURS: what a person did at night cannot be undone; it stands in the journal under the rule that it broke."""
    for hours, channel, told in ((0, "call", False), (8, "call", True), (8, "im", False)):
        desk = Desk("customer_to_surface")
        desk.now = NOW.replace(hour=4) + timedelta(hours=hours)  # noon in China, and 20:00
        desk.does("log_call", "agent:7", result="no_answer", channel=channel)
        assert ("called_outside_hours" in desk.events()) is told
        assert len(desk.state.attempts) == 1


def test_a_remark_is_kept_by_reference() -> None:
    """A-HANDOVER: two remarks are two records."""
    desk = Desk("consent")
    for ref in ("text-1", "text-2"):
        desk.does("add_note", note_ref=ref)
    assert [one["note_ref"] for one in desk.records("case_remark")] == ["text-1", "text-2"]


def test_of_a_breach_by_us_a_supervisor_says_that_he_knows() -> None:
    """P-FREEPOST: a note of the agent leaves it with the supervisor, whose own note takes it off his list."""
    desk = Desk("confirmation")
    desk.state.waiting = Waiting(code="confirmation", ball_with=Party.CUSTOMER)
    desk.state.needs_human = "postage_asked"
    assert desk.state.ball_with is Party.SUPERVISOR
    desk.does("add_note", note_ref="text-1")
    assert desk.state.needs_human == "postage_asked"
    desk.does("add_note", by="supervisor:2", note_ref="text-2")
    assert desk.state.needs_human == ""


def test_a_cancelled_case_is_a_withdrawn_one() -> None:
    """What the customer said elsewhere counts as if he had said it here."""
    desk = Desk("consent")
    desk.does("cancel_case", reason="changed_mind")
    assert desk.state.withdrawn


def test_every_command_does_something() -> None:
    """No command of the vocabulary is accepted and then lost."""
    given: dict[str, dict[str, Any]] = {
        "decide": {"resolution": "reship"},
        "log_call": {"result": "no_answer"},
        "add_note": {"note_ref": "n"},
        "hand_over": {"reason": "abuse"},
        "file_report": {"note_ref": "n"},
        "submit_evidence": {"receipt": "r"},
        "offer_compensation": {"form": "coupon", "amount": yuan_of("1.00")},
        "quote_fee": {"what": "return_freight", "amount": yuan_of("8.00")},
        "promise": {"what": "call_back"},
        "keep_promise": {"promise": "P1"},
        "provide_input": {},
        "tag_case": {"cause": "size"},
        "match_parcel": {"case": "1001"},
        "approve": {},
        "reject": {},
        "pause_clock": {"clock": "S-CONSENT", "reason": "r"},
        "resume_clock": {"clock": "S-CONSENT"},
        "move_clock": {"clock": "S-CONSENT", "due_at": NOW + timedelta(days=2), "reason": "r"},
        "adopt_rulebook": {"rulebook": "default", "reason": "r"},
        "close_case": {"note_ref": "n"},
        "reopen_case": {},
        "cancel_case": {"reason": "r"},
        "record_reimbursement": {"amount": yuan_of("30.00")},
    }
    waits_for = {"decide": "decision_lost", "provide_input": "refund_balance", "close_case": "confirmation",
                 "submit_evidence": "evidence_pack"}  # fmt: skip
    assert given.keys() == COMMANDS.keys()
    for kind, fields in given.items():
        desk = Desk("consent")
        desk.does("promise", what="call_back")
        if kind in ("approve", "reject"):
            desk.does("offer_compensation", form="coupon", amount=yuan_of("20.00"))
        clock = desk.clock("S-CONSENT")
        if kind == "resume_clock":
            clock.pause(desk.now, "r", "agent:1")
        desk.state.closed_at = NOW if kind == "reopen_case" else None
        desk.wait(waits_for.get(kind, "consent"))
        desk.state.became = CaseType.DISPUTE if kind == "file_report" else None
        if kind == "match_parcel":
            parcel = desk.start.request.model_copy(update={"case_type": CaseType.UNIDENTIFIED_PARCEL})
            desk.start = desk.start.model_copy(update={"request": parcel})
        if kind == "record_reimbursement":
            claim = desk.start.request.model_copy(update={"case_type": CaseType.COURIER_CLAIM, "parent": "C1"})
            desk.start = desk.start.model_copy(update={"request": claim})
        before = desk.state.model_copy(deep=True)
        desk.does(kind, "supervisor:2", **fields)
        before.unread, before.entry_count = desk.state.unread, desk.state.entry_count
        assert desk.state != before, kind

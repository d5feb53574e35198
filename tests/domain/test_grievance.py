"""Complaints and disputes: what is logged, who takes over, and what counts as scheduled."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.case import Waiting
from domain.clocks import ClockState
from domain.grievance import EXECUTABLE, HANDED_OVER
from domain.order_file import CaseOnFile, OrderFile, evidence_pack
from domain.vocabulary import CaseType, Party, Resolution
from tests.domain.cases import NOW, Desk, yuan_of


def complained(type: CaseType = CaseType.COMPLAINT, waits_for: str = "decision_complaint") -> Desk:
    """A complaint that waits for a person."""
    desk = Desk(waits_for)
    desk.start = desk.start.model_copy(update={"request": desk.start.request.model_copy(update={"case_type": type})})
    return desk


def test_who_is_abused_hands_over_and_a_supervisor_has_the_ball() -> None:
    """P-STAFF, A-HANDOVER: the note says who, to whom and why; another one's first act takes the case up."""
    desk = complained()
    desk.does("hand_over", "agent:7", reason="abuse", note_ref="text/1")
    (note,) = desk.records("handover_note")
    assert (note["by"], note["to"], note["reason"], note["note_ref"]) == ("agent:7", "supervisor", "abuse", "text/1")
    assert (desk.state.ball_with, desk.state.needs_human) == (Party.SUPERVISOR, HANDED_OVER)
    desk.does("add_note", "agent:7", note_ref="text/2")
    assert desk.state.needs_human == HANDED_OVER, "he who handed it over does not take it up"
    desk.does("add_note", "supervisor:2", note_ref="text/3")
    assert (desk.state.ball_with, desk.state.needs_human) == (Party.SUPERVISOR, "")
    desk.does("hand_over", "supervisor:2", reason="calm_again", to="agent")
    assert desk.state.ball_with is Party.AGENT


def test_handing_over_is_refused_to_nobody_of_staff_and_only_to_those_who_can_take_it() -> None:
    """P-STAFF: whoever he is and wherever the case stands, but not to a partner and not without a reason."""
    for by in ("agent:1", "supervisor:2", "manager:3", "finance:4"):
        for waits_for in ("consent", "approval", "ruling", "decision_complaint"):
            assert complained(waits_for=waits_for).code("hand_over", by, reason="abuse") == ""
    assert complained().code("hand_over", reason="abuse", to="customer") == "cannot_take_over"
    assert complained().code("hand_over", reason="他是个骗子") == "insults"


def test_who_cannot_solve_it_reports_up_with_a_proposal() -> None:
    """R-ESC: the note says what he would do, and the supervisor decides."""
    desk = complained()
    desk.does("hand_over", "agent:7", reason="cannot_solve", suggests="reship")
    (note,) = desk.records("handover_note")
    assert (note["suggests"], note["to"]) == ("reship", "supervisor")
    assert next(record.rule for record in desk.state.records.values() if record.kind == "handover_note") == "R-ESC"


def test_what_was_to_be_done_is_not_forgotten_over_a_hand_over() -> None:
    """A question that waits for a decision goes on waiting, before another one."""
    desk = complained()
    desk.state.needs_human = "decide:complaint"
    desk.does("hand_over", reason="shift_ends", to="agent")
    assert desk.state.needs_human == "decide:complaint"


def test_a_complaint_is_handed_over_as_a_dispute() -> None:
    """R-DISPUTE-LOG: said to be a major one it changes its type; a case of another type does not."""
    desk = complained()
    desk.does("hand_over", reason="threatens_to_sue", major=True)
    assert desk.state.became is CaseType.DISPUTE
    assert "type_changed" in desk.events()
    other = complained(CaseType.RETURN_REFUND)
    other.does("hand_over", reason="abuse", major=True)
    assert other.state.became is None


@pytest.mark.parametrize(
    ("type", "fields", "logged"),
    [
        (CaseType.DISPUTE, {"note_ref": "text/1", "outcome": "refused"}, True),
        (CaseType.COMPLAINT, {"note_ref": "text/1"}, True),
        (CaseType.COMPLAINT, {}, False),
        (CaseType.RETURN_REFUND, {"note_ref": "text/1", "outcome": "agreed"}, False),
    ],
)
def test_each_negotiation_is_logged_with_time_people_and_outcome(
    type: CaseType, fields: dict[str, Any], logged: bool
) -> None:
    """R-DISPUTE-LOG: a call with its note is an entry of the log, in complaints and disputes."""
    desk = complained(type)
    desk.does("log_call", "agent:7", result="reached", **fields)
    entries = desk.records("negotiation_entry")
    assert len(entries) == logged
    for entry in entries:
        assert (entry["held_at"], entry["by"], entry["with"]) == (NOW.isoformat(), "agent:7", "customer")
        assert entry["outcome"] == fields.get("outcome", "")


def test_in_a_dispute_no_talk_goes_without_a_note() -> None:
    """R-DISPUTE-LOG: who reached him says behind a note what came of it; an unanswered call has nothing to say."""
    assert complained(CaseType.DISPUTE).code("log_call", result="reached") == "no_note"
    assert complained(CaseType.DISPUTE).code("log_call", result="no_answer") == ""
    assert complained().code("log_call", result="reached") == ""


def test_a_promised_instant_schedules_the_complaint_once() -> None:
    """X8: 24 hours to a solution that is accepted or scheduled; the clock then waits for the day that was promised."""
    desk = complained()
    clock = desk.clock("D-COMPL", hours=10)
    desk.does("promise", what="repair", due_at=NOW + timedelta(days=3))
    assert (clock.due_at, clock.running) == (NOW + timedelta(days=3), True)
    desk.does("promise", what="repair", due_at=NOW + timedelta(days=9))
    assert clock.due_at == NOW + timedelta(days=3), "promising again puts nothing off"


def test_a_late_schedule_takes_the_alarm_away_and_an_early_promise_shortens_nothing() -> None:
    """Breached and then scheduled: the supervisor's queue is clear; a call-back within the hour changes no deadline."""
    desk = complained()
    clock = desk.clock("D-COMPL", hours=10)
    desk.does("promise", what="call_back", due_at=NOW + timedelta(hours=1))
    assert clock.due_at == NOW + timedelta(hours=10)
    clock.end(ClockState.BREACHED, NOW)
    desk.state.needs_human = "overdue:D-COMPL"
    desk.state.waiting = Waiting(code="consent", ball_with=Party.CUSTOMER)
    assert desk.state.ball_with is Party.SUPERVISOR, "A-SUPQ"
    desk.does("promise", what="repair", due_at=NOW + timedelta(days=3))
    assert (clock.running, desk.state.needs_human) == (True, "")


def test_only_what_can_be_carried_out_is_decided() -> None:
    """Nothing is proposed to him that the case could not do; the sentence says what it can."""
    for resolution in set(Resolution) - EXECUTABLE:
        refused = complained().refusal("decide", resolution=resolution)
        assert refused is not None
        assert (refused.code, "reship" in refused.en) == ("not_executable", True)
    assert complained().code("decide", resolution="coupon", amount=yuan_of("5.00")) == ""


@pytest.mark.parametrize(
    ("desk", "kind", "code"),
    [
        (complained(), "file_report", "no_dispute"),
        (complained(CaseType.DISPUTE), "file_report", ""),
        (complained(), "submit_evidence", "nothing_to_submit"),
        (complained(CaseType.PLATFORM_RIGHTS, "evidence_pack"), "submit_evidence", ""),
    ],
)
def test_reports_and_packs_belong_where_they_are_asked_for(desk: Desk, kind: str, code: str) -> None:
    """A report is of a dispute; a pack is submitted when one waits."""
    assert desk.code(kind, note_ref="text/1") == code


def test_a_pack_lists_references_and_what_the_orders_other_cases_hold() -> None:
    """R-DISPUTE-LOG: evidence by reference and once, journals and records of this case and of the others."""

    def on_file(case_no: str, **records: int) -> CaseOnFile:
        return CaseOnFile(
            case_no=case_no, case_type="refund_only", stage="closed", outcome="refunded", opened_at=NOW, entries=9,
            records=records,
        )  # fmt: skip

    file = OrderFile(cases=(on_file("A", consent=1), on_file("B", approval=2)), evidence=("evidence/2", "evidence/3"))
    pack = evidence_pack(file, "A", ["evidence/1", "evidence/2"], entries=12)
    assert pack["evidence"] == ["evidence/1", "evidence/2", "evidence/3"]
    assert (pack["journal"], pack["records"]) == (12, {"consent": 1})
    (other,) = pack["cases"]
    assert (other["case_no"], other["journal"], other["records"]) == ("B", 9, {"approval": 2})

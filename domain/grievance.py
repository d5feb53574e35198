"""Complaints and disputes: what is settled by a person with the customer (T-COMPLAINT, R-DISPUTE-LOG, P-STAFF)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.case import CaseState
from domain.clocks import ClockState
from domain.compensation import FORMS
from domain.events import CaseStart
from domain.holding import holds
from domain.messages.commands import Decide, FileReport, HandOver, LogCall, SubmitEvidence
from domain.refusal import Refusal, refuse
from domain.vocabulary import AttemptResult, CaseType, Negotiated, Party, Resolution

COMPLAINT = "D-COMPL"  # the clock of a complaint
HANDED_OVER = "handed_over"  # why a person is needed: another one is to take it up
HEIRS = (Party.AGENT, Party.SUPERVISOR, Party.MANAGER)  # to whom a case may be handed over

_BY_AGREEMENT = frozenset({CaseType.COMPLAINT, CaseType.DISPUTE, CaseType.BAD_REVIEW, CaseType.PLATFORM_RIGHTS})
_NEGOTIATED = frozenset({CaseType.COMPLAINT, CaseType.DISPUTE})

EXECUTABLE = frozenset(
    {
        Resolution.FULL_REFUND, Resolution.PARTIAL_REFUND, Resolution.PART_REFUND, Resolution.RETURN_REFUND,
        Resolution.PRICE_REFUND, Resolution.FREIGHT_REFUND, Resolution.RESHIP, Resolution.EXCHANGE,
        Resolution.SEND_BACK, Resolution.EXPLAIN_ONLY, *FORMS,
    }
)  # fmt: skip
"""Solutions that such a case can carry out itself."""


def kind_of(start: CaseStart, state: CaseState) -> CaseType:
    """What the case is by now."""
    return state.became or start.request.case_type


def is_dispute(start: CaseStart, state: CaseState) -> bool:
    """Whether it is a major one: its negotiations are logged and it ends with a written report."""
    return kind_of(start, state) is CaseType.DISPUTE


def log(
    start: CaseStart,
    state: CaseState,
    now: datetime,
    *,
    by: str,
    outcome: Negotiated | None,
    about: str = "",
    **more: str,
) -> None:
    """Enter one negotiation into the log: when, between whom, what came of it (R-DISPUTE-LOG)."""
    if kind_of(start, state) not in _NEGOTIATED:
        return
    key = f"negotiation-{state.entry_count}"
    said = {name: value for name, value in more.items() if value}
    held = {"held_at": now.isoformat(), "with": Party.CUSTOMER, "by": by, "outcome": outcome or "", "about": about}
    state.record(now, "negotiation_entry", key, "R-DISPUTE-LOG", **held, **said)


def log_contact(start: CaseStart, state: CaseState, command: LogCall, by: str, now: datetime) -> None:
    """A contact that a person logged with its note is a negotiation."""
    if command.note_ref or command.outcome:
        spoken = {"channel": command.channel, "result": command.result, "note_ref": command.note_ref}
        log(start, state, now, by=by, outcome=command.outcome, **spoken)


@holds("P-STAFF")
def hand_over(start: CaseStart, state: CaseState, command: HandOver, by: str, now: datetime) -> None:
    """Another one takes the case up; the note of the hand-over is kept, with a proposal where there is one."""
    key = f"handover-{state.entry_count}"
    told = {"by": by, "to": command.to, "reason": command.reason, "note_ref": command.note_ref}
    left = {"stage": state.stage, "needs_human": state.needs_human, "suggests": command.suggests or ""}
    state.record(now, "handover_note", key, "R-ESC" if command.suggests else "A-HANDOVER", **told, **left)
    state.handed_to = None if command.to is Party.AGENT else command.to
    state.handed_by = by
    state.needs_human = state.needs_human or HANDED_OVER
    if command.major and kind_of(start, state) is CaseType.COMPLAINT:
        state.note(now, by, "type_changed", "R-DISPUTE-LOG", before=CaseType.COMPLAINT, type=CaseType.DISPUTE)
        state.became = CaseType.DISPUTE


def taken_up(state: CaseState, by: str) -> None:
    """Somebody other than who handed it over acts: it is taken up."""
    if state.needs_human == HANDED_OVER and by != state.handed_by:
        state.needs_human = ""


def schedule(state: CaseState, due_at: datetime) -> None:
    """What was promised for an instant is a solution that is scheduled (X8): the complaint waits for it, once."""
    clock = state.clocks.get(COMPLAINT)
    if clock is None or clock.generation > 1 or clock.due_at >= due_at:
        return
    if clock.state in (ClockState.RUNNING, ClockState.BREACHED):
        clock.move(due_at)
        if state.needs_human == f"overdue:{COMPLAINT}":
            state.needs_human = ""


def deciding(start: CaseStart, state: CaseState, command: Decide) -> Refusal | None:
    """Only what can be carried out here is proposed to the customer."""
    if kind_of(start, state) not in _BY_AGREEMENT or command.resolution in EXECUTABLE:
        return None
    known = ", ".join(sorted(EXECUTABLE))
    zh = f"这类售后单只能执行：{known}；其他方案请另建对应类型的售后单"
    en = f"Such a case carries out: {known}. For anything else open a case of that type"
    return refuse("not_executable", "R-ONESOP", zh, en)


def handing_over(state: CaseState, command: HandOver) -> Refusal | None:
    """A case is handed to those who can take it up."""
    if command.to in HEIRS:
        return None
    known = ", ".join(HEIRS)
    return refuse("cannot_take_over", "A-HANDOVER", f"只能交接给 {known}", f"It can be handed over to {known}")


def logging(start: CaseStart, state: CaseState, command: LogCall) -> Refusal | None:
    """Who spoke with the customer in a dispute says what came of it, behind a note (R-DISPUTE-LOG)."""
    if not is_dispute(start, state) or command.result is not AttemptResult.REACHED or command.note_ref:
        return None
    zh = "纠纷中的每次沟通都要有记录；请附上 note_ref"
    return refuse("no_note", "R-DISPUTE-LOG", zh, "Every negotiation of a dispute has its note; give it as note_ref")


def out_of_place(start: CaseStart, state: CaseState, model: type[Any]) -> Refusal | None:
    """Whether the command belongs to another type of case."""
    if model is FileReport and not is_dispute(start, state):
        zh = "只有重大纠纷需要报告；可以先 hand_over 并注明 major"
        en = "Only a dispute has a report; hand_over with `major` makes it one"
        return refuse("no_dispute", "R-DISPUTE-LOG", zh, en)
    if model is SubmitEvidence and (state.waiting is None or state.waiting.code != PACK):
        zh = "现在没有要提交给平台的举证材料；请看 explain"
        return refuse("nothing_to_submit", "T-RIGHTS", zh, "No evidence pack waits to be submitted; see `explain`")
    return None


PACK = "evidence_pack"  # what a case waits for whose evidence is to be handed to the platform

"""What an accepted command changes in a case. Pure: what may not be done, and why, is `domain.refusals`."""

from __future__ import annotations

from datetime import datetime

from domain import goodwill, grievance, promise_ledger
from domain.case import (
    FEE,
    GOODS_BEYOND,
    GOODWILL,
    NOT_IN_PARCEL,
    POSTAGE_ASKED,
    UNANSWERED,
    WORDS,
    Attempt,
    CaseState,
    Fact,
    Proposal,
    Verdict,
)
from domain.events import CaseStart
from domain.messages.commands import (
    AddNote,
    AdoptRulebook,
    Approve,
    CancelCase,
    CloseCase,
    Decide,
    FileReport,
    HandOver,
    KeepPromise,
    LogCall,
    MatchParcel,
    MoveClock,
    OfferCompensation,
    PauseClock,
    Promise,
    ProvideInput,
    QuoteFee,
    RecordReimbursement,
    Reject,
    ReopenCase,
    ResumeClock,
    SubmitEvidence,
    TagCase,
)
from domain.messages.decoding import Message
from domain.messages.facts import CustomerReplied, PlatformRuled
from domain.tag import KEY, RECORD
from domain.tagging import tagged
from domain.vocabulary import AttemptResult, Channel, Party
from domain.working_time import next_contact_slot


def apply(start: CaseStart, state: CaseState, message: Message, now: datetime) -> str:
    """Carry an accepted command out and return what it did, as a code.

    The caller has asked `domain.refusals.refusal` at this very state.
    """
    command = message.payload
    data = {k: v for k, v in command.model_dump(mode="json", exclude_none=True).items() if v != ""}
    if isinstance(command, OfferCompensation):
        data |= goodwill.customary(start, command.form, command.amount, command.occasion)
    state.note(now, message.by, command.kind, command.rule, **data)
    grievance.taken_up(state, message.by)
    match command:
        case Approve() | Reject():
            return _decide_approval(start, state, command, message.by, now)
        case OfferCompensation():
            offered = goodwill.offer(
                start, state, now, form=command.form, amount=command.amount, occasion=command.occasion, by=message.by
            )
            return f"asked_for_approval:{offered.approval}" if offered.approval else "promised"
        case Promise():
            promised = promise_ledger.promise(
                start, state, now, what=command.what, amount=command.amount, by=message.by, due_at=command.due_at
            )
            grievance.schedule(state, promised.due_at)
            return promised.id
        case KeepPromise():
            promise_ledger.keep(state, command.promise, now)
            goodwill.given(state, command.promise, now)
            return command.promise
        case LogCall():
            _log_call(start, state, command, message, now)
            grievance.log_contact(start, state, command, message.by, now)
            answered(state, message)
        case AddNote() | TagCase():
            _write_down(start, state, command, message, now)
        case PauseClock() | ResumeClock() | MoveClock():
            _change_clock(state, command, message.by, now)
        case CancelCase():
            state.withdrawn = True
        case QuoteFee():
            return _quote(state, command, message.by, now)
        case HandOver():
            grievance.hand_over(start, state, command, message.by, now)
        case (
            Decide() | ProvideInput() | CloseCase() | ReopenCase() | AdoptRulebook() | FileReport() | SubmitEvidence()
            | RecordReimbursement()
            | MatchParcel()
        ):  # fmt: skip
            state.mailbox.append(Fact.of(command, message.by, message.received_at))
    return "accepted"


def _write_down(
    start: CaseStart, state: CaseState, command: AddNote | TagCase, message: Message, now: datetime
) -> None:
    """What staff have to say about the case: a remark, or what it was really about (R-TAG)."""
    if isinstance(command, TagCase):
        state.tag = tagged(start.request, state, command, message.by)
        state.record(now, RECORD, KEY, "R-TAG", **state.tag.model_dump(mode="json"))
        return
    answered(state, message)
    key = f"remark-{state.entry_count}"
    state.record(now, "case_remark", key, "A-HANDOVER", note_ref=command.note_ref, by=message.by)


def _change_clock(state: CaseState, command: PauseClock | ResumeClock | MoveClock, by: str, now: datetime) -> None:
    clock = state.clocks[command.clock]
    match command:
        case PauseClock():
            clock.pause(now, command.reason, by)
        case ResumeClock():
            clock.resume(now)
        case MoveClock():
            clock.move(command.due_at)
            clock.by_hand = True
            if state.needs_human == f"overdue:{clock.id}":
                state.needs_human = ""


def answered(state: CaseState, message: Message) -> None:
    """A person took care of what the customer wrote or would rather have (R-FALLBACK)."""
    reached = not isinstance(message.payload, LogCall) or message.payload.result is AttemptResult.REACHED
    if state.came_back.contacts and message.role is Party.AGENT and reached:
        state.came_back.note_answer(message.by)
    if state.needs_human == UNANSWERED:
        state.mailbox = [fact for fact in state.mailbox if fact.kind not in WORDS]
    told = state.needs_human == POSTAGE_ASKED and message.role in (Party.SUPERVISOR, Party.MANAGER)
    if told or state.needs_human in (UNANSWERED, goodwill.DECLINED, PlatformRuled.kind, GOODS_BEYOND, NOT_IN_PARCEL):
        state.needs_human = ""


def _quote(state: CaseState, command: QuoteFee, by: str, now: datetime) -> str:
    """Open a fee quote; the case tells the customer when it next comes to rest (P-FEEQUOTE)."""
    made = Proposal(id=f"C{state.number()}", plan=f"{FEE}{command.what}", fee=command.amount, told=False)
    state.proposals.append(made)
    amount = command.amount.model_dump(mode="json")
    state.record(now, "fee_quote", made.id, "P-FEEQUOTE", what=command.what, amount=amount, by=by, agreed=None)
    return made.id


def _decide_approval(start: CaseStart, state: CaseState, command: Approve | Reject, by: str, now: datetime) -> str:
    asked = state.open_approval(command.request)
    assert asked is not None, "refusals saw it"
    asked.verdict = Verdict.APPROVED if isinstance(command, Approve) else Verdict.REJECTED
    asked.decided_by = by
    if state.needs_human == f"approve:{asked.id}":
        state.needs_human = ""
    state.record(now, "approval", asked.id, asked.rule, **asked.model_dump(mode="json"))
    if asked.what == GOODWILL:
        goodwill.decided(start, state, asked, now)
    return asked.id


def _log_call(start: CaseStart, state: CaseState, command: LogCall, message: Message, now: datetime) -> None:
    at = message.received_at or now
    if command.channel is Channel.CALL and at < next_contact_slot(
        at, start.request.order.utc_offset_minutes, start.rules.contact
    ):  # it was made: it counts, and that it should not have been made stands beside it
        state.note(now, message.by, "called_outside_hours", "P-HOURS")
    state.attempts.append(Attempt(at=now, channel=command.channel, result=command.result, by=message.by))
    state.record(
        now,
        "contact_note",
        f"call-{state.entry_count}",
        "X17",
        note_ref=command.note_ref,
        result=command.result,
        channel=command.channel,
        by=message.by,
    )
    if command.result is AttemptResult.REACHED:
        state.mailbox.append(Fact.of(CustomerReplied(), message.by, message.received_at))

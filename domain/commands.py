"""What an accepted command changes in a case. Pure: what may not be done, and why, is `domain.refusals`."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.authority import may_compensate, outranks
from domain.case import (
    FEE,
    UNANSWERED,
    WORDS,
    Approval,
    Attempt,
    CaseState,
    Fact,
    Promised,
    PromiseState,
    Proposal,
    Verdict,
)
from domain.clocks import Clock, ClockState
from domain.events import CaseStart
from domain.messages import (
    AddNote,
    Approve,
    CancelCase,
    CloseCase,
    CustomerReplied,
    Decide,
    KeepPromise,
    LogCall,
    Message,
    MoveClock,
    OfferCompensation,
    PauseClock,
    Promise,
    ProvideInput,
    QuoteFee,
    Reject,
    ReopenCase,
    ResumeClock,
)
from domain.money import Money
from domain.vocabulary import AttemptResult


def apply(start: CaseStart, state: CaseState, message: Message, now: datetime) -> str:
    """Carry an accepted command out and return what it did, as a code.

    The caller has asked `domain.refusals.refusal` at this very state.
    """
    command = message.payload
    data = {k: v for k, v in command.model_dump(mode="json", exclude_none=True).items() if v != ""}
    state.note(now, message.by, command.kind, command.rule, **data)
    match command:
        case Approve() | Reject():
            return _decide_approval(start, state, command, message.by, now)
        case OfferCompensation():
            return _offer(start, state, command, message, now)
        case Promise():
            return promise(
                start, state, now, what=command.what, amount=command.amount, by=message.by, due_at=command.due_at
            ).id
        case KeepPromise():
            return _keep(state, command.promise, now)
        case LogCall():
            _log_call(state, command, message, now)
            answered(state)
        case AddNote():
            answered(state)
            key = f"remark-{state.entry_count}"
            state.record(now, "case_remark", key, "A-HANDOVER", note_ref=command.note_ref, by=message.by)
        case PauseClock() | ResumeClock() | MoveClock():
            _change_clock(state, command, message.by, now)
        case CancelCase():
            state.withdrawn = True
        case QuoteFee():
            return _quote(state, command, message.by, now)
        case Decide() | ProvideInput() | CloseCase() | ReopenCase():
            state.mailbox.append(Fact.of(command, message.by, message.received_at))
    return "accepted"


def promise(
    start: CaseStart,
    state: CaseState,
    now: datetime,
    *,
    what: str,
    amount: Money | None,
    by: str,
    due_at: datetime | None = None,
) -> Promised:
    """Enter a promise into the ledger and start its clock (P-PROMISE), by default for the length of D-PROMISE."""
    rule = start.rules.clocks["D-PROMISE"]
    due = max(due_at or now + timedelta(seconds=rule.length), now)
    made = Promised(id=f"P{state.number()}", what=what, amount=amount, by=by, due_at=due)
    state.promises.append(made)
    state.clocks[_promise_clock(made.id)] = Clock.start(
        id=rule.id,
        rule=rule.rule,
        source=rule.source,
        anchor=rule.anchor,
        at=now,
        due_at=due,
        warn_percent=rule.warn_percent,
    )
    state.record(now, "promise", made.id, "P-PROMISE", **made.model_dump(mode="json"))
    return made


def ask_approval(
    start: CaseStart,
    state: CaseState,
    now: datetime,
    *,
    what: str,
    amount: Money,
    rule: str,
    by: str,
    above: Money | None = None,
) -> Approval:
    """Open a request for somebody's word above one's own limit. `above` is the sum that is judged, else `amount`."""
    needs = outranks(start.rules, what, above or amount)
    asked = Approval(id=f"A{state.number()}", what=what, amount=amount, rule=rule, requested_by=by, needs=needs)
    state.approvals.append(asked)
    state.needs_human = f"approve:{asked.id}"
    state.record(now, "approval", asked.id, rule, **asked.model_dump(mode="json"))
    return asked


def _change_clock(state: CaseState, command: PauseClock | ResumeClock | MoveClock, by: str, now: datetime) -> None:
    clock = state.clocks[command.clock]
    match command:
        case PauseClock():
            clock.pause(now, command.reason, by)
        case ResumeClock():
            clock.resume(now)
        case MoveClock():
            clock.move(command.due_at)
            if state.needs_human == f"overdue:{clock.id}":
                state.needs_human = ""


def answered(state: CaseState) -> None:
    """A person took care of what the customer wrote (R-FALLBACK)."""
    if state.needs_human == UNANSWERED:
        state.mailbox = [fact for fact in state.mailbox if fact.kind not in WORDS]
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
    if asked.what == "compensation" and asked.verdict is Verdict.APPROVED:
        state.compensation_minor += asked.amount.minor
        promise(start, state, now, what="compensation", amount=asked.amount, by=by)
    return asked.id


def _offer(start: CaseStart, state: CaseState, command: OfferCompensation, message: Message, now: datetime) -> str:
    total = Money(minor=state.compensation_minor + command.amount.minor, currency=command.amount.currency)
    amount = command.amount.model_dump(mode="json")
    state.record(
        now,
        "compensation",
        f"comp-{state.entry_count}",
        "M-COMP-LADDER",
        form=command.form,
        amount=amount,
        occasion=command.occasion,
        by=message.by,
    )
    if may_compensate(start.rules, message.role, total).allowed:
        state.compensation_minor += command.amount.minor
        promise(start, state, now, what=f"compensation_{command.form}", amount=command.amount, by=message.by)
        return "promised"
    asked = ask_approval(
        start, state, now, what="compensation", amount=command.amount, rule="A-CAP", by=message.by, above=total
    )
    return f"asked_for_approval:{asked.id}"


def _keep(state: CaseState, promise_id: str, now: datetime) -> str:
    kept = next(one for one in state.open_promises() if one.id == promise_id)
    kept.state = PromiseState.KEPT
    clock = state.clocks.get(_promise_clock(kept.id))
    if clock is not None and clock.running:
        clock.end(ClockState.MET, now)
    if state.needs_human == "promise_overdue" and all(p.state is PromiseState.OPEN for p in state.open_promises()):
        state.needs_human = ""
    state.record(now, "promise", kept.id, "P-PROMISE", **kept.model_dump(mode="json"))
    return kept.id


def _log_call(state: CaseState, command: LogCall, message: Message, now: datetime) -> None:
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


def _promise_clock(promise_id: str) -> str:
    return f"D-PROMISE/{promise_id}"

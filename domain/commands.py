"""What a member of staff may do to a case now, and what it changes. Pure: the update validator asks `refusal`, the handler calls `apply`.

A refusal is a sentence in both languages that says why and what to do, with the rule's id.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from domain.authority import may_compensate, may_refund, outranks
from domain.case import Approval, Attempt, CaseState, Fact, Promised, PromiseState, Verdict
from domain.clocks import Clock, ClockState
from domain.events import CaseStart
from domain.messages import (
    COMMANDS,
    AddNote,
    Approve,
    CancelCase,
    CloseCase,
    Command,
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
from domain.vocabulary import AttemptResult, Party, Stage

STAFF_ROLES = (Party.AGENT, Party.SUPERVISOR, Party.MANAGER, Party.FINANCE)
SUPERVISORS = (Party.SUPERVISOR, Party.MANAGER)


class Refusal(BaseModel):
    """Why a command is not carried out and what to do instead."""

    model_config = ConfigDict(frozen=True)

    code: str
    rule: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en} [{self.rule}]"


def refusal(start: CaseStart, state: CaseState, message: Message) -> Refusal | None:
    """Why this command cannot be carried out now; None when it can."""
    command = message.payload
    if not isinstance(command, Command):
        return None
    if message.role not in STAFF_ROLES:
        return _no(
            "not_staff", "A-SOD", "只有客服、主管、经理或财务可以操作;请用自己的角色登录",
            "Only an agent, supervisor, manager or finance may do this; act under your own role",
        )  # fmt: skip
    return _stage_refusal(state, type(command)) or _content_refusal(start, state, message, command)


def available(start: CaseStart, state: CaseState) -> list[tuple[str, Refusal | None]]:
    """Every command with the reason why it cannot be given now, None when it can. Contents are judged when it comes."""
    return [(kind, _stage_refusal(state, model)) for kind, model in COMMANDS.items()]


def _stage_refusal(state: CaseState, model: type[Command]) -> Refusal | None:
    closed = state.closed_at is not None
    if closed and model not in (ReopenCase, AddNote, KeepPromise):
        return _no("closed", "P-CLOSE", "案件已结案;要继续请先 reopen_case", "The case is closed; reopen_case first")
    if model is ReopenCase and not closed:
        return _no("open", "R-REOPEN", "案件尚未结案,无需重开", "The case is open already")
    if model in (Approve, Reject) and not any(a.verdict is Verdict.OPEN for a in state.approvals):
        return _no("nothing_to_approve", "A-CAP", "没有待审批的申请", "No approval is asked for; see `explain`")
    if model is Decide and not state.needs_human.startswith(("decide:", "overdue:", "refund_refused")):
        return _no("nothing_to_decide", "R-OWNER", "现在没有需要人工决定的事项;请看 explain", "Nothing waits for a decision; see `explain`")
    if model is ProvideInput and not state.needs_human.startswith("refund:"):
        return _no("nothing_asked", "R-REF-PATH", "没有退款在等待人工输入", "No refund waits for an input")
    if model is KeepPromise and not state.open_promises():
        return _no("no_promise", "P-PROMISE", "没有未兑现的承诺", "No promise is open")
    if model is ResumeClock and not any(c.state is ClockState.PAUSED for c in state.clocks.values()):
        return _no("no_pause", "R-OWNER", "没有暂停的时限", "No clock is paused")
    if model is PauseClock and not any(c.running for c in state.clocks.values()):
        return _no("no_clock", "R-OWNER", "没有正在计时的时限", "No clock is running")
    if model is CloseCase and state.stage is not Stage.CONFIRM:
        return _no(
            "not_confirming", "R-CLOSECONF", "方案还没有执行完,不能结案;请看 explain 里的下一步",
            "The plan is not carried out yet, so the case cannot close; `explain` shows the next step",
        )  # fmt: skip
    if model is CancelCase and state.refunded:
        return _no("paid", "R-REF-PATH", "已有退款到账,不能撤销", "Money was paid back already, the case cannot be cancelled")
    return None


def _content_refusal(start: CaseStart, state: CaseState, message: Message, command: Command) -> Refusal | None:
    role = message.role
    match command:
        case Approve() | Reject():
            return _approval_refusal(start, state, message, command)
        case OfferCompensation():
            rules = start.rules
            if command.amount.currency != start.request.order.paid.currency:
                return _currency(start)
            if command.form not in rules.numbers.compensation_ladder:
                forms = ", ".join(rules.numbers.compensation_ladder)
                return _no("unknown_form", "M-COMP-LADDER", f"补偿形式只能是 {forms}", f"The form must be one of {forms}")
            occasions = [size.occasion for size in rules.compensation]
            if command.occasion not in ("", *occasions):
                known = ", ".join(occasions)
                return _no(
                    "unknown_occasion", "P-NOTRADE", f"补偿缘由只能是 {known},或留空;补偿不得与评价有关",
                    f"The occasion must be one of {known}, or empty; compensation never hangs on a review",
                )  # fmt: skip
            if state.compensation_minor + command.amount.minor > start.request.order.paid.minor:
                return _no(
                    "over_paid", "A-CAP", "补偿总额不能超过订单实付金额",
                    "Compensation in all may not exceed what the order paid",
                )  # fmt: skip
        case Decide() if command.amount is not None:
            if command.amount.currency != start.request.order.paid.currency:
                return _currency(start)
            left = start.request.order.paid.minor - state.refunded
            if command.amount.minor > left:
                return _no(
                    "over_paid", "R-REF-PATH", f"退款超过订单剩余可退金额 {left / 100:.2f}",
                    f"The refund exceeds what is left of the order, {left / 100:.2f}",
                )  # fmt: skip
        case Promise() if command.amount is not None and command.amount.currency != start.request.order.paid.currency:
            return _currency(start)
        case KeepPromise():
            if all(promise.id != command.promise for promise in state.open_promises()):
                known = ", ".join(promise.id for promise in state.open_promises())
                return _no("no_such_promise", "P-PROMISE", f"没有这个承诺;未兑现的有 {known}", f"No such open promise; open are {known}")
        case PauseClock() | ResumeClock() | MoveClock():
            return _clock_refusal(state, command, role)
        case CloseCase() if not command.note_ref:
            return _no(
                "no_word", "P-CLOSE", "顾客没有在线确认;请附上通话记录 note_ref 再结案",
                "The customer has not confirmed in writing; give the note of his word as note_ref",
            )  # fmt: skip
        case LogCall() if command.result in (AttemptResult.BLOCKED_BY_GUARD, AttemptResult.UNKNOWN, AttemptResult.SENT):
            return _no("not_a_call", "X7", "通话结果应为 reached、no_answer、refused 或 wrong_number",
                       "A call ends reached, no_answer, refused or wrong_number")  # fmt: skip
    return None


def _approval_refusal(start: CaseStart, state: CaseState, message: Message, command: Approve | Reject) -> Refusal | None:
    asked = state.open_approval(command.request)
    if asked is None:
        known = ", ".join(a.id for a in state.approvals if a.verdict is Verdict.OPEN)
        return _no("which", "A-CAP", f"请写明审批单号 request:{known}", f"Say which approval in `request`: {known}")
    if same_person(asked.requested_by, message.by):
        return _no("own_request", "A-SOD", "申请人不能审批自己的申请;请另一位主管处理",
                   "One may not approve one's own request; ask another supervisor")  # fmt: skip
    decision = (may_refund if asked.what.startswith("refund") else may_compensate)(start.rules, message.role, asked.amount)
    if isinstance(command, Approve) and not decision.allowed:
        return _no("over_limit", "A-CAP", f"金额 {asked.amount} 超过您的权限;请由 {asked.needs.value} 审批",
                   f"{asked.amount} is over your limit; a {asked.needs.value} must approve")  # fmt: skip
    return None


def same_person(one: str, other: str) -> bool:
    """Whether two signatures `role[:id]` are of one person, whatever role he acts under (A-SOD)."""
    first, second = one.partition(":")[2], other.partition(":")[2]
    return first == second if first and second else one == other


def _clock_refusal(state: CaseState, command: PauseClock | ResumeClock | MoveClock, role: Party) -> Refusal | None:
    clock = state.clocks.get(command.clock)
    if clock is None:
        known = ", ".join(key for key, c in state.clocks.items() if c.state in (ClockState.RUNNING, ClockState.PAUSED))
        return _no("no_such_clock", "R-OWNER", f"没有这个时限;现有 {known}", f"No such clock; there are {known}")
    if clock.id in PROTECTED and not isinstance(command, ResumeClock):
        return _no("protected", PROTECTED[clock.id], "这个时限保护顾客,不能暂停或改期", "This clock protects the customer; it cannot be paused or moved")
    if isinstance(command, MoveClock) and role not in SUPERVISORS:
        return _no("not_supervisor", "A-SUPQ", "只有主管可以改期", "Only a supervisor may move a deadline")
    if isinstance(command, MoveClock) and command.due_at < clock.started_at:
        return _no("before_start", "R-OWNER", "新的到期时间早于开始时间", "The new due instant lies before the clock's start")
    return None


PROTECTED = {"D-PROMISE": "P-PROMISE"}
"""Clocks that no command stops: a promise is a debt."""


def apply(start: CaseStart, state: CaseState, message: Message, now: datetime) -> str:
    """Carry an accepted command out and return what it did, as a code."""
    command = message.payload
    data = {k: v for k, v in command.model_dump(mode="json", exclude_none=True).items() if v != ""}
    state.note(now, message.by, command.kind, **data)
    match command:
        case Approve() | Reject():
            return _decide_approval(start, state, command, message.by, now)
        case OfferCompensation():
            return _offer(start, state, command, message, now)
        case Promise():
            return promise(start, state, command.what, command.amount, message.by, now, command.due_at).id
        case KeepPromise():
            return _keep(state, command.promise, now)
        case LogCall():
            state.attempts.append(Attempt(at=now, channel=command.channel, result=command.result, by=message.by))
            state.record(now, "contact_note", f"call-{len(state.attempts)}", "X17", note_ref=command.note_ref, result=command.result, channel=command.channel, by=message.by)
            if command.result is AttemptResult.REACHED:
                state.mailbox.append(Fact(kind="customer_replied", by=message.by, received_at=message.received_at, payload={}))
        case AddNote():
            state.record(now, "case_remark", f"remark-{state.entry_count}", "A-HANDOVER", note_ref=command.note_ref, by=message.by)
        case PauseClock():
            state.clocks[command.clock].pause(now, command.reason, message.by)
        case ResumeClock():
            state.clocks[command.clock].resume(now)
        case MoveClock():
            state.clocks[command.clock].move(command.due_at)
            if state.needs_human == f"overdue:{state.clocks[command.clock].id}":
                state.needs_human = ""
        case CancelCase():
            state.withdrawn = True
        case Decide() | ProvideInput() | QuoteFee() | CloseCase() | ReopenCase():
            state.mailbox.append(Fact.of(command, message.by, message.received_at))
    return "accepted"


def _decide_approval(start: CaseStart, state: CaseState, command: Approve | Reject, by: str, now: datetime) -> str:
    asked = state.open_approval(command.request)
    assert asked is not None, "the validator saw it"
    asked.verdict = Verdict.APPROVED if isinstance(command, Approve) else Verdict.REJECTED
    asked.decided_by = by
    state.record(now, "approval", asked.id, asked.rule, **asked.model_dump(mode="json"))
    if asked.what == "compensation" and asked.verdict is Verdict.APPROVED:
        state.compensation_minor += asked.amount.minor
        promise(start, state, "compensation", asked.amount, by, now, None)
    return asked.id


def _offer(start: CaseStart, state: CaseState, command: OfferCompensation, message: Message, now: datetime) -> str:
    total = command.amount.model_copy(update={"minor": state.compensation_minor + command.amount.minor})
    decision = may_compensate(start.rules, message.role, total)
    state.record(
        now, "compensation", f"comp-{state.entry_count}", "M-COMP-LADDER", form=command.form,
        amount=command.amount.model_dump(mode="json"), occasion=command.occasion, by=message.by,
    )  # fmt: skip
    if decision.allowed:
        state.compensation_minor += command.amount.minor
        promise(start, state, f"compensation_{command.form}", command.amount, message.by, now, None)
        return "promised"
    asked = ask_approval(start, state, "compensation", command.amount, "A-CAP", message.by, now, above=total)
    return f"asked_for_approval:{asked.id}"


def promise(start: CaseStart, state: CaseState, what: str, amount, by: str, now: datetime, due_at: datetime | None) -> Promised:  # type: ignore[no-untyped-def]
    """Enter a promise into the ledger and start its clock (P-PROMISE)."""
    rule = start.rules.clocks["D-PROMISE"]
    due = due_at or now + timedelta(seconds=rule.length)
    made = Promised(id=f"P{state.number()}", what=what, amount=amount, by=by, due_at=due)
    state.promises.append(made)
    state.clocks[f"D-PROMISE/{made.id}"] = Clock.start(
        id=rule.id, rule=rule.rule, source=rule.source, anchor=rule.anchor, at=now, due_at=max(due, now), warn_percent=rule.warn_percent
    )
    state.record(now, "promise", made.id, "P-PROMISE", **made.model_dump(mode="json"))
    return made


def _keep(state: CaseState, promise_id: str, now: datetime) -> str:
    kept = next(p for p in state.open_promises() if p.id == promise_id)
    kept.state = PromiseState.KEPT
    clock = state.clocks.get(f"D-PROMISE/{kept.id}")
    if clock is not None and clock.running:
        clock.end(ClockState.MET, now)
    if state.needs_human == "promise_overdue":
        state.needs_human = ""
    state.record(now, "promise", kept.id, "P-PROMISE", **kept.model_dump(mode="json"))
    return kept.id


def ask_approval(start: CaseStart, state: CaseState, what: str, amount, rule: str, by: str, now: datetime, above=None) -> Approval:  # type: ignore[no-untyped-def]
    """Open a request for somebody's word above one's own limit."""
    needs = outranks(start.rules, what, above or amount)
    asked = Approval(id=f"A{state.number()}", what=what, amount=amount, rule=rule, requested_by=by, needs=needs)
    state.approvals.append(asked)
    state.needs_human = f"approve:{asked.id}"
    state.record(now, "approval", asked.id, rule, **asked.model_dump(mode="json"))
    return asked


def _currency(start: CaseStart) -> Refusal:
    own = start.request.order.paid.currency
    return _no("currency", "R-REF-PATH", f"币种应为 {own}", f"The currency must be {own}")


def _no(code: str, rule: str, zh: str, en: str) -> Refusal:
    return Refusal(code=code, rule=rule, zh=zh, en=en)

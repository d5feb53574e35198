"""What a member of staff may not do to a case now, and why. Pure: the update validator asks `refusal`.

A refusal is a sentence in both languages that says why and what to do, with the rule's id. What a command changes is
`domain.commands`.
"""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict

from domain import goodwill
from domain.authority import may_compensate, may_refund
from domain.case import CaseState, Verdict
from domain.clocks import ClockState
from domain.compensation import ABOVE, FORMS, PAID_BACK, may_offer
from domain.events import CaseStart
from domain.freight import FEES, may_ask_postage
from domain.gesture import GestureState
from domain.messages import (
    COMMANDS,
    AddNote,
    AdoptRulebook,
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
from domain.money import Money
from domain.ports import HumanNeed
from domain.refund_reason import may_ask_for_other_reason
from domain.tone import findings
from domain.vocabulary import AttemptResult, Party

STAFF_ROLES = (Party.AGENT, Party.SUPERVISOR, Party.MANAGER, Party.FINANCE)
SUPERVISORS = (Party.SUPERVISOR, Party.MANAGER)

PROTECTED: Mapping[str, str] = {"D-PROMISE": "P-PROMISE"}
"""Clocks that no command stops: a promise is a debt."""

LAST_PAGE = "last_page"  # what a case waits for that is over, when its journal could not be written to the end

AT_ONCE = 100
"""Promises, approvals or pauses that one case holds at most: beyond it a program has gone wild, not a person."""

_CALL_RESULTS = (AttemptResult.REACHED, AttemptResult.NO_ANSWER, AttemptResult.REFUSED, AttemptResult.WRONG_NUMBER)
_ASKED_OF_A_PERSON = frozenset(f"refund_{need}" for need in HumanNeed)


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
    """Why this command cannot be carried out now; None when it can, or when the message is a fact."""
    command = message.payload
    if not isinstance(command, Command):
        return None
    if message.role not in STAFF_ROLES:
        zh = "只有客服、主管、经理或财务可以操作；请用自己的角色登录"
        return _no(
            "not_staff", "A-SOD", zh, "Only staff may do this: an agent, supervisor, manager or finance, as `by`"
        )
    if isinstance(command, AdoptRulebook) and message.role not in SUPERVISORS:
        zh, en = "只有主管可以更换规则版本；请主管操作", "Only a supervisor may change the rulebook; ask one"
        return _no("not_supervisor", "A-SUPQ", zh, en)
    return _out_of_stage(state, type(command)) or _words(start, command) or _contents(start, state, message, command)


def available(start: CaseStart, state: CaseState) -> list[tuple[str, Refusal | None]]:
    """Every command with the reason why it cannot be given now, None when it can. Contents are judged when it comes."""
    return [(kind, _out_of_stage(state, model)) for kind, model in COMMANDS.items()]


def same_person(one: str, other: str) -> bool:
    """Whether two signatures `role[:id]` are of one person, whatever role he acts under (A-SOD)."""
    first, second = one.partition(":")[2], other.partition(":")[2]
    return first == second if first and second else one == other


def _out_of_stage(state: CaseState, model: type[Command]) -> Refusal | None:
    """Whether a command of that kind has any place where the case stands now."""
    waits_for = state.waiting.code if state.waiting else ""
    clocks = state.clocks.values()
    if state.closed_at is not None and model not in (ReopenCase, AddNote, KeepPromise):
        return _no("closed", "P-CLOSE", "售后单已结案；要继续请先 reopen_case", "The case is closed; reopen_case first")
    if waits_for == LAST_PAGE and model is not AddNote:
        zh, en = "售后期已结束；请新建售后单", "The aftercare of this case is over; open a new case"
        return _no("over", "R-REOPEN", zh, en)
    if model is ReopenCase and state.closed_at is None:
        return _no("open", "R-REOPEN", "售后单尚未结案，可以直接处理", "The case is open already; go on with it")
    if model in (Approve, Reject) and not any(asked.verdict is Verdict.OPEN for asked in state.approvals):
        return _no(
            "nothing_to_approve", "A-CAP", "没有待审批的申请；请看 explain", "No approval is asked for; see `explain`"
        )
    asked = waits_for.startswith("decision_") or state.needs_human.startswith("decide:")
    if model is Decide and not asked:
        zh = "现在没有需要人工决定的事项；请看 explain"
        return _no("nothing_to_decide", "R-OWNER", zh, "Nothing waits for a decision; see `explain`")
    if model is ProvideInput and waits_for not in _ASKED_OF_A_PERSON:
        zh = "没有退款在等待人工处理；请看 explain"
        return _no("nothing_asked", "R-REF-PATH", zh, "No refund waits for a person; see `explain`")
    if model is KeepPromise and not state.open_promises():
        return _no("no_promise", "P-PROMISE", "没有未兑现的承诺，无需操作", "No promise is open; nothing is to be done")
    if model is ResumeClock and not any(clock.state is ClockState.PAUSED for clock in clocks):
        return _no("no_pause", "R-OWNER", "没有暂停的时限；请看 explain", "No clock is paused; see `explain`")
    if model is PauseClock and not any(clock.running for clock in clocks):
        return _no("no_clock", "R-OWNER", "没有正在计时的时限；请看 explain", "No clock is running; see `explain`")
    if model is CloseCase and waits_for != "confirmation":
        zh = "方案还没有执行完，不能结案；请看 explain 里的下一步"
        en = "The plan is not carried out yet, so the case cannot close; `explain` shows the next step"
        return _no("not_confirming", "R-CLOSECONF", zh, en)
    if model is CancelCase and state.money_moves:
        zh = "已有退款到账或正在支付，不能撤销；请等退款完成后结案"
        en = "Money was paid back or is on its way, so the case cannot be cancelled; let it end and close it"
        return _no("paid", "R-REF-PATH", zh, en)
    return None


def _contents(start: CaseStart, state: CaseState, message: Message, command: Command) -> Refusal | None:
    """What is wrong with this very command."""
    match command:
        case Approve() | Reject():
            return _approval(start, state, message, command)
        case OfferCompensation():
            return _compensation(start, state, command)
        case Decide():
            return _decision(start, state, command)
        case Promise():
            if command.amount is not None and (wrong := _currency(start, command.amount)):
                return wrong
            if len(state.open_promises()) >= AT_ONCE:
                zh = f"未兑现的承诺已有 {AT_ONCE} 个；请先兑现再承诺"
                return _no("too_many", "P-PROMISE", zh, f"{AT_ONCE} promises are open; keep them before making more")
        case QuoteFee():
            return _currency(start, command.amount) or _fee(start, command)
        case KeepPromise():
            return _keeping(state, command)
        case PauseClock() | ResumeClock() | MoveClock():
            return _clock(state, command, message.role)
        case CloseCase() if not command.note_ref:
            zh = "顾客没有在线确认；请附上通话记录 note_ref 再结案"
            en = "The customer has not confirmed in writing; give the note of his word as note_ref"
            return _no("no_word", "P-CLOSE", zh, en)
        case LogCall() if command.result not in _CALL_RESULTS:
            known = [result.value for result in _CALL_RESULTS]
            en = f"A call ends with result {', '.join(known)}"
            return _no("not_a_call", "X7", f"通话结果 result 应为 {', '.join(known)}", en)
    return None


def _fee(start: CaseStart, command: QuoteFee) -> Refusal | None:
    """A cost has a name that he understands; postage is asked for only where goods were sold with it (P-FREEPOST)."""
    if command.what not in FEES:
        known = ", ".join(FEES)
        return _no("unknown_fee", "P-FEEQUOTE", f"费用 what 只能是 {known}", f"`what` must be one of {known}")
    decision = may_ask_postage(start.request.order.free_postage)
    if command.what != "freight" or decision.allowed:
        return None
    return _no(decision.reason, decision.rule, decision.zh, decision.en)


def _approval(start: CaseStart, state: CaseState, message: Message, command: Approve | Reject) -> Refusal | None:
    asked = state.open_approval(command.request)
    if asked is None:
        known = ", ".join(one.id for one in state.approvals if one.verdict is Verdict.OPEN)
        return _no("which", "A-CAP", f"请写明审批单号 request：{known}", f"Say which approval in `request`: {known}")
    if same_person(asked.requested_by, message.by):
        zh, en = "申请人不能审批自己的申请；请另一位同事处理", "One may not approve one's own request; ask a colleague"
        return _no("own_request", "A-SOD", zh, en)
    if isinstance(command, Reject):
        return None
    if asked.what.startswith("refund"):
        decision = may_refund(start.rules, message.role, asked.amount)
    elif (gesture := goodwill.of_approval(state, asked)) is not None:
        decision = goodwill.may_give(start, state, message.role, gesture)
    else:
        decision = may_compensate(start.rules, message.role, goodwill.with_given(state, asked.amount))
    if decision.allowed:
        return None
    if decision.reason == ABOVE:
        return _no("over_limit", decision.rule, decision.zh, decision.en)
    zh = f"金额 {asked.amount} 超过您的权限；请由 {asked.needs} 审批"
    return _no("over_limit", "A-CAP", zh, f"{asked.amount} is over your limit; a {asked.needs} must approve")


def _compensation(start: CaseStart, state: CaseState, command: OfferCompensation) -> Refusal | None:
    if wrong := _gesture(start, state, command.form, command.amount):
        return wrong
    if command.occasion not in ("", *(occasions := [size.occasion for size in start.rules.compensation])):
        known = ", ".join(occasions)
        zh = f"补偿缘由 occasion 只能是 {known}，或留空；补偿不得与评价有关"
        en = f"`occasion` must be one of {known}, or empty; compensation never hangs on a review"
        return _no("unknown_occasion", "P-NOTRADE", zh, en)
    if sum(asked.verdict is Verdict.OPEN for asked in state.approvals) >= AT_ONCE:
        zh = f"待审批的申请已有 {AT_ONCE} 个；请先审批"
        return _no("too_many", "A-CAP", zh, f"{AT_ONCE} approvals are open; have them decided before asking for more")
    return None


def _gesture(start: CaseStart, state: CaseState, form: str, amount: Money) -> Refusal | None:
    """Whether such goodwill can be given in this case at all; who may give it is A-CAP's matter."""
    if wrong := _currency(start, amount):
        return wrong
    ladder = may_offer(start.rules, form)
    if not ladder.allowed:
        rung = goodwill.next_rung(start.rules, state)
        zh, en = (f"阶梯下一档：{rung}", f"Next on the ladder: {rung}") if rung else ("", "")
        return _no(ladder.reason, ladder.rule, f"{ladder.zh}{zh}", f"{ladder.en} {en}".rstrip())
    if not amount:
        return _no(
            "no_amount", "M-COMP-SIZE", "补偿金额不能为零；请写明金额", "Goodwill of nothing is none; give a sum"
        )
    if form in PAID_BACK and (left := goodwill.left_to_pay_back(start, state)) < amount:
        zh = f"现金补偿原路退回，不能超过订单剩余可退金额 {left}；请减少金额或换一种补偿方式"
        en = f"Cash goes back the way he paid: {left} of the order is left. Offer less, or another form"
        return _no("over_paid", "R-REF-PATH", zh, en)
    return None


def _keeping(state: CaseState, command: KeepPromise) -> Refusal | None:
    """It must be open; and nobody hands over by hand what the case pays, for it would be paid twice."""
    known = [promise.id for promise in state.open_promises()]
    if command.promise not in known:
        en = f"No such open promise; open are {', '.join(known)}"
        return _no("no_such_promise", "P-PROMISE", f"没有这个承诺；未兑现的有 {', '.join(known)}", en)
    for gesture in state.gestures_in(GestureState.OWED):
        if gesture.promise == command.promise and gesture.form in PAID_BACK and not gesture.by_hand:
            zh = "这笔补偿由系统原路退款，无需手动兑现；顾客同意（customer_agreed）后立即支付，最迟到期时支付"
            en = "The case pays this itself: as soon as he agrees (customer_agreed), at the latest when it is due"
            return _no("paid_by_itself", "P-PROMISE", zh, en)
    return None


def _words(start: CaseStart, command: Command) -> Refusal | None:
    """Staff's own words in a command are held to what may be said to a customer (P-TONE, P-NOTRADE, P-NOREASONGAME)."""
    for name in ("reason", "what", "occasion"):
        said = str(getattr(command, name, "")).replace("_", " ")
        for finding in findings(said):
            if not finding.guard:
                continue
            restating = may_ask_for_other_reason(start.rules)
            if finding.rule != restating.rule:
                return _no(finding.code, finding.rule, f"{name}：{finding.zh}", f"`{name}`: {finding.en}")
            if not restating.allowed:
                return _no(finding.code, restating.rule, f"{name}：{restating.zh}", f"`{name}`: {restating.en}")
    return None


def _decision(start: CaseStart, state: CaseState, command: Decide) -> Refusal | None:
    if (form := FORMS.get(command.resolution)) is not None:
        if command.amount is not None:
            return _gesture(start, state, form, command.amount)
        if state.gestures_in(GestureState.OWED, GestureState.GIVEN):
            return None
        zh = "还没有给过补偿；请写明金额 amount，或先 offer_compensation"
        en = "No goodwill was offered yet; give the sum as `amount`, or offer_compensation first"
        return _no("no_amount", "M-COMP-SIZE", zh, en)
    if command.amount is None:
        return None
    if wrong := _currency(start, command.amount):
        return wrong
    paid = start.request.order.paid
    left = Money(minor=max(paid.minor - state.refunded, 0), currency=paid.currency)
    if left < command.amount:
        zh = f"退款超过订单剩余可退金额 {left}；请减少金额"
        return _no("over_paid", "R-REF-PATH", zh, f"The refund exceeds what is left of the order, {left}; refund less")
    return None


def _clock(state: CaseState, command: PauseClock | ResumeClock | MoveClock, role: Party) -> Refusal | None:
    able = {
        PauseClock: (ClockState.RUNNING,),
        ResumeClock: (ClockState.PAUSED,),
        MoveClock: (ClockState.RUNNING, ClockState.PAUSED, ClockState.BREACHED),
    }[type(command)]
    clock = state.clocks.get(command.clock)
    if clock is None or clock.state not in able:
        known = ", ".join(key for key, one in state.clocks.items() if one.state in able) or "-"
        zh = f"没有可以这样操作的时限；现有 {known}"
        return _no("no_such_clock", "R-OWNER", zh, f"No such clock of which this can be done; there are {known}")
    if clock.id in PROTECTED and not isinstance(command, ResumeClock):
        zh = "这个时限保护顾客，不能暂停或改期；请兑现承诺后用 keep_promise"
        en = "This clock protects the customer and cannot be paused or moved; keep the promise, then keep_promise"
        return _no("protected", PROTECTED[clock.id], zh, en)
    if isinstance(command, PauseClock) and len(clock.pauses) >= AT_ONCE:
        zh = f"这个时限已暂停 {AT_ONCE} 次；请主管改期"
        return _no("too_many", "R-OWNER", zh, f"This clock was paused {AT_ONCE} times; have a supervisor move it")
    if isinstance(command, MoveClock) and role not in SUPERVISORS:
        zh = "只有主管可以改期；请主管操作"
        return _no("not_supervisor", "A-SUPQ", zh, "Only a supervisor may move a deadline; ask one")
    if isinstance(command, MoveClock) and command.due_at < clock.started_at:
        zh = "新的到期时间早于开始时间；请写更晚的时间"
        return _no("before_start", "R-OWNER", zh, "The new due instant lies before the clock's start; give a later one")
    return None


def _currency(start: CaseStart, amount: Money) -> Refusal | None:
    own = start.request.order.paid.currency
    if amount.currency == own:
        return None
    return _no("currency", "R-REF-PATH", f"币种应为 {own}；请改正", f"The currency must be {own}; correct it")


def _no(code: str, rule: str, zh: str, en: str) -> Refusal:
    return Refusal(code=code, rule=rule, zh=zh, en=en)

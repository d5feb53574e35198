"""What a member of staff may not do to a case now, and why. Pure: the update validator asks `refusal`.

A refusal is a sentence in both languages that says why and what to do, with the rule's id. What a command changes is
`domain.commands`.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain import (
    courier_claim,
    damage_offer,
    goods_held,
    goodwill,
    goodwill_refusals,
    grievance,
    review,
    tagging,
    unidentified_parcel,
)
from domain.authority import may_compensate, may_refund
from domain.case import GOODS_BIND, CaseState, Verdict
from domain.clocks import ClockState
from domain.compensation import ABOVE, FORMS
from domain.courier_fee import may_ask_for_courier
from domain.events import CaseStart
from domain.exchange import EXCHANGE_FOR, SIZE_ADVICE
from domain.freight import FEES, may_ask_postage
from domain.goodwill_refusals import AT_ONCE, wrong_currency
from domain.messages.commands import (
    COMMANDS,
    AddNote,
    AdoptRulebook,
    Approve,
    CancelCase,
    CloseCase,
    Command,
    Decide,
    HandOver,
    KeepPromise,
    LogCall,
    MoveClock,
    OfferCompensation,
    PauseClock,
    Promise,
    ProvideInput,
    QuoteFee,
    Reject,
    ReopenCase,
    ResumeClock,
    TagCase,
)
from domain.messages.decoding import Message
from domain.messages.facts import CustomerConfirmed
from domain.money import Money
from domain.ports.refunds import HumanNeed
from domain.refusal import Refusal, refuse
from domain.staff_words import FIELDS, may_write
from domain.vocabulary import AttemptResult, CaseType, Party, Resolution

STAFF_ROLES = (Party.AGENT, Party.SUPERVISOR, Party.MANAGER, Party.FINANCE)
SUPERVISORS = (Party.SUPERVISOR, Party.MANAGER)

NAMED = frozenset({Resolution.PRICE_REFUND, Resolution.FREIGHT_REFUND})  # parts of a payment: not the whole of it
SERIOUS = frozenset({"worn_serious"})  # questions that an agent does not decide (A-SERIOUS)

PROTECTED: Mapping[str, str] = {"D-PROMISE": "P-PROMISE"}
"""Clocks that no command stops: a promise is a debt."""

AT_MOST_ONE = (Decide, ProvideInput, CloseCase, ReopenCase)
"""Commands that one question or one door wants: a second would be taken for the answer to the next."""

SIGNATURE = "sign_"  # what an approval is for begins so when a leader signs a form (A-SIGN)
LAST_PAGE = "last_page"  # what a case waits for that is over, when its journal could not be written to the end

_CALL_RESULTS = (AttemptResult.REACHED, AttemptResult.NO_ANSWER, AttemptResult.REFUSED, AttemptResult.WRONG_NUMBER)
_ASKED_OF_A_PERSON = frozenset(f"refund_{need}" for need in HumanNeed)


def refusal(start: CaseStart, state: CaseState, message: Message) -> Refusal | None:
    """Why this message is not taken now; None when a command can be carried out. Of facts one alone is refused."""
    command = message.payload
    if not isinstance(command, Command):
        return _his_word(message)
    if message.role not in STAFF_ROLES:
        zh = "只有客服、主管、经理或财务可以操作；请用自己的角色登录"
        return refuse(
            "not_staff", "A-SOD", zh, "Only staff may do this: an agent, supervisor, manager or finance, as `by`"
        )
    if isinstance(command, AdoptRulebook) and message.role not in SUPERVISORS:
        zh, en = "只有主管可以更换规则版本；请主管操作", "Only a supervisor may change the rulebook; ask one"
        return refuse("not_supervisor", "A-SUPQ", zh, en)
    return (
        _out_of_stage(start, state, type(command))
        or _done_already(state, type(command))
        or grievance.out_of_place(start, state, type(command))
        or courier_claim.out_of_place(start, type(command))
        or unidentified_parcel.out_of_place(start, type(command))
        or unidentified_parcel.acting(start, message.role, command)
        or _words(start, command)
        or review.trading(start, command)
        or _contents(start, state, message, command)
        or courier_claim.acting(start, state, message.role, command)
    )


def _his_word(message: Message) -> Refusal | None:
    """That it is solved only the customer says; staff close on his word with its note, never without (P-CLOSE)."""
    if not isinstance(message.payload, CustomerConfirmed) or message.role not in STAFF_ROLES:
        return None
    if not message.payload.solved:
        return None
    zh = "“已解决”须由顾客自己确认；顾客口头确认的，请用 close_case 并附 note_ref"
    en = "That it is solved the customer says himself; on his spoken word use close_case with its note_ref"
    return refuse("not_his_word", "P-CLOSE", zh, en)


def available(start: CaseStart, state: CaseState) -> list[tuple[str, Refusal | None]]:
    """Every command with the reason why it cannot be given now, None when it can. Contents are judged when it comes."""
    return [
        (
            kind,
            _out_of_stage(start, state, model)
            or _done_already(state, model)
            or grievance.out_of_place(start, state, model)
            or courier_claim.out_of_place(start, model)
            or unidentified_parcel.out_of_place(start, model),
        )
        for kind, model in COMMANDS.items()
    ]


def same_person(one: str, other: str) -> bool:
    """Whether two signatures `role[:id]` are of one person, whatever role he acts under (A-SOD)."""
    first, second = one.partition(":")[2], other.partition(":")[2]
    return first == second if first and second else one == other


def _out_of_stage(start: CaseStart, state: CaseState, model: type[Command]) -> Refusal | None:
    """Whether a command of that kind has any place where the case stands now."""
    waits_for = state.waiting.code if state.waiting else ""
    clocks = state.clocks.values()
    if state.closed_at is not None and model not in (ReopenCase, AddNote, KeepPromise, TagCase):
        return refuse(
            "closed", "P-CLOSE", "售后单已结案；要继续请先 reopen_case", "The case is closed; reopen_case first"
        )
    if waits_for == LAST_PAGE and model not in (AddNote, TagCase):
        zh, en = "售后期已结束；请新建售后单", "The aftercare of this case is over; open a new case"
        return refuse("over", "R-REOPEN", zh, en)
    if model is ReopenCase and state.closed_at is None:
        return refuse("open", "R-REOPEN", "售后单尚未结案，可以直接处理", "The case is open already; go on with it")
    if model in (Approve, Reject) and not any(asked.verdict is Verdict.OPEN for asked in state.approvals):
        return refuse(
            "nothing_to_approve", "A-CAP", "没有待审批的申请；请看 explain", "No approval is asked for; see `explain`"
        )
    asked = waits_for.startswith("decision_") or state.needs_human.startswith("decide:")
    if model is Decide and not asked:
        zh = "现在没有需要人工决定的事项；请看 explain"
        return refuse("nothing_to_decide", "R-OWNER", zh, "Nothing waits for a decision; see `explain`")
    if model is ProvideInput and waits_for not in _ASKED_OF_A_PERSON:
        zh = "没有退款在等待人工处理；请看 explain"
        return refuse("nothing_asked", "R-REF-PATH", zh, "No refund waits for a person; see `explain`")
    if model is KeepPromise and not state.open_promises():
        return refuse(
            "no_promise", "P-PROMISE", "没有未兑现的承诺，无需操作", "No promise is open; nothing is to be done"
        )
    if model is ResumeClock and not any(clock.state is ClockState.PAUSED for clock in clocks):
        return refuse("no_pause", "R-OWNER", "没有暂停的时限；请看 explain", "No clock is paused; see `explain`")
    if model is PauseClock and not any(clock.running for clock in clocks):
        return refuse("no_clock", "R-OWNER", "没有正在计时的时限；请看 explain", "No clock is running; see `explain`")
    if model is CloseCase and waits_for != "confirmation":
        zh = "方案还没有执行完，不能结案；请看 explain 里的下一步"
        en = "The plan is not carried out yet, so the case cannot close; `explain` shows the next step"
        return refuse("not_confirming", "R-CLOSECONF", zh, en)
    return _cancelling(start, state) if model is CancelCase else None


def _cancelling(start: CaseStart, state: CaseState) -> Refusal | None:
    """Whether it is too late to cancel."""
    if state.money_moves:
        zh = "已有退款到账或正在支付，不能撤销；请等退款完成后结案"
        en = "Money was paid back or is on its way, so the case cannot be cancelled; let it end and close it"
        return refuse("paid", "R-REF-PATH", zh, en)
    if state.sent_again and start.customs >= GOODS_BIND:
        zh, en = "商品已再次寄给顾客，不能撤销；请与顾客商量", "Goods were sent to him again; speak with him instead"
        return refuse("sent_again", "R-CANCEL-SHIPPED", zh, en)
    if state.goods_bind(start.customs):
        zh = "包裹正在退回或已在我方，撤销会让顾客货款两空；请与顾客商量后处理"
        en = "The goods are with us or on their way: cancelled, he would have neither goods nor money; speak with him"
        return refuse("coming_back", "R-CANCEL-SHIPPED", zh, en)
    return None


def _done_already(state: CaseState, model: type[Command]) -> Refusal | None:
    if model not in AT_MOST_ONE or all(fact.kind != model.kind for fact in state.mailbox):
        return None
    zh = "已有同事作出同样的操作，正在执行；请稍后看 explain"
    en = "A colleague did so already and it is being carried out; see `explain` in a moment"
    return refuse("done_already", "R-OWNER", zh, en)


def _contents(start: CaseStart, state: CaseState, message: Message, command: Command) -> Refusal | None:
    """What is wrong with this very command."""
    match command:
        case Approve() | Reject():
            return _approval(start, state, message, command)
        case OfferCompensation():
            return goodwill_refusals.offering(start, state, command)
        case Decide():
            return _deciding(start, state, message, command)
        case Promise():
            return goodwill_refusals.promising(start, state, message.role, command)
        case QuoteFee():
            return wrong_currency(start, command.amount) or _fee(start, state, command)
        case KeepPromise():
            return goodwill_refusals.keeping(state, command)
        case PauseClock() | ResumeClock() | MoveClock():
            return _clock(state, command, message.role)
        case CloseCase() if not command.note_ref:
            zh = "顾客没有在线确认；请附上通话记录 note_ref 再结案"
            en = "The customer has not confirmed in writing; give the note of his word as note_ref"
            return refuse("no_word", "P-CLOSE", zh, en)
        case TagCase():
            return tagging.refusal(start, command)
        case HandOver():
            return grievance.handing_over(state, command)
        case LogCall() if command.result not in _CALL_RESULTS:
            known = [result.value for result in _CALL_RESULTS]
            en = f"A call ends with result {', '.join(known)}"
            return refuse("not_a_call", "X7", f"通话结果 result 应为 {', '.join(known)}", en)
        case LogCall():
            return grievance.logging(start, state, command)
    return None


def _deciding(start: CaseStart, state: CaseState, message: Message, command: Decide) -> Refusal | None:
    """Whether that may be decided here."""
    if start.request.case_type is CaseType.UNIDENTIFIED_PARCEL:
        return None
    if goods_held.asked(state):
        return goods_held.deciding(start, state, message.role, command)
    return (
        grievance.deciding(start, state, command)
        or damage_offer.deciding(start, state, command)
        or _serious(state, message.role)
        or goods_held.unasked(command)
        or unidentified_parcel.unasked(command)
        or _decision(start, state, command)
    )


def _fee(start: CaseStart, state: CaseState, command: QuoteFee) -> Refusal | None:
    """A cost has a name that he understands; postage is asked for only where goods were sold with it (P-FREEPOST)."""
    if command.what not in FEES:
        known = ", ".join(FEES)
        return refuse("unknown_fee", "P-FEEQUOTE", f"费用 what 只能是 {known}", f"`what` must be one of {known}")
    free = start.request.order.free_postage
    match command.what:
        case "freight":
            decision = may_ask_postage(free)
        case "courier_change" if (state.became or start.request.case_type) is CaseType.OUT_OF_AREA:
            chosen = {start.request.wants, *(proposal.choice for proposal in state.proposals)}
            decision = may_ask_for_courier(free, his_wish=Resolution.OTHER_COURIER in chosen)
        case _:
            return None
    if decision.allowed:
        return None
    return refuse(decision.reason, decision.rule, decision.zh, decision.en)


def _approval(start: CaseStart, state: CaseState, message: Message, command: Approve | Reject) -> Refusal | None:
    asked = state.open_approval(command.request)
    if asked is None:
        known = ", ".join(one.id for one in state.approvals if one.verdict is Verdict.OPEN)
        return refuse("which", "A-CAP", f"请写明审批单号 request：{known}", f"Say which approval in `request`: {known}")
    if same_person(asked.requested_by, message.by):
        zh, en = "申请人不能审批自己的申请；请另一位同事处理", "One may not approve one's own request; ask a colleague"
        return refuse("own_request", "A-SOD", zh, en)
    if isinstance(command, Reject):
        return None
    if asked.what.startswith(SIGNATURE):
        return _not_a_leader(message.role)
    if asked.what.startswith("refund"):
        decision = may_refund(start.rules, message.role, asked.amount)
    elif (gesture := goodwill.of_approval(state, asked)) is not None:
        decision = goodwill.may_give(start, state, message.role, gesture)
    else:
        decision = may_compensate(start.rules, message.role, goodwill.with_given(state, asked.amount))
    if decision.allowed:
        return None
    if decision.reason == ABOVE:
        return refuse("over_limit", decision.rule, decision.zh, decision.en)
    zh = f"金额 {asked.amount} 超过您的权限；请由 {asked.needs} 审批"
    return refuse("over_limit", "A-CAP", zh, f"{asked.amount} is over your limit; a {asked.needs} must approve")


def _not_a_leader(role: Party) -> Refusal | None:
    """Forms of return, exchange and repair are signed by a leader, whatever the sum (A-SIGN)."""
    if role in SUPERVISORS:
        return None
    zh, en = "申请单须由主管或经理签字；请转交", "A leader signs this form, a supervisor or manager; hand it to one"
    return refuse("not_a_leader", "A-SIGN", zh, en)


def _words(start: CaseStart, command: Command) -> Refusal | None:
    """Staff's own words in a command are held to the guards of what is said to a customer."""
    for field in FIELDS:
        found = may_write(start.rules, field, str(getattr(command, field, "")))
        if not found.allowed:
            return refuse(found.reason, found.rule, found.zh, found.en)
    return None


def _serious(state: CaseState, role: Party) -> Refusal | None:
    """What is serious a supervisor decides (A-SERIOUS)."""
    waits_for = state.waiting.code if state.waiting else ""
    asked = {waits_for.removeprefix("decision_"), state.needs_human.removeprefix("decide:")}
    if role in SUPERVISORS or not asked & SERIOUS:
        return None
    zh, en = "严重的质量问题由主管决定；请主管操作", "A supervisor decides where it is serious; ask one"
    return refuse("not_supervisor", "A-SERIOUS", zh, en)


def _decision(start: CaseStart, state: CaseState, command: Decide) -> Refusal | None:
    if unclear := _exchange(start, state, command):
        return unclear
    if (form := FORMS.get(command.resolution)) is not None:
        return goodwill_refusals.deciding(start, state, form, command.amount)
    if command.amount is None:
        if command.resolution not in NAMED or start.request.amount is not None:
            return None
        zh, en = "差价和运费要写明金额 amount", "A price difference or freight has its own sum: give it as `amount`"
        return refuse("no_amount", "R-REF-PATH", zh, en)
    if wrong := wrong_currency(start, command.amount):
        return wrong
    if command.resolution in (Resolution.REPAIR, Resolution.ONSITE_VISIT) and command.amount:
        return None  # the fee of a repair, which he is quoted and which no payment limits
    if not command.amount:
        zh, en = "退款金额不能为零；请写明金额，或不写 amount", "A refund of nothing is none; give a sum or no `amount`"
        return refuse("no_amount", "R-REF-PATH", zh, en)
    paid = start.request.order.paid
    left = Money(minor=max(paid.minor + state.collected - state.refunded, 0), currency=paid.currency)
    if left < command.amount:
        zh = f"退款超过订单剩余可退金额 {left}；请减少金额"
        return refuse(
            "over_paid", "R-REF-PATH", zh, f"The refund exceeds what is left of the order, {left}; refund less"
        )
    return None


def _exchange(start: CaseStart, state: CaseState, command: Decide) -> Refusal | None:
    """Who advised what is said with the decision on it (R-SIZE); what is exchanged for what, where nobody knows yet."""
    for line in command.replacement:
        if wrong := wrong_currency(start, line.price):
            return wrong
    asked = state.waiting.code.removeprefix("decision_") if state.waiting else ""
    if asked == SIZE_ADVICE and command.liability is None:
        zh = "请写明尺码是谁的建议 liability：merchant（我们建议错了）或 customer（顾客自己选的）"
        en = "Say whose advice the size was in `liability`: merchant (ours was wrong) or customer (his own choice)"
        return refuse("whose_advice", "R-SIZE", zh, en)
    if asked == EXCHANGE_FOR and command.resolution is Resolution.EXCHANGE and not command.replacement:
        zh = "请写明换成什么商品 replacement：sku、数量和价格"
        en = "Say in `replacement` what he gets: sku, pieces and price"
        return refuse("exchange_for_what", "R-NR-TRYEX", zh, en)
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
        return refuse("no_such_clock", "R-OWNER", zh, f"No such clock of which this can be done; there are {known}")
    if clock.id in PROTECTED and not isinstance(command, ResumeClock):
        zh = "这个时限保护顾客，不能暂停或改期；请兑现承诺后用 keep_promise"
        en = "This clock protects the customer and cannot be paused or moved; keep the promise, then keep_promise"
        return refuse("protected", PROTECTED[clock.id], zh, en)
    if isinstance(command, PauseClock) and len(clock.pauses) >= AT_ONCE:
        zh = f"这个时限已暂停 {AT_ONCE} 次；请主管改期"
        return refuse("too_many", "R-OWNER", zh, f"This clock was paused {AT_ONCE} times; have a supervisor move it")
    if isinstance(command, MoveClock) and role not in SUPERVISORS:
        zh = "只有主管可以改期；请主管操作"
        return refuse("not_supervisor", "A-SUPQ", zh, "Only a supervisor may move a deadline; ask one")
    if isinstance(command, MoveClock) and command.due_at < clock.started_at:
        zh = "新的到期时间早于开始时间；请写更晚的时间"
        return refuse(
            "before_start", "R-OWNER", zh, "The new due instant lies before the clock's start; give a later one"
        )
    return None

"""What may not be offered, promised or handed over to a customer, and why (M-COMP-LADDER, A-CAP, P-PROMISE)."""

from __future__ import annotations

from domain import goodwill
from domain.authority import may_compensate, may_refund
from domain.case import CaseState, Verdict
from domain.compensation import PAID_BACK, may_offer
from domain.events import CaseStart
from domain.gesture import GestureState
from domain.messages.commands import KeepPromise, OfferCompensation, Promise
from domain.money import Money
from domain.refusal import Refusal, refuse
from domain.vocabulary import Party

AT_ONCE = 100
"""Promises, approvals or pauses that one case holds at most: beyond it a program has gone wild, not a person."""


def offering(start: CaseStart, state: CaseState, command: OfferCompensation) -> Refusal | None:
    """Whether this gesture can be offered. Who may give it is asked when it is."""
    if wrong := _gesture(start, state, command.form, command.amount):
        return wrong
    if command.occasion not in ("", *(occasions := [size.occasion for size in start.rules.compensation])):
        known = ", ".join(occasions)
        zh = f"补偿缘由 occasion 只能是 {known}，或留空；补偿不得与评价有关"
        en = f"`occasion` must be one of {known}, or empty; compensation never hangs on a review"
        return refuse("unknown_occasion", "P-NOTRADE", zh, en)
    if sum(asked.verdict is Verdict.OPEN for asked in state.approvals) >= AT_ONCE:
        zh = f"待审批的申请已有 {AT_ONCE} 个；请先审批"
        return refuse(
            "too_many", "A-CAP", zh, f"{AT_ONCE} approvals are open; have them decided before asking for more"
        )
    return None


def deciding(start: CaseStart, state: CaseState, form: str, amount: Money | None) -> Refusal | None:
    """Deciding on goodwill names its sum, unless some was given in this case already."""
    if amount is not None:
        return _gesture(start, state, form, amount)
    if state.gestures_in(GestureState.OWED, GestureState.GIVEN):
        return None
    zh = "还没有给过补偿；请写明金额 amount，或先 offer_compensation"
    en = "No goodwill was offered yet; give the sum as `amount`, or offer_compensation first"
    return refuse("no_amount", "M-COMP-SIZE", zh, en)


def promising(start: CaseStart, state: CaseState, role: Party, command: Promise) -> Refusal | None:
    """What is promised must be one's own to give: by promising it nobody gets around his limit (A-CAP)."""
    if len(state.open_promises()) >= AT_ONCE:
        zh = f"未兑现的承诺已有 {AT_ONCE} 个；请先兑现再承诺"
        return refuse("too_many", "P-PROMISE", zh, f"{AT_ONCE} promises are open; keep them before making more")
    if command.amount is None:
        return None
    if wrong := wrong_currency(start, command.amount):
        return wrong
    if command.what.startswith("refund"):
        decision = may_refund(start.rules, role, command.amount)
    else:
        decision = may_compensate(start.rules, role, goodwill.with_given(state, command.amount))
    if decision.allowed:
        return None
    zh, en = (
        "；也可用 offer_compensation 申请，或承诺时不写金额",
        " Or ask by offer_compensation, or promise without a sum",
    )
    return refuse("over_limit", decision.rule, f"{decision.zh.rstrip('。')}{zh}", f"{decision.en}{en}")


def keeping(state: CaseState, command: KeepPromise) -> Refusal | None:
    """It must be open; and nobody hands over by hand what the case pays, for it would be paid twice."""
    known = [promise.id for promise in state.open_promises()]
    if command.promise not in known:
        en = f"No such open promise; open are {', '.join(known)}"
        return refuse("no_such_promise", "P-PROMISE", f"没有这个承诺；未兑现的有 {', '.join(known)}", en)
    for gesture in state.gestures_in(GestureState.OWED):
        if gesture.promise == command.promise and gesture.form in PAID_BACK and not gesture.by_hand:
            zh = "这笔补偿由系统原路退款，无需手动兑现；顾客同意（customer_agreed）后立即支付，最迟到期时支付"
            en = "The case pays this itself: as soon as he agrees (customer_agreed), at the latest when it is due"
            return refuse("paid_by_itself", "P-PROMISE", zh, en)
    return None


def _gesture(start: CaseStart, state: CaseState, form: str, amount: Money) -> Refusal | None:
    """Whether such goodwill can be given in this case at all; who may give it is A-CAP's matter."""
    if wrong := wrong_currency(start, amount):
        return wrong
    ladder = may_offer(start.rules, form)
    if not ladder.allowed:
        rung = goodwill.next_rung(start.rules, state)
        zh, en = (f"阶梯下一档：{rung}", f"Next on the ladder: {rung}") if rung else ("", "")
        return refuse(ladder.reason, ladder.rule, f"{ladder.zh}{zh}", f"{ladder.en} {en}".rstrip())
    if not amount:
        return refuse(
            "no_amount", "M-COMP-SIZE", "补偿金额不能为零；请写明金额", "Goodwill of nothing is none; give a sum"
        )
    if form in PAID_BACK and (left := goodwill.left_to_pay_back(start, state)) < amount:
        zh = f"现金补偿原路退回，不能超过订单剩余可退金额 {left}；请减少金额或换一种补偿方式"
        en = f"Cash goes back the way he paid: {left} of the order is left. Offer less, or another form"
        return refuse("over_paid", "R-REF-PATH", zh, en)
    return None


def wrong_currency(start: CaseStart, amount: Money) -> Refusal | None:
    """Sums of a case are in the currency that the order was paid in."""
    own = start.request.order.paid.currency
    if amount.currency == own:
        return None
    return refuse("currency", "R-REF-PATH", f"币种应为 {own}；请改正", f"The currency must be {own}; correct it")

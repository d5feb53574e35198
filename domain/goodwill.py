"""The goodwill of one case: offered, granted, owed, wanted or not, given (M-COMP-LADDER, A-CAP, P-PROMISE).

offer ──► owed ──► given          what is offered is a promise at once, with a due instant: the customer need do nothing
  │         └────► declined       he would rather not, or have something else: the next rung of the ladder
  └──► asked ──► owed             above the limit or the custom, somebody else grants it
          └────► rejected
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from domain import compensation
from domain.approval import ask_approval
from domain.case import GOODWILL, Approval, CaseState, Verdict
from domain.compensation import PAID_BACK, SizeDecision
from domain.decision import Decision
from domain.events import CaseStart
from domain.gesture import Gesture, GestureState
from domain.money import LARGEST, Money
from domain.promise_ledger import promise, release
from domain.review import is_about_a_review
from domain.rules import Rules
from domain.vocabulary import Party

OUR_MESS = "our_mess"  # the occasion of R-OURMESS
DECLINED = "goodwill_declined"  # why a person is needed: the customer would rather have something else


def offer(
    start: CaseStart, state: CaseState, now: datetime, *, form: str, amount: Money, occasion: str, by: str
) -> Gesture:
    """Offer a gesture: owed at once where the role that offers it may give it, else put before somebody who may."""
    custom = compensation.size(start.rules, occasion, amount)
    gesture = Gesture(
        id=f"G{state.number()}", form=form, amount=amount, occasion=occasion, by=by, state=GestureState.ASKED,
        custom=custom.reason, least=custom.least, most=custom.most,
    )  # fmt: skip
    state.gestures.append(gesture)
    if state.needs_human == DECLINED:
        state.needs_human = ""
    if may_give(start, state, Party(by.partition(":")[0]), gesture):
        _owe(start, state, gesture, now, granted_by=by)
    else:
        rule = custom.rule if custom.reason == compensation.ABOVE else "A-CAP"
        _ask(start, state, gesture, now, rule=rule, custom=custom)
    return gesture


def decided(start: CaseStart, state: CaseState, asked: Approval, now: datetime) -> None:
    """Somebody decided on a request for goodwill."""
    gesture = of_approval(state, asked)
    if asked.verdict is not Verdict.APPROVED:
        if gesture is not None:
            _move(state, gesture, GestureState.REJECTED, now)
    elif gesture is not None:
        _owe(start, state, gesture, now, granted_by=asked.decided_by)
    else:  # asked for by code that kept no gestures
        state.compensation_minor += asked.amount.minor
        promise(start, state, now, what=GOODWILL, amount=asked.amount, by=asked.decided_by)


def of_approval(state: CaseState, asked: Approval) -> Gesture | None:
    """The gesture that a request is about."""
    return next((gesture for gesture in state.gestures if gesture.approval == asked.id), None)


def may_give(start: CaseStart, state: CaseState, role: Party, gesture: Gesture) -> Decision:
    """Whether that role gives it alone, counting all goodwill of the case (A-CAP) and what is customary."""
    custom = compensation.size(start.rules, gesture.occasion, gesture.amount)
    return compensation.may_give(start.rules, role, with_given(state, gesture.amount), custom)


def with_given(state: CaseState, more: Money) -> Money:
    """The case's whole goodwill with this one added, what was promised by word alone included: limits hold per case."""
    gestures = {gesture.promise for gesture in state.gestures}
    by_word = (one for one in state.promises if one.id not in gestures and not one.what.startswith("refund"))
    promised = sum(one.amount.minor for one in by_word if one.amount is not None)
    whole = state.compensation_minor + promised + more.minor
    return Money(minor=min(whole, LARGEST), currency=more.currency)  # above every limit, and still a sum


def left_to_pay_back(start: CaseStart, state: CaseState) -> Money:
    """What is left of the order's payment for goodwill that goes back as a refund, after what is owed already."""
    paid = start.request.order.paid
    owed = sum(one.amount.minor for one in state.gestures_in(GestureState.OWED) if one.form in PAID_BACK)
    return Money(minor=max(paid.minor - state.refunded - owed, 0), currency=paid.currency)


def declined_forms(state: CaseState) -> Collection[str]:
    """Forms that the customer did not want."""
    return {gesture.form for gesture in state.gestures_in(GestureState.DECLINED)}


def next_rung(rules: Rules, state: CaseState) -> str:
    """The next form to offer; empty when he declined them all."""
    return compensation.next_form(rules, declined_forms(state)) or ""


def customary(start: CaseStart, form: str, amount: Money, occasion: str) -> dict[str, Any]:
    """How the sum compares with the custom of the occasion, for the journal."""
    custom = compensation.size(start.rules, occasion, amount)
    span = {"least": str(custom.least), "most": str(custom.most)} if custom.least and custom.most else {}
    return {"custom": custom.reason, **span}


def answer(state: CaseState, gesture: Gesture, agreed: bool, now: datetime, by: str) -> None:
    """The customer says whether he wants it. What he does not want is owed no more, and a person looks again."""
    gesture.agreed = agreed
    state.note(now, by, "goodwill_answered", "M-COMP-LADDER", form=gesture.form, agreed=agreed, gesture=gesture.id)
    state.record(now, "consent", gesture.id, "P-CONSENT", plan=f"{GOODWILL}_{gesture.form}", agreed=agreed, by=by)
    if agreed:
        _move(state, gesture, GestureState.OWED, now)
        return
    _move(state, gesture, GestureState.DECLINED, now)
    state.compensation_minor = max(state.compensation_minor - gesture.amount.minor, 0)
    release(state, gesture.promise, now)
    state.needs_human = state.needs_human or DECLINED


def given(state: CaseState, promise_id: str, now: datetime) -> None:
    """The promise was kept; so the gesture is given, if it was one."""
    for gesture in state.gestures_in(GestureState.OWED):
        if gesture.promise == promise_id:
            _move(state, gesture, GestureState.GIVEN, now)


def lapse(state: CaseState, now: datetime) -> None:
    """The case closes: what nobody granted was never promised, and is not waited for."""
    for gesture in state.gestures_in(GestureState.ASKED):
        asked = next(one for one in state.approvals if one.id == gesture.approval)
        asked.verdict, asked.decided_by = Verdict.REJECTED, Party.SYSTEM
        state.record(now, "approval", asked.id, asked.rule, **asked.model_dump(mode="json"))
        _move(state, gesture, GestureState.REJECTED, now)
        state.note(now, Party.SYSTEM, "goodwill_lapsed", "A-CAP", approval=asked.id)


def propose_for_our_mess(start: CaseStart, state: CaseState, now: datetime) -> bool:
    """Put a customary gesture before an agent when the customer had to come too often: once per case (R-OURMESS)."""
    came = state.came_back
    if came.proposed or not came.contacts or is_about_a_review(start):
        return False
    due = compensation.our_mess(start.rules, came.contacts, len(came.agents), came.days(now))
    if not due:
        return False
    came.proposed = True
    custom = next((row for row in start.rules.compensation if row.occasion == OUR_MESS), None)
    form = next_rung(start.rules, state)
    told = {"contacts": came.contacts, "agents": len(came.agents), "days": came.days(now)}
    offered = any(one.occasion == OUR_MESS and one.state is not GestureState.REJECTED for one in state.gestures)
    if offered or custom is None or not form or custom.least.currency != start.request.order.paid.currency:
        state.note(now, Party.SYSTEM, "our_mess", due.rule, reason=due.reason, **told)
        return True
    size = compensation.size(start.rules, OUR_MESS, custom.least)
    gesture = Gesture(
        id=f"G{state.number()}", form=form, amount=custom.least, occasion=OUR_MESS, by=Party.SYSTEM,
        state=GestureState.ASKED, custom=size.reason, least=size.least, most=size.most,
    )  # fmt: skip
    state.gestures.append(gesture)
    _ask(start, state, gesture, now, rule=due.rule, custom=size)
    state.note(
        now, Party.SYSTEM, "our_mess", due.rule, reason=due.reason, **told,
        form=form, amount=str(gesture.amount), approval=gesture.approval,
    )  # fmt: skip
    return True


def remind(state: CaseState) -> None:
    """A request for goodwill that waits while nothing else does is shown as what a person must do."""
    if not state.needs_human and state.closed_at is None and (waiting := state.gestures_in(GestureState.ASKED)):
        state.needs_human = f"approve:{waiting[0].approval}"


def _ask(
    start: CaseStart, state: CaseState, gesture: Gesture, now: datetime, *, rule: str, custom: SizeDecision
) -> None:
    needs = compensation.who_gives(start.rules, with_given(state, gesture.amount), custom)
    already = state.needs_human
    asked = ask_approval(start, state, now, what=GOODWILL, amount=gesture.amount, rule=rule, by=gesture.by, needs=needs)
    state.needs_human = already or state.needs_human  # what a person must do already is not forgotten over it
    gesture.approval = asked.id
    _move(state, gesture, GestureState.ASKED, now)


def _owe(start: CaseStart, state: CaseState, gesture: Gesture, now: datetime, *, granted_by: str) -> None:
    state.compensation_minor += gesture.amount.minor
    gesture.granted_by = granted_by
    owed = promise(start, state, now, what=f"{GOODWILL}_{gesture.form}", amount=gesture.amount, by=granted_by)
    gesture.promise = owed.id
    _move(state, gesture, GestureState.OWED, now)


def _move(state: CaseState, gesture: Gesture, to: GestureState, now: datetime) -> None:
    gesture.state = to
    state.record(
        now, "compensation", gesture.id, "M-COMP-LADDER",
        form=gesture.form, amount=gesture.amount.model_dump(mode="json"), occasion=gesture.occasion, by=gesture.by,
        state=to, custom=gesture.custom, least=gesture.least and gesture.least.minor,
        most=gesture.most and gesture.most.minor,
    )  # fmt: skip

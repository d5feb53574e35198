"""未收到货的退货 · 拒收: he no longer wants what he has not received.

R-CANCEL-UNSHIPPED, R-CANCEL-SHIPPED, R-CANCEL-AWAY, R-CANCEL-PROMO, M-GIFTS.
"""

from typing import Any

from domain.answers import Answer, Said
from domain.case import SECOND_LOOK
from domain.ports.courier import CourierRequestKind
from domain.price_difference import price_difference
from domain.vocabulary import CaseType, InboundKind, Outcome, ReasonCode, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.procedures.address_change import address_change
from workflows.procedures.undelivered_parcel import lost_on_its_way, paid_when_back, received_after_all
from workflows.steps.pending import DONE, LEFT
from workflows.steps.rerouting import HANDED_OUT
from workflows.steps.undelivered import COMING_BACK, LOST


async def cancel_before_receipt(case: Case) -> Outcome:
    """A lower price is offered first; not shipped: held and paid; on its way: stopped, or refused at the door."""
    if case.request.drop is not None or case.request.reason is ReasonCode.PRICE_DROP:
        outcome = await at_todays_price(case)
        if outcome is not None:
            return outcome
    if await case.pending.has_left():
        return await on_its_way(case)
    return await held_and_paid(case)


async def held_and_paid(case: Case) -> Outcome:
    """The warehouse keeps it, then his money goes back: never both. What left just now is on its way."""
    answer = await case.pending.hold("R-CANCEL-UNSHIPPED")
    if answer == LEFT and case.order.waybill:
        case.becomes(CaseType.CANCEL_BEFORE_RECEIPT, "R-CANCEL-SHIPPED")
        return await on_its_way(case)
    if answer != DONE:
        return await case.remedy.decided_at_desk("hold_unanswered", "R-CANCEL-UNSHIPPED")
    if case.start.customs < SECOND_LOOK:
        return await paid_unshipped(case)
    return await case.repair.unless_taken_back(lambda: paid_unshipped(case), lambda: sent_after_all(case))


async def paid_unshipped(case: Case) -> Outcome:
    """It lies in the warehouse and stays there: his money goes back."""
    amount = case.request.amount or case.remedy.refundable
    if await case.money.refund(amount, purpose="goods", rule="R-CANCEL-UNSHIPPED"):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("refund_not_paid", "R-CANCEL-UNSHIPPED")


async def sent_after_all(case: Case) -> Outcome:
    """He wants it again before he was paid: what was held for him leaves, else it would lie there for ever."""
    if await case.shipping.send(ShipmentLeg.ORIGINAL, "R-CANCEL-UNSHIPPED"):
        return Outcome.DELIVERED
    return await case.remedy.decided_at_desk("reship_failed", "R-CANCEL-UNSHIPPED")


async def at_todays_price(case: Case) -> Outcome | None:
    """What he has is explained, and the difference offered, goods and gifts counted. None: he cancels all the same."""
    due = price_difference(case.request)
    case.note("price_judged", "R-CANCEL-PROMO", reason=due.reason, amount=str(due.amount), gifts=str(due.gifts))
    offered = (Resolution.PRICE_REFUND,) if due.allowed else ()
    choices = (*offered, Resolution.EXPLAIN_ONLY, Resolution.FULL_REFUND)
    due_to_him: dict[str, Any] = {"amount": str(due.amount)} if due.allowed else {}
    answer = await case.consent.propose(
        choices[0], "R-CANCEL-PROMO", template="promo_explained", choices=choices, within="S-PERSUADE",
        options=",".join(choices), **due_to_him,
    )  # fmt: skip
    if answer.said is not Said.AGREED or answer.choice is Resolution.FULL_REFUND:
        return None
    if answer.choice is Resolution.EXPLAIN_ONLY:
        return Outcome.EXPLAINED
    if await case.money.refund(due.amount, purpose="price_difference", rule="R-CANCEL-PROMO", step="price"):
        return Outcome.PRICE_ADJUSTED
    return await case.remedy.decided_at_desk("refund_not_paid", "R-CANCEL-PROMO")


async def on_its_way(case: Case) -> Outcome:
    """Where is it? He is asked to wait, with what we can do meanwhile; else it is called back (R-CANCEL-SHIPPED)."""
    turned = await case.undelivered.found_turned()
    if turned is not None:
        return await paid_when_back(case, turned)
    answer = await persuaded(case)
    if answer.said is Said.OVERTAKEN:
        return await received_after_all(case)
    if answer.said is not Said.AGREED or answer.choice is Resolution.RECALL_PARCEL:
        return await called_back(case)
    if answer.choice is Resolution.REROUTE:
        case.becomes(CaseType.ADDRESS_CHANGE, "R-CANCEL-AWAY")
        return await address_change(case)
    if answer.choice is Resolution.REDELIVER:
        await case.courier.request(CourierRequestKind.REDELIVER, "R-CANCEL-AWAY")
    came = await case.undelivered.awaited()
    if came == HANDED_OUT:
        return Outcome.DELIVERED
    if came == COMING_BACK:
        return await paid_when_back(case, InboundKind.REFUSED_RETURN)
    if came == LOST:
        return await lost_on_its_way(case)
    return await case.remedy.decided_at_desk("waited_in_vain", "R-CANCEL-SHIPPED")


async def persuaded(case: Case) -> Answer:
    """An offer, no pressure: his request stands when he says nothing to it."""
    choices = (Resolution.WAIT, Resolution.REDELIVER, Resolution.REROUTE, Resolution.RECALL_PARCEL)
    return await case.consent.propose(
        Resolution.WAIT, "R-CANCEL-SHIPPED", template="wait_proposed", choices=choices, within="S-PERSUADE",
        overtaken=case.courier.arrived, waybill=case.order.waybill, options=",".join(choices[1:]),
    )  # fmt: skip


async def called_back(case: Case) -> Outcome:
    """The courier turns it round; where he cannot, the customer refuses it at the door."""
    turned = await case.undelivered.call_back("R-CANCEL-SHIPPED")
    if turned == HANDED_OUT:
        return await received_after_all(case)
    if turned == COMING_BACK:
        await case.contact.tell("called_back_told", "R-CANCEL-SHIPPED")
        return await paid_when_back(case, InboundKind.UNDELIVERED_RETURN)
    await case.contact.tell_by_phone_too("refuse_at_door_told", "R-CANCEL-SHIPPED", waybill=case.order.waybill)
    return await paid_when_back(case, InboundKind.REFUSED_RETURN)

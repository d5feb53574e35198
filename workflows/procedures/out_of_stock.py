"""缺货: paid for, and not in stock.

T-OOS, R-OOS-24H, R-OOS-OFFER, D-OOS, P-HONEST, A-DISCOUNT, R-OPTIONS, R-CONSENT.
"""

from typing import Any

from domain.answers import Said
from domain.case import SECOND_LOOK
from domain.stock_offer import StockOffer, stock_offer
from domain.vocabulary import Outcome, Resolution, ShipmentLeg
from workflows.course import Case


async def out_of_stock(case: Case) -> Outcome:
    """The rest of the order leaves first; he is phoned within 24 hours and told honestly; then it is his choice."""
    await case.clock("D-OOS", at=case.request.requested_at)
    rest = await rest_of_the_order_first(case)
    await case.stock.ask_when()
    await case.contact.phone("out_of_stock_told", "R-OOS-24H", within="D-OOS")
    outcome = await as_he_chooses(case, rest)
    if case.start.customs >= SECOND_LOOK:  # what was decided by a person too
        await rest_told(case, rest)
    return outcome


async def as_he_chooses(case: Case, rest: bool) -> Outcome:
    """A new date where there is one, another product, or his money for what is missing; a person where he does not."""
    stock_at = await case.stock.expected_at()
    if stock_at is not None:
        due = stock_at.isoformat()
        await case.contact.tell("delay_told", "P-HONEST", step="new_date", reason="out_of_stock", due=due)

    async def offering() -> StockOffer:
        offer = stock_offer(case.request, case.rules, stock_at, case.remedy.refundable, case.remedy.refunded)
        return offer.model_copy(update={"choices": case.remedy.worth(offer.choices, offer.part)})

    offer = await case.once("offer", offering, StockOffer)
    if not offer.choices:  # a gift of which nobody knows when it comes
        return await case.remedy.decided_at_desk("oos_nothing_to_offer", "R-OOS-OFFER")
    granted_by = await case.goodwill.may_be_offered(offer.discount, "A-DISCOUNT", "discount")
    told: dict[str, Any] = {"amount": str(offer.discount)} if granted_by else {}
    answer = await case.consent.propose(
        offer.choices[0], "R-OOS-OFFER", template="oos_offer", choices=offer.choices,
        options=",".join(offer.choices), **told,
    )  # fmt: skip
    if answer.said is Said.SILENT:
        return await case.remedy.decided_at_desk("oos_no_answer", "R-OOS-OFFER")
    case.contact.no_longer_sought("D-OOS")
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("oos_plan_declined", "R-OPTIONS")

    if answer.choice is Resolution.PART_REFUND:
        outcome = await cancel_the_rest(case, offer)
        await rest_told(case, rest)
        return outcome
    await rest_told(case, rest)
    if answer.choice is Resolution.SUBSTITUTE:
        return await send_substitute(case, offer, granted_by)
    return await wait_for_stock(case)


async def rest_of_the_order_first(case: Case) -> bool:
    """What is in stock does not wait for what is not. False when there is no such rest, or it cannot be sent."""
    rest = case.order.without(case.request.concerned)
    if not rest:
        return False
    if await case.shipping.place(ShipmentLeg.ORIGINAL, "R-OOS-OFFER", "rest", goods=rest):
        return True
    case.desk.tell_supervisor("partner_refused:warehouse", "R-OOS-OFFER")
    return False


async def rest_told(case: Case, rest: bool) -> None:
    """He hears the number under which the rest is on its way."""
    if rest:
        await case.shipping.left("rest", "R-OOS-OFFER", "rest_shipped_told")


async def cancel_the_rest(case: Case, offer: StockOffer) -> Outcome:
    """His money for what there is not."""
    case.note("part_computed", offer.rule, reason=offer.reason, amount=str(offer.part))
    if await case.money.refund(offer.part, purpose="goods", rule="R-OOS-OFFER"):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("oos_refund_failed", "R-OOS-OFFER")


async def send_substitute(case: Case, offer: StockOffer, granted_by: str) -> Outcome:
    """The other product, and the discount that was offered with it."""
    if granted_by:
        await case.goodwill.give("cash", offer.discount, granted_by, "discount/given")
    sent = await case.shipping.send(
        ShipmentLeg.EXCHANGE_OUT, "R-OOS-OFFER", goods=offer.substitutes, template="stock_shipped_told"
    )
    if sent:
        return Outcome.EXCHANGED
    return await case.remedy.decided_at_desk("oos_substitute_failed", "R-OOS-OFFER")


async def wait_for_stock(case: Case) -> Outcome:
    """Until the day that he was told; then it leaves within a day, or he hears honestly that it does not."""
    by = await case.stock.expected_at()
    assert by is not None, "waiting was offered because the day is known"
    if not await case.stock.arrived(by):
        await case.contact.tell("delay_told", "P-HONEST", step="stock_late", reason="out_of_stock")
        return await case.remedy.decided_at_desk("stock_never_came", "R-OOS-OFFER")
    sent = await case.shipping.send(
        ShipmentLeg.ORIGINAL, "R-OOS-OFFER", goods=case.request.concerned, template="stock_shipped_told"
    )
    if sent:
        return Outcome.DELIVERED
    return await case.remedy.decided_at_desk("oos_reship_failed", "R-LOST")

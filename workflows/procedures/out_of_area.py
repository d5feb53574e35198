"""超区件 · 无网点: our courier does not deliver to the customer's place.

R-OOA-PICKUP, R-OOA-FEE, R-OOA-RELAY, M-OOA, P-FREEPOST, X10.
"""

from domain.answers import CourierWord, Said
from domain.courier_fee import Borne, relay_fee
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import InboundKind, Outcome, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.steps.rerouting import ACCEPTED, FEE_ASKED, HANDED_OUT
from workflows.steps.undelivered import COMING_BACK

RELAY, WANTED = "courier/relay", "courier/relay_wanted"


async def out_of_area(case: Case) -> Outcome:
    """Can he collect it? Else it is handed on at our cost, or comes back and goes out with another courier."""
    if case.request.wants is Resolution.OTHER_COURIER:
        return await with_the_courier_he_wants(case)
    # A courier for money is not among what we offer: he must ask for it himself (P-FREEPOST).
    offered = (Resolution.SELF_PICKUP, Resolution.RESHIP)
    answer = await case.consent.propose(
        Resolution.SELF_PICKUP, "R-OOA-PICKUP", template="out_of_area_told", call="out_of_area_call",
        choices=(*offered, Resolution.OTHER_COURIER), overtaken=case.courier.arrived, waybill=case.order.waybill,
        options=",".join(offered),
    )  # fmt: skip
    if answer.said is Said.OVERTAKEN:
        return Outcome.DELIVERED
    if answer.said is Said.SILENT:
        return await case.remedy.decided_at_desk("pickup_unanswered", "R-OOA-PICKUP")
    if answer.said is Said.AGREED and answer.choice is Resolution.OTHER_COURIER:
        return await with_the_courier_he_wants(case)
    if answer.said is Said.AGREED and answer.choice is Resolution.SELF_PICKUP:
        if await case.rerouting.collected("R-OOA-PICKUP"):
            return Outcome.DELIVERED
        return await never_collected(case)
    return await relayed(case)


async def never_collected(case: Case) -> Outcome:
    """He said that he would and did not: the parcel comes back, and a person asks him what he wants now."""
    turned = await case.undelivered.call_back("R-OOA-PICKUP")
    if turned == HANDED_OUT:
        return Outcome.DELIVERED
    if turned == COMING_BACK:
        await case.undelivered.expect(InboundKind.UNDELIVERED_RETURN, "T-INBOUND")
    return await case.remedy.decided_at_desk("not_collected", "R-OOA-PICKUP")


async def with_the_courier_he_wants(case: Case) -> Outcome:
    """His own wish: the fee is quoted, he agrees to it, then the parcel is transferred (R-OOA-FEE)."""
    borne = relay_fee(case.rules, his_wish=True)
    word = await handed_on(case, "R-OOA-FEE", WANTED, borne)
    if word.verdict == "fee_declined":
        return await case.remedy.decided_at_desk("courier_fee_declined", "R-OOA-FEE")
    return await followed(case, word)


async def relayed(case: Case) -> Outcome:
    """He cannot collect it: the service desk has a peer courier or a cart take it, at our cost (R-OOA-RELAY, M-OOA)."""
    borne = relay_fee(case.rules, his_wish=False)
    return await followed(case, await handed_on(case, "R-OOA-RELAY", RELAY, borne))


async def handed_on(case: Case, rule: str, step: str, borne: Borne) -> CourierWord:
    """Ask the service desk who could take it; what he wants for it is agreed to first, and goes to him (X10)."""
    word = await case.rerouting.word_on(CourierRequestKind.RELAY, rule, within="S-REROUTE", step=step)
    if word.verdict != FEE_ASKED:
        return word
    assert word.fee is not None, "a courier who asks for a fee names it"
    paid_to = word.courier or case.order.courier
    if not await case.fees.agreed(Resolution.OTHER_COURIER, "courier_change", word.fee, borne, paid_to=paid_to):
        return CourierWord(verdict=HANDED_OUT if await case.courier.in_hand(step) else "fee_declined")
    return await case.rerouting.word_on(
        CourierRequestKind.RELAY, rule, within="S-REROUTE", amount=word.fee, step=f"{step}_for_fee"
    )


async def followed(case: Case, word: CourierWord) -> Outcome:
    """Handed on: followed to its receipt. Not handed on: back, and out again with another courier, free."""
    if word.verdict == HANDED_OUT:
        return Outcome.DELIVERED
    if word.verdict != ACCEPTED:
        return await sent_with_another(case)
    await case.contact.tell("relayed_told", "R-OOA-RELAY", waybill=case.order.waybill)
    if await case.courier.delivered(case.order.waybill, "S-DELIVER", "relayed"):
        return Outcome.DELIVERED
    return await case.remedy.decided_at_desk("relayed_not_delivered", "R-OOA-RELAY")


async def sent_with_another(case: Case) -> Outcome:
    """The original returns; another courier brings the goods again (R-OOA-PICKUP)."""
    turned = await case.undelivered.call_back("R-OOA-PICKUP")
    if turned == HANDED_OUT:
        return Outcome.DELIVERED
    if turned != COMING_BACK:
        return await case.remedy.decided_at_desk("recall_refused", "R-OOA-PICKUP")
    await case.undelivered.expect(InboundKind.UNDELIVERED_RETURN, "T-INBOUND")
    if await case.shipping.send(ShipmentLeg.RESHIP, "R-OOA-PICKUP", not_by=case.order.courier):
        return Outcome.RESHIPPED
    return await case.remedy.decided_at_desk("reship_failed", "R-OOA-PICKUP")

"""改地址 · 地址错误件: the address is wrong, or another one is wanted; a misrouted parcel.

R-ADDR, R-CANCEL-AWAY, P-FEEQUOTE, P-CONSENT, P-FREEPOST, M-COURIER.
"""

from domain.answers import CourierWord, Said
from domain.courier_fee import change_fee, erred, second_freight
from domain.money import Money
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import InboundKind, Liability, Outcome, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.procedures.undelivered_parcel import paid_when_back
from workflows.steps.collection import WAY_BACK
from workflows.steps.pending import DONE, LEFT
from workflows.steps.rerouting import ACCEPTED, FEE_ASKED, HANDED_OUT
from workflows.steps.undelivered import COMING_BACK


async def address_change(case: Case) -> Outcome:
    """Not shipped: the warehouse sends it to the right address. On its way: the courier is asked at once."""
    if not await address_known(case):
        return await case.remedy.decided_at_desk("address_unconfirmed", "R-ADDR")
    if await case.pending.has_left():
        return await changed_on_its_way(case)

    answer = await case.pending.readdress("R-ADDR")
    if answer == LEFT and case.order.waybill:
        return await changed_on_its_way(case)
    if answer != DONE:
        return await case.remedy.decided_at_desk("readdress_unanswered", "R-ADDR")
    await case.contact.tell_by_phone_too("address_changed_told", "R-ADDR")
    waybill = await case.shipping.left("readdressed", "R-ADDR", "on_the_way_told")
    return await until_delivered(case, waybill)


async def address_known(case: Case) -> bool:
    """The address that he gave; where the courier misrouted it, the one on file; else he is asked."""
    if case.request.address_ref:
        case.state.address_ref = case.request.address_ref
        return True
    if erred(case.request) is Liability.COURIER:
        return True
    return await case.contact.confirm_address(within="S-ADDRESS", template="new_address_asked", rule="R-ADDR")


async def changed_on_its_way(case: Case) -> Outcome:
    """The courier intercepts and changes it, for a fee only when that is agreed to; else it is called back."""
    word = await case.rerouting.word_on(CourierRequestKind.CHANGE_ADDRESS, "R-ADDR", within="S-REROUTE")
    if word.verdict == FEE_ASKED:
        word = await changed_for_a_fee(case, word)
    if word.verdict == ACCEPTED:
        await case.contact.tell_by_phone_too("address_changed_told", "R-ADDR", waybill=case.order.waybill)
        return await until_delivered(case, case.order.waybill)
    if word.verdict == HANDED_OUT:
        return await case.remedy.decided_at_desk("delivered_elsewhere", "R-ADDR")
    return await called_back(case)


async def changed_for_a_fee(case: Case, word: CourierWord) -> CourierWord:
    """Whoever made the change necessary agrees to its fee before it arises (P-FEEQUOTE)."""
    assert word.fee is not None, "a courier who asks for a fee names it"
    paid_to, borne = word.courier or case.order.courier, change_fee(case.request)
    if not await case.fees.agreed(Resolution.REROUTE, "address_change", word.fee, borne, paid_to=paid_to):
        return CourierWord(verdict="fee_declined")
    return await case.rerouting.word_on(
        CourierRequestKind.CHANGE_ADDRESS, "R-ADDR", within="S-REROUTE", amount=word.fee, step="courier/change_for_fee"
    )


async def until_delivered(case: Case, waybill: str) -> Outcome:
    """Follow it to the new address."""
    if await case.courier.delivered(waybill, "S-DELIVER", "readdressed"):
        return Outcome.DELIVERED
    return await case.remedy.decided_at_desk("readdressed_not_delivered", "R-ADDR")


async def called_back(case: Case) -> Outcome:
    """Refused, too late, or the fee declined: called back, and he chooses between another parcel and his money."""
    turned = await case.undelivered.call_back("R-ADDR")
    if turned == HANDED_OUT:
        return await case.remedy.decided_at_desk("delivered_elsewhere", "R-ADDR")
    if turned != COMING_BACK:
        return await case.remedy.decided_at_desk("recall_refused", "R-ADDR")

    await case.undelivered.expect(InboundKind.UNDELIVERED_RETURN, "T-INBOUND")
    borne, freight = second_freight(case.request)
    case.note("freight_decided", borne.rule, outbound=borne.payer, inbound=borne.payer)
    choices = (Resolution.RESHIP, Resolution.FULL_REFUND)
    answer = await case.consent.propose(
        Resolution.RESHIP, "R-ADDR", template="address_too_late_told", choices=choices, fee=freight,
        options=",".join(choices),
    )  # fmt: skip
    if answer.said is Said.AGREED and answer.choice is Resolution.FULL_REFUND:
        return await paid_when_back(case, InboundKind.UNDELIVERED_RETURN)
    if answer.said is not Said.AGREED:
        return await case.remedy.decided_at_desk("reship_unanswered", "R-ADDR")
    if freight is not None and not await paid_first(case, freight):
        return await case.remedy.decided_at_desk("second_freight_unpaid", "P-FEEQUOTE")
    if await case.shipping.send(ShipmentLeg.RESHIP, "R-ADDR"):
        return Outcome.RESHIPPED
    return await case.remedy.decided_at_desk("reship_failed", "R-ADDR")


async def paid_first(case: Case, freight: Money) -> bool:
    """What he agreed to pay for another parcel is here before it leaves. Under earlier customs it was asked alone."""
    if case.start.customs < WAY_BACK:
        return True
    return await case.collection.collect(freight, purpose="freight", rule="P-FEEQUOTE", step="second_freight")

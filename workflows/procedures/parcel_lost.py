"""丢件: the courier confirms that the parcel cannot be found.

R-LOST, R-OPTIONS, R-CONSENT, M-COURIER, X5, X12.
"""

from domain.answers import Said
from domain.case import SECOND_LOOK
from domain.vocabulary import CaseType, Liability, Outcome, ParcelState, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.steps.courier import MOVING


async def parcel_lost(case: Case) -> Outcome:
    """Verify with the courier; when it is lost, make good at once and claim from the courier beside the case."""
    seen = await case.courier.track()
    if seen is ParcelState.LOST:
        return await make_good(case)
    if seen not in MOVING:
        verdict = await case.courier.trace("R-LOST")
        if verdict not in ("found", "moving"):
            return await make_good(case)
    if await case.courier.delivered(case.order.waybill, "S-DELIVER", "found_again"):
        return Outcome.DELIVERED
    return await make_good(case)


async def make_good(case: Case) -> Outcome:
    """Tell the customer first, with the choice of another parcel or money back; then the record and the claim.

    Where it turns up before he chose, he has it, and nothing is given twice.
    """
    case.becomes(CaseType.PARCEL_LOST, "R-LOST")
    before = await case.courier.in_hand("lost")  # it may show as signed for by somebody else
    answer = await case.consent.propose(
        Resolution.RESHIP, "R-LOST", template="parcel_lost_told", choices=(Resolution.RESHIP, Resolution.FULL_REFUND),
        overtaken=lambda: case.parcel.turned_up(before=before),
        step="lost" if case.start.customs >= SECOND_LOOK else "",
    )  # fmt: skip
    if answer.said is Said.OVERTAKEN:
        return Outcome.DELIVERED
    case.record(
        "parcel_incident",
        case.order.waybill or case.order.order_no,
        "R-LOST",
        incident="lost",
        waybill=case.order.waybill,
        courier=case.order.courier,
        liability=Liability.COURIER,
    )
    await case.claims.open("M-COURIER", case.order.paid)

    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("lost_plan_declined", "R-LOST")
    # Silence is no consent to another parcel, but the customer has neither goods nor money: a person decides.
    if answer.said is Said.SILENT:
        return await case.remedy.decided_at_desk("lost_no_answer", "R-LOST")
    if answer.choice is Resolution.FULL_REFUND:
        if await case.money.refund(case.remedy.refundable, purpose="goods", rule="R-LOST"):
            return Outcome.REFUNDED
        return await case.remedy.decided_at_desk("lost_refund_failed", "R-LOST")
    if await case.shipping.send(ShipmentLeg.RESHIP, "R-LOST"):
        return Outcome.RESHIPPED
    return await case.remedy.decided_at_desk("lost_reship_failed", "R-LOST")

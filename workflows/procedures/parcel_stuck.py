"""件留仓: misrouted, held or overloaded at a depot.

R-STUCK, D-COURIER, R-DAILY, R-CONSENT, R-LOST.
"""

from domain.answers import Said
from domain.ports.courier import CourierRequestKind
from domain.vocabulary import CaseType, InboundKind, Liability, Outcome, ParcelState, Resolution
from workflows.course import Case
from workflows.procedures.parcel_lost import make_good
from workflows.steps.courier import DELIVERED


async def parcel_stuck(case: Case) -> Outcome:
    """The cause, our apology, chasing, news every day until it is there; when that takes too long, another parcel."""
    seen = await case.courier.seen("stuck")
    if seen in DELIVERED:
        return Outcome.DELIVERED
    if seen is ParcelState.LOST:
        return await make_good(case)

    await case.clock("S-STUCK", name="S-STUCK/stuck")
    await case.contact.tell("stuck_told", "R-STUCK", parcel=seen)
    case.record(
        "parcel_incident", case.order.waybill or case.order.order_no, "R-STUCK",
        incident="stuck", waybill=case.order.waybill, courier=case.order.courier, cause=seen,
        liability=Liability.COURIER,
    )  # fmt: skip
    if await case.courier.trace("R-STUCK") == "lost":
        return await make_good(case)
    if await case.courier.delivered(case.order.waybill, "S-STUCK", "stuck"):
        return Outcome.DELIVERED
    if await case.courier.lost("stuck"):
        return await make_good(case)
    return await too_long(case)


async def too_long(case: Case) -> Outcome:
    """He need not wait any longer: another parcel or his money, and the original is called back."""
    case.becomes(CaseType.PARCEL_STUCK, "R-STUCK")
    choices = (Resolution.RESHIP, Resolution.FULL_REFUND)
    answer = await case.consent.propose(
        Resolution.RESHIP, "R-STUCK", template="stuck_too_long", choices=choices,
        options=",".join(choices), overtaken=case.courier.arrived,
    )  # fmt: skip
    if answer.said is Said.OVERTAKEN:
        return Outcome.DELIVERED
    if answer.said is Said.AGREED:
        await original_called_back(case)
    return await case.remedy.as_chosen(answer, "stuck", "R-STUCK")


async def original_called_back(case: Case) -> None:
    """The first parcel is brought back beside the case, and the warehouse expects it; a courier who will not pays."""
    if await case.courier.request(CourierRequestKind.RECALL, "R-STUCK"):
        await case.undelivered.expect(InboundKind.UNDELIVERED_RETURN, "T-INBOUND")
    else:
        await case.claims.open("M-COURIER", case.order.paid)

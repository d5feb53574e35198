"""疑难件 · 联系不上: phone, address or registration wrong, or the customer silent.

R-UNREACH-3D, D-UNREACH, D-UNREACH-BACK, X7.
"""

from domain.ports.courier import CourierRequestKind
from domain.vocabulary import Outcome, ShipmentLeg
from workflows.course import Case


async def customer_unreachable(case: Case) -> Outcome:
    """Keep trying for three days; then recall the parcel, and send it again when the customer surfaces.

    Who is silent may fetch it all the same: then he has it, and nothing is called back or sent again.
    """
    reached = await case.contact.keep_trying(within="D-UNREACH", unless=case.courier.fetched)
    if await case.courier.has_it("sought"):
        return Outcome.DELIVERED
    if reached:
        return await deliver_again(case)

    back = await case.courier.recall("R-UNREACH-3D", back_by="D-UNREACH-BACK")
    if await case.courier.has_it("recalled"):
        return Outcome.DELIVERED
    if not back and await case.courier.trace("R-UNREACH-3D") == "lost":
        return await case.remedy.decided_at_desk("recalled_parcel_lost", "R-LOST")

    surfaced = await case.contact.wait_for_customer(within="S-ADDRESS", unless=case.courier.fetched)
    addressed = surfaced and await case.contact.confirm_address(within="S-ADDRESS")
    if await case.courier.has_it("surfaced"):
        return Outcome.DELIVERED
    if not addressed:
        return await case.remedy.decided_at_desk("customer_never_surfaced", "R-UNREACH-3D")
    if await case.shipping.send(ShipmentLeg.RESHIP, "R-UNREACH-3D"):
        return Outcome.RESHIPPED
    return await case.remedy.decided_at_desk("reship_failed", "R-UNREACH-3D")


async def deliver_again(case: Case) -> Outcome:
    """Reached in time: confirm contact and address, and have the courier try again."""
    addressed = await case.contact.confirm_address(within="S-ADDRESS")
    if await case.courier.has_it("reached"):
        return Outcome.DELIVERED
    if not addressed:
        return await case.remedy.decided_at_desk("address_unconfirmed", "R-UNREACH-3D")
    await case.courier.request(CourierRequestKind.REDELIVER, "R-UNREACH-3D")
    if await case.courier.delivered(case.order.waybill, "S-DELIVER", "redelivery"):
        return Outcome.DELIVERED
    return await case.remedy.decided_at_desk("redelivery_failed", "R-STUCK")

"""查件: the customer asks where his parcel is.

T-TRACK, R-VERIFY, R-PROACT, R-DAILY.
"""

from domain.parcel_news import case_of, on_its_way
from domain.vocabulary import CaseType, Outcome
from workflows.course import Case
from workflows.procedures.address_change import address_change
from workflows.procedures.customer_unreachable import deliver_again
from workflows.procedures.late_shipment import late_shipment
from workflows.procedures.no_tracking_info import no_tracking_info
from workflows.procedures.out_of_area import out_of_area
from workflows.procedures.parcel_damaged import parcel_damaged
from workflows.procedures.parcel_lost import make_good
from workflows.procedures.parcel_stuck import parcel_stuck
from workflows.procedures.signed_not_received import signed_not_received
from workflows.steps.courier import DELIVERED


async def tracking_query(case: Case) -> Outcome:
    """Look it up at the courier's, answer, leave a note and follow it; where something is wrong, it is that case."""
    seen = await case.courier.track()
    numbered = await case.parcel.numbered()
    if numbered and on_its_way(seen):
        await case.contact.tell("parcel_told", "R-VERIFY", parcel=seen, waybill=case.order.waybill)
        case.record("case_remark", "parcel_told", "R-PROACT", by="system", parcel=seen, waybill=case.order.waybill)
        seen = await case.parcel.followed(seen)
        if seen in DELIVERED:
            return Outcome.DELIVERED
        if on_its_way(seen):
            return await make_good(case)  # it never came

    found = case_of(seen, has_waybill=numbered)
    case.becomes(found, "R-VERIFY")
    match found:
        case CaseType.LATE_SHIPMENT:
            return await late_shipment(case)
        case CaseType.NO_TRACKING_INFO:
            return await no_tracking_info(case)
        case CaseType.PARCEL_STUCK:
            return await parcel_stuck(case)
        case CaseType.PARCEL_LOST:
            return await make_good(case)
        case CaseType.SIGNED_NOT_RECEIVED:
            return await signed_not_received(case)
        case CaseType.ADDRESS_CHANGE:
            return await address_change(case)
        case CaseType.OUT_OF_AREA:
            return await out_of_area(case)
        case CaseType.PARCEL_DAMAGED:
            return await parcel_damaged(case)
        case CaseType.CUSTOMER_UNREACHABLE:
            return await deliver_again(case)  # he is reached: he asks for it

    await case.contact.tell("parcel_told", "R-VERIFY", step="not_coming", parcel=seen)
    return await case.remedy.decided_at_desk("parcel_not_coming", "R-VERIFY")

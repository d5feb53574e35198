"""发出无物流信息: shipped, but no scan shows.

R-NOINFO-OUR, R-NOINFO-COURIER, D-NOINFO, D-COURIER, P-HONEST.
"""

from domain.vocabulary import Outcome
from workflows.course import Case
from workflows.procedures.parcel_lost import make_good


async def no_tracking_info(case: Case) -> Outcome:
    """Ask our warehouse first: not really shipped is our fault; shipped without a scan is the courier's."""
    await case.contact.tell("no_info_told", "R-NOINFO-OUR")
    handed_over = await case.shipping.really_handed_over("R-NOINFO-OUR")
    if not handed_over:
        return await our_fault(case)
    return await couriers_fault(case)


async def our_fault(case: Case) -> Outcome:
    """Look again after one or two working days; still nothing: a person decides between sending and money back."""
    if await case.shipping.moves_within("D-NOINFO", "R-NOINFO-OUR"):
        return await until_delivered(case)
    await case.contact.tell("delay_told", "P-HONEST")
    return await case.remedy.decided_at_desk("never_shipped", "R-NOINFO-OUR")


async def couriers_fault(case: Case) -> Outcome:
    """An answer for the customer within 24-48 hours; then it is either moving or treated as lost."""
    verdict = await case.courier.trace("R-NOINFO-COURIER")
    if verdict in ("found", "moving"):
        return await until_delivered(case)
    return await make_good(case)


async def until_delivered(case: Case) -> Outcome:
    """It moves again: follow it to its receipt."""
    if await case.courier.in_hand("after_silence"):
        return Outcome.DELIVERED
    if await case.courier.delivered(case.order.waybill, "S-DELIVER", "after_silence"):
        return Outcome.DELIVERED
    return await make_good(case)

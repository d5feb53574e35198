"""发货不及时: we handed the parcel over late, or only filled in its number.

R-LATE-SHIP, R-SHIP-24H, R-FAKESHIP, D-FAKESHIP, P-HONEST, R-CANCEL-UNSHIPPED.
"""

from functools import partial

from domain.answers import Answer, Said
from domain.case import SECOND_LOOK
from domain.vocabulary import CaseType, Liability, Outcome, Resolution
from workflows.course import Case
from workflows.procedures.cancel_before_receipt import called_back, sent_after_all
from workflows.procedures.parcel_lost import make_good
from workflows.steps.courier import MOVING
from workflows.steps.pending import DONE, LEFT


async def late_shipment(case: Case) -> Outcome:
    """Learn why it is urgent, chase, honest news; a number that nobody scanned in four days is no shipping."""
    seen = await case.courier.track()
    if seen in MOVING:
        return await followed(case, case.order.waybill)

    within, since = ("D-FAKESHIP", case.order.shipped_at) if await case.parcel.numbered() else ("S-SHIP", None)
    limit = await case.clock(within, at=since)
    await case.contact.tell("late_shipment_told", "R-LATE-SHIP", due=limit.due_at.isoformat())
    await case.shipping.pressed("R-LATE-SHIP")
    waybill = await case.parcel.leaves(within, "R-FAKESHIP")
    if waybill:
        return await followed(case, waybill)
    return await not_shipped(case)


async def not_shipped(case: Case) -> Outcome:
    """The complaint is upheld, whatever the number says: he has it sent now, or his money back."""
    case.note("complaint_upheld", "R-FAKESHIP")
    case.record(
        "parcel_incident", case.order.waybill or case.order.order_no, "R-FAKESHIP",
        incident="not_shipped", waybill=case.order.waybill, liability=Liability.MERCHANT,
    )  # fmt: skip
    choices = (Resolution.RESHIP, Resolution.FULL_REFUND)
    answer = await case.consent.propose(
        Resolution.RESHIP, "P-HONEST", template="not_shipped_told", choices=choices,
        options=",".join(choices), overtaken=lambda: case.parcel.scanned() is not None,
    )  # fmt: skip
    if answer.said is Said.OVERTAKEN:
        waybill = await case.once("scanned", case.parcel.now_scanned, str)
        return await followed(case, waybill)
    if answer.said is not Said.AGREED:
        return await case.remedy.as_chosen(answer, "unshipped", "R-LATE-SHIP")
    # Nothing may leave for goods that are paid back, nor twice.
    held = await case.pending.hold("R-CANCEL-UNSHIPPED")
    if held == LEFT:
        return await left_after_all(case, answer)
    if held != DONE and case.start.customs >= SECOND_LOOK:
        return await case.remedy.decided_at_desk("hold_unanswered", "R-CANCEL-UNSHIPPED")
    chosen = partial(case.remedy.as_chosen, answer, "unshipped", "R-LATE-SHIP")
    if answer.choice is Resolution.FULL_REFUND and case.start.customs >= SECOND_LOOK:
        return await case.repair.unless_taken_back(chosen, lambda: sent_after_all(case))
    return await chosen()


async def left_after_all(case: Case, answer: Answer) -> Outcome:
    """It went out just now: who wants the goods gets these, who wants his money has them called back."""
    if answer.choice is Resolution.FULL_REFUND:
        case.becomes(CaseType.CANCEL_BEFORE_RECEIPT, "R-CANCEL-SHIPPED")
        return await called_back(case)
    return await followed(case, case.order.waybill)


async def followed(case: Case, waybill: str) -> Outcome:
    """It left: he is told its number, and it is followed to its receipt."""
    await case.contact.tell("on_the_way_told", "R-PROACT", waybill=waybill)
    if await case.courier.delivered(waybill, "S-DELIVER", "left"):
        return Outcome.DELIVERED
    return await make_good(case)

"""在途退件 · 拒收件: a parcel that never got to the customer comes back, is looked at, and is paid for.

T-INBOUND, R-CANCEL-SHIPPED, W-5, W-6, W-12, R-REF-72H, M-COURIER.
"""

from domain.vocabulary import CaseType, InboundKind, Inspection, Outcome
from workflows.course import Case
from workflows.procedures.return_refund import pay_for_return, pay_uninspected, return_refund
from workflows.steps.rerouting import HANDED_OUT
from workflows.steps.undelivered import BACK, LOST


async def paid_when_back(case: Case, kind: InboundKind) -> Outcome:
    """The warehouse expects it, receives it and inspects it; then the money goes back."""
    await case.undelivered.expect(kind, "T-INBOUND")
    came = await case.undelivered.back("R-CANCEL-SHIPPED")
    if came == HANDED_OUT:
        return await received_after_all(case)
    if came == LOST:
        return await lost_on_its_way(case)
    if came != BACK:
        return await case.remedy.decided_at_desk("never_came_back", "R-CANCEL-SHIPPED")

    await case.returns.received("undelivered_received")
    verdict = await case.returns.inspected()
    if verdict is None:
        return await pay_uninspected(case)
    return await settled(case, verdict)


async def settled(case: Case, verdict: Inspection) -> Outcome:
    """Whatever the courier did to it is his affair and ours: the customer never had it (W-12, R-CANCEL-SHIPPED)."""
    if verdict is Inspection.TRANSIT_DAMAGE:
        await case.undelivered.went_wrong("transit_damage", "W-12", photos=case.returns.photos())
        await case.contact.tell("transit_damage_told", "R-CANCEL-SHIPPED")
    if verdict in (Inspection.PASS, Inspection.NO_FAULT_FOUND):
        return await pay_for_return(case, Inspection.PASS)
    if verdict in (Inspection.DEFECT_CONFIRMED, Inspection.TRANSIT_DAMAGE):
        return await pay_for_return(case, verdict)
    return await case.remedy.decided_at_desk(f"inspection_{verdict}", "W-12")


async def lost_on_its_way(case: Case) -> Outcome:
    """He has neither goods nor money, and did nothing wrong: paid at once, the claim runs beside (R-LOST)."""
    await case.undelivered.went_wrong("lost", "R-LOST")
    if await case.money.refund(case.remedy.refundable, purpose="goods", rule="R-LOST"):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("lost_refund_failed", "R-LOST")


async def received_after_all(case: Case) -> Outcome:
    """The courier was quicker, and he has it: it is a return now (R-VERIFY)."""
    case.becomes(CaseType.RETURN_REFUND, "R-VERIFY")
    return await return_refund(case)

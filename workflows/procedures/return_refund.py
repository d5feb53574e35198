"""退货退款: goods come back, are inspected by two persons, and are paid for.

R-NR-WINDOW, R-QUAL-7D, R-EVID, R-CONSENT, R-RET-ADDR, R-RET-SLIP, R-RET-TRACK, W-1 … W-9, D-REFPAY, M-QUAL,
M-NR-FREE, X2, X3, X15.
"""

from domain.answers import Said
from domain.freight import OURS, freight_of
from domain.refund_amount import refund_for_return
from domain.vocabulary import Disposition, Inspection, Outcome, Resolution, ShipmentLeg
from workflows.course import Case


async def return_refund(case: Case) -> Outcome:
    """The window, the evidence, the customer's word; the goods, two inspections; the money within 72 hours."""
    window = await case.returns.window()
    if not window.allowed:
        closed = {"due": window.closes_at.isoformat()} if window.closes_at else {}
        await case.contact.tell("window_closed", window.rule, reason=case.request.reason, **closed)
        return Outcome.REJECTED
    if case.request.reason in OURS and not await case.evidence.photos("R-QUAL-VERIFY"):
        return await case.remedy.decided_at_desk("no_evidence", "R-QUAL-VERIFY")

    costs = freight_of(case.request, case.rules)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.outbound)
    answer = await case.consent.propose(Resolution.RETURN_REFUND, "R-CONSENT", plan=Resolution.RETURN_REFUND)
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("plan_declined", "R-OPTIONS")
    if answer.said is Said.SILENT:
        return Outcome.EXPIRED

    await case.returns.authorize(costs.inbound)
    if not await case.returns.shipped():
        return Outcome.EXPIRED
    await case.returns.received()
    verdict = await case.returns.inspected()
    if verdict is None:
        return await pay_uninspected(case)
    return await settle_return(case, verdict)


async def pay_uninspected(case: Case) -> Outcome:
    """The 72 hours ran out over the inspections, and somebody with the limit approved the payment without them."""
    due = refund_for_return(case.request, case.state.goods.received, case.rules)
    if await case.money.refund(due.amount, purpose="goods", rule="R-REF-72H", decided_by=case.returns.released_by()):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("refund_not_paid", "R-REF-72H")


async def settle_return(case: Case, verdict: Inspection) -> Outcome:
    """What the second inspection found decides: pay, send back, or ask a person."""
    fault_claimed = case.request.reason in OURS
    if verdict is Inspection.NO_FAULT_FOUND or (fault_claimed and verdict is Inspection.PASS):
        return await no_fault_found(case)
    if verdict in (Inspection.PASS, Inspection.DEFECT_CONFIRMED, Inspection.TRANSIT_DAMAGE):
        return await pay_for_return(case, verdict)
    return await case.remedy.decided_at_desk(f"inspection_{verdict}", "R-NR-WINDOW")


async def pay_for_return(case: Case, verdict: Inspection, *, as_no_reason: bool = False) -> Outcome:
    """Goods to their place, money to the customer, and he is told (R-REF-72H, R-PROMISE)."""
    await case.returns.dispose(Disposition.RESTOCK if verdict is Inspection.PASS else Disposition.QUARANTINE)
    due = refund_for_return(
        case.request, case.state.goods.received, case.rules, inspection=verdict, as_no_reason=as_no_reason
    )
    case.note("refund_computed", due.rule, reason=due.reason, amount=str(due.amount), unexpected=list(due.unexpected))
    if await case.money.refund(due.amount, purpose="goods", rule=due.rule):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("refund_not_paid", "R-REF-72H")


async def no_fault_found(case: Case) -> Outcome:
    """A claimed defect was not found (W-8, X15): he chooses a no-reason return, or having it back at his cost."""
    back = (Resolution.SEND_BACK,)
    choices = (Resolution.RETURN_REFUND, *back) if await case.returns.no_reason_open() else back
    answer = await case.consent.propose(
        Resolution.SEND_BACK, "W-8", template="no_fault_found", choices=choices, fee=case.order.freight or None,
        options=",".join(choices), rma=case.state.goods.rma,
    )  # fmt: skip
    if answer.said is not Said.AGREED:
        return await case.remedy.decided_at_desk("no_fault_unanswered", "M-NODEFECT")
    if answer.choice is Resolution.RETURN_REFUND:
        return await pay_for_return(case, Inspection.PASS, as_no_reason=True)
    case.no_longer_due("D-REFPAY")  # he takes the goods and not the money
    await case.returns.dispose(Disposition.SEND_BACK)
    if await case.shipping.send(ShipmentLeg.SEND_BACK, "W-8"):
        return Outcome.NO_FAULT_FOUND
    return await case.remedy.decided_at_desk("send_back_failed", "W-8")

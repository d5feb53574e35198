"""退货退款: goods come back, are inspected by two persons, and are paid for.

R-NR-WINDOW, R-QUAL-7D, R-QUAL-WORN, R-EVID, R-CONSENT, R-RET-ADDR, R-RET-SLIP, R-RET-TRACK, W-1 … W-9, D-REFPAY,
M-QUAL, M-NR-FREE, X2, X3, X15.
"""

from domain.answers import Answer, Said
from domain.freight import OURS, Freight, freight_of
from domain.refund_amount import refund_for_return
from domain.return_window import Window
from domain.vocabulary import Disposition, Inspection, Outcome, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.procedures.customer_misuse import broken_in_use
from workflows.procedures.worn_defect import worn_defect


async def return_refund(case: Case) -> Outcome:
    """The window, the evidence, the customer's word; the goods, two inspections; the money within 72 hours."""
    window = await case.windows.for_return()
    if not window.allowed:
        return await decline_by_window(case, window)
    if case.request.reason in OURS and not await case.evidence.photos("R-QUAL-VERIFY"):
        return await case.remedy.decided_at_desk("no_evidence", "R-QUAL-VERIFY")
    if case.request.worn and case.request.reason in OURS and (kept := await worn_defect(case)) is not None:
        return kept

    costs = freight_of(case.request, case.rules)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.outbound)
    answer = await case.consent.propose(Resolution.RETURN_REFUND, "R-CONSENT", plan=Resolution.RETURN_REFUND)
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("plan_declined", "R-OPTIONS")
    if answer.said is Said.SILENT:
        return Outcome.EXPIRED

    return await bring_back(case, costs)


async def decline_by_window(case: Case, window: Window) -> Outcome:
    """It came too late, or goods of that kind do not come back: he hears which, and what he still may do."""
    if window.reason == "category_excluded":
        await case.contact.tell("refund_rejected", window.rule, reason=window.reason)
        return Outcome.REJECTED
    closed = {"due": window.closes_at.isoformat()} if window.closes_at else {}
    await case.contact.tell("window_closed", window.rule, reason=case.request.reason, **closed)
    return Outcome.REJECTED


async def bring_back(case: Case, costs: Freight) -> Outcome:
    """The permission, the goods, two inspections, and what they found (W-1 … W-7)."""
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
    if verdict is Inspection.CUSTOMER_DAMAGE:
        return await broken_in_use(case)
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
    answer = await way_out(case)
    if answer.said is not Said.AGREED:
        return await case.remedy.decided_at_desk("no_fault_unanswered", "M-NODEFECT")
    if answer.choice is Resolution.RETURN_REFUND:
        return await convert(case)
    case.no_longer_due("D-REFPAY")  # he takes the goods and not the money
    return await give_back(case)


async def way_out(case: Case, *first: Resolution, template: str = "no_fault_found") -> Answer:
    """Let him choose: what is open without a reason, `first` before a return, or having the goods back at his cost."""
    back = (Resolution.SEND_BACK,)
    choices = (*first, Resolution.RETURN_REFUND, *back) if await case.windows.no_reason_open() else back
    return await case.consent.propose(
        Resolution.SEND_BACK, "W-8", template=template, choices=choices, fee=case.order.freight or None,
        options=",".join(choices), rma=case.state.goods.rma,
    )  # fmt: skip


async def convert(case: Case) -> Outcome:
    """It becomes a return without a reason (X15)."""
    return await pay_for_return(case, Inspection.PASS, as_no_reason=True)


async def give_back(case: Case) -> Outcome:
    """His own goods go back to him when he paid for their way, to which he agreed (W-8, M-NODEFECT)."""
    if not await case.collection.way_back():
        return await case.remedy.decided_at_desk("way_back_unpaid", "M-NODEFECT")
    await case.returns.dispose(Disposition.SEND_BACK)
    if await case.shipping.send(ShipmentLeg.SEND_BACK, "W-8", goods=case.request.concerned):
        return Outcome.NO_FAULT_FOUND
    return await case.remedy.decided_at_desk("send_back_failed", "W-8")

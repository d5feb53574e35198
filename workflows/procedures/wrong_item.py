"""错发 · 发错货: other goods came than were ordered.

T-WRONG, R-WRONG, R-EVID, R-CONSENT, M-QUAL, W-1 … W-9, A-SOD.
"""

from domain.answers import Said
from domain.case import SECOND_LOOK
from domain.freight import freight_of
from domain.order_part import refund_of
from domain.vocabulary import Disposition, Inspection, Outcome, Resolution, ShipmentLeg
from workflows.course import Case

TAKEN_BACK = frozenset({
    Inspection.PASS, Inspection.NO_FAULT_FOUND, Inspection.DEFECT_CONFIRMED, Inspection.TRANSIT_DAMAGE,
})  # fmt: skip
"""What a second inspection may find without anybody having to speak with the customer."""


async def wrong_item(case: Case) -> Outcome:
    """Apologise, see a photo, send the right goods at once; the wrong ones come back at our cost, afterwards."""
    if not await case.evidence.photos("R-WRONG"):
        return await case.remedy.decided_at_desk("no_wrong_item_photo", "R-WRONG")
    choices = (Resolution.RESHIP, Resolution.RETURN_REFUND)
    answer = await case.consent.propose(
        Resolution.RESHIP, "R-WRONG", template="wrong_item_told", choices=choices, options=",".join(choices)
    )
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("wrong_item_plan_declined", "R-OPTIONS")
    if answer.said is Said.SILENT:
        return await case.remedy.decided_at_desk("wrong_item_no_answer", "R-WRONG")
    if answer.choice is Resolution.RETURN_REFUND:
        return await money_for_the_wrong_ones(case)

    if not await case.shipping.send(ShipmentLeg.RESHIP, "R-WRONG", goods=case.request.concerned):
        return await case.remedy.decided_at_desk("wrong_item_reship_failed", "R-WRONG")
    await wrong_ones_back(case)
    return Outcome.RESHIPPED


async def wrong_ones_back(case: Case) -> None:
    """He has the right goods: permission, number, receipt, two inspections for the wrong ones; else a person."""
    await permit(case)
    if not await case.returns.shipped() or not await case.returns.arrived_in_time():
        return await person_closes(case, "wrong_goods_kept")
    if not await inspected_and_stored(case):
        return await person_closes(case, "wrong_goods_inspection")
    return None


async def money_for_the_wrong_ones(case: Case) -> Outcome:
    """He would rather have his money: for the goods that he did not get, once the wrong ones are here (R-REF-72H)."""
    await permit(case)
    if not await case.returns.shipped():
        return await case.remedy.decided_at_desk("wrong_goods_kept", "R-WRONG")
    await case.returns.received()
    if not await inspected_and_stored(case):
        return await case.remedy.decided_at_desk("wrong_goods_inspection", "R-WRONG")
    due = refund_of(case.request, case.request.concerned, case.rules, rule="R-WRONG", already=case.remedy.refunded)
    case.note("part_computed", due.rule, reason=due.reason, amount=str(due.amount))
    if await case.money.refund(due.amount, purpose="goods", rule="R-REF-72H"):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("wrong_item_refund_failed", "R-REF-72H")


async def permit(case: Case) -> None:
    """The wrong goods may come back, and that costs him nothing (M-QUAL)."""
    costs = freight_of(case.request, case.rules)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.outbound)
    await case.returns.authorize(costs.inbound, "wrong_goods_asked", goods=case.request.came_instead)


async def inspected_and_stored(case: Case) -> bool:
    """Two inspections by two persons, then to stock or to the defect zone. False where somebody must look."""
    verdict = await case.returns.inspected()
    if verdict is not None and verdict not in TAKEN_BACK:
        return False
    sound = verdict in (Inspection.PASS, Inspection.NO_FAULT_FOUND)
    await case.returns.dispose(Disposition.RESTOCK if sound else Disposition.QUARANTINE)
    return True


async def person_closes(case: Case, question: str) -> None:
    """He has the right goods, and his case ends; what becomes of the wrong ones a person says, and that is done."""
    ruling = await case.desk.decide(question, "R-WRONG")
    case.note("wrong_goods_closed", "R-WRONG", resolution=ruling.resolution)
    if ruling.resolution is not Resolution.EXPLAIN_ONLY and case.start.customs >= SECOND_LOOK:
        await case.remedy.carried_out(ruling, question, "R-WRONG")

"""不当使用: the customer broke it in use.

R-MISUSE, M-MISUSE, R-EVID, P-FEEQUOTE, P-CONSENT.
"""

from domain.answers import Said
from domain.freight import freight
from domain.money import Money
from domain.vocabulary import CaseType, Disposition, FreightPayer, Liability, Outcome, Resolution, ShipmentLeg
from workflows.course import Case
from workflows.procedures.mending import mend


async def customer_misuse(case: Case) -> Outcome:
    """Sympathise and look at photos; a person says whether it can be repaired and for how much; he agrees first."""
    await case.contact.tell("misuse_sympathy", "R-MISUSE")
    if not await case.evidence.photos("R-MISUSE"):
        return await case.remedy.decided_at_desk("no_evidence", "R-MISUSE")
    ruling = await case.desk.decide("misuse_repair", "R-MISUSE")
    if ruling.resolution not in (Resolution.REPAIR, Resolution.EXPLAIN_ONLY):
        outcome = await case.remedy.carry_out(ruling, "R-MISUSE", step="misuse_repair")
        return outcome or await case.remedy.decided_at_desk("misuse_not_settled", "R-MISUSE")

    if ruling.resolution is Resolution.REPAIR and await agreed_to(case, ruling.amount):
        return await mend(case, Resolution.REPAIR, FreightPayer.CUSTOMER, ruling.amount)
    await case.contact.tell("misuse_explained", "R-MISUSE")
    return Outcome.EXPLAINED


async def broken_in_use(case: Case) -> Outcome:
    """A return that the inspection found broken in use: a person decides, perhaps for a repair; else it goes back."""
    question, rule = "inspection_customer_damage", "R-NR-WINDOW"
    ruling = await case.desk.decide(question, rule)
    if ruling.resolution is not Resolution.REPAIR:
        outcome = await case.remedy.carry_out(ruling, rule, step=question)
        return outcome or await case.remedy.decided_at_desk(f"{question}_2", rule)

    case.becomes(CaseType.CUSTOMER_MISUSE, "R-MISUSE")
    case.no_longer_due("D-REFPAY")  # he has his goods back and not the money
    if await agreed_to(case, ruling.amount):
        return await mend(case, Resolution.REPAIR, FreightPayer.CUSTOMER, ruling.amount, here=True)
    if not await case.collection.way_back_as_found(question):
        return await case.remedy.decided_at_desk("way_back_unpaid", "M-MISUSE")
    await case.contact.tell("misuse_explained", "R-MISUSE", rma=case.state.goods.rma)
    await case.returns.dispose(Disposition.SEND_BACK)
    if await case.shipping.send(ShipmentLeg.SEND_BACK, "R-MISUSE", goods=case.request.concerned):
        return Outcome.RETURNED_TO_CUSTOMER
    return await case.remedy.decided_at_desk("send_back_failed", "R-MISUSE")


async def agreed_to(case: Case, fee: Money | None) -> bool:
    """Whether he agrees to what the repair costs him and to whose the postage is: nothing is done before."""
    costs = freight(case.request.reason, case.rules, free_postage=case.order.free_postage, liability=Liability.CUSTOMER)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.back)
    answer = await case.consent.propose(
        Resolution.REPAIR, "M-MISUSE", template="misuse_repair_quoted", fee=fee, freight=costs.inbound
    )
    return answer.said is Said.AGREED

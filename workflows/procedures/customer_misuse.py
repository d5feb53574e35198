"""不当使用: the customer broke it in use.

R-MISUSE, M-MISUSE, R-EVID, P-FEEQUOTE, P-CONSENT.
"""

from domain.answers import Said
from domain.freight import freight
from domain.vocabulary import Liability, Outcome, Resolution
from workflows.course import Case
from workflows.procedures.mending import mend


async def customer_misuse(case: Case) -> Outcome:
    """Sympathise and look at photos; a person says whether it can be repaired and for how much; he agrees first."""
    await case.contact.tell("misuse_sympathy", "R-MISUSE")
    if not await case.evidence.photos("R-MISUSE"):
        return await case.remedy.decided_at_desk("no_evidence", "R-MISUSE")
    ruling = await case.desk.decide("misuse_repair", "R-MISUSE")
    if ruling.resolution is Resolution.EXPLAIN_ONLY:
        return await explained(case)
    if ruling.resolution is not Resolution.REPAIR:
        outcome = await case.remedy.carry_out(ruling, "R-MISUSE", step="misuse_repair")
        return outcome or await case.remedy.decided_at_desk("misuse_not_settled", "R-MISUSE")

    costs = freight(case.request.reason, case.rules, free_postage=case.order.free_postage, liability=Liability.CUSTOMER)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.back)
    answer = await case.consent.propose(
        Resolution.REPAIR, "M-MISUSE", template="misuse_repair_quoted", fee=ruling.amount, freight=costs.inbound
    )
    if answer.said is not Said.AGREED:
        return await explained(case)
    return await mend(case, Resolution.REPAIR, costs.inbound, ruling.amount)


async def explained(case: Case) -> Outcome:
    """Nothing is repaired, nothing is owed: the goods are his and stay with him."""
    await case.contact.tell("misuse_explained", "R-MISUSE")
    return Outcome.EXPLAINED

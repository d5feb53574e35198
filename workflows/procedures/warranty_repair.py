"""保修维修: a defect inside the year.

R-WARR, R-WARR-PROOF, R-QUAL-CENTER, R-ONSITE, M-EXQ, X3.
"""

from domain.answers import Said
from domain.freight import freight
from domain.vocabulary import CaseType, Outcome, RepairState, Resolution
from workflows.course import Case
from workflows.procedures.mending import mend
from workflows.procedures.paid_maintenance import paid_maintenance


async def warranty_repair(case: Case) -> Outcome:
    """The proof of purchase, the service centre's word if he can have it; the plan and who pays which way."""
    if not await case.evidence.photos("R-WARR-PROOF", template="proof_asked"):
        decided = await case.repair.decided("no_proof", "R-WARR-PROOF")
        if isinstance(decided, Outcome):
            return decided

    centre = await case.repair.centre()
    if centre is RepairState.NOT_COVERED:
        case.becomes(CaseType.PAID_MAINTENANCE, "R-QUAL-CENTER")
        return await paid_maintenance(case)
    if centre is RepairState.NO_FAULT:
        decided = await case.repair.decided("centre_no_fault", "R-QUAL-CENTER")
        if isinstance(decided, Outcome):
            return decided

    window = await case.windows.for_return()
    costs = freight(
        case.request.reason, case.rules, free_postage=case.order.free_postage, liability=case.request.fault,
        exchange=True, inside_window=window.allowed,
    )  # fmt: skip
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.back)
    answer = await case.consent.propose(
        Resolution.REPAIR, "R-ONSITE", template="repair_proposed", choices=(Resolution.REPAIR, Resolution.ONSITE_VISIT),
        freight=costs.inbound, options=Resolution.ONSITE_VISIT,
    )  # fmt: skip
    if answer.said is Said.DECLINED:
        return await case.remedy.decided_at_desk("plan_declined", "R-OPTIONS")
    if answer.said is Said.SILENT:
        return Outcome.EXPIRED
    return await mend(case, answer.choice or Resolution.REPAIR, costs.inbound)

"""维修: a repair under warranty (保修), or paid maintenance (维护); the year and the fault say which.

T-REPAIR, R-WARR, D-WARR, R-MAINT, R-ONSITE.
"""

from domain.vocabulary import CaseType, Outcome
from workflows.course import Case
from workflows.procedures.paid_maintenance import paid_maintenance
from workflows.procedures.warranty_repair import warranty_repair


async def repair(case: Case) -> Outcome:
    """Whatever it was asked as: inside the year a defect costs him no repair. Help from afar comes first."""
    warranty = await case.repair.warranty()
    case.becomes(CaseType.WARRANTY_REPAIR if warranty.allowed else CaseType.PAID_MAINTENANCE, warranty.rule)
    if await case.repair.solved_remotely():
        return Outcome.EXPLAINED
    return await (warranty_repair(case) if warranty.allowed else paid_maintenance(case))

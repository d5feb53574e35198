"""付费维护: the year is over, or it broke in use; he pays the repair and both freights, and hears the fee first.

R-MAINT, R-MISUSE, M-MAINT, P-FEEQUOTE, P-CONSENT.
"""

from domain.answers import Ruling, Said
from domain.freight import maintenance
from domain.vocabulary import Outcome, Party, Resolution
from workflows.course import Case
from workflows.procedures.mending import mend


async def paid_maintenance(case: Case) -> Outcome:
    """Nothing is sent before he knows what it costs and agrees. A no costs him nothing."""
    quoted: Ruling | Outcome = Ruling(
        resolution=Resolution.REPAIR, amount=case.request.fee, reason="quoted", by=Party.SYSTEM
    )
    if case.request.fee is None:
        quoted = await case.repair.decided("maintenance_fee", "R-MAINT")
    if isinstance(quoted, Outcome):
        return quoted

    costs = maintenance(case.rules)
    case.note("freight_decided", costs.rule, inbound=costs.inbound, outbound=costs.back)
    answer = await case.consent.propose(
        quoted.resolution, "R-MAINT", template="maintenance_quoted", fee=quoted.amount, freight=costs.inbound
    )
    if answer.said is Said.DECLINED:
        return Outcome.WITHDRAWN
    if answer.said is Said.SILENT:
        return Outcome.EXPIRED
    return await mend(case, quoted.resolution, costs.inbound, quoted.amount)

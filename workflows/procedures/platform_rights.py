"""平台介入: the customer went to the platform; its arbiter (小二) decides, by its own deadlines.

T-RIGHTS, R-EVID, A-AGENTDAY. Its deadline is carried, and ours is never later.
"""

from domain.answers import Ruled
from domain.vocabulary import Outcome, PlatformVerdict
from workflows.course import Case


async def platform_rights(case: Case) -> Outcome:
    """Tell him that we answer the platform; submit the evidence in time, as often as it is asked for; obey."""
    await case.contact.tell("platform_answered", "T-RIGHTS")
    turn, deadline, asked_at = 1, case.request.deadline, case.request.requested_at
    await case.platform.evidence(turn, deadline, at=asked_at)
    ruled = await case.platform.verdict(turn)
    while ruled.verdict is PlatformVerdict.MORE_EVIDENCE:
        turn += 1
        await case.platform.evidence(turn, ruled.due_at)
        ruled = await case.platform.verdict(turn)
    return await obey(case, ruled)


async def obey(case: Case, ruled: Ruled) -> Outcome:
    """For the customer: he is paid at once, in the authority of the verdict. For us: he hears why."""
    if ruled.verdict is PlatformVerdict.FOR_SHOP:
        await case.contact.tell("ruling_explained", "T-RIGHTS")
        return Outcome.EXPLAINED
    amount = ruled.amount or case.request.amount or case.remedy.refundable
    if await case.money.refund(amount, purpose="goods", rule="T-RIGHTS", decided_by=ruled.by):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("ruling_not_paid", "T-RIGHTS")

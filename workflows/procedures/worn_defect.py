"""穿洗后的质量问题: worn or washed goods with a defect, inside a quality return.

R-QUAL-WORN, M-COMP-SIZE, A-SERIOUS, P-CONSENT.
"""

from domain.answers import Said
from domain.compensation import for_keeping
from domain.vocabulary import Outcome, Party, Resolution
from workflows.course import Case


async def worn_defect(case: Case) -> Outcome | None:
    """Not serious: he keeps the goods, with 10-15 yuan. Serious, or he would rather not: the supervisor decides.

    None says that they come back like any other goods with a defect.
    """
    ruling = await case.desk.decide("worn_defect", "R-QUAL-WORN")
    amount = for_keeping(case.rules, ruling, case.order.paid.currency)
    if amount is not None:
        answer = await case.consent.propose(
            Resolution.PARTIAL_REFUND, "R-QUAL-WORN", plan=Resolution.PARTIAL_REFUND, amount=str(amount)
        )
        if answer.said is Said.AGREED:
            if await case.money.refund(amount, purpose="worn_defect", rule="R-QUAL-WORN", decided_by=ruling.by):
                return case.remedy.refund_outcome()
            return await case.remedy.decided_at_desk("refund_not_paid", "R-QUAL-WORN")

    serious = await case.desk.decide("worn_serious", "A-SERIOUS", ball=Party.SUPERVISOR)
    if serious.resolution is Resolution.RETURN_REFUND:
        return None
    outcome = await case.remedy.carry_out(serious, "A-SERIOUS", step="worn_serious")
    return outcome or await case.remedy.decided_at_desk("refund_not_paid", "A-SERIOUS")

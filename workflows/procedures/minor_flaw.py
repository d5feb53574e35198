"""小瑕疵: a loose thread, a small mark; the goods serve.

R-FLAW, M-COMP-SIZE, M-COMP-LADDER, R-QUAL-FEEDBACK, W-7.
"""

from domain.compensation import customary
from domain.money import Money
from domain.vocabulary import CaseType, Outcome, Party
from workflows.course import Case
from workflows.procedures.return_refund import return_refund


async def minor_flaw(case: Case) -> Outcome:
    """Always apologise, offer the customary coupon, tell quality; who would rather not keep it may return it."""
    await case.contact.tell("flaw_apology", "R-FLAW")
    case.record(
        "defect_cause",
        case.order.order_no,
        "R-QUAL-FEEDBACK",
        cause=case.request.reason,
        skus=[line.sku for line in case.request.concerned],
        to=[Party.QC, Party.PURCHASING],
    )

    async def what_is_customary() -> list[Money]:
        least = customary(case.rules, "flaw", case.order.paid.currency)
        return [least] if least is not None else []

    coupons = await case.once("flaw/coupon", what_is_customary, list[Money])
    if not coupons:
        return await case.remedy.decided_at_desk("flaw", "R-FLAW")
    if await case.goodwill.offered("coupon", coupons[0], "flaw"):
        return Outcome.GOODWILL_ONLY

    if not (await case.windows.for_return()).allowed:
        return await case.remedy.decided_at_desk("flaw", "R-FLAW")
    case.becomes(CaseType.RETURN_REFUND, "R-FLAW")
    return await return_refund(case)

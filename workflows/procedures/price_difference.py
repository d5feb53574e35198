"""退差价: the same goods cost less now.

R-PRICE-15D, R-CANCEL-PROMO, D-PRICE, M-GIFTS, A-CAP.
"""

from domain import price_difference as bargain
from domain.vocabulary import Outcome
from workflows.course import Case


async def price_difference(case: Case) -> Outcome:
    """Within 15 working days after the trade's success the difference is paid, gifts counted; later it is explained."""
    window = await case.windows.for_price()
    if not window.allowed:
        closed = {"due": window.closes_at.isoformat()} if window.closes_at else {}
        await case.contact.tell("price_window_closed", window.rule, **closed)
        return Outcome.EXPLAINED

    due = bargain.price_difference(case.request)
    case.note("price_difference_computed", due.rule, reason=due.reason, amount=str(due.amount), goods=str(due.goods),
              gifts=str(due.gifts))  # fmt: skip
    if due.reason == "price_unknown":
        return await case.remedy.decided_at_desk("price_unknown", "R-PRICE-15D")
    if not due.allowed:
        await case.contact.tell("no_price_difference", due.rule)
        return Outcome.EXPLAINED

    if await case.money.refund(due.amount, purpose="price_difference", rule=due.rule):
        return Outcome.PRICE_ADJUSTED
    return await case.remedy.decided_at_desk("difference_not_paid", "R-PRICE-15D")

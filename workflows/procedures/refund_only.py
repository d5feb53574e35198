"""仅退款: money back without goods coming back.

R-REF-PATH, D-REFDEC, R-REFREASON, P-NOREASONGAME, R-CANCEL-UNSHIPPED, X1, X9, X16.
"""

from domain.case import SECOND_LOOK
from domain.refund_reason import NOT_SHIPPED, decision_on
from domain.vocabulary import Outcome
from workflows.course import Case
from workflows.procedures.cancel_before_receipt import held_and_paid


async def refund_only(case: Case) -> Outcome:
    """Decide within 24 hours of the application: by the reason where it is clear, by a person where it is not.

    What has not left is held before all of it is paid back.
    """
    clock = await case.clock("D-REFDEC", at=case.request.requested_at, no_later_than=case.request.deadline)
    clear = decision_on(case.request)
    case.note("refund_reason_judged", clear.rule, allowed=clear.allowed, reason=clear.reason)
    if not clear.allowed:
        await case.contact.tell("request_received", "R-INTERIM", due=clock.due_at.isoformat())
        return await case.remedy.decided_at_desk("refund_only", clear.rule, within="D-REFDEC")

    case.met("D-REFDEC")
    whole = (case.request.amount or case.order.paid) >= case.order.paid  # of a part of it, it leaves all the same
    if clear.reason == NOT_SHIPPED and whole and case.start.customs >= SECOND_LOOK:
        return await held_and_paid(case)
    amount = case.request.amount or case.remedy.refundable
    if await case.money.refund(amount, purpose="goods", rule=clear.rule):
        return case.remedy.refund_outcome()
    return await case.remedy.decided_at_desk("refund_not_paid", "R-REF-PATH")

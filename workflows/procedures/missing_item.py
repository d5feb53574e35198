"""少发 · 漏发: goods of the order were not in the parcel.

T-MISSING, R-MISSING, R-OPTIONS, R-CONSENT, P-PROMISE.
"""

from domain.answers import Said
from domain.order_part import refund_of
from domain.refund_amount import RefundAmount
from domain.vocabulary import Outcome, Resolution
from workflows.course import Case
from workflows.procedures.reship import send_again


async def missing_item(case: Case) -> Outcome:
    """Verify with the warehouse; then what is missing is sent, paid back, or goes free with his next order.

    What was given to him free of charge is not paid back: there is nothing to pay.
    """
    if await case.stock.packed_completely("R-MISSING"):
        return await case.remedy.decided_at_desk("packing_complete", "R-MISSING")

    goods = case.request.lines

    async def due_for_them() -> RefundAmount:
        due = refund_of(case.request, goods, case.rules, rule="R-MISSING", already=case.remedy.refunded)
        case.note("part_computed", due.rule, reason=due.reason, amount=str(due.amount))
        return due

    due = await case.once("due", due_for_them, RefundAmount)
    choices = case.remedy.worth((Resolution.RESHIP, Resolution.PART_REFUND, Resolution.SHIP_TOGETHER), due.amount)
    answer = await case.consent.propose(
        Resolution.RESHIP, "R-MISSING", template="missing_told", choices=choices,
        options=",".join(choices), amount=str(due.amount),
    )  # fmt: skip
    if answer.said is Said.AGREED and answer.choice is Resolution.SHIP_TOGETHER:
        return await with_his_next_order(case)
    return await case.remedy.as_chosen(answer, "missing", "R-MISSING", goods=goods, amount=due.amount)


async def with_his_next_order(case: Case) -> Outcome:
    """Free with what he orders next; when he orders nothing in time, by itself and free all the same."""
    order_no = await case.stock.next_order("R-MISSING")
    outcome = await send_again(case, case.request.lines, "R-MISSING", or_ask="missing_reship_failed", beside=order_no)
    await case.stock.settle_next_order(outcome)
    return outcome

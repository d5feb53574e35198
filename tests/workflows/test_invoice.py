"""What after-sales does to the order's invoice becomes a task of finance (R-INV-RET, R-INV-EX, R-INV-REP)."""

from __future__ import annotations

from store.invoices import Invoices
from tests.workflows.house import House


async def test_a_refund_reverses_the_invoice_and_a_second_one_raises_the_sum(house: House) -> None:
    """10.00 back, not enough, 5.00 more: one task over 15.00, there before the case closes and after it ended."""
    case = await house.open(
        "refund_only", reason="duplicate", amount=1000, order={"invoice": "INV-77"}, customer={"solved": [False, True]}
    )
    await case.run_until(waiting_for="confirmation")
    (task,) = [one for one in await Invoices(house.pool).tasks() if one.case_no == case.case_no]
    assert (task.action, task.invoice, str(task.left), task.rule) == ("red_letter", "INV-77", "10.00 CNY", "R-INV-RET")
    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", by="agent:7", resolution="partial_refund", amount={"minor": 500})
    await case.to_the_end()
    (task,) = [one for one in await Invoices(house.pool).tasks() if one.case_no == case.case_no]
    assert (str(task.left), task.open) == ("15.00 CNY", True)
    assert await case.payments() == [1000, 500]


async def test_goodwill_and_orders_without_an_invoice_give_finance_nothing_to_do(house: House) -> None:
    """An ordinary refund of an order that has no invoice leaves no such record."""
    case = await house.open("refund_only", reason="duplicate", amount=1000)
    await case.to_the_end()
    assert await case.records("invoice_action") == []

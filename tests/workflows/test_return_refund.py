"""退货退款: every way in which goods come back, are inspected and are paid for, or are not."""

from __future__ import annotations

from tests.workflows.house import House


async def test_no_reason_return_inside_its_window_is_paid_in_full_after_two_inspections(house: House) -> None:
    """A customer changes his mind inside the window: he sends the cup back at his cost and gets his 45 yuan, once."""
    case = await house.open("return_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]

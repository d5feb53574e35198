"""What is to be done to an order's invoice: reversed, endorsed, sent back (R-INV-RET, R-INV-EX, R-INV-REP)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.case import GOODWILL, Refunding
from domain.invoice import InvoiceAction, invoice_work
from domain.order import Order
from domain.ports.refunds import RefundStatus
from tests.domain.cases import NOW
from tests.domain.example import RULES, order, yuan


def refund(text: str, purpose: str = "goods", status: RefundStatus = RefundStatus.DONE) -> Refunding:
    """Money that went back."""
    return Refunding(key=text + purpose, amount=yuan(text), purpose=purpose, rule="R-REF-72H", status=status)


@pytest.mark.parametrize("action", InvoiceAction)
def test_an_order_without_an_invoice_gives_finance_nothing_to_do(action: InvoiceAction) -> None:
    """Most orders have none."""
    assert invoice_work(action, order(), RULES, NOW, (refund("99.00"),)) is None


def test_money_back_reverses_so_much_of_the_invoice() -> None:
    """A part reverses a part, a second part raises the sum; goodwill and his own freight were never invoiced."""
    invoiced = order(invoice="INV-1")
    parts = (refund("10.00"), refund("5.00", "price_difference"), refund("8.00", "freight"), refund("9.00", GOODWILL))
    for refunds, sum_ in ((parts[:1], "10.00"), (parts, "15.00"), ((refund("99.00"), refund("99.00")), "99.00")):
        work = invoice_work(InvoiceAction.RED_LETTER, invoiced, RULES, NOW, refunds)
        assert work is not None
        assert work.amount == yuan(sum_)
        assert work.due_at == NOW + timedelta(days=RULES.numbers.invoice_days)


def test_what_did_not_reach_him_reverses_nothing() -> None:
    """A refund that was refused or is under way."""
    waiting = (refund("10.00", status=RefundStatus.REFUSED), refund("10.00", status=RefundStatus.PENDING))
    assert invoice_work(InvoiceAction.RED_LETTER, order(invoice="INV-1"), RULES, NOW, waiting) is None


def test_an_exchange_or_a_repair_has_no_sum() -> None:
    """The invoice is endorsed or goes back as it is."""
    for action in (InvoiceAction.ENDORSEMENT, InvoiceAction.ORIGINAL_BACK):
        work = invoice_work(action, order(invoice="INV-1"), RULES, NOW)
        assert work is not None
        assert (work.invoice, work.amount) == ("INV-1", None)


def test_an_order_without_one_travels_as_before() -> None:
    """The first event of a case does not grow by it."""
    assert "invoice" not in order().model_dump()
    assert Order.model_validate(order(invoice="INV-1").model_dump(mode="json")).invoice == "INV-1"

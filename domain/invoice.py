"""What after-sales does to an invoice: money back reverses it, an exchange endorses it, a repair sends it back.

Finance carries it out within days; the case waits for nothing of it (R-INV-RET, R-INV-EX, R-INV-REP). Pure.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.case import GOODWILL, Refunding
from domain.money import Money
from domain.order import Order
from domain.ports.refunds import RefundStatus
from domain.rules import Rules

RECORD = "invoice_action"  # the kind of record: one per case and action, under the action's name
NOT_INVOICED = frozenset({GOODWILL, "freight"})
"""What such a refund pays back was never on the shop's invoice: a gesture, freight that the customer laid out."""


class InvoiceAction(StrEnum):
    """What finance does to an invoice."""

    RED_LETTER = "red_letter"  # 红冲, whole or in part
    ENDORSEMENT = "endorsement"  # 背书
    ORIGINAL_BACK = "original_back"  # 原票随货寄回


RULES: Mapping[InvoiceAction, str] = {
    InvoiceAction.RED_LETTER: "R-INV-RET",
    InvoiceAction.ENDORSEMENT: "R-INV-EX",
    InvoiceAction.ORIGINAL_BACK: "R-INV-REP",
}


class InvoiceWork(BaseModel):
    """What is to be done to which invoice by when. `amount`: the sum to be reversed in all, with what was before."""

    model_config = ConfigDict(frozen=True)

    action: InvoiceAction
    invoice: str
    order_no: str
    due_at: datetime
    amount: Money | None = None


def invoice_work(
    action: InvoiceAction, order: Order, rules: Rules, now: datetime, refunds: tuple[Refunding, ...] = ()
) -> InvoiceWork | None:
    """What is to be done now; None where the order has no invoice or nothing of it comes back.

    A reversal counts all that reached the customer of what was invoiced: a second part raises the sum of the first.
    """
    if not order.invoice:
        return None
    amount = None
    if action is InvoiceAction.RED_LETTER:
        back = sum(
            one.amount.minor for one in refunds if one.status is RefundStatus.DONE and one.purpose not in NOT_INVOICED
        )
        if not back:
            return None
        amount = Money(minor=min(back, order.paid.minor), currency=order.paid.currency)
    due_at = now + timedelta(days=rules.numbers.invoice_days)
    return InvoiceWork(action=action, invoice=order.invoice, order_no=order.order_no, due_at=due_at, amount=amount)

"""What a part of an order is worth: goods that never came, came broken, or are not in stock (R-MISSING, M-PARTIAL)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from domain.events import Request
from domain.freight import freight_of
from domain.money import Money
from domain.order import AskedLine
from domain.refund_amount import RefundAmount, refund_amount
from domain.rules import Rules


def refund_of(
    request: Request, goods: Iterable[AskedLine], rules: Rules, *, rule: str, already: Money | None = None
) -> RefundAmount:
    """What to pay back for goods of the order that the customer does not have: what he paid for them.

    Our freight goes back with the last of the goods. The sum never exceeds what was paid less `already`.
    """
    pieces: Counter[str] = Counter()
    for line in goods:
        pieces[line.sku] += line.quantity
    due = refund_amount(request.order, pieces, freight_of(request, rules), already_refunded=already)
    reasons = {"goods_received": "whole_order", "goods_received_in_part": "part_of_the_order"}
    return due.model_copy(update={"rule": rule, "reason": reasons.get(due.reason, due.reason)})


def share_of(amount: Money, percent: int, most: Money) -> Money:
    """That share of a sum, rounded down to whole units, and no more than `most`."""
    return min(Money(minor=amount.minor * percent // 100, currency=amount.currency), most)

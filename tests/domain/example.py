"""An invented order and request to decide on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.events import Request
from domain.money import Money
from domain.order import Order, OrderLine
from domain.rulebook_file import default
from domain.vocabulary import CaseType, ReasonCode

RULES = default().rules()
SIGNED = datetime(2026, 11, 2, 12, tzinfo=UTC)  # Monday, 20:00 in Beijing


def yuan(text: str) -> Money:
    """A sum."""
    return Money.parse(text)


def order(*lines: tuple[str, int, str], **fields: Any) -> Order:
    """An order of lines (SKU, pieces, price of the line), paid in full unless said otherwise."""
    rows = tuple(
        OrderLine(sku=sku, quantity=pieces, price=yuan(price)) for sku, pieces, price in lines or [("A", 1, "99.00")]
    )
    paid = sum((row.price for row in rows), fields.get("freight", Money(minor=0)))
    known = {"order_no": "DEMO-1", "customer_ref": "c-1", "paid": paid, "lines": rows, "signed_at": SIGNED}
    return Order(**{**known, **fields})


def request(reason: ReasonCode, of: Order | None = None, **fields: Any) -> Request:
    """A return request, made a day after the parcel was signed for unless said otherwise."""
    known = {
        "shop": "demo", "case_type": CaseType.RETURN_REFUND, "order": of or order(), "reason": reason,
        "requested_at": SIGNED + timedelta(days=1),
    }  # fmt: skip
    return Request(**{**known, **fields})

"""What the source of an order tells anew of it, as far as a running case can use it (R-VERIFY). Pure."""

from __future__ import annotations

from domain.messages.facts import OrderTold
from domain.order import Order


def news(before: Order, now: Order) -> OrderTold | None:
    """What is told now and was not before; None where that is nothing. What is left out is not taken back."""
    told = {field: getattr(now, field) for field in OrderTold.model_fields}
    new = {field: value for field, value in told.items() if value and value != getattr(before, field)}
    return OrderTold(**new) if new else None


def usable(order: Order, said: OrderTold) -> dict[str, object]:
    """What of it a case takes over.

    A parcel that has a number keeps it: another is of another parcel. Sums stay in the currency in which he asked.
    """
    left_out = {"courier", "waybill"} if order.waybill else set()
    if said.paid is not None and said.paid.currency != order.paid.currency:
        left_out.add("paid")
    return {
        field: value for field, value in said.told().items() if field not in left_out and value != getattr(order, field)
    }

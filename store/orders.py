"""What an order was paid and how much of it is promised back: the bound of all its refunds."""

from __future__ import annotations

import asyncpg
from pydantic import BaseModel, ConfigDict

from domain.money import Money
from domain.order import Order
from store.pool import Database
from store.queries import SQL


class PaymentFixed(ValueError):
    """What was paid cannot change while refunds stand against it."""


class OrderMoney(BaseModel):
    """An order's money. `committed` is the sum of its live refunds and never exceeds `paid`."""

    model_config = ConfigDict(frozen=True)

    paid: Money
    committed: Money


class PostgresOrders:
    """Orders over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def put(self, shop: str, order: Order) -> None:
        """Make an order known, or correct what was paid as long as nothing goes back.

        Raises:
            PaymentFixed: the order has live refunds and another sum or currency is told now.
        """
        try:
            await self._database.execute(
                SQL["order_put"], shop, order.order_no, order.customer_ref, order.paid.minor, order.paid.currency
            )
        except asyncpg.RestrictViolationError:
            raise PaymentFixed(
                f"order {order.order_no} of shop {shop} has refunds under way: its payment cannot become {order.paid}. "
                "Compare the order with the payment provider, and settle the difference with a task for finance"
            ) from None

    async def money(self, shop: str, order_no: str) -> OrderMoney | None:
        """What was paid and what is committed; None when the order is unknown."""
        row = await self._database.fetchrow(SQL["order_get"], shop, order_no)
        if row is None:
            return None
        currency = row["currency"]
        return OrderMoney(
            paid=Money(minor=row["paid_minor"], currency=currency),
            committed=Money(minor=row["committed_minor"], currency=currency),
        )

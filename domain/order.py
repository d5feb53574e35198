"""What a case knows of the order it is about. References instead of persons (P-PRIV)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.instant import Instant
from domain.money import Money


class OrderLine(BaseModel):
    """Goods of one kind in an order."""

    model_config = ConfigDict(frozen=True)

    sku: str = Field(min_length=1, max_length=64)
    quantity: int = Field(ge=1, le=100_000)
    price: Money  # of the whole line, as paid
    category: str = Field(default="", max_length=64)


class Order(BaseModel):
    """An order as its source told it. Instants are aware UTC."""

    model_config = ConfigDict(frozen=True)

    order_no: str
    customer_ref: str = Field(min_length=1, max_length=128)  # opaque: the address book knows the person
    paid: Money
    freight: Money = Money(minor=0)
    free_postage: bool = True
    lines: tuple[OrderLine, ...] = Field(min_length=1, max_length=200)
    channel: str = Field(default="provider", max_length=64)  # who pays it back: marketplace, provider, manual
    courier: str = Field(default="", max_length=64)
    waybill: str = Field(default="", max_length=64)
    paid_at: Instant | None = None
    shipped_at: Instant | None = None
    signed_at: Instant | None = None
    utc_offset_minutes: int = Field(default=480, ge=-840, le=840)
    language: str = Field(default="zh", max_length=64)

    def foreign_sums(self) -> tuple[str, ...]:
        """Places of sums in another currency than it was paid in, such as `lines.1.price`. Nothing has no currency."""
        named = {"freight": self.freight} | {f"lines.{n}.price": line.price for n, line in enumerate(self.lines)}
        return tuple(place for place, money in named.items() if money and money.currency != self.paid.currency)

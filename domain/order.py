"""What a case knows of the order it is about. References instead of persons (P-PRIV)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

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


class AskedLine(BaseModel):
    """Goods of an order that a request is about: which, how many, and what stands against them."""

    model_config = ConfigDict(frozen=True)

    sku: str = Field(min_length=1, max_length=64)  # as ordered
    quantity: int = Field(ge=1, le=100_000)
    instead: str = Field(default="", max_length=64)  # what came in its place, or is offered or wanted in its place


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
    invoice: str = Field(default="", max_length=64, exclude_if=lambda number: not number)  # its number, where one is
    courier: str = Field(default="", max_length=64)
    waybill: str = Field(default="", max_length=64)
    paid_at: Instant | None = None
    shipped_at: Instant | None = None
    signed_at: Instant | None = None
    succeeded_at: Instant | None = Field(default=None, exclude_if=lambda at: at is None)  # trade success 交易成功
    utc_offset_minutes: int = Field(default=480, ge=-840, le=840)
    language: str = Field(default="zh", max_length=64)

    def foreign_sums(self) -> tuple[str, ...]:
        """Places of sums in another currency than it was paid in, such as `lines.1.price`. Nothing has no currency."""
        named = {"freight": self.freight} | {f"lines.{n}.price": line.price for n, line in enumerate(self.lines)}
        return tuple(place for place, money in named.items() if money and money.currency != self.paid.currency)

    def unordered(self, asked: Iterable[AskedLine]) -> str:
        """What is asked about but was not ordered, or not so often: a place such as `lines.1`; empty when all was."""
        left: Counter[str] = Counter()
        for line in self.lines:
            left[line.sku] += line.quantity
        for number, one in enumerate(asked):
            left[one.sku] -= one.quantity
            if left[one.sku] < 0:
                return f"lines.{number}"
        return ""

    def whole(self) -> tuple[AskedLine, ...]:
        """Everything that was ordered."""
        return tuple(AskedLine(sku=line.sku, quantity=line.quantity) for line in self.lines)

    def without(self, asked: Iterable[AskedLine]) -> tuple[AskedLine, ...]:
        """What was ordered besides these goods."""
        gone: Counter[str] = Counter()
        for one in asked:
            gone[one.sku] += one.quantity
        rest = []
        for line in self.lines:
            taken = min(gone[line.sku], line.quantity)
            gone[line.sku] -= taken
            if line.quantity > taken:
                rest.append(AskedLine(sku=line.sku, quantity=line.quantity - taken))
        return tuple(rest)

"""What a customer says of a lower price: what the goods cost now, and what he got free when he bought (R-PRICE-15D)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from domain.money import Money


class PriceNow(BaseModel):
    """What one piece of goods costs now."""

    model_config = ConfigDict(frozen=True)

    sku: str = Field(min_length=1, max_length=64)
    price: Money  # of one piece


class Gift(BaseModel):
    """A gift that came with the order and does not come with the goods at their present price."""

    model_config = ConfigDict(frozen=True)

    sku: str = Field(default="", max_length=64)
    value: Money  # of all pieces of it


class PriceDrop(BaseModel):
    """The goods of an order that cost less now. Goods that are not named cost what they did."""

    model_config = ConfigDict(frozen=True)

    prices: tuple[PriceNow, ...] = Field(min_length=1, max_length=200)
    gifts: tuple[Gift, ...] = Field(default=(), max_length=50)

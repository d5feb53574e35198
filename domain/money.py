"""Sums of money as integer minor units with a currency."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

_EXPONENT: Mapping[str, int] = {"JPY": 0, "KRW": 0, "VND": 0, "CLP": 0, "BHD": 3, "KWD": 3, "JOD": 3, "TND": 3}
LARGEST = 10**13  # minor units of one sum: what no shop pays is a mistake


class Money(BaseModel):
    """A sum. `minor` is in the currency's smallest unit (fen for CNY) and never negative."""

    model_config = ConfigDict(frozen=True)

    minor: int = Field(ge=0, le=LARGEST, strict=True)
    currency: str = Field(default="CNY", pattern=r"^[A-Z]{3}$")

    @classmethod
    def parse(cls, text: str, currency: str = "CNY") -> Self:
        """Read a decimal amount such as `12.50`.

        Raises:
            ValueError: not a number, negative, or finer than the currency's smallest unit.
        """
        try:
            scaled = Decimal(text.strip()).scaleb(_EXPONENT.get(currency, 2))
        except InvalidOperation:
            raise ValueError("the amount is not a decimal number such as 12.50") from None
        if not scaled.is_finite() or scaled != scaled.to_integral_value() or scaled < 0:
            raise ValueError(f"the amount is negative or finer than the smallest unit of {currency}")
        return cls(minor=int(scaled), currency=currency)

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise ValueError(f"cannot mix {self.currency} and {other.currency}")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(minor=self.minor + other.minor, currency=self.currency)

    def __sub__(self, other: Money) -> Money:
        """Difference. Raises ValueError below zero: a debt is a record of its own, not a negative sum."""
        self._same(other)
        return Money(minor=self.minor - other.minor, currency=self.currency)

    def __le__(self, other: Money) -> bool:
        self._same(other)
        return self.minor <= other.minor

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.minor < other.minor

    def __bool__(self) -> bool:
        return self.minor > 0

    def __str__(self) -> str:
        exponent = _EXPONENT.get(self.currency, 2)
        return f"{Decimal(self.minor).scaleb(-exponent):.{exponent}f} {self.currency}"

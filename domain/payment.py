"""A payment to the customer that is decided and has no key yet."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from domain.money import Money


class Payment(BaseModel):
    """How much, what for, under which rule, who asked for it and who approved it."""

    model_config = ConfigDict(frozen=True)

    amount: Money
    purpose: str
    rule: str
    requested_by: str
    approved_by: str

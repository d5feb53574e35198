"""A gesture of goodwill, from its offer to its end."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from domain.money import Money


class GestureState(StrEnum):
    """Where a gesture of goodwill stands."""

    ASKED = "asked"  # waits for the word of somebody with the limit
    REJECTED = "rejected"  # he said no, or the case closed before he said anything
    OWED = "owed"  # offered to the customer: a promise
    DECLINED = "declined"  # the customer does not want it
    GIVEN = "given"


class Gesture(BaseModel):
    """Goodwill from its offer to its end (M-COMP-LADDER). Never linked to a review (P-NOTRADE)."""

    id: str
    form: str  # a rung of the ladder
    amount: Money
    occasion: str
    by: str
    state: GestureState
    custom: str  # customary, above_custom, below_custom, no_custom (M-COMP-SIZE)
    least: Money | None = None
    most: Money | None = None
    approval: str = ""  # id of the request, where one was needed
    granted_by: str = ""
    promise: str = ""  # id of the debt
    told: bool = False  # the customer hears of it when the case next comes to rest
    agreed: bool | None = None
    by_hand: bool = False  # the provider refused to pay it: a person gives it another way

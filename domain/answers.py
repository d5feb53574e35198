"""What persons answered, as the steps that asked them remember it.

These models stand here and not beside their steps because the sandbox loads the room `workflows` anew for each case.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from domain.money import Money
from domain.vocabulary import Resolution


class Said(StrEnum):
    """How the customer answered a proposal."""

    AGREED = "agreed"
    DECLINED = "declined"
    SILENT = "silent"


class Answer(BaseModel):
    """A customer's answer, with his choice where several were offered."""

    said: Said
    choice: Resolution | None = None


class Ending(StrEnum):
    """How the closing went."""

    CONFIRMED = "confirmed"
    ON_HIS_WORD = "on_his_word"  # an agent recorded the customer's word
    SILENT = "silent"
    NOT_SOLVED = "not_solved"


class Ruling(BaseModel):
    """What a member of staff decided."""

    resolution: Resolution
    amount: Money | None
    reason: str
    by: str

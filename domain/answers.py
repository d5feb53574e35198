"""What persons answered, as the steps that asked them remember it.

These models stand here and not beside their steps because the sandbox loads the room `workflows` anew for each case.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel

from domain.instant import Instant
from domain.money import Money
from domain.order import OrderLine
from domain.vocabulary import Liability, PlatformVerdict, Resolution


class Said(StrEnum):
    """How the customer answered a proposal."""

    AGREED = "agreed"
    DECLINED = "declined"
    SILENT = "silent"
    OVERTAKEN = "overtaken"  # events made the question idle before he answered: the parcel came after all


class Answer(BaseModel):
    """A customer's answer, with his choice where several were offered."""

    said: Said
    choice: Resolution | None = None


class CourierWord(BaseModel):
    """What a courier said to a request that he must confirm himself: his verdict, or one of ours."""

    verdict: str
    fee: Money | None = None  # what he wants for it
    courier: str = ""  # who would take the parcel over


class Ending(StrEnum):
    """How the closing went."""

    CONFIRMED = "confirmed"
    ON_HIS_WORD = "on_his_word"  # an agent recorded the customer's word
    SILENT = "silent"
    NOT_SOLVED = "not_solved"
    OVERRULED = "overruled"  # a platform decided for the customer after all
    SETTLED = "settled"  # no customer asked for it: a claim on a courier


class Ruling(BaseModel):
    """What a member of staff decided."""

    resolution: Resolution
    amount: Money | None
    reason: str
    by: str
    liability: Liability | None = None
    replacement: tuple[OrderLine, ...] = ()


class Claimed(BaseModel):
    """What came of a claim on a courier: his word (accepted, rejected, paid, short), `silent`, or a person's on it."""

    word: str
    amount: Money | None = None  # what he will pay, or paid so far


class Ruled(BaseModel):
    """What a platform's arbiter decided, and who told us."""

    verdict: PlatformVerdict
    amount: Money | None
    due_at: Instant | None
    by: str

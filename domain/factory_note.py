"""The Return-to-Factory Note (退厂单): defective goods on their way from the defect zone back to the maker (W-10).

drawn up by purchasing ──► sent to the maker ──► what the maker takes off his bill is entered, once known
         └ taken back: the goods lie in the defect zone again

Purchasing draws it up, and nobody who inspected the goods (A-SOD); finance enters what was deducted. That sum comes
from a supplier: a reimbursement, no refund of an order.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.money import Money
from domain.refusal import Refusal, refuse
from domain.refusals import same_person
from domain.vocabulary import Party

LONGEST_SUPPLIER = 80  # characters of a maker's name
KIND = "return_to_factory_note"
"""Of the records of the cases whose goods are on it."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Defect(_Value):
    """Goods of one kind in the defect zone. `quantity` 0: the warehouse did not count them."""

    shop: str
    case_no: str
    rma: str
    sku: str
    quantity: int
    booked_at: datetime

    @property
    def place(self) -> tuple[str, str, str]:
        """What tells it from others of its shop."""
        return self.case_no, self.rma, self.sku


class WaitingDefect(Defect):
    """Goods that no note names yet. `supplier`: to whom such goods went last."""

    supplier: str = ""


class NotedDefect(Defect):
    """Goods on a note. `told_at`: when the warehouse was told to let them go."""

    told_at: datetime | None = None


class NoteState(StrEnum):
    """How far a note is."""

    OPEN = "open"
    SENT = "sent"
    SETTLED = "settled"
    TAKEN_BACK = "taken_back"


class FactoryNote(_Value):
    """A note with its lines."""

    number: int
    shop: str
    supplier: str
    drawn_up_by: str
    drawn_up_at: datetime
    sent_by: str = ""
    sent_at: datetime | None = None
    taken_back_by: str = ""
    taken_back_at: datetime | None = None
    deducted: Money | None = None
    deducted_by: str = ""
    deducted_at: datetime | None = None
    lines: tuple[NotedDefect, ...] = ()

    @property
    def name(self) -> str:
        """As it is called and printed: `RTF-12`."""
        return f"RTF-{self.number}"

    @property
    def state(self) -> NoteState:
        """How far it is."""
        if self.taken_back_at is not None:
            return NoteState.TAKEN_BACK
        if self.deducted is not None:
            return NoteState.SETTLED
        return NoteState.OPEN if self.sent_at is None else NoteState.SENT

    @property
    def untold(self) -> tuple[NotedDefect, ...]:
        """Goods of a sent note of which the warehouse does not know yet."""
        return tuple(line for line in self.lines if line.told_at is None) if self.sent_at is not None else ()


def why_not_drawn_up(by: str, inspectors: Iterable[str]) -> Refusal | None:
    """Why that person may not draw up a note for goods that these persons inspected (A-SOD); None where he may."""
    if by.partition(":")[0] != Party.PURCHASING:
        return refuse(
            "not_purchasing", "A-SOD",
            "退厂单由采购开：--by purchasing:工号",
            "Purchasing draws up a Return-to-Factory Note: --by purchasing:id",
        )  # fmt: skip
    if any(same_person(by, other) for other in inspectors):
        return refuse(
            "inspector", "A-SOD",
            "验过这批货的人不能开它的退厂单；请采购的另一位同事来开",
            "Who inspected these goods may not draw up their note; ask a colleague in purchasing",
        )  # fmt: skip
    return None


def why_not_sent(note: FactoryNote) -> Refusal | None:
    """Why a note does not go to the maker. Sent again, the warehouse is told what it was not told yet."""
    return _gone(note) if note.taken_back_at is not None else None


def why_not_taken_back(note: FactoryNote) -> Refusal | None:
    """Why a note can no longer be taken back."""
    if note.sent_at is not None:
        return refuse(
            "sent", "W-10", "货已经发给厂家，退厂单不能撤销", "The goods went to the maker; the note stands"
        )  # fmt: skip
    return _gone(note) if note.taken_back_at is not None else None


def why_not_deducted(note: FactoryNote, by: str, *, instead: bool) -> Refusal | None:
    """Why that person may not enter what the maker took off his bill; `instead` of what was entered before (A-SOD)."""
    if by.partition(":")[0] != Party.FINANCE or same_person(by, note.drawn_up_by):
        return refuse(
            "not_finance", "A-SOD",
            "厂家扣款由财务登记，且不能是开单人：--by finance:工号",
            "Finance enters what the maker deducts, and not who drew up the note: --by finance:id",
        )  # fmt: skip
    if note.sent_at is None:
        return refuse(
            "not_sent", "W-10", "退厂单还没有发出，没有扣款可登记", "The note was not sent yet: nothing is deducted"
        )
    if note.deducted is not None and not instead:
        return refuse(
            "entered", "W-10",
            f"已登记扣款 {note.deducted}；要更正请加 --instead",
            f"{note.deducted} was entered already; add --instead to correct it",
        )  # fmt: skip
    return None


def _gone(note: FactoryNote) -> Refusal:
    return refuse(
        "taken_back", "W-10",
        f"{note.name} 已撤销，货在不良区；请另开一张",
        f"{note.name} was taken back and its goods lie in the defect zone; draw up another",
    )  # fmt: skip

"""What is looked through at set times (agenda): reminders for a desk, not deadlines of a case (X1).

Each item of the rulebook's agenda says when; here stands for whom it is, and how far back it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from domain.length import Length
from domain.rulebook import AgendaRow, Rulebook
from domain.rules import Unit
from domain.vocabulary import Party

RUN = "Agenda"
"""Name of the workflow that draws an item up."""

MOST = 500  # lines of one item: nobody looks through more at a time, and the rest is in the next; no rule says so


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class AgendaOrder(_Value):
    """One item to be drawn up, whenever its time comes."""

    name: str
    rule: str
    desk: Party
    back: timedelta  # how far back it looks from its instant
    most: int = MOST
    listed_by: str = ""  # the name under which its lines are found, where two items have the same

    @property
    def lines_of(self) -> str:
        """Whose lines they are."""
        return self.listed_by or self.name


class AgendaLine(_Value):
    """A case that the item is about. `what`: a code that says why."""

    shop: str
    case_no: str
    what: str


class AgendaItem(_Value):
    """An item as it was drawn up at its instant, and whether the desk is done with it."""

    name: str
    at: datetime
    rule: str
    lines: Sequence[AgendaLine]
    done_at: datetime | None = None
    done_by: str = ""


def orders(book: Rulebook) -> list[tuple[AgendaRow, AgendaOrder]]:
    """Every item of the rulebook's agenda."""

    def order(name: str, row: AgendaRow, desk: Party, **more: object) -> tuple[AgendaRow, AgendaOrder]:
        back = row.back or booked  # where it says nothing: as long as defects may wait
        given = {"name": name, "rule": row.rule, "desk": desk, "back": _elapsed(back), **more}
        return row, AgendaOrder.model_validate(given)

    sample = book.numbers["aftercare_sample"].value
    booked = book.clocks["D-R2F"].length
    return [
        order("refund_sweeps", book.agenda["refund_sweeps"], Party.SUPERVISOR),
        order("night_sweep", book.agenda["night_sweep"], Party.SUPERVISOR, listed_by="refund_sweeps"),
        order("return_log", book.agenda["return_log"], Party.WAREHOUSE),
        order("defects", book.agenda["defects"], Party.PURCHASING),
        order("invoices", book.agenda["invoices"], Party.FINANCE),
        order("weekly_report", book.agenda["weekly_report"], Party.SUPERVISOR),
        order("aftercare", book.agenda["aftercare"], Party.AGENT, most=sample),
    ]


def _elapsed(length: Length) -> timedelta:
    """In working days it is pressed for a little early, which hurts nobody."""
    return timedelta(days=length.count) if length.unit is Unit.WORKING_DAYS else timedelta(seconds=length.count)

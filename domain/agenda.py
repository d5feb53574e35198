"""What is looked through at set times (agenda): reminders for a desk, not deadlines of a case (X1).

Each item of the rulebook's agenda says when; here stands for whom it is, and how far back it looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from domain.rulebook import AgendaRow, Rulebook
from domain.rules import Unit
from domain.vocabulary import Party

RUN = "Agenda"
"""Name of the workflow that draws an item up."""

MOST = 500  # lines of one item: a longer list is no reminder


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


_DAY = timedelta(days=1)


def orders(book: Rulebook) -> list[tuple[AgendaRow, AgendaOrder]]:
    """Every item of the rulebook's agenda."""

    def order(name: str, row: AgendaRow, desk: Party, back: timedelta, **more: object) -> tuple[AgendaRow, AgendaOrder]:
        return row, AgendaOrder.model_validate({"name": name, "rule": row.rule, "desk": desk, "back": back, **more})

    month = timedelta(days=31)
    sample = book.numbers["aftercare_sample"].value
    length = book.clocks["D-R2F"].length  # in working days it is pressed for a little early, which hurts nobody
    booked = timedelta(days=length.count) if length.unit is Unit.WORKING_DAYS else timedelta(seconds=length.count)
    return [
        order("refund_sweeps", book.agenda["refund_sweeps"], Party.SUPERVISOR, _DAY),
        order("night_sweep", book.agenda["night_sweep"], Party.SUPERVISOR, _DAY, listed_by="refund_sweeps"),
        order("return_log", book.agenda["return_log"], Party.WAREHOUSE, _DAY),
        order("defects", book.agenda["defects"], Party.PURCHASING, booked),
        order("weekly_report", book.agenda["weekly_report"], Party.SUPERVISOR, 7 * _DAY),
        order("aftercare", book.agenda["aftercare"], Party.AGENT, month, most=sample),
    ]

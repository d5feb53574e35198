"""What a case needs of our own house: its journal, working time, the archive of rulebooks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.journal import JournalPage
from domain.order_file import OrderFile
from domain.ports.partner import Wire


class JournalRefused(Exception):
    """The page breaks a rule that the database holds; the text names its constraint. Repeating it cannot help."""


class Journal(Protocol):
    """Where a case writes what happened."""

    async def write(self, page: JournalPage) -> None:
        """Write a page in one transaction: entries, records and the case's row.

        The same page again changes nothing. Another page of the same revision takes the first one's place: the task
        that made the first was lost, and the history holds the second.

        Raises:
            JournalRefused: a constraint refuses the page.
        """
        ...


class GoodsHeld(Protocol):
    """Whose the goods of an order are, where several cases ask for them (R-N1)."""

    async def held_by_others(self, shop: str, case_no: str, leaving: Mapping[str, int]) -> tuple[str, ...]:
        """The cases that hold what is to leave for this one; none where they are its own, or become so now.

        `leaving`: pieces by SKU that a case disposes of which disposed of none until now.
        """
        ...


class WorkingTime(Protocol):
    """Working-time arithmetic, outside the workflow: calendars change, histories must not."""

    async def due(self, shop: str, start: datetime, length: int, unit: str) -> datetime:
        """The due instant of a clock counted in working units."""
        ...

    async def is_provisional(self, shop: str, start: datetime, due_at: datetime, unit: str) -> bool:
        """Whether that due instant was counted over days of which no official notice is known."""
        ...


class KeptRulebook(Wire):
    """A version of the rulebook in the archive."""

    name: str
    digest: str
    text: str = Field(repr=False)

    @property
    def version(self) -> str:
        """As the register and `explain` name it."""
        return f"{self.name}@{self.digest[:12]}"


class Rulebooks(Protocol):
    """The archive of rulebook versions."""

    async def find(self, version: str) -> list[KeptRulebook]:
        """The versions of that name, or of a digest that begins so, or of both as `name@digest`."""
        ...

    async def kept(self) -> list[KeptRulebook]:
        """Every version, by name."""
        ...


class OrderFiles(Protocol):
    """What our house knows of an order."""

    async def of_order(self, shop: str, order_no: str) -> OrderFile:
        """Its cases, newest first, and their evidence."""
        ...

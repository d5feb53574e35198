"""Where the agenda's items are drawn up and kept."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from domain.agenda import AgendaItem, AgendaOrder


class Agenda(Protocol):
    """The shop's agenda."""

    async def draw_up(self, order: AgendaOrder, at: datetime) -> AgendaItem:
        """Look through what the item is about, as of `at`, and keep it; idempotent by name and instant."""
        ...

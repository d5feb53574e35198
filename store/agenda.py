"""The agenda's items: drawn up once for an instant, listed until the desk says that it is done with them."""

from __future__ import annotations

import json
from datetime import datetime

from domain.agenda import AgendaItem, AgendaLine, AgendaOrder
from store.pool import Database
from store.queries import SQL

_LINES = {
    "refund_sweeps": SQL["agenda_refund_sweeps"],
    "return_log": SQL["agenda_return_log"],
    "defects": SQL["agenda_defects"],
    "invoices": SQL["agenda_invoices"],
    "weekly_report": SQL["agenda_weekly_report"],
    "aftercare": SQL["agenda_aftercare"],
}


class PostgresAgenda:
    """Implements `domain.ports.agenda.Agenda`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def draw_up(self, order: AgendaOrder, at: datetime) -> AgendaItem:
        """Look through what the item is about, as of `at`. Drawn up again it stays as it was."""
        rows = await self._database.fetch(_LINES[order.lines_of], at, at - order.back, order.most)
        lines = [AgendaLine(**row) for row in rows]
        item = AgendaItem(name=order.name, at=at, rule=order.rule, lines=lines)
        written = json.dumps([line.model_dump() for line in lines], ensure_ascii=False)
        await self._database.execute(SQL["agenda_note"], item.name, item.at, item.rule, written)
        return item

    async def items(self, *, done_too: bool = False) -> list[AgendaItem]:
        """What was drawn up, the latest first; without `done_too` only what is still to be done."""
        rows = await self._database.fetch(SQL["agenda_list"], done_too)
        return [AgendaItem(**{**row, "lines": json.loads(row["lines"])}) for row in rows]

    async def done(self, name: str, by: str, until: datetime) -> list[datetime]:
        """The desk is done with every open item of that name up to `until`; the instants of those that were open."""
        return [row["at"] for row in await self._database.fetch(SQL["agenda_done"], name, by, until)]

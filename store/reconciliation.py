"""Our side of the daily reconciliation: what is unfinished, our refunds in a part, and what a comparison noted."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import asyncpg

from domain.money import Money
from domain.money_difference import Difference
from domain.ports.partner import CaseKey
from domain.ports.reconciliation import CollectedLine, Contradiction, LedgerLine
from domain.reconciliation import Comparison, Noted, Part, day_of
from store.queries import SQL
from store.refund_ledger import PostgresRefundLedger, ledger_line

GONE = "不再有差异 · no longer differs"
"""The note on a task whose difference the next comparison did not find again."""


class PostgresReconciliations:
    """The port `domain.ports.reconciliation.Reconciliations` over a pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool
        self._ledger = PostgresRefundLedger(pool)

    async def unfinished(self, first: date, last: date, channels: Collection[str]) -> list[Part]:
        """The parts of these days that are to be compared, oldest first."""
        days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        parts = [Part(day=day, channel="") for day in days]
        starts, ends = [part.start for part in parts], [part.end for part in parts]
        rows = await self._pool.fetch(SQL["reconciliation_unfinished"], days, starts, ends, list(channels))
        return [Part(**row) for row in rows]

    async def ended(self, part: Part) -> list[LedgerLine]:
        """Refunds that were done in the part."""
        rows = await self._pool.fetch(SQL["reconciliation_ended"], part.channel, part.start, part.end)
        return [ledger_line(row) for row in rows]

    async def named(self, keys: Collection[str], orders: Collection[tuple[str, str]]) -> list[LedgerLine]:
        """Refunds with one of these keys, or of one of these orders (shop, number)."""
        shops, numbers = [shop for shop, _ in orders], [order_no for _, order_no in orders]
        rows = await self._pool.fetch(SQL["reconciliation_named"], list(keys), shops, numbers)
        return [ledger_line(row) for row in rows]

    async def contradictions(self, part: Part) -> list[Contradiction]:
        """Late answers of the day that deny an end, of all channels."""
        return await self._ledger.contradictions(part.start, part.end)

    async def collected(self, part: Part) -> list[CollectedLine]:
        """What customers paid in the part."""
        rows = await self._pool.fetch(SQL["reconciliation_collected"], part.channel, part.start, part.end)
        return [_collected(row) for row in rows]

    async def asked_for(self, keys: Collection[str]) -> list[CollectedLine]:
        """Sums with one of these keys."""
        return [_collected(row) for row in await self._pool.fetch(SQL["reconciliation_asked_for"], list(keys))]

    async def note(self, part: Part, comparison: Comparison, at: datetime) -> Noted:
        """Keep one open task per difference, close those that are gone, and say what changed. All or nothing."""
        rows = [_row(part, one) for one in comparison.differences]
        numbers = comparison.waiting, comparison.entries
        async with self._pool.acquire() as connection, connection.transaction():
            if await connection.fetchval(SQL["reconciliation_compared"], part.day, part.channel, at, *numbers) is None:
                return Noted()
            opened = await connection.fetchval(SQL["difference_found"], rows, at)
            ids = [one.id for one in comparison.differences]
            gone = await connection.execute(SQL["difference_vanished"], part.day, part.channel, at, GONE, ids)
        return Noted(opened=opened, closed=int(gone.removeprefix("UPDATE ")))


def _collected(row: asyncpg.Record) -> CollectedLine:
    return CollectedLine(
        case=CaseKey(shop=row["shop"], case_no=row["case_no"], order_no=row["order_no"]),
        amount=Money(minor=row["amount_minor"], currency=row["currency"]),
        **{name: row[name] for name in ("key", "channel", "status", "partner_ref", "intended_at", "settled_at")},
    )


def _row(part: Part, one: Difference) -> dict[str, Any]:
    assert (one.channel, day_of(one.at)) == (part.channel, part.day), "a difference lies in its part"
    plain = one.model_dump(mode="json", exclude={"ours", "theirs"})
    counted = {"id": one.id, "day": str(part.day), "severity": one.severity, "rule": one.rule}
    return plain | counted | _sum("ours", one.ours) | _sum("theirs", one.theirs)


def _sum(side: str, amount: Money | None) -> dict[str, Any]:
    return {f"{side}_minor": amount.minor, f"{side}_currency": amount.currency} if amount else {}

"""The defect zone and the notes with which goods leave it (W-9, W-10). Goods are on one note at a time."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.factory_note import (
    Defect,
    FactoryNote,
    NotedDefect,
    WaitingDefect,
    why_not_deducted,
    why_not_drawn_up,
    why_not_sent,
    why_not_taken_back,
)
from domain.money import Money
from domain.refusal import Refusal
from store.queries import SQL


class NoSuchNote(KeyError):
    """There is no note of that number."""


class NotNoted(Exception):
    """A note is not drawn up, or does not go on; the text is the refusal, in both languages."""

    def __init__(self, why: Refusal) -> None:
        super().__init__(str(why))
        self.why = why


GONE = Refusal(
    code="gone",
    rule="W-10",
    zh="其中有货已不在不良区，别人刚开了退厂单；没有开单，请重新查看",
    en="Somebody just noted some of these goods: they have left the defect zone. Nothing was written; look again",
)
SEVERAL_SHOPS = Refusal(
    code="several_shops",
    rule="W-10",
    zh="一张退厂单只能是一家店铺的货；请加 --shop",
    en="A note holds goods of one shop; add --shop",
)


class FactoryNotes:
    """Notes over a pool."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def waiting(
        self, shop: str = "", cases: Sequence[str] | None = None, skus: Sequence[str] | None = None
    ) -> list[WaitingDefect]:
        """What lies in the defect zone and stands on no note, the oldest first."""
        rows = await self._pool.fetch(SQL["factory_waiting"], shop, cases, skus)
        return [WaitingDefect(**row) for row in rows]

    async def draw_up(self, goods: Sequence[Defect], supplier: str, by: str, at: datetime) -> FactoryNote:
        """Write a note with exactly these goods, all of one shop.

        Raises:
            NotNoted: that person may not, or some of the goods have left the defect zone. Nothing was written.
        """
        shops = {one.shop for one in goods}
        if len(shops) != 1:
            raise NotNoted(SEVERAL_SHOPS)
        (shop,) = shops
        cases = sorted({one.case_no for one in goods})
        async with self._pool.acquire() as connection, connection.transaction():
            inspectors = [row["actor"] for row in await connection.fetch(SQL["factory_inspectors"], shop, cases)]
            if refused := why_not_drawn_up(by, inspectors):
                raise NotNoted(refused)
            number = await connection.fetchval(SQL["factory_draw_up"], shop, supplier, by, at)
            columns = zip(*(one.place for one in goods), strict=True)
            try:
                put = await connection.fetch(SQL["factory_put"], number, shop, *columns)
            except asyncpg.UniqueViolationError:
                raise NotNoted(GONE) from None
            if len(put) != len(goods):
                raise NotNoted(GONE)
            return await _recorded(connection, number)

    async def notes(self, shop: str = "", *, done_too: bool = False) -> list[FactoryNote]:
        """The notes that wait for something, the newest first; or all."""
        rows = await self._pool.fetch(SQL["factory_list"], shop, done_too)
        lines = await self._pool.fetch(SQL["factory_lines"], [row["number"] for row in rows])
        return [_note(row, [line for line in lines if line["note"] == row["number"]]) for row in rows]

    async def get(self, number: int) -> FactoryNote:
        """A note. Raises NoSuchNote."""
        async with self._pool.acquire() as connection, connection.transaction():
            return await _get(connection, number)

    async def send(self, number: int, by: str, at: datetime) -> FactoryNote:
        """The goods go to the maker. Sent again it stays as it was.

        Raises:
            NoSuchNote: there is none of that number.
            NotNoted: it was taken back.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if refused := why_not_sent(await _get(connection, number)):
                raise NotNoted(refused)
            await connection.execute(SQL["factory_send"], number, by, at)
            return await _recorded(connection, number)

    async def told(self, number: int, case_no: str, rma: str, at: datetime) -> None:
        """The warehouse knows that these goods leave."""
        await self._pool.execute(SQL["factory_told"], number, case_no, rma, at)

    async def take_back(self, number: int, by: str, at: datetime) -> FactoryNote:
        """Take a note back that was not sent: its goods lie in the defect zone again.

        Raises:
            NoSuchNote: there is none of that number.
            NotNoted: it was sent, or taken back before.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if refused := why_not_taken_back(await _get(connection, number)):
                raise NotNoted(refused)
            await connection.execute(SQL["factory_take_back"], number, by, at)
            await connection.execute(SQL["factory_let_go"], number)
            return await _recorded(connection, number)

    async def deduct(self, number: int, amount: Money, by: str, at: datetime, *, instead: bool = False) -> FactoryNote:
        """Enter what the maker took off his bill; `instead` of what was entered before, which stays in the records.

        Raises:
            NoSuchNote: there is none of that number.
            NotNoted: it was not sent, a sum was entered already, or that person may not.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            note = await _get(connection, number)
            if refused := why_not_deducted(note, by, instead=instead):
                raise NotNoted(refused)
            await connection.execute(SQL["factory_corrected"], number, note.name)
            await connection.execute(SQL["factory_deduct"], number, amount.minor, amount.currency, by, at)
            return await _recorded(connection, number)


async def _get(connection: PoolConnectionProxy, number: int) -> FactoryNote:
    """The note, locked until the transaction ends."""
    row = await connection.fetchrow(SQL["factory_get"], number)
    if row is None:
        raise NoSuchNote(number)
    return _note(row, await connection.fetch(SQL["factory_lines"], [number]))


async def _recorded(connection: PoolConnectionProxy, number: int) -> FactoryNote:
    """The note as it stands now, with the record of each of its cases brought up to it."""
    note = await _get(connection, number)
    await connection.execute(SQL["factory_record"], number, note.name, note.state.value)
    return note


def _note(row: asyncpg.Record, lines: Sequence[asyncpg.Record]) -> FactoryNote:
    own = {name: row[name] for name in FactoryNote.model_fields if name not in ("deducted", "lines")}
    minor = row["deducted_minor"]
    deducted = None if minor is None else Money(minor=minor, currency=row["currency"])
    noted = tuple(NotedDefect(**{name: line[name] for name in NotedDefect.model_fields}) for line in lines)
    return FactoryNote(**own, deducted=deducted, lines=noted)

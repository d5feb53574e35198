"""The inbox: every event that a door accepted, kept with its raw body until a case has it.

    put -> new -> claimed -> done | waiting (tried again) | quarantined

A claim is a lease: rows of a dispatcher that died come back when it ends. Rows about one thing (`lane`) are never in
two hands at once and are handed over in the order in which they came.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from store.queries import SQL

DATABASE_AWAY = (
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.OperatorInterventionError,  # it is being stopped, or is still starting
    asyncpg.InsufficientResourcesError,
    asyncpg.TransactionRollbackError,
    asyncpg.LockNotAvailableError,  # somebody else holds the row, and for long
    asyncpg.ReadOnlySQLTransactionError,  # a standby, while another server takes over
    OSError,
    TimeoutError,
)
"""Errors that say nothing about the row in hand: the same statement may well work a little later."""


class Put(StrEnum):
    """What became of an event at the door."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # the same source and id with the same content: harmless
    CONFLICT = "conflict"  # the same source and id with another content: not taken


@dataclass(frozen=True, slots=True)
class Arrival:
    """An event at the door. `digest` tells contents apart, `lane` says what it is about."""

    source: str
    id: str
    type: str
    lane: str
    door: str
    raw: bytes
    headers: dict[str, str]
    digest: bytes
    received_at: datetime | None = None  # when it comes out of the quarantine: the instant it first came


@dataclass(frozen=True, slots=True)
class InboxRow:
    """A claimed row. `attempts` counts this one; `tried_for` is how long it has been tried."""

    source: str
    id: str
    number: int
    type: str
    lane: str
    door: str
    raw: bytes
    headers: dict[str, str]
    received_at: datetime
    tried_for: timedelta
    attempts: int


class Inbox:
    """The table `inbox`, over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def put(self, arrivals: Sequence[Arrival]) -> list[Put]:
        """Take events in, all in one transaction; the answers are in their order."""
        if not arrivals:
            return []
        async with self._pool.acquire() as connection, connection.transaction():
            return await self.put_within(connection, arrivals)

    async def put_within(self, connection: PoolConnectionProxy, arrivals: Sequence[Arrival]) -> list[Put]:
        """Take events in as part of the caller's transaction."""
        sources, ids = [a.source for a in arrivals], [a.id for a in arrivals]
        taken = await connection.fetch(
            SQL["inbox_put"],
            sources,
            ids,
            [a.type for a in arrivals],
            [a.lane for a in arrivals],
            [a.door for a in arrivals],
            [a.raw for a in arrivals],
            [json.dumps(a.headers) for a in arrivals],
            [a.digest for a in arrivals],
            [a.received_at for a in arrivals],
        )
        fresh = {(row["source"], row["id"]) for row in taken}
        if fresh:
            await connection.execute(SQL["inbox_wake_dispatchers"])
        known = {}
        if len(fresh) < len(arrivals):
            rows = await connection.fetch(SQL["inbox_known"], sources, ids)
            known = {(row["source"], row["id"]): row["digest"] for row in rows}
        answers = []
        for arrival in arrivals:
            key = (arrival.source, arrival.id)
            if key in fresh:
                fresh.remove(key)  # the same event a second time in one batch is a duplicate
                answers.append(Put.ACCEPTED)
            else:
                answers.append(Put.DUPLICATE if known.get(key) == arrival.digest else Put.CONFLICT)
        return answers

    async def claim(self, most: int, lease: timedelta) -> list[InboxRow]:
        """Lease up to `most` rows that are due, in order of arrival."""
        async with self._pool.acquire() as connection, connection.transaction():
            # Two claims at once could split a lane between them, each not seeing the other's rows yet.
            await connection.execute(SQL["inbox_one_claim_at_a_time"])
            rows = await connection.fetch(SQL["inbox_claim"], most, lease)
        return sorted((InboxRow(**row) for row in rows), key=lambda row: row.number)

    async def done(
        self, row: InboxRow, *, shop: str = "", case_no: str = "", customer_ref: str = "", note: str
    ) -> None:
        """The event is where it belongs. `customer_ref`: whose person its raw body names."""
        await self._pool.execute(SQL["inbox_done"], row.source, row.id, shop, case_no, customer_ref, note)

    async def in_hand(self, type: str, name: str) -> bool:
        """Whether an event of that type that names something is being handed over at this moment."""
        return bool(await self._pool.fetchval(SQL["inbox_in_hand"], type, name))

    async def told(self, shop: str, case_nos: Sequence[str], types: Sequence[str]) -> list[InboxRow]:
        """What these cases were told, in order of arrival, as long as it is kept."""
        rows = await self._pool.fetch(SQL["inbox_told"], shop, list(case_nos), list(types))
        return [InboxRow(**row) for row in rows]

    async def wait(self, row: InboxRow, length: timedelta, note: str) -> None:
        """Try it again after `length`."""
        await self._pool.execute(SQL["inbox_wait"], row.source, row.id, length, note)

    async def hold_lane(self, lane: str, length: timedelta, note: str) -> None:
        """Try nothing of that lane for `length`; the order of its rows stays."""
        await self._pool.execute(SQL["inbox_hold_lane"], lane, length, note)

    async def release(self, rows: Collection[InboxRow]) -> None:
        """Give rows back: others may take them at once. The order of their lanes stays."""
        sources, ids, lanes = [row.source for row in rows], [row.id for row in rows], list({row.lane for row in rows})
        await self._pool.execute(SQL["inbox_release"], sources, ids, lanes)

    async def retry_within(
        self, connection: PoolConnectionProxy, source: str, id: str, corrected: Arrival | None
    ) -> bool:
        """Put a quarantined row through again, as it came or corrected, as part of the caller's transaction.

        False when there is no such row.
        """
        new = corrected
        values = (new.raw, json.dumps(new.headers), new.digest, new.type, new.lane) if new else (None,) * 5
        done: str = await connection.execute(SQL["inbox_retry"], source, id, *values)
        await connection.execute(SQL["inbox_wake_dispatchers"])
        return done != "UPDATE 0"

    async def wake_lanes(self, lanes: Sequence[str]) -> None:
        """Something appeared that rows of these lanes may wait for."""
        await self._pool.execute(SQL["inbox_wake_lanes"], list(lanes))

    async def next_due(self) -> timedelta | None:
        """How long until some row is due (negative: it is due now); None when nothing is open."""
        length: timedelta | None = await self._pool.fetchval(SQL["inbox_next_due"])
        return length

    async def depth(self, door: str, most: int) -> int:
        """How many rows of a door are not handed over yet, counted up to `most`. Rows that wait do not count."""
        return int(await self._pool.fetchval(SQL["inbox_depth"], door, most))

    async def counts(self) -> dict[str, int]:
        """How many rows have which status."""
        return {row["status"]: row["rows"] for row in await self._pool.fetch(SQL["inbox_counts"])}


class Bell:
    """Rings when a door has put something in. Without a connection it never rings: the poll is the net."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self, *_: object) -> None:
        """Somebody should look."""
        self._rung.set()

    async def wait(self, longest: float) -> None:
        """Until it rings, or for `longest` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._rung.wait(), longest)
        self._rung.clear()


@contextlib.asynccontextmanager
async def listening(dsn: str, bell: Bell) -> AsyncIterator[asyncpg.Connection]:
    """Connect the bell to the inbox, on a connection of its own (LISTEN does not pass a transaction pool)."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "aftersales-inbox"})
    try:
        await connection.add_listener("inbox", bell.ring)
        yield connection
    finally:
        await connection.close(timeout=5)

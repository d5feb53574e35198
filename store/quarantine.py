"""The quarantine: events that could not be taken, with the body as it came, what is wrong and where.

The same bad body from the same place is one entry, however often it is sent. No entry is ever deleted; its body is
emptied on a customer's word (`store.erasure`) or when its time is over (`store.retention`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from store.inbox import InboxRow
from store.queries import SQL


@dataclass(frozen=True, slots=True)
class Quarantined:
    """One entry. `source` and `event_id` are set when it belongs to a row of the inbox.

    `status`: open, replayed, or emptied: then there is no body any more.
    """

    id: int
    origin: str
    door: str
    raw: bytes
    edited: bytes | None
    headers: dict[str, str]
    problems: list[dict[str, Any]]
    source: str | None
    event_id: str | None
    status: str
    seen: int
    replays: int
    first_at: datetime
    last_at: datetime

    @property
    def body(self) -> bytes:
        """What a replay would put through the door."""
        return self.raw if self.edited is None else self.edited


class Quarantine:
    """The table `quarantine`, over a pool of `store.pool`. Problems are lists of {code, where, detail}."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def keep(
        self, *, origin: str, door: str, raw: bytes, headers: dict[str, str], problems: list[dict[str, Any]]
    ) -> int:
        """Keep a body that a door refused; the answer is the entry's number."""
        digest = blake2b(raw, digest_size=16).digest()
        values = (origin, digest, door, raw, headers, problems, None, None)
        number: int = await self._pool.fetchval(SQL["quarantine_keep"], *values)
        return number

    async def keep_row(self, row: InboxRow, problems: list[dict[str, Any]]) -> int:
        """Keep an event that a door had accepted, and take it out of the inbox's round."""
        async with self._pool.acquire() as connection, connection.transaction():
            digest = blake2b(row.raw, digest_size=16).digest()
            origin = f"{row.source}#{row.id}"
            values = (origin, digest, row.door, row.raw, row.headers, problems, row.source, row.id)
            number: int = await connection.fetchval(SQL["quarantine_keep"], *values)
            await connection.execute(SQL["inbox_quarantine"], row.source, row.id, f"quarantine {number}")
        return number

    async def entries(self, *, after: int = 0, most: int = 100, replayed_too: bool = False) -> list[dict[str, Any]]:
        """Entries without their bodies, by number."""
        return [dict(row) for row in await self._pool.fetch(SQL["quarantine_list"], replayed_too, after, most)]

    async def show(self, id: int) -> Quarantined | None:
        """One entry with its body."""
        row = await self._pool.fetchrow(SQL["quarantine_show"], id)
        return Quarantined(**row) if row else None

    async def replayed_within(self, connection: PoolConnectionProxy, id: int, edited: bytes | None) -> None:
        """It goes through the door with the caller's transaction."""
        await connection.execute(SQL["quarantine_replayed"], id, edited)

    async def still_bad(self, id: int, problems: list[dict[str, Any]], edited: bytes | None) -> None:
        """It was tried again and refused again, perhaps for another reason."""
        await self._pool.execute(SQL["quarantine_still_bad"], id, problems, edited)

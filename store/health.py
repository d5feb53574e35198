"""What a check-up asks the database: does it answer, and what lies about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import asyncpg

from store.queries import SQL


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is not done yet. Ages are by the database's clock; None where nothing lies."""

    open_rows: int
    unhanded_for: timedelta | None  # the oldest row that no dispatcher has handed over
    waiting_for: timedelta | None  # the oldest fact that waits for its case
    quarantined: int


async def server_version(dsn: str) -> str:
    """The server's version. Raises OSError or asyncpg.PostgresError when it cannot be reached or refuses us."""
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        return str(await connection.fetchval("SHOW server_version"))
    finally:
        await connection.close()


async def backlog(dsn: str) -> Backlog:
    """What lies in the inbox and in quarantine. The tables must be there."""
    connection = await asyncpg.connect(dsn, timeout=5)
    try:
        row = await connection.fetchrow(SQL["health_backlog"])
    finally:
        await connection.close()
    assert row is not None
    return Backlog(
        open_rows=row["open_rows"],
        unhanded_for=_age(row["oldest_unhanded"], row["now"]),
        waiting_for=_age(row["oldest_waiting"], row["now"]),
        quarantined=row["quarantined"],
    )


def _age(since: datetime | None, now: datetime) -> timedelta | None:
    return now - since if since else None

"""The pool of database connections: one per process, made inside the loop that uses it."""

from __future__ import annotations

import json
from typing import Any

import asyncpg

from store.migrate import MigrationState, status

Database = asyncpg.Pool | asyncpg.Connection | asyncpg.pool.PoolConnectionProxy
"""What a repository works on: a pool, or one connection when several repositories share a transaction."""


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


async def _prepare(connection: asyncpg.Connection) -> None:
    for name in ("json", "jsonb"):
        await connection.set_type_codec(name, schema="pg_catalog", encoder=_dump, decoder=json.loads)


async def _leave(connection: asyncpg.Connection) -> None:
    """Nothing to set back when a connection returns: nobody here sets, listens, or locks beyond a transaction.

    asyncpg ends an open transaction by itself; its default asks the server for the rest, one round trip per statement.
    """


async def open_pool(
    dsn: str,
    *,
    application_name: str = "aftersales",
    min_size: int = 1,
    max_size: int = 10,
    command_timeout: float = 30,
) -> asyncpg.Pool:
    """A pool whose connections read and write json as Python values, and instants in UTC.

    `command_timeout` is in seconds and bounds every statement on the client's side; the server gives up waiting for a
    row lock, and ends a forgotten open transaction, within the same time.

    Raises:
        OSError, asyncpg.PostgresError: the server is not there or refuses the log-in.
    """
    milliseconds = str(int(command_timeout * 1000))
    return await asyncpg.create_pool(
        dsn,
        min_size=min_size,
        max_size=max_size,
        command_timeout=command_timeout,
        init=_prepare,
        reset=_leave,
        server_settings={
            "application_name": application_name,
            "timezone": "UTC",
            "lock_timeout": milliseconds,
            "idle_in_transaction_session_timeout": milliseconds,
        },
    )


async def waiting_migrations(dsn: str) -> list[str]:
    """Names of the migrations that this program has and the database lacks; a readiness check asks for it."""
    return [line.name for line in await status(dsn) if line.state is MigrationState.WAITING]

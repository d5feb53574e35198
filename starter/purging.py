"""Beside the door: bodies of events whose time is over are emptied, again and again (P-PRIV)."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import asdict

import asyncpg
import structlog

from store.inbox import DATABASE_AWAY
from store.retention import Retention

_log = structlog.get_logger("purging")


@contextlib.asynccontextmanager
async def purging(retention: Retention, every: float) -> AsyncIterator[None]:
    """At work beside the caller, every so many seconds. An outage costs nothing: the next look finds what is due."""
    task = asyncio.create_task(_purge_for_ever(retention, every), name="purging")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _purge_for_ever(retention: Retention, every: float) -> None:
    while True:
        try:
            emptied = asdict(await retention.purge())
            if any(emptied.values()):
                _log.info("purged", **emptied)
        except (*DATABASE_AWAY, asyncpg.PostgresError) as error:
            _log.warning("purging_waits", why=type(error).__name__)
        await asyncio.sleep(every)

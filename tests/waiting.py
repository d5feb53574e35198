"""What tests wait for that nobody tells them of."""

from __future__ import annotations

import asyncio

import asyncpg


async def until_it_waits_for_a_lock(pool: asyncpg.Pool) -> None:
    """Until a statement on this test's database waits for another transaction."""
    asked = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    for _ in range(500):
        if await pool.fetchval(asked):
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nothing waits")

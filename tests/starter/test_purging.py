"""While the door is open, bodies whose time is over are emptied by themselves."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg

from domain.rulebook_file import default
from starter.purging import purging
from store.inbox import Inbox
from store.pool import open_pool
from store.retention import Retention
from tests.starter.events import arrival, request


async def test_old_bodies_go_by_themselves(pool: asyncpg.Pool) -> None:
    """A body that grows too old while the door runs is emptied at the next look, without anybody's order."""
    inbox = Inbox(pool)
    await inbox.put([arrival(request())])
    async with purging(Retention.of(pool, default()), every=0.05):
        await asyncio.sleep(0.2)
        (row,) = await inbox.claim(1, timedelta(minutes=1))
        await inbox.done(row, shop="demo", case_no="C1", note="opened")
        assert await pool.fetchval("SELECT raw <> '' FROM inbox")
        await pool.execute("UPDATE inbox SET settled_at = settled_at - interval '31 days'")
        for _ in range(200):
            if not await pool.fetchval("SELECT raw <> '' FROM inbox"):
                return
            await asyncio.sleep(0.05)
    raise AssertionError("the body is still there")


async def test_an_outage_stops_no_purging() -> None:
    """Without a database the look fails and is tried again; the door goes on and can be closed at any moment."""
    nowhere = await open_pool("postgresql://nobody@127.0.0.1:9/none", min_size=0)
    async with purging(Retention.of(nowhere, default()), every=0.05):
        await asyncio.sleep(0.3)
        assert "purging" in {task.get_name() for task in asyncio.all_tasks()}
    assert "purging" not in {task.get_name() for task in asyncio.all_tasks()}
    await nowhere.close()

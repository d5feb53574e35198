"""Bodies of events are emptied when their time is over, and not before."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest

from domain.rulebook_file import default
from store.inbox import Inbox, Put
from store.quarantine import Quarantine
from store.queries import SQL
from store.retention import Emptied, Retention
from tests.starter.events import arrival, request


async def age(pool: asyncpg.Pool, days: int) -> None:
    """Everything happened so many days earlier."""
    for table, column in (("inbox", "settled_at"), ("inbox", "received_at"), ("quarantine", "last_at")):
        await pool.execute(f"UPDATE {table} SET {column} = {column} - $1::interval", timedelta(days=days))


async def test_bodies_go_when_their_time_is_over(pool: asyncpg.Pool) -> None:
    """P-PRIV: an event is empty 30 days after its case has it, a refused one 90 days after the last try."""
    inbox, quarantine, retention = Inbox(pool), Quarantine(pool), Retention.of(pool, default())
    names = ("done", "waiting", "refused")
    await inbox.put([arrival(request(f"order-{name}")) for name in names])
    done, waiting, refused = await inbox.claim(3, timedelta(minutes=1))
    await inbox.done(done, shop="demo", case_no="C1", note="opened")
    await inbox.wait(waiting, timedelta(days=900), "no_case")
    await quarantine.keep_row(refused, [{"code": "other"}])
    await quarantine.keep(origin="file:3", door="file", raw=b"unreadable", headers={}, problems=[{"code": "other"}])

    await age(pool, 29)
    assert await retention.purge() == Emptied(events=0, quarantined=0)
    await age(pool, 2)
    assert await retention.purge() == Emptied(events=1, quarantined=0)
    await age(pool, 60)
    assert await retention.purge() == Emptied(events=1, quarantined=2)
    assert await retention.purge() == Emptied(events=0, quarantined=0)

    kept = await pool.fetch("SELECT id, raw <> '' AS told FROM inbox")
    assert {row["id"]: row["told"] for row in kept} == {
        "req-order-done": False,
        "req-order-waiting": True,
        "req-order-refused": False,
    }
    assert await quarantine.entries() == []
    assert await inbox.put([arrival(request("order-done"))]) == [Put.DUPLICATE]


@pytest.mark.parametrize(("query", "age"), [("retention_events", "settled_at"), ("retention_quarantine", "last_at")])
async def test_looking_for_old_bodies_reads_only_old_ones(pool: asyncpg.Pool, query: str, age: str) -> None:
    """Hourly, over a month of bodies of which none is old: the index is entered at their age, not read to its end."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SET LOCAL enable_seqscan = off")
        plan = await connection.fetch(f"EXPLAIN {SQL[query]}", timedelta(days=30), 1000)
    assert any(f"Index Cond: ({age} <" in line[0] for line in plan), plan

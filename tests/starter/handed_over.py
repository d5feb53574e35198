"""Events put into the inbox and handed over to cases, for tests."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import asyncpg
from temporalio.client import Client

from domain.events import CloudEvent
from starter.dispatcher import Dispatcher
from store.inbox import Inbox
from tests.starter.events import arrival
from tests.starter.told_case import ToldCase

ORDER = "2026030100001"
CASE = f"{ORDER}-return_refund"


async def put(pool: asyncpg.Pool, *events: CloudEvent) -> None:
    """Events come in by a door."""
    await Inbox(pool).put([arrival(event) for event in events])


async def until_quiet(pool: asyncpg.Pool, dispatcher: Dispatcher) -> Counter[str]:
    """Work until nothing is open, or only what waits for long."""
    notes: Counter[str] = Counter()
    for _ in range(400):
        notes += await dispatcher.drain()
        if not await pool.fetchval(
            "SELECT count(*) FROM inbox WHERE status IN ('new', 'claimed')"
            " OR (status = 'waiting' AND due_at < now() + interval '2 s')"
        ):
            return notes
        await asyncio.sleep(0.02)
    raise AssertionError(f"still open: {await Inbox(pool).counts()}")


async def heard(client: Client, case_no: str = CASE) -> list[Any]:
    """What the case was told, as (name, message)."""
    return await client.get_workflow_handle(f"case/demo/{case_no}").query(ToldCase.heard)


async def close(pool: asyncpg.Pool, client: Client, case_no: str = CASE) -> None:
    """The case ends, and its last page is in the register."""
    handle = client.get_workflow_handle(f"case/demo/{case_no}")
    await handle.signal(ToldCase.end)
    await handle.result()
    await pool.execute("UPDATE cases SET stage = 'closed', closed_at = now() WHERE case_no = $1", case_no)


async def later(pool: asyncpg.Pool) -> None:
    """What is put off, or held under a lease, is due: no test has to be faster than a clock."""
    await pool.execute("UPDATE inbox SET due_at = now() WHERE status IN ('claimed', 'waiting')")

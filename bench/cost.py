"""What one case costs exactly: events, bytes of history, state transitions, commits and WAL of PostgreSQL.

A case is played one message at a time, each sent when it is at rest, so that counts do not depend on the machine.
"""

from __future__ import annotations

import asyncio
from collections import Counter, deque

import asyncpg
from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from bench.plain_path import messages, request
from bench.twins import Handle, Opener
from domain.vocabulary import CaseType

LOOK_EVERY = 0.02  # seconds


class HistoryCost(BaseModel):
    """One history."""

    events: int
    bytes: int
    transitions: int
    kinds: dict[str, int]


class StoreCost(BaseModel):
    """PostgreSQL's share of one case: transactions that wrote, and bytes of WAL."""

    commits: float
    wal_bytes: float


class Plays:
    """Plays the customers and partners of several cases at once. `asked` is what a worker's `told` must call."""

    def __init__(self) -> None:
        self._said: dict[str, deque[str]] = {}

    def asked(self, case_no: str, asked: str) -> None:
        """A partner of that case was asked something."""
        self._said.setdefault(case_no, deque()).append(asked)

    async def play(self, opener: Opener, kind: CaseType, number: str) -> HistoryCost:
        """One case along its plain path to its end."""
        ask = request(kind, number)
        asked = self._said.setdefault(ask.case_no, deque())
        handle = await opener.open(ask)
        while await at_rest(handle):
            if not asked:
                await asyncio.sleep(LOOK_EVERY)
                continue
            for name, document in messages(kind, ask.case_no, asked.popleft()):
                await handle.signal(name, document)
                await at_rest(handle)
        return await history_cost(handle)


async def at_rest(handle: Handle) -> bool:  # type: ignore[type-arg]
    """Wait until the case does nothing. False when it ended."""
    while True:
        seen = await handle.describe()
        if seen.status is not WorkflowExecutionStatus.RUNNING:
            return False
        raw = seen.raw_description
        if not raw.HasField("pending_workflow_task") and not raw.pending_activities:
            return True
        await asyncio.sleep(LOOK_EVERY)


async def history_cost(handle: Handle) -> HistoryCost:  # type: ignore[type-arg]
    """Count a closed case's history."""
    await handle.result()
    info = (await handle.describe()).raw_info
    kinds: Counter[str] = Counter()
    async for event in handle.fetch_history_events():
        kinds[EventType.Name(event.event_type).removeprefix("EVENT_TYPE_")] += 1
    return HistoryCost(
        events=info.history_length,
        bytes=info.history_size_bytes,
        transitions=info.state_transition_count,
        kinds=dict(kinds.most_common()),
    )


class StoreMeter:
    """Reads PostgreSQL's own counters: transaction ids, which only writing transactions take, and the WAL's length."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def read(self) -> tuple[int, int]:
        """Transaction ids and WAL bytes so far."""
        row = await self._connection.fetchrow(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xids,"
            " (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal"
        )
        assert row is not None
        return row["xids"], row["wal"]

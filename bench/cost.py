"""What one case costs exactly: events, bytes of history, state transitions, commits and WAL of PostgreSQL.

A case is played one message at a time, each sent when it is at rest, so that counts do not depend on the machine.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import asyncpg
from pydantic import BaseModel
from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowExecutionStatus

from bench.plain_path import PATHS
from bench.request import request
from bench.saying import OPENED, Saying, said
from bench.twins import Handle, Opener
from domain.vocabulary import CaseType

LOOK_EVERY = 0.02  # seconds
PATIENCE = 90.0  # seconds; the longest plain path takes some twenty


class HistoryCost(BaseModel):
    """One history."""

    events: int
    bytes: int
    transitions: int
    kinds: dict[str, int]


class StoreCost(BaseModel):
    """What PostgreSQL wrote: transactions, and bytes of WAL."""

    commits: int
    wal_bytes: int

    def since(self, before: StoreCost) -> StoreCost:
        """What was written between two readings."""
        return StoreCost(commits=self.commits - before.commits, wal_bytes=self.wal_bytes - before.wal_bytes)


class Cost(BaseModel):
    """One case along its plain path."""

    events: int
    history_bytes: int
    state_transitions: int
    commits: int
    wal_bytes: int
    staff_inputs: int  # commands


class Plays:
    """Plays customers, partners and staff of several cases at once. `asked` is what a worker's `told` must call."""

    def __init__(self) -> None:
        self._asked: dict[str, asyncio.Queue[tuple[str, str]]] = {}

    def asked(self, case_no: str, asked: str, key: str) -> None:
        """A partner of that case was asked something."""
        self._of(case_no).put_nowait((asked, key))

    def heard(self, words: Sequence[str]) -> None:
        """The words of one line of a worker process: something was asked, or something else."""
        if words[0] == "asked":
            self.asked(*words[1:])

    def _of(self, case_no: str) -> asyncio.Queue[tuple[str, str]]:
        return self._asked.setdefault(case_no, asyncio.Queue())

    async def play(self, opener: Opener, kind: CaseType, number: str) -> HistoryCost:
        """One case along its plain path to its end.

        Raises:
            RuntimeError: it does not end as the path says; what was asked until then is told.
        """
        ask, heard = request(kind, number), list[str]()
        self.asked(ask.case_no, OPENED, "")
        handle = await opener.open(ask)
        ending = asyncio.create_task(handle.result())
        try:
            async with asyncio.timeout(PATIENCE):
                while (asked := await self._next(ask.case_no, ending)) is not None:
                    if asked[0] not in heard:
                        heard.append(asked[0])
                        await _say(handle, said(PATHS[kind].answers, ask.case_no, *asked))
                outcome = await ending
        except TimeoutError:
            outcome = "no end"
        finally:
            ending.cancel()
        if outcome != PATHS[kind].ends:
            raise RuntimeError(f"{kind.value} should end as {PATHS[kind].ends}: {outcome} after {', '.join(heard)}")
        return await history_cost(handle)

    async def _next(self, case_no: str, ending: asyncio.Task[str]) -> tuple[str, str] | None:
        """What is asked next, with its key; None when the case has ended."""
        asking = asyncio.create_task(self._of(case_no).get())
        await asyncio.wait({asking, ending}, return_when=asyncio.FIRST_COMPLETED)
        if asking.done():
            return asking.result()
        asking.cancel()
        return None


async def _say(handle: Handle, sayings: Iterable[tuple[Saying, dict[str, Any]]]) -> None:  # type: ignore[type-arg]
    """One thing after the other, each when the case is at rest."""
    for saying, document in sayings:
        await at_rest(handle)
        if saying.by_staff:
            await handle.execute_update(saying.kind, document)
        else:
            await handle.signal(saying.kind, document)


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

    async def read(self) -> StoreCost:
        """All that was written so far."""
        row = await self._connection.fetchrow(
            "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint AS xids,"
            " (pg_current_wal_insert_lsn() - '0/0')::bigint AS wal"
        )
        assert row is not None
        return StoreCost(commits=row["xids"], wal_bytes=row["wal"])

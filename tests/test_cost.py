"""What a case costs: events, bytes, state transitions, commits, WAL. These may only go down; see `docs/bench.md`."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from temporalio.client import Client

import worker
from bench.cost import Plays
from bench.plain_path import ANSWERS
from bench.record import Cost, known, measure_all, meter_of, risen
from bench.twins import Opener
from bench.worker_process import case_activities
from domain.vocabulary import CaseType
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate
from store.pool import open_pool

LOWER = "If it must be so, say why in the commit and record it: python -m bench --record"


@pytest_asyncio.fixture(scope="module")
async def costs(temporal: TemporalServer) -> AsyncIterator[dict[CaseType, Cost]]:
    """Every plain path, on a PostgreSQL of its own: its WAL must hold nothing of others."""
    plays = Plays()
    async with PostgresServer() as postgres:
        await migrate(postgres.dsn())
        connection, meter = await meter_of(postgres.dsn())
        client = await Client.connect(temporal.address, plugins=[worker.plugin()])
        async with (
            await open_pool(postgres.dsn()) as pool,
            worker.worker_over(client, case_activities(pool, plays.asked)),
        ):
            yield await measure_all(plays, Opener("ours", client, pool), meter)
        await connection.close()


@pytest.mark.parametrize("kind", ANSWERS)
async def test_a_case_costs_no_more_than_recorded(costs: dict[CaseType, Cost], kind: CaseType) -> None:
    """No change makes a case write more history or more rows than it did when its cost was last recorded."""
    rose = risen(kind, costs[kind], known()[kind])
    assert not rose, "\n".join([*rose, LOWER])

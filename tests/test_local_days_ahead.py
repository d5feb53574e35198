"""Example events are moved to days still to come, so that their cases can be driven through simulated time."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest_asyncio

from domain.events import CloudEvent
from local.days_ahead import move_ahead
from store.inbox import Inbox, Put
from store.pool import open_pool
from tests.starter.events import arrival, fact, request

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest_asyncio.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A pool on the test's own database."""
    async with await open_pool(database) as pool:
        yield pool


async def _moved(pool: asyncpg.Pool, *events: CloudEvent) -> dict[str, tuple[datetime, dict[str, Any]]]:
    """When each event counts as received, and its document, once they are moved."""
    await Inbox(pool).put([arrival(event) for event in events])
    await move_ahead(pool, NOW)
    rows = await pool.fetch("SELECT id, received_at, raw FROM inbox")
    return {row["id"]: (row["received_at"], json.loads(row["raw"])) for row in rows}


async def test_all_instants_move_together_by_whole_weeks(pool: asyncpg.Pool) -> None:
    """Weekdays, hours and the days between two instants stay as they were; nothing happens before now."""
    early = request("A-1", order={"signed_at": "2026-02-27T10:00:00+08:00"})
    late = request("A-2", requested_at="2026-03-10T18:15:00+08:00")
    moved = await _moved(pool, early, late)
    received, document = moved["req-A-1"]
    signed = datetime.fromisoformat(document["data"]["order"]["signed_at"])
    by = received - datetime.fromisoformat("2026-03-01T09:30:00+08:00")
    assert received >= NOW > received - timedelta(weeks=1)
    assert by % timedelta(weeks=1) == timedelta(0)
    assert signed == datetime.fromisoformat("2026-02-27T10:00:00+08:00") + by
    assert moved["req-A-2"][0] == datetime.fromisoformat("2026-03-10T18:15:00+08:00") + by
    assert document["data"]["order"]["order_no"] == "A-1"


async def test_an_event_without_a_time_comes_after_the_others(pool: asyncpg.Pool) -> None:
    """A courier's push that says no time counts as received with the last event that says one."""
    push = fact("parcel_update", id="push", waybill="YT1", state="lost")
    moved = await _moved(pool, request("B-1"), request("B-2", requested_at="2026-03-05T12:00:00+08:00"), push)
    assert moved["push"][0] == moved["req-B-2"][0]


async def test_a_moved_event_is_still_known_when_it_comes_again(pool: asyncpg.Pool) -> None:
    """Taking the example files in twice stays harmless: the door compares what came, not what was moved."""
    await _moved(pool, request("C-1"))
    assert await Inbox(pool).put([arrival(request("C-1"))]) == [Put.DUPLICATE]


async def test_events_still_to_come_stay_where_they_are(pool: asyncpg.Pool) -> None:
    """What lies ahead already is not moved."""
    moved = await _moved(pool, request("D-1", requested_at="2026-12-01T09:30:00+08:00"))
    assert moved["req-D-1"][0] == datetime.fromisoformat("2026-12-01T09:30:00+08:00")

"""A message and a deadline that meet: what our door received by the due instant wins, whichever is seen first.

A customer is asked for his word within some seconds. His answer is stamped by our door before, at or after the due
instant, or not at all, and arrives before or after the timer, while the worker works or is down over the deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from temporalio.worker import Replayer

import worker
from domain.vocabulary import CaseType
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from tests.workflows.workshop import Bench, Workshop, opened

STAMPS = {"before": timedelta(seconds=-1), "at": timedelta(0), "after": timedelta(milliseconds=1), "unstamped": None}
LENGTHS = {  # seconds: of those that must be answered before they end enough for a busy machine
    ("worker up", "message first"): 10,
    ("worker up", "timer first"): 2,
    ("worker down", "message first"): 14,
    ("worker down", "timer first"): 14,
}

WINS, LATE = True, False
RACES: dict[tuple[str, str, str], bool] = {
    ("worker up", "message first", "before"): WINS,
    ("worker up", "message first", "at"): WINS,
    ("worker up", "message first", "unstamped"): WINS,
    ("worker up", "message first", "after"): LATE,
    # The deadline was acted on before the message was there: it is kept, and nothing is undone.
    ("worker up", "timer first", "before"): LATE,
    ("worker up", "timer first", "at"): LATE,
    ("worker up", "timer first", "after"): LATE,
    ("worker up", "timer first", "unstamped"): LATE,
    ("worker down", "message first", "before"): WINS,
    ("worker down", "message first", "at"): WINS,
    ("worker down", "message first", "unstamped"): WINS,
    ("worker down", "message first", "after"): LATE,
    ("worker down", "timer first", "before"): WINS,
    ("worker down", "timer first", "at"): WINS,
    ("worker down", "timer first", "unstamped"): WINS,
    ("worker down", "timer first", "after"): LATE,
}


class Race:
    """One case and its answer."""

    def __init__(self, bench: Bench, stamp: str, due_at: datetime) -> None:
        self.bench, self.stamp, self.due_at = bench, stamp, due_at

    async def answer(self) -> None:
        """The customer agrees."""
        length = STAMPS[self.stamp]
        stamp = {} if length is None else {"at": (self.due_at + length).isoformat()}
        await self.bench.say("customer_agreed", {"id": "his-word", "agreed": True, **stamp})


async def run(workshop: Workshop) -> dict[tuple[str, str, str], Race]:
    """All races, side by side: those with the worker up, then those with the worker down."""
    races: dict[tuple[str, str, str], Race] = {}

    async def begin(key: tuple[str, str, str]) -> None:
        bench = await workshop.begin(CaseType.RETURN_REFUND, clocks={"S-CONSENT": LENGTHS[key[:2]]})
        told = await bench.until(waiting_for="consent", due_rule="S-CONSENT")
        races[key] = Race(bench, key[2], datetime.fromisoformat(told["due_at"]))

    async def begun(*kind: str) -> list[Race]:
        keys = [key for key in RACES if key[:2] == kind]
        await asyncio.gather(*(begin(key) for key in keys))
        return [races[key] for key in keys]

    def in_time(answered: list[Race]) -> None:
        assert datetime.now(UTC) < min(race.due_at for race in answered), "the machine was too slow for the race"

    first = await begun("worker up", "message first")
    await asyncio.gather(*(race.answer() for race in first))
    in_time(first)
    late = await begun("worker up", "timer first")
    await asyncio.gather(*(race.bench.until(waiting_for="confirmation") for race in late))
    await asyncio.gather(*(race.answer() for race in late))
    first, late = await asyncio.gather(begun("worker down", "message first"), begun("worker down", "timer first"))
    await workshop.stop_worker()
    in_time(first + late)
    await asyncio.gather(*(race.answer() for race in first))
    in_time(first)
    await asyncio.sleep((max(race.due_at for race in first + late) - datetime.now(UTC)).total_seconds() + 1)
    await asyncio.gather(*(race.answer() for race in late))
    workshop.start_worker()
    return races


@pytest_asyncio.fixture(scope="module")
async def races(
    temporal: TemporalServer, postgres: PostgresServer, database_template: str
) -> AsyncIterator[dict[tuple[str, str, str], Race]]:
    """The races, run."""
    dsn = await postgres.create_database("races", database_template)
    async with opened(temporal, "races", dsn) as workshop:
        yield await run(workshop)


@pytest.mark.parametrize("race", RACES, ids=lambda key: "-".join(key).replace(" ", "_"))
async def test_what_was_received_by_the_due_instant_wins(races: Any, race: tuple[str, str, str]) -> None:
    """In both orders of arrival, with the worker up or down over the deadline: the door's stamp decides."""
    bench, due_at = races[race].bench, races[race].due_at
    told = await bench.until(waiting_for="return_number" if RACES[race] is WINS else "confirmation")
    (clock,) = [one for one in told["clocks"] if one["id"].startswith("S-CONSENT")]
    said = await bench.journalled(bool, "customer_agreed")
    assert len(said) == 1, "in time or late, what the customer said is kept"
    breaches = await bench.journal("clock_breached")
    if RACES[race] is WINS:
        assert clock["state"] == "met"
        assert breaches == []
        return
    assert clock["state"] == "breached"
    (breach,) = breaches
    assert datetime.fromisoformat(breach.data["due_at"]) == due_at
    acted_late = datetime.fromisoformat(breach.data["acted_at"]) - due_at
    assert acted_late >= timedelta(seconds=1 if race[0] == "worker down" else 0)


async def test_every_race_replays_as_it_was_lived(races: Any) -> None:
    """A worker that takes the cases over comes to the same decisions: an instant is the same live and on replay."""
    replayer = Replayer(workflows=[], plugins=[worker.plugin()])
    for race in races.values():
        await replayer.replay_workflow(await race.bench.handle.fetch_history())

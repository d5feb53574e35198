"""The exact cost of each plain path, and the file that holds what was reached: `tests/data/cost.json`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import asyncpg
from pydantic import BaseModel

from bench.cost import HistoryCost, Plays, StoreCost, StoreMeter
from bench.plain_path import ANSWERS
from bench.twins import Opener
from domain.vocabulary import CaseType

FILE = Path(__file__).parent.parent / "tests" / "data" / "cost.json"
AT_ONCE = 3  # cases of one kind side by side; the least of them counts, as one may have met a second's border
BYTES = 1.01  # instants and ids in a history vary a little in length
WAL = 1.10  # index pages split, and hint bits are logged, where chance has it


class Cost(BaseModel):
    """One case along its plain path."""

    events: int
    history_bytes: int
    state_transitions: int
    commits: int
    wal_bytes: int


async def measure(plays: Plays, opener: Opener, meter: StoreMeter, kind: CaseType, mark: str) -> Cost:
    """Play some cases of that kind. `plays.asked` must hear the worker's partners."""
    before = await meter.read()
    histories: list[HistoryCost] = list(
        await asyncio.gather(*(plays.play(opener, kind, f"{mark}.{n}.{kind.value}") for n in range(AT_ONCE)))
    )
    after = await meter.read()
    store = StoreCost(commits=(after[0] - before[0]) / AT_ONCE, wal_bytes=(after[1] - before[1]) / AT_ONCE)
    least = min(histories, key=lambda history: history.events)
    return Cost(
        events=least.events,
        history_bytes=least.bytes,
        state_transitions=least.transitions,
        commits=round(store.commits),
        wal_bytes=round(store.wal_bytes),
    )


async def measure_all(plays: Plays, opener: Opener, meter: StoreMeter) -> dict[CaseType, Cost]:
    """Every kind, after one round that is not counted: tables are empty then and indexes grow faster."""
    await asyncio.gather(*(plays.play(opener, kind, f"warm.{kind.value}") for kind in ANSWERS))
    return {kind: await measure(plays, opener, meter, kind, "cost") for kind in ANSWERS}


def known() -> dict[CaseType, Cost]:
    """What was recorded last."""
    return {CaseType(kind): Cost.model_validate(cost) for kind, cost in json.loads(FILE.read_text("utf-8")).items()}


def write(costs: Mapping[CaseType, Cost]) -> None:
    """Keep these."""
    document = {kind.value: cost.model_dump() for kind, cost in costs.items()}
    FILE.write_text(json.dumps(document, indent=2) + "\n", "utf-8")


def risen(kind: CaseType, now: Cost, before: Cost) -> list[str]:
    """What costs more than recorded, in words; empty when nothing does."""
    bounds = {
        "events": before.events,
        "history_bytes": before.history_bytes * BYTES,
        "state_transitions": before.state_transitions,
        "commits": before.commits,
        "wal_bytes": before.wal_bytes * WAL,
    }
    return [
        f"{kind.value}: {name} rose from {getattr(before, name)} to {getattr(now, name)}"
        for name, bound in bounds.items()
        if getattr(now, name) > bound
    ]


async def meter_of(dsn: str) -> tuple[asyncpg.Connection, StoreMeter]:
    """A connection and its meter; autovacuum, which writes when it likes, is off on that server from then on."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER SYSTEM SET autovacuum = off")
    await connection.execute("SELECT pg_reload_conf()")
    return connection, StoreMeter(connection)

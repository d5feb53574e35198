"""The exact cost of each plain path, and the file that holds what was reached: `tests/data/cost.json`."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable, Mapping
from pathlib import Path

import asyncpg

from bench.cost import Cost, HistoryCost, Plays, StoreMeter
from bench.cost_page import PAGE, page
from bench.plain_path import PATHS
from bench.stage import stage
from bench.twins import Opener
from domain.vocabulary import CaseType

FILE = Path(__file__).parent.parent / "tests" / "data" / "cost.json"
LANES = 4  # of types that are measured side by side, each on servers of its own: most of a path is waiting
AT_ONCE = 2  # cases of one kind side by side
TRIES = 3  # a busy machine lets a case meet a second's border, or a day's news
BYTES = 1.01  # instants and ids in a history vary a little in length
WAL = 1.10
SPLIT = 8192 / AT_ONCE  # bytes of WAL: what goes before decides on which type's cases a page of an index splits


async def measure_all(before: Mapping[CaseType, Cost]) -> dict[CaseType, Cost]:
    """Every type, in lanes. What costs more than `before` is measured again."""
    lanes = await asyncio.gather(*(_lane(list(PATHS)[start::LANES], before) for start in range(LANES)))
    found = {kind: cost for lane in lanes for kind, cost in lane.items()}
    return {kind: found[kind] for kind in PATHS}


async def _lane(kinds: Iterable[CaseType], before: Mapping[CaseType, Cost]) -> dict[CaseType, Cost]:
    """One type after the other, always in the same order: where an index page splits does not depend on chance."""
    plays = Plays()
    async with stage() as servers, servers.worker("ours", plays.heard):
        connection, meter = await _meter_of(servers.postgres.dsn())
        opener = Opener("ours", servers.client, servers.pool)
        await plays.play(opener, CaseType.REFUND_ONLY, "warm")
        costs = {}
        for kind in kinds:
            for turn in range(TRIES):
                costs[kind], alike = await _measure(plays, opener, meter, kind, f"cost.{turn}")
                if alike and not (kind in before and risen(kind, costs[kind], before[kind])):
                    break
        await connection.close()
    return costs


async def _measure(plays: Plays, opener: Opener, meter: StoreMeter, kind: CaseType, mark: str) -> tuple[Cost, bool]:
    """Some cases side by side, and whether they went alike."""
    written = await meter.read()
    histories: list[HistoryCost] = list(
        await asyncio.gather(*(plays.play(opener, kind, f"{mark}.{n}.{kind.value}") for n in range(AT_ONCE)))
    )
    store = (await meter.read()).since(written)
    least = min(histories, key=lambda history: history.events)
    cost = Cost(
        events=least.events,
        history_bytes=least.bytes,
        state_transitions=least.transitions,
        commits=round(store.commits / AT_ONCE),
        wal_bytes=round(store.wal_bytes / AT_ONCE),
        staff_inputs=least.kinds.get("WORKFLOW_EXECUTION_UPDATE_ACCEPTED", 0),
    )
    return cost, len({history.events for history in histories}) == 1


async def _meter_of(dsn: str) -> tuple[asyncpg.Connection, StoreMeter]:
    """A connection and its meter; autovacuum, which writes when it likes, is off on that server from then on."""
    connection = await asyncpg.connect(dsn)
    await connection.execute("ALTER SYSTEM SET autovacuum = off")
    await connection.execute("SELECT pg_reload_conf()")
    return connection, StoreMeter(connection)


def known() -> dict[CaseType, Cost]:
    """What was recorded last."""
    return {CaseType(kind): Cost.model_validate(cost) for kind, cost in json.loads(FILE.read_text("utf-8")).items()}


def write(costs: Mapping[CaseType, Cost]) -> None:
    """Keep these, and the page that shows them."""
    document = {kind.value: cost.model_dump() for kind, cost in costs.items()}
    FILE.write_text(json.dumps(document, indent=2) + "\n", "utf-8")
    PAGE.write_text(page(costs), "utf-8")


def risen(kind: CaseType, now: Cost, before: Cost) -> list[str]:
    """What costs more than recorded, in words; empty when nothing does."""
    bounds = before.model_dump() | {
        "history_bytes": before.history_bytes * BYTES,
        "wal_bytes": before.wal_bytes * WAL + SPLIT,
    }
    return [
        f"{kind.value}: {name} rose from {getattr(before, name)} to {getattr(now, name)}"
        for name, bound in bounds.items()
        if getattr(now, name) > bound
    ]

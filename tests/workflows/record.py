"""Record the histories that `test_replay.py` replays: one per life (`tests.workflows.lives`).

    python -m tests.workflows.record [NAME ...]

Run it when a procedure gets a new ending, or when an old history is replaced on purpose (say in the commit why): a
history that stands here promises that cases begun with that code can still be carried on.
"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

from temporalio.client import Client

import worker
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate
from tests.namespace import own_namespace
from tests.workflows.house import House, standing
from tests.workflows.lived_case import LivedCase
from tests.workflows.lives import LIVES
from tests.workflows.lives.beginning import begun

HISTORIES = Path(__file__).with_name("histories")


async def live(house: House, name: str) -> LivedCase:
    """Live one of `LIVES` to its end."""
    case = await begun(house, name)
    for act in LIVES[name][2]:
        await act(case)
    await case.to_the_end()
    return case


async def _keep(house: House, name: str, one_at_a_time: asyncio.Semaphore) -> None:
    async with one_at_a_time:
        case = await live(house, name)
        history = json.loads((await case.handle.fetch_history()).to_json())
        HISTORIES.mkdir(exist_ok=True)
        (HISTORIES / f"{name}.json").write_text(
            json.dumps(without_machine(history), ensure_ascii=False, separators=(",", ":")) + "\n"
        )
        sys.stdout.write(f"{name}: {len(history['events'])} events\n")


def without_machine(value: Any) -> Any:
    """Who recorded it is no part of a history: identities hold process ids and host names, stack traces folders."""
    if isinstance(value, dict):
        return {
            key: "recorded" if key in ("identity", "binaryChecksum") else without_machine(inner)
            for key, inner in value.items()
            if key != "stackTrace"
        }
    if isinstance(value, list):
        return [without_machine(inner) for inner in value]
    return re.sub(r"\d+@[\w.-]+", "recorded", value) if isinstance(value, str) else value


async def main(names: list[str]) -> None:
    """Record those of the names, or all."""
    async with PostgresServer() as postgres, TemporalServer() as temporal:
        dsn = await postgres.create_database("house")
        await migrate(dsn)
        await own_namespace(temporal, "house")
        client = await Client.connect(temporal.address, namespace="house", plugins=[worker.plugin()])
        async with standing(client, dsn) as house:
            gate = asyncio.Semaphore(10)
            await asyncio.gather(*(_keep(house, name, gate) for name in names or LIVES))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))

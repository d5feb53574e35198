"""The main job of a demonstration: example files through the file door, and every case to its end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from commands.demo_house import DemoHouse
from commands.intake import column_map
from domain.vocabulary import CaseType
from local.days import CaseStuck, Lived
from local.days_ahead import move_ahead
from starter.file_door import FileDoor, Report
from store.inbox import Inbox

KINDS = (".ndjson", ".csv", ".xlsx")
OPEN = {"new", "claimed", "waiting"}  # rows of the inbox that are still on their way
LAST = CaseType.UNIDENTIFIED_PARCEL
CASES = "SELECT shop, case_no, case_type, parent_case_no FROM cases ORDER BY opened_at"
LOOK_EVERY = 0.2  # seconds between two looks for cases that opened
SIDE_BY_SIDE = 24  # cases that are driven at a time: each is looked at all the while, and more only keep each other


def files_of(examples: Path) -> list[Path]:
    """The files with order events, by name."""
    return sorted(file for file in examples.iterdir() if file.suffix in KINDS)


async def take_files(house: DemoHouse, files: Sequence[Path], shop: str) -> list[Report]:
    """The files through the file door; their events moved to days still to come. Raises BadEvent."""
    door = FileDoor(house.pool, column_map(None, shop), house.intake)
    reports = []
    for file in files:
        with file.open("rb") as stream:
            reports.append(await door.take(stream, file.name))
    await move_ahead(house.pool, datetime.now(UTC))
    return reports


async def live(house: DemoHouse, seen: Callable[[int, int], None]) -> dict[str, Lived | CaseStuck]:
    """Hand every event over and drive each case that opens to its end, side by side. `seen` hears: ended, opened."""
    lives: dict[str, asyncio.Task[Lived]] = {}
    inbox, turns = Inbox(house.pool), asyncio.Semaphore(SIDE_BY_SIDE)

    async def lived(shop: str, case_no: str) -> Lived:
        async with turns:
            return await house.days.live(shop, case_no)

    def over(name: str) -> bool:
        return name in lives and lives[name].done()

    async with house.handing_over():
        try:
            while True:
                coming = (await inbox.counts()).keys() - {"waiting"} & OPEN
                rows = await house.pool.fetch(CASES)
                others = [f"{row['shop']}/{row['case_no']}" for row in rows if row["case_type"] != LAST]
                for row in rows:
                    name, parent = (f"{row['shop']}/{row[no]}" for no in ("case_no", "parent_case_no"))
                    if name in lives:
                        continue
                    # Whose a parcel is that nobody announced shows when all the others have lived.
                    if row["case_type"] == LAST and (coming or not all(over(other) for other in others)):
                        continue
                    # A claim lives in step with the case that opened it, and by itself when that has ended.
                    if not row["parent_case_no"] or over(parent):
                        lives[name] = asyncio.create_task(lived(row["shop"], row["case_no"]), name=name)
                ended = sum(task.done() for task in lives.values())
                seen(ended, len(lives))
                known = await house.pool.fetchval("SELECT count(*) FROM cases")
                if ended == len(lives) == known and not OPEN & (await inbox.counts()).keys():
                    break
                await asyncio.sleep(LOOK_EVERY)
        finally:
            for task in lives.values():
                task.cancel()
            await asyncio.gather(*lives.values(), return_exceptions=True)
    return {name: _end(task) for name, task in lives.items()}


def _end(task: asyncio.Task[Lived]) -> Lived | CaseStuck:
    try:
        return task.result()
    except CaseStuck as stuck:
        return stuck

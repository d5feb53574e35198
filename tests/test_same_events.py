"""The same events, fed in different ways, give the same cases and the same money, through the whole house.

Five shops live through the same week in one house, with real servers, worker and simulated partners, as `make demo`
has them. What differs is how each shop's file is fed; what comes of it must not.
"""

from __future__ import annotations

import asyncio
import io
import json
import random
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio

from commands import demo_cases
from commands.demo_house import DemoHouse, standing
from local.days import CaseStuck
from starter.columns import ColumnMap
from starter.file_door import FileDoor, Report
from store.inbox import Inbox
from tests.eventful_week import events, garbage, personas

SHOPS = ("plain", "twice", "shuffled", "backwards", "garbage")
SEED = 20260302

CASES = {
    ("1", "return_refund"): ("refunded", 3200),
    ("2", "return_refund"): ("partially_refunded", 4000),
    ("3", "refund_only"): ("partially_refunded", 1500),
    ("4", "refund_only"): ("refunded", 3200),
    ("5", "customer_unreachable"): ("delivered", 0),
    ("6", "no_tracking_info"): ("delivered", 0),
    ("7", "parcel_lost"): ("refunded", 3200),
    ("7", "courier_claim"): ("reimbursed", 0),
    ("8", "no_tracking_info"): ("delivered", 0),
    ("9", "return_refund"): ("withdrawn", 0),
}
"""By order and type: how the case must end, and what it pays back."""


def lines(shop: str) -> list[bytes]:
    """The shop's file, fed as its name says."""
    fed, chance = [json.dumps(event, ensure_ascii=False).encode() for event in events(shop)], random.Random(SEED)
    match shop:
        case "twice":
            return [line for line in fed for _ in range(2)]
        case "shuffled":
            return chance.sample(fed, len(fed))
        case "backwards":
            return fed[::-1]
        case "garbage":  # rubbish comes first, too
            mixed = [*fed, *garbage(shop)[1:]]
            return [garbage(shop)[0], *chance.sample(mixed, len(mixed))]
    return fed


@dataclass
class Lived:
    """The house after all cases have ended. `reports`: what the file door said, by shop."""

    house: DemoHouse
    reports: dict[str, Report]

    async def cases(self, shop: str) -> Counter[tuple[Any, ...]]:
        """Its cases by order, type, end and refunded sum. Their numbers may differ: who comes first gives his."""
        rows = await self.house.pool.fetch("SELECT * FROM cases WHERE shop = $1", shop)
        return Counter(
            (row["order_no"].removeprefix(f"{shop}-"), row["case_type"], row["outcome"], row["refunded_minor"])
            for row in rows
        )

    async def payments(self, shop: str) -> Counter[tuple[str, int]]:
        """What the payment provider paid, by order."""
        async with httpx2.AsyncClient(base_url=self.house.stack.simulator_url, trust_env=False) as simulator:
            ledger = (await simulator.get("/ledger", params={"shop": shop, "partner": "refunds"})).json()
        paid = [one for one in ledger["effects"] if one["effect"] == "payment"]
        return Counter((one["order_no"].removeprefix(f"{shop}-"), one["data"]["amount_minor"]) for one in paid)

    async def count(self, query: str, *values: object) -> int:
        """A number out of the database."""
        return int(await self.house.pool.fetchval(query, *values))


@pytest_asyncio.fixture(scope="module")
async def lived(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lived]:
    """Every shop's file taken in, every event handed over, every case lived to its end."""
    folder: Path = tmp_path_factory.mktemp("week")
    (folder / "personas.toml").write_text("".join(map(personas, SHOPS)), encoding="utf-8")
    (folder / "staff.toml").write_text("")
    for shop in SHOPS:
        (folder / f"{shop}.ndjson").write_bytes(b"\n".join(lines(shop)))
    async with standing(folder, lambda _: None) as house:
        reports = await demo_cases.take_files(house, demo_cases.files_of(folder), "")
        async with house.handing_over(), asyncio.timeout(60):
            while demo_cases.OPEN & (await Inbox(house.pool).counts()).keys():  # noqa: ASYNC110  as any door's client
                await asyncio.sleep(0.1)
        lives = await demo_cases.live(house, lambda _ended, _opened: None)
        stuck = [str(life) for life in lives.values() if isinstance(life, CaseStuck)]
        assert not stuck, "\n".join(stuck)
        yield Lived(house, {report.file.removesuffix(".ndjson"): report for report in reports})


@pytest.mark.parametrize("shop", SHOPS)
async def test_the_same_events_give_the_same_cases(lived: Lived, shop: str) -> None:
    """One case per order and type, with the same end and refund, however the week was fed."""
    assert await lived.cases(shop) == Counter((*case, *end) for case, end in CASES.items())


@pytest.mark.parametrize("shop", SHOPS)
async def test_the_same_events_move_the_same_money(lived: Lived, shop: str) -> None:
    """The provider paid each order's refund once and nothing else; our ledger says the same."""
    due = Counter((order, sum_) for (order, _), (_, sum_) in CASES.items() if sum_)
    assert await lived.payments(shop) == due
    ours = await lived.house.pool.fetch("SELECT order_no, amount_minor FROM refunds WHERE shop = $1", shop)
    assert Counter((row["order_no"].removeprefix(f"{shop}-"), row["amount_minor"]) for row in ours) == due


@pytest.mark.parametrize("shop", SHOPS)
async def test_nothing_is_left_open(lived: Lived, shop: str) -> None:
    """Every case is closed, every promise kept, and every event is with its case."""
    assert await lived.count("SELECT count(*) FROM cases WHERE shop = $1 AND stage <> 'closed'", shop) == 0
    assert await lived.count("SELECT count(*) FROM promises WHERE shop = $1 AND state <> 'told'", shop) == 0
    done = "SELECT count(*) FROM inbox WHERE source LIKE $1 || '/%' AND status = 'done'"
    assert await lived.count(done, shop) == len(events(shop)) - 1  # one line has no envelope, and no source
    assert await lived.count("SELECT count(*) FROM inbox WHERE status <> 'done'") == 0


@pytest.mark.parametrize("shop", SHOPS)
async def test_garbage_is_kept_and_nothing_else_is(lived: Lived, shop: str) -> None:
    """The door names every bad line by its number, the quarantine has it as it came, and no good line went there."""
    fed, rubbish = lines(shop), garbage(shop) if shop == "garbage" else []
    report = lived.reports[shop]
    assert (report.accepted, report.bad) == (len(events(shop)), len(rubbish))
    assert Counter(fed[line.line - 1] for line in report.listed) == Counter(rubbish)
    rows = await lived.house.pool.fetch("SELECT raw FROM quarantine WHERE origin LIKE $1 || '.ndjson:%'", shop)
    kept = Counter(row["raw"] for row in rows)
    assert len(rows) == len(rubbish)
    assert all(line in kept or any(line.startswith(raw) for raw in kept) for line in rubbish)


async def test_a_week_that_is_over_can_be_fed_again(lived: Lived) -> None:
    """The same file once more, after all its cases have ended, is known line by line and changes nothing."""
    house, shop = lived.house, "plain"
    before = await lived.cases(shop), await lived.payments(shop)
    door = FileDoor(house.pool, ColumnMap.read(), house.intake)
    report = await door.take(io.BytesIO(b"\n".join(reversed(lines(shop)))), "again.ndjson")
    assert (report.accepted, report.duplicate, report.bad) == (0, len(events(shop)), 0)
    assert (await lived.cases(shop), await lived.payments(shop)) == before

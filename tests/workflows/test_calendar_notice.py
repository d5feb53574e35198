"""Deadlines that were counted before the notice of their days came are provisional, and counted anew when it does."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from commands.checkup_calendar import provisional
from commands.finding import Health
from domain import rulebook_file
from domain.calendar import CalendarStatus, CalendarYear
from domain.calendar_file import default, write_notice
from domain.order import Order
from domain.rules import Rules, Unit
from domain.vocabulary import CaseType
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from settings import Settings
from store.provisional_clocks import provisional_clocks
from store.working_time import CalendarWorkingTime
from tests.workflows.house import House, invented_notices
from tests.workflows.lived_case import LivedCase
from tests.workflows.workshop import Bench, Workshop, opened

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))
UNSHIPPED: Mapping[str, Any] = {"warehouse": {"handed_over": False, "ships_after": "never"}}


async def patient(house: House, name: str, until: date) -> tuple[LivedCase, datetime, int]:
    """A case whose D-NOINFO runs so many working days that it is due on that day or soon after, by its rulebook."""
    case = await house.open("no_tracking_info", **UNSHIPPED)
    await case.run_until(waiting_for="first_scan")
    started = (await case.state()).clocks["D-NOINFO"].started_at
    days = 100
    while (await house.due(started, days, Unit.WORKING_DAYS)).date() < until:
        days += 1
    version = await house.keep(f'name = "{name}"\n[clocks.D-NOINFO]\nlength = "{days} working days"\n')
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")
    return case, started, days


async def test_a_notice_moves_provisional_deadlines_either_way_and_no_others(house: House) -> None:
    """Make-up days bring a due instant forward, days off put it back; what was official before stays where it is."""
    begun, following = invented_notices()
    early, late = await asyncio.gather(
        patient(house, "till-january", date(following.year, 1, 20)),
        patient(house, "till-march", date(following.year, 3, 10)),
    )
    plain = await house.open("no_tracking_info", **UNSHIPPED)
    before = {}
    for case, started, days in (early, late):
        clock = (await case.state()).clocks["D-NOINFO"]
        assert (clock.provisional, clock.due_at) == (True, await house.due(started, days, Unit.WORKING_DAYS))
        before[case.case_no] = clock.due_at

    house.announce(begun, following)
    for told in (early[0], late[0], plain):
        await told.say("calendar_changed")

    for case, started, days in (early, late):
        clock = (await case.state()).clocks["D-NOINFO"]
        assert (clock.provisional, clock.due_at) == (False, await house.due(started, days, Unit.WORKING_DAYS))
        moved = await case.one("clock_moved", why="calendar_notice")
        assert (moved.rule, moved.data["clock"]) == ("R-NOINFO-OUR", "D-NOINFO")
        assert datetime.fromisoformat(moved.data["before"]) == before[case.case_no]
        assert datetime.fromisoformat(moved.data["due_at"]) == clock.due_at
        length = clock.due_at - clock.started_at
        assert clock.warn_at == [clock.started_at + length * share / 100 for share in (50, 80)]
        records = await case.records("provisional_clock")
        assert clock.due_at in [datetime.fromisoformat(record["due_at"]) for record in records]
        assert not any(record["provisional"] for record in records), "the clock that ended before the notice neither"
    assert (await early[0].state()).clocks["D-NOINFO"].due_at < before[early[0].case_no]
    assert (await late[0].state()).clocks["D-NOINFO"].due_at > before[late[0].case_no]
    assert len(await plain.journal("calendar_changed")) == 1
    assert not await plain.journal("clock_moved")


@dataclass
class Shop:
    """A workshop with a calendar folder and its command line."""

    workshop: Workshop
    folder: Path
    dsn: str

    async def begin(self, case_type: CaseType, **more: Any) -> Bench:
        """A case in which nothing comes from outside; its D-NOINFO reaches into years without a notice."""
        return await self.workshop.begin(case_type, rules=far(), **more)

    async def apply(self, *words: str) -> Any:
        """`aftersales calendar apply ... --json`."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
        own |= {"AFTERSALES_DATABASE_DSN": self.dsn, "AFTERSALES_HOME": str(self.folder)}
        own |= {"AFTERSALES_CALENDAR_FOLDER": str(self.folder), "AFTERSALES_LANG": "en"}
        own |= {"TEMPORAL_ADDRESS": self.workshop.address, "TEMPORAL_NAMESPACE": self.workshop.client.namespace}
        process = await asyncio.create_subprocess_exec(
            AFTERSALES, "calendar", "apply", *words, env=own,
            stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
        assert process.returncode == 0, err.decode()
        return json.loads(out) if "--json" in words else out.decode()

    async def recorded(self, cases: int) -> None:
        """Until so many cases have put a provisional deadline on record: they write when they rest."""
        while len(await provisional_clocks(self.workshop.pool)) < cases:  # noqa: ASYNC110
            await asyncio.sleep(0.05)

    async def health(self) -> Health:
        """What doctor thinks of provisional deadlines."""
        return (await provisional(Settings(database_dsn=self.dsn, calendar_folder=self.folder))).health

    def announce(self, year: int, *off: date) -> None:
        """A notice of that year comes: the days as computed, and these off besides."""
        days = CalendarYear(
            year=year, status=CalendarStatus.OFFICIAL, source="invented", off=default().year(year).off | {*off}
        )
        (self.folder / f"cn-{year}.json").write_text(write_notice(days), encoding="utf-8")


def far() -> Rules:
    """Rules under which D-NOINFO takes three years of working days."""
    return rulebook_file.load('name = "far"\n[clocks.D-NOINFO]\nlength = "700 working days"\n').rules()


@pytest_asyncio.fixture(scope="module")
async def shop(
    temporal: TemporalServer,
    postgres: PostgresServer,
    database_template: str,
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Shop]:
    """A shop for this file."""
    dsn = await postgres.create_database("notices", database_template)
    folder = tmp_path_factory.mktemp("calendar")
    async with opened(temporal, "notices", dsn, folder) as workshop:
        yield Shop(workshop, folder, dsn)


async def clock_of(bench: Bench, id: str) -> dict[str, Any]:
    """A clock as `explain` shows it."""
    return next(clock for clock in (await bench.shown())["clocks"] if clock["id"] == id)


async def test_operations_apply_a_notice_to_the_cases_that_wait_for_it(shop: Shop) -> None:
    """`calendar apply` lists, tells and is done; doctor asks for it exactly while a notice was not applied."""
    assert await shop.health() is Health.GOOD
    bench, gone = await shop.begin(CaseType.NO_TRACKING_INFO), await shop.begin(CaseType.NO_TRACKING_INFO)
    for one in (bench, gone):
        await one.until(waiting_for="warehouse_answer")
    await shop.recorded(2)
    shown = await clock_of(bench, "D-NOINFO/warehouse")
    assert shown["provisional"]
    assert shown["state"] == "running"
    listed = await shop.apply("--dry-run", "--json")
    assert (listed["cases"]["no_notice"], listed["cases"]["would_be_told"]) == (2, 0)
    assert await shop.health() is Health.GOOD, "the notice is not out: nothing can be done"
    await gone.handle.terminate()

    today = datetime.now(UTC).date()
    for year in range(today.year, today.year + 4):
        shop.announce(year, *(date(year, 6, day) for day in range(1, 11)))
    assert await shop.health() is Health.DOUBTFUL
    assert (await shop.apply("--dry-run", "--json"))["cases"]["would_be_told"] == 2
    told = await shop.apply("--json")
    assert (told["cases"]["told"], told["cases"]["ended"]) == (1, 1)

    (moved,) = await bench.journalled(bool, "clock_moved")
    after = await clock_of(bench, "D-NOINFO/warehouse")
    assert not after["provisional"]
    assert after["due_at"] > shown["due_at"], "days off put it back, and the running worker saw the new files"
    started = datetime.fromisoformat(after["started_at"])
    official = await CalendarWorkingTime.from_folder(shop.folder).due("workshop", started, 700, Unit.WORKING_DAYS)
    assert datetime.fromisoformat(after["due_at"]) == official
    assert datetime.fromisoformat(moved.data["due_at"]) == official
    again = await shop.apply("--dry-run", "--json")
    assert {one["case_no"] for one in again["clocks"]} <= {gone.request.case_no}
    assert "has ended" in await shop.apply()


async def windowed(shop: Shop, signed: datetime, requested: datetime) -> Bench:
    """A return without a reason, signed for and asked for in a year without a notice."""
    asked = Order.model_validate(
        {
            "order_no": f"WIN-{signed:%y%m%d%H}-{requested:%y%m%d%H}",
            "customer_ref": "c-window",
            "paid": {"minor": 4500},
            "lines": [{"sku": "CUP", "quantity": 1, "price": {"minor": 4500}}],
            "signed_at": signed,
        }
    )
    return await shop.begin(CaseType.RETURN_REFUND, order=asked, requested_at=requested)


async def test_a_return_window_that_was_open_after_all_is_put_before_a_person(shop: Shop) -> None:
    """X2, D-NR: who was turned away over provisional days and had the right by the official ones is not left so."""
    signed = datetime(2022, 3, 1, 4, tzinfo=UTC)  # a year for which no notice is kept
    bench = await windowed(shop, signed, signed + timedelta(days=11))
    await bench.until(waiting_for="confirmation")
    shown = await bench.shown()
    assert shown["provisional_windows"]
    shop.announce(2022, date(2022, 3, 2), date(2022, 3, 3), date(2022, 3, 4))

    await bench.say("calendar_changed", {})

    await bench.until(needs_human="window_open:D-NR")
    (moved,) = await bench.journalled(bool, "clock_moved")
    days = datetime.fromisoformat(moved.data["due_at"]) - datetime.fromisoformat(moved.data["before"])
    assert (moved.rule, days) == ("R-NR-WINDOW", timedelta(days=5)), "three days off and a week-end"
    assert (await bench.shown())["provisional_windows"] == []
    await bench.say("customer_confirmed", {})
    await bench.until(needs_human="decide:reopened")


async def test_a_return_window_is_not_taken_back(shop: Shop) -> None:
    """X2: a customer who was told that he is in time stays in time, whatever the notice says."""
    signed = datetime(2021, 4, 26, 4, tzinfo=UTC)
    bench = await windowed(shop, signed, signed + timedelta(days=9))
    await bench.until(waiting_for="consent")
    work = frozenset({date(2021, 5, 1), date(2021, 5, 2), date(2021, 5, 8), date(2021, 5, 9)})
    early = CalendarYear(year=2021, status=CalendarStatus.OFFICIAL, source="invented", off=frozenset(), work=work)
    (shop.folder / "cn-2021.json").write_text(write_notice(early), encoding="utf-8")

    await bench.say("calendar_changed", {})

    (kept,) = await bench.journalled(bool, "clock_kept")
    assert (kept.rule, kept.data["clock"], kept.data["kept"]) == ("X2", "D-NR", "customers_window")
    assert datetime.fromisoformat(kept.data["counted"]) < datetime.fromisoformat(kept.data["due_at"])
    assert (await bench.shown())["waiting_for"] == "consent"


async def test_a_price_that_dropped_in_time_after_all_is_put_before_a_person(shop: Shop) -> None:
    """D-PRICE begins with the success of the trade, and a notice may show that its window was still open."""
    succeeded = datetime(2020, 3, 2, 4, tzinfo=UTC)  # a Monday of a year for which no notice is kept
    order = {
        "order_no": "WIN-PRICE",
        "customer_ref": "c-window",
        "paid": {"minor": 4500},
        "lines": [{"sku": "CUP", "quantity": 1, "price": {"minor": 4500}}],
        "signed_at": succeeded - timedelta(days=10),
        "succeeded_at": succeeded,
    }
    bench = await shop.begin(
        CaseType.PRICE_DIFFERENCE, order=Order.model_validate(order), requested_at=succeeded + timedelta(days=22)
    )
    await bench.until(waiting_for="confirmation")
    assert (await bench.shown())["provisional_windows"]
    shop.announce(2020, date(2020, 3, 3), date(2020, 3, 4))

    await bench.say("calendar_changed", {})

    await bench.until(needs_human="window_open:D-PRICE")
    (moved,) = await bench.journalled(bool, "clock_moved")
    before, after = (datetime.fromisoformat(moved.data[name]) for name in ("before", "due_at"))
    assert (moved.rule, before, after - before) == (
        "R-PRICE-15D",
        datetime(2020, 3, 23, 16, tzinfo=UTC),
        timedelta(days=2),
    )

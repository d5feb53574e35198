"""The agenda: lists that are drawn up at set times, for the desk that has to look through them (X1, W-10, D-RETLOG)."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from domain import rulebook_file
from domain.agenda import RUN, AgendaItem, AgendaOrder, orders
from domain.identity import TASK_QUEUE
from local.temporal_server import TemporalServer
from starter.schedules import of
from store.agenda import PostgresAgenda
from store.factory_notes import FactoryNotes
from store.journal import PostgresJournal
from tests.store.pages import page, record
from tests.workflows.workshop import Workshop, opened

NOW = datetime.now(UTC).replace(microsecond=0)
BOOK = rulebook_file.default()
ORDERS = {order.name: order for _, order in orders(BOOK)}


@pytest_asyncio.fixture(scope="module")
async def workshop(temporal: TemporalServer, module_database: str) -> AsyncIterator[Workshop]:
    """A worker over a namespace and a database of its own."""
    async with opened(temporal, "agenda", module_database) as shop:
        yield shop


@pytest_asyncio.fixture(scope="module")
async def agenda(workshop: Workshop) -> PostgresAgenda:
    """The agenda over a shop with a refund to decide, a defect in the zone, and cases that closed."""
    journal = PostgresJournal(workshop.pool)
    log = {"rma": "RMA-1", "disposition": "quarantine"}

    async def has(case_no: str, *records: Any, **row: Any) -> None:
        made = page(1, range(1, 1), *records, case_no=case_no, **{"shop": "agenda", **row})
        await journal.write(made.model_copy(update={"at": NOW}))

    def at(instant: datetime, key: str, **data: Any) -> Any:
        return record("return_log", key, **data).model_copy(update={"at": instant})

    closed = {"stage": "closed", "outcome": "refunded", "due_at": None}
    await has("ASKED", due_rule="D-REFDEC", needs_human="decide:refund_only")
    await has("QUIET")
    await has("DEFECT", at(NOW - timedelta(days=9), "a", **log))
    await has("FRESH", at(NOW - timedelta(hours=3), "b", **log))
    await has("RETURNED", at(NOW - timedelta(days=9), "c", **log, received={"CUP": 1}))
    await has("HALF_RETURNED", at(NOW - timedelta(days=9), "d", **log, received={"CUP": 1, "LID": 1}))
    notes = FactoryNotes(workshop.pool)
    await notes.draw_up(await notes.waiting("agenda", skus=["CUP"]), "", "purchasing:4", NOW)
    await has("CLOSED", closed_at=NOW - timedelta(days=2), **closed)
    await has("NOBODYS", closed_at=NOW - timedelta(days=2), case_type="unidentified_parcel", **closed)
    await has("CLOSED.claim", closed_at=NOW - timedelta(days=2), case_type="courier_claim", **closed)
    await workshop.pool.execute("UPDATE cases SET parent_case_no = 'CLOSED' WHERE case_no = 'CLOSED.claim'")
    await has("LONG_AGO", closed_at=NOW - timedelta(days=40), **closed)
    return PostgresAgenda(workshop.pool)


def cases(item: AgendaItem) -> set[str]:
    """Its cases of this file's shop."""
    return {line.case_no for line in item.lines if line.shop == "agenda"}


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("refund_sweeps", {"ASKED"}),
        ("night_sweep", {"ASKED"}),
        ("return_log", {"FRESH"}),
        ("defects", {"DEFECT", "HALF_RETURNED"}),
        ("weekly_report", {"CLOSED", "NOBODYS", "CLOSED.claim"}),
        ("aftercare", {"CLOSED"}),
    ],
)
async def test_an_item_names_the_cases_that_are_to_be_looked_through(
    agenda: PostgresAgenda, name: str, about: set[str]
) -> None:
    """Refunds to decide, the day's returns, old defects without a note to the factory, closed cases to ask after."""
    item = await agenda.draw_up(ORDERS[name], NOW)
    assert cases(item) == about
    assert item.rule == BOOK.agenda[name].rule


async def test_an_item_is_drawn_up_once_and_stays_until_the_desk_is_done(
    workshop: Workshop, agenda: PostgresAgenda
) -> None:
    """A run that is repeated writes nothing twice; done by somebody, it is off the list and can be seen as done."""
    order, at = ORDERS["defects"], NOW - timedelta(hours=1)
    for _ in range(2):
        await agenda.draw_up(order, at)
    assert [one.at for one in await agenda.items() if one.name == "defects" and one.at == at] == [at]
    assert at in await agenda.done("defects", "purchasing:4", NOW)
    assert await agenda.done("defects", "purchasing:4", NOW) == []
    assert not [one for one in await agenda.items() if one.name == "defects"]
    (seen,) = [one for one in await agenda.items(done_too=True) if (one.name, one.at) == ("defects", at)]
    assert seen.done_by == "purchasing:4"


async def test_a_schedule_begins_each_item_and_the_worker_draws_it_up(
    workshop: Workshop, agenda: PostgresAgenda
) -> None:
    """The workflow that the schedule starts, on the worker that conducts cases."""
    count = await workshop.client.execute_workflow(
        RUN, ORDERS["refund_sweeps"], id="agenda/by-hand", task_queue=TASK_QUEUE, result_type=int
    )
    assert count >= 1
    assert "ASKED" in {case for item in await agenda.items() if item.name == "refund_sweeps" for case in cases(item)}


def test_every_item_of_the_rulebook_has_its_schedule_at_the_shops_hours() -> None:
    """10:00 and 16:30 for refunds, once more before midnight; Mondays, and the first of a month, where it says so."""
    wanted = of(BOOK)
    assert {f"agenda/{name}" for name in BOOK.agenda} == {id for id in wanted if id.startswith("agenda/")}
    assert {order.name for order in ORDERS.values()} == set(BOOK.agenda)

    def hours(name: str) -> list[tuple[int, int]]:
        return [(one.hour[0].start, one.minute[0].start) for one in wanted[f"agenda/{name}"].spec.calendars]

    assert hours("refund_sweeps") == [(10, 0), (16, 30)]
    assert hours("night_sweep") == [(23, 30)]
    assert [one.start for one in wanted["agenda/defects"].spec.calendars[0].day_of_week] == [1]
    assert [one.start for one in wanted["agenda/aftercare"].spec.calendars[0].day_of_month] == [1]
    assert all(one.spec.time_zone_name == "Asia/Shanghai" for id, one in wanted.items() if id.startswith("agenda/"))


def test_how_far_an_item_looks_back_is_the_rulebooks() -> None:
    """A day, a week, a month, or as long as defects may wait; the size of the sample is the rulebook's as well."""
    days = {name: order.back.days for name, order in ORDERS.items()}
    assert days.items() >= {
        "refund_sweeps": 1, "night_sweep": 1, "return_log": 1, "defects": BOOK.clocks["D-R2F"].length.count,
        "weekly_report": 7, "aftercare": 31,
    }.items()  # fmt: skip
    later = {order.name: order for _, order in orders(rulebook_file.load('[agenda.weekly_report]\nback = "14 d"\n'))}
    assert later["weekly_report"].back == timedelta(days=14)
    assert ORDERS["aftercare"].most == BOOK.numbers["aftercare_sample"].value
    assert AgendaOrder.model_validate_json(ORDERS["night_sweep"].model_dump_json()).lines_of == "refund_sweeps"


async def test_a_sample_is_drawn_by_chance_and_the_same_when_drawn_again(
    workshop: Workshop, agenda: PostgresAgenda
) -> None:
    """Of forty customers eight are asked: another eight each month, not the first that were served."""
    first, month = NOW - timedelta(days=200), timedelta(days=31)
    served = [f"SERVED-{number:02}" for number in range(40)]
    for number, case_no in enumerate(served):
        closed = {"stage": "closed", "outcome": "refunded", "due_at": None}
        made = page(1, range(1, 1), case_no=case_no, shop="agenda", closed_at=first + timedelta(hours=number), **closed)
        await PostgresJournal(workshop.pool).write(made)

    order = ORDERS["aftercare"].model_copy(update={"most": 8, "back": 2 * month})
    here = first + timedelta(days=10)
    one, again, other = [[line.case_no for line in (await agenda.draw_up(order, at)).lines]
                         for at in (here, here, here + month)]  # fmt: skip

    assert one == again
    assert len(set(one)) == len(set(other)) == 8
    assert set(one) != set(other)
    assert served[:8] not in (sorted(one), sorted(other))

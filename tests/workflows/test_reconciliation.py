"""The daily reconciliation on real servers: what differs is a task once, what does not is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from temporalio.client import ScheduleHandle

from activities.reconciliation import ReconciliationActivities
from commands.checkup_reconciliation import reconciliation
from commands.finding import Finding, Health
from domain import rulebook_file
from domain.money_difference import DifferenceKind
from domain.ports.refunds import RefundAnswer, RefundStatus
from domain.reconciliation import Comparison, Noted, Part, Reconciled, day_of
from domain.vocabulary import CaseType
from gateways.signed_json import partner_client
from local.temporal_server import TemporalServer
from starter.daily_reconciliation import SCHEDULE
from starter.schedules import establish, of
from store.case_register import CaseRegister
from store.money_differences import DifferenceState, MoneyDifferences, NotSettled
from store.reconciliation import GONE, PostgresReconciliations
from tests.workflows.bookkeeping import CHANNELS, KINDS, Bookkeeping, never_noted, order_for
from tests.workflows.workshop import Workshop, opened


@pytest_asyncio.fixture(scope="module")
async def workshop(temporal: TemporalServer, module_database: str) -> AsyncIterator[Workshop]:
    """The installation of this file."""
    async with opened(temporal, "reconciliation", module_database) as workshop:
        yield workshop


@pytest_asyncio.fixture
async def books(workshop: Workshop) -> AsyncIterator[Bookkeeping]:
    """The books of a day that no other test knows."""
    async with partner_client() as http:
        books = Bookkeeping(workshop, http)
        yield books
        await books.no_more_faults()


def found(reconciled: Reconciled) -> list[tuple[int, int, int]]:
    """What there was, was opened, was closed, in the parts where there was something."""
    ends = [(end.found, end.noted.opened, end.noted.closed) for end in reconciled.done]
    return [end for end in ends if any(end)]


async def test_books_that_agree_open_no_task(books: Bookkeeping) -> None:
    """Refunds by every channel, one of them refused on both sides and one still on its way, are no difference."""
    for channel in CHANNELS:
        await books.refund(channel=channel)
    await books.fault("refuse", operation="pay")
    refused = await books.intend()
    assert (await books.pay(refused)).status is RefundStatus.REFUSED
    await books.intend()
    reconciled = await books.reconcile()
    assert [(end.part.channel, end.found) for end in reconciled.done] == [(channel, 0) for channel in CHANNELS]
    assert await books.tasks() == []


async def test_money_that_customers_paid_agrees_too(books: Bookkeeping) -> None:
    """Asked for, paid and noted: nothing to do. What was noted since makes the day worth comparing anew."""
    intent = await books.ask()
    answer = await books.customer_pays(intent.key, intent.case)
    kept = PostgresReconciliations(books.workshop.pool)
    await books.reconcile()
    await books.money_in.settle(intent.key, answer, intent.at)
    assert await kept.unfinished(books.day, books.day, ["provider"]) == [Part(day=books.day, channel="provider")]
    assert [end.found for end in (await books.reconcile()).done] == [0, 0, 0]
    assert await kept.unfinished(books.day, books.day, ["provider"]) == []


async def test_a_provider_without_a_statement_of_payments_leaves_refunds_compared(books: Bookkeeping) -> None:
    """He takes no payments, or does not tell of them: refunds are compared as ever."""
    await KINDS["not_paid"](books)
    await KINDS["collected_missing"](books)
    await books.fault("refuse", partner="payments", operation="statement", code="no_statement", times=0)
    assert found(await books.reconcile()) == [(1, 1, 0)]


def test_every_kind_of_difference_is_tried() -> None:
    """No kind is left out below."""
    assert set(KINDS) == set(DifferenceKind)


@pytest.mark.parametrize("kind", KINDS)
async def test_a_difference_is_one_task_however_often_it_is_found(books: Bookkeeping, kind: str) -> None:
    """Found today and found again tomorrow it is the same task of finance, told with its rule."""
    await books.refund()
    await KINDS[kind](books)
    assert found(await books.reconcile()) == [(1, 1, 0)]
    assert found(await books.reconcile()) == [(1, 0, 0)]
    (task,) = await books.tasks()
    assert (task.difference.kind, task.state, task.desk) == (kind, DifferenceState.OPEN, "finance")
    assert task.seen_at > task.found_at
    assert task.difference.rule
    assert "42.00 CNY" in task.difference.reason("zh") or kind == "paid_unknown"


async def test_a_difference_that_is_gone_closes_its_task_with_a_note(books: Bookkeeping) -> None:
    """The answer came after all: nobody has to do anything, and the task says so."""
    intent = await never_noted(books)
    await books.reconcile()
    answer = await books.gateway.find_refund(intent.key, intent.channel)
    assert answer is not None
    await books.ledger.settle(intent.key, answer, intent.at)
    assert found(await books.reconcile()) == [(0, 0, 1)]
    (task,) = await books.tasks()
    assert (task.state, task.closed_by, task.reason) == (DifferenceState.VANISHED, "system", GONE)


async def test_a_difference_that_comes_back_opens_its_own_task_again(books: Bookkeeping) -> None:
    """What was thought to be gone is not a second task."""
    await never_noted(books)
    opened_at_first = await books.reconcile()
    gone = await books.reconcile(order_for(books.day, unnoted_after=timedelta(days=10_000)))
    back = await books.reconcile()
    assert [found(one) for one in (opened_at_first, gone, back)] == [[(1, 1, 0)], [(0, 0, 1)], [(1, 1, 0)]]
    assert [(task.state, task.closed_at, task.reason) for task in await books.tasks()] == [("open", None, "")]


async def test_a_payment_may_be_open_here_for_as_long_as_the_rulebook_allows(books: Bookkeeping) -> None:
    """Younger than S-HUMAN it is no difference, and the day stays unfinished until it is noted or has become one."""
    await never_noted(books)
    age = datetime.now(UTC) - books.noon()
    patient = order_for(books.day, unnoted_after=age + timedelta(hours=1))
    assert found(await books.reconcile(patient)) == []
    kept = PostgresReconciliations(books.workshop.pool)
    assert await kept.unfinished(books.day, books.day, ["provider"]) == [Part(day=books.day, channel="provider")]
    assert found(await books.reconcile(order_for(books.day, unnoted_after=age - timedelta(hours=1)))) == [(1, 1, 0)]


async def test_around_midnight_nothing_is_missed_and_nothing_told_twice(books: Bookkeeping) -> None:
    """Our instant lies before midnight and the provider's after it, and the other way about: the books agree.

    A payment that is unknown here is told on its own day alone, though both days read it.
    """
    midnight, blink = books.noon(12), timedelta(seconds=1)
    for ours, theirs in ((midnight - blink, midnight + blink), (midnight + blink, midnight - blink)):
        intent = await books.intend(at=ours)
        await books.ledger.settle(intent.key, await books.pay(intent, at=theirs), ours)
    stranger = await books.intend(at=midnight)
    await books.pay(stranger.model_copy(update={"key": f"{stranger.key[:40]}-other"}))
    reconciled = await books.reconcile(order_for(books.day, books.day + timedelta(days=1)))
    assert [(end.part.day - books.day).days for end in reconciled.done if end.found] == [1]
    assert found(reconciled) == [(1, 1, 0)]


async def test_a_payment_that_is_booked_days_later_ends_its_difference(books: Bookkeeping) -> None:
    """Done on Friday and not paid until Monday: the task of Friday is closed once the provider has booked it."""
    intent = await books.intend()
    await books.ledger.settle(intent.key, RefundAnswer(status=RefundStatus.DONE), intent.at)
    assert found(await books.reconcile()) == [(1, 1, 0)]
    await books.pay(intent, at=books.noon(72))
    assert found(await books.reconcile()) == [(0, 0, 1)]


async def test_a_statement_of_several_pages_is_read_to_its_end(books: Bookkeeping) -> None:
    """With more refunds than one page holds, the last one is compared as the first."""
    intents = [await books.refund(minor=100 + number) for number in range(120)]
    page = await books.gateway.statement("provider", books.noon(-12), books.noon(12))
    assert len(page.lines) < len(intents)
    assert page.next
    assert found(await books.reconcile()) == []


async def test_a_run_that_dies_around_its_notes_tells_each_difference_once(books: Bookkeeping) -> None:
    """Killed before the tasks are written, and again after they are and before anybody learns of it."""
    await KINDS["not_paid"](books)
    deaths = ["before", "after"]

    class Mortal(PostgresReconciliations):
        async def note(self, part: Part, comparison: Comparison, at: datetime) -> Noted:
            if comparison.differences and deaths[:1] == ["before"]:
                raise ConnectionError(deaths.pop(0))
            noted = await super().note(part, comparison, at)
            if comparison.differences and deaths:
                raise ConnectionError(deaths.pop(0))
            return noted

    mortal = ReconciliationActivities(Mortal(books.workshop.pool), books.gateway, books.payments)
    sound = list(books.workshop.activities)
    await books.workshop.stop_worker()
    own = ReconciliationActivities.reconcile_part.__name__
    books.workshop.activities[:] = [one for one in sound if one.__name__ != own] + [mortal.reconcile_part]
    books.workshop.start_worker()
    try:
        handle = await books.begin(order_for(books.day).model_copy(update={"patience": timedelta(minutes=1)}))
        reconciled = await handle.result()
    finally:
        await books.workshop.stop_worker()
        books.workshop.activities[:] = sound
        books.workshop.start_worker()
    assert deaths == []
    assert found(reconciled) == [(1, 0, 0)]
    assert [task.state for task in await books.tasks()] == [DifferenceState.OPEN]


async def test_a_run_goes_on_with_another_worker(books: Bookkeeping) -> None:
    """A worker that stops in the middle of the run leaves the rest to the next one."""
    await KINDS["not_paid"](books)
    await books.fault("slow", operation="statement", seconds=1)
    handle = await books.begin(order_for(books.day).model_copy(update={"patience": timedelta(minutes=1)}))
    await books.workshop.stop_worker()
    assert (await handle.describe()).status is not None
    books.workshop.start_worker()
    assert found(await handle.result()) == [(1, 1, 0)]


async def test_a_provider_who_does_not_answer_is_asked_again_by_the_next_run(books: Bookkeeping) -> None:
    """No statement is no difference: the run says what it could not compare, and the day stays unfinished."""
    await KINDS["not_paid"](books)
    await books.fault("unavailable", operation="statement", times=0, seconds=0)
    missed = await books.fails()
    assert {(one.part.day, one.part.channel, one.code) for one in missed.missing} == {
        (books.day, channel, "PartnerUnavailable") for channel in CHANNELS
    }
    assert await books.tasks() == []
    await books.no_more_faults()
    assert found(await books.reconcile()) == [(1, 1, 0)]


async def test_a_channel_without_books_of_its_own_is_left_alone(books: Bookkeeping) -> None:
    """Refunds that a person pays by hand stand in nobody's statement: that is no difference and no failure."""
    await KINDS["not_paid"](books)
    await books.fault("refuse", operation="statement", code="no_statement", times=0)
    assert found(await books.reconcile()) == []


async def test_what_a_person_settled_stays_settled(books: Bookkeeping) -> None:
    """Finance has explained it: the next days find it again and leave it alone. His own refund nobody settles."""
    await KINDS["amount_differs"](books)
    await books.reconcile()
    (task,) = await books.tasks()
    desk = MoneyDifferences(books.workshop.pool)
    for person in ("agent:7", "supervisor:2", "finance:7"):
        with pytest.raises(NotSettled, match="A-SOD"):
            await desk.settle(task.number, person, "mine", datetime.now(UTC))
    settled = await desk.settle(task.number, "finance:3", "the bank took a fee", datetime.now(UTC))
    assert (settled.state, settled.closed_by, settled.reason) == ("settled", "finance:3", "the bank took a fee")
    assert found(await books.reconcile()) == [(1, 0, 0)]
    assert [(one.state, one.closed_by) for one in await books.tasks()] == [("settled", "finance:3")]
    with pytest.raises(NotSettled, match="closed"):
        await desk.settle(task.number, "finance:3", "again", datetime.now(UTC))


async def test_a_case_that_missed_the_notice_is_told_and_notes_its_payment(books: Bookkeeping) -> None:
    """The provider paid and its notice never came: the case asks for itself, and the difference is gone."""
    workshop = books.workshop
    persona = {"refunds": {"default": {"answer": "pending", "notice_after": "1s"}}}
    await books.http.post(f"{workshop.simulator}/control/personas", json=persona)
    bench = await workshop.begin(CaseType.REFUND_ONLY)
    await bench.until(waiting_for="refund_notice")
    await books.http.post(f"{workshop.simulator}/control/personas", json={"refunds": {"default": {}}})
    soon = datetime.now(UTC) + timedelta(minutes=1)
    release = {"shop": bench.request.shop, "case_no": bench.request.case_no, "until": soon.isoformat()}
    await books.http.post(f"{workshop.simulator}/control/release", json=release)  # paid; the door is not there
    books.day = day_of(await workshop.pool.fetchval("SELECT max(submitted_at) FROM refunds"))
    impatient = order_for(books.day, unnoted_after=timedelta(seconds=-60))
    assert found(await books.reconcile(impatient)) == [(1, 1, 0)]
    (task,) = await books.tasks()
    assert task.difference.case_no == bench.request.case_no
    records = await CaseRegister(workshop.pool).records(bench.request.shop, bench.request.case_no)
    assert [one.data["what"] for one in records if one.kind == "task"] == ["money_not_noted"]
    await bench.journalled(lambda entries: len(entries) > 0, "refund_done")
    assert found(await books.reconcile(impatient)) == [(0, 0, 1)]


async def test_a_run_without_days_compares_what_is_unfinished(books: Bookkeeping) -> None:
    """Every day since the first refund up to yesterday, at most as far back as the rulebook says; the next run finds
    none of them but those that differ."""
    yesterday = day_of(datetime.now(UTC) - timedelta(days=1))
    books.day = yesterday
    await books.refund()
    order = order_for().model_copy(update={"back": timedelta(days=3)})
    first = await books.reconcile(order)
    assert {(end.part.day, end.part.channel) for end in first.done} == {
        (yesterday - timedelta(days=back), channel) for back in range(3) for channel in CHANNELS
    }
    await KINDS["not_paid"](books)
    assert found(await books.reconcile(order)) == [(1, 1, 0)]
    again = await books.reconcile(order)
    assert [(end.part.day, end.part.channel, end.found) for end in again.done] == [(yesterday, "provider", 1)]


async def looked_up(books: Bookkeeping, right: Callable[[Finding], bool]) -> None:
    """Wait until the check-up finds that: a schedule takes what it is told a moment later."""
    async with asyncio.timeout(60):
        while not right(await reconciliation(books.workshop.client)):  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_the_check_up_knows_the_schedule(books: Bookkeeping, monkeypatch: pytest.MonkeyPatch) -> None:
    """Missing, standing, paused, and a last run that could not compare everything: each is found with its remedy."""
    monkeypatch.setenv("AFTERSALES_LANG", "en")
    handle = books.workshop.client.get_schedule_handle(SCHEDULE)
    await looked_up(books, lambda one: one.health is Health.BAD and "python -m starter" in one.remedy)
    await establish(books.workshop.client, rulebook_file.default())
    await looked_up(books, lambda one: one.health is Health.GOOD)
    await handle.pause()
    await looked_up(books, lambda one: one.health is Health.DOUBTFUL and "--unpause" in one.remedy)
    await handle.unpause()
    await looked_up(books, lambda one: one.health is Health.GOOD)
    await books.refund(at=Part(day=day_of(datetime.now(UTC) - timedelta(days=1)), channel="").start)
    await books.fault("refuse", operation="statement", code="NOT_TODAY", times=0)
    await handle.trigger()
    await looked_up(books, lambda one: one.health is Health.DOUBTFUL and "aftersales money reconcile" in one.remedy)


async def test_the_schedule_stands_once_however_often_the_door_starts(books: Bookkeeping) -> None:
    """Two starts, one schedule, at the rulebook's first sweep; what an operator paused stays paused."""
    client = books.workshop.client
    await establish(client, rulebook_file.default())
    handle = client.get_schedule_handle(SCHEDULE)

    async def stands() -> tuple[bool, int, int]:
        schedule = (await handle.describe()).schedule
        (at,) = schedule.spec.calendars
        return schedule.state.paused, at.hour[0].start, at.minute[0].start

    async with asyncio.timeout(60):
        while await stands() != (True, 2, 0):  # 10:00 in China, told in UTC
            await handle.pause()  # again, should the renewal of a moment ago have been taken after it
            await asyncio.sleep(0.2)
        later = rulebook_file.load('name = "late"\n[agenda.refund_sweeps]\nvalue = ["07:30", "23:00"]')
        await establish(client, later)
        while (await stands())[1:] != (23, 30):  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    assert await stands() == (True, 23, 30)
    assert sorted([one.id async for one in await client.list_schedules()]) == sorted(of(later))


async def begun(handle: ScheduleHandle) -> list[str]:
    """The runs that the schedule began."""
    return [one.action.workflow_id for one in (await handle.describe()).info.recent_actions]  # type: ignore[attr-defined]


async def test_the_schedule_begins_a_run(books: Bookkeeping) -> None:
    """What the schedule starts is the reconciliation, with the rulebook's numbers."""
    client = books.workshop.client
    await establish(client, rulebook_file.default())
    handle = client.get_schedule_handle(SCHEDULE)
    async with asyncio.timeout(60):
        while (await handle.describe()).schedule.state.paused:
            await handle.unpause()
            await asyncio.sleep(0.2)
    earlier = await begun(handle)
    async with asyncio.timeout(60):
        while not (runs := [one for one in await begun(handle) if one not in earlier]):
            await handle.trigger()  # again, should the renewal of a moment ago have been taken after it
            await asyncio.sleep(0.5)
    result = await client.get_workflow_handle(runs[0], result_type=Reconciled).result()
    assert result.missing == ()

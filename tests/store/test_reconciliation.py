"""Which parts of the books are unfinished, and what the list of differences keeps."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, timedelta

import pytest

from domain.money import Money
from domain.money_difference import Difference, DifferenceKind
from domain.ports.refunds import RefundAnswer, RefundStatus
from domain.reconciliation import Comparison, Noted, Part
from store.money_differences import MoneyDifferences, NotSettled
from store.orders import PostgresOrders
from store.queries import SQL
from store.reconciliation import PostgresReconciliations
from store.refund_ledger import PostgresRefundLedger
from tests.store.pages import START
from tests.store.test_refund_ledger import intent, order

DAY = date(2026, 3, 2)  # of START
PART = Part(day=DAY, channel="provider")
AFTER = PART.end + timedelta(hours=10)
NEXT = timedelta(days=1)


@pytest.fixture
async def ledger(pool) -> PostgresRefundLedger:
    """A ledger with one order of 100.00 CNY."""
    await PostgresOrders(pool).put("demo", order())
    return PostgresRefundLedger(pool)


@pytest.fixture
def books(pool) -> PostgresReconciliations:
    """What is tested."""
    return PostgresReconciliations(pool)


async def refunded(ledger: PostgresRefundLedger, key: str, at: datetime = START) -> None:
    await ledger.intend(intent(key, 100, at=at))
    await ledger.submitting(key, at)
    await ledger.settle(key, RefundAnswer(status=RefundStatus.DONE), at)


def came_to(*differences: Difference, waiting: int = 0, entries: int = 1) -> Comparison:
    return Comparison(differences=differences, waiting=waiting, entries=entries)


def difference(key: str = "refund-1", at: datetime = START, **more: object) -> Difference:
    fields = {"kind": DifferenceKind.NOT_PAID, "channel": "provider", "key": key, "ours": Money(minor=100)}
    return Difference.model_validate(fields | {"at": at} | more)


async def unfinished(books: PostgresReconciliations) -> list[tuple[date, str]]:
    found = await books.unfinished(DAY - NEXT, DAY + NEXT, ["provider", "manual"])
    return [(part.day, part.channel) for part in found]


async def test_books_begin_with_the_first_refund(ledger, books):
    """Before it there is nothing to compare; from its day on every channel of every day is compared."""
    assert await unfinished(books) == []
    await refunded(ledger, "refund-1")
    assert await unfinished(books) == [(day, one) for day in (DAY, DAY + NEXT) for one in ("manual", "provider")]


async def test_a_day_is_finished_when_nothing_in_it_can_move(ledger, books):
    """Compared after its end, nothing differing, nothing waiting: it is not looked at again."""
    await refunded(ledger, "refund-1")
    await books.note(PART, came_to(), AFTER)
    assert (DAY, "provider") not in await unfinished(books)
    assert (DAY, "manual") in await unfinished(books)


@pytest.mark.parametrize(
    ("comparison", "at"),
    [
        (came_to(), PART.end - timedelta(seconds=1)),
        (came_to(waiting=1), AFTER),
        (came_to(difference()), AFTER),
        (came_to(entries=0), AFTER),
    ],
)
async def test_a_day_in_which_something_may_move_is_looked_at_again(ledger, books, comparison, at):
    """It was not over yet, a payment waits to be noted, a difference is open, or a refund was noted since."""
    await refunded(ledger, "refund-1")
    await books.note(PART, comparison, at)
    assert (DAY, "provider") in await unfinished(books)


async def test_an_answer_that_comes_late_makes_its_day_be_looked_at_again(ledger, books):
    """A second refund of that day, and then a denial of the first: each is compared too."""
    await refunded(ledger, "refund-1")
    await books.note(PART, came_to(), AFTER)
    await refunded(ledger, "refund-2", START + timedelta(hours=1))
    assert (DAY, "provider") in await unfinished(books)
    await books.note(PART, came_to(entries=2), AFTER)
    await ledger.settle("refund-1", RefundAnswer(status=RefundStatus.REFUSED), START)
    assert (DAY, "provider") in await unfinished(books)
    await books.note(PART, came_to(entries=3), AFTER)
    assert (DAY, "provider") not in await unfinished(books)


async def test_our_side_is_what_ended_in_the_part(ledger, books):
    """By channel, from midnight to midnight in China; what a statement names is found on any day."""
    await refunded(ledger, "at-midnight", PART.start)
    await refunded(ledger, "next-day", PART.end)
    await ledger.intend(intent("open", 100))
    assert [line.refund.key for line in await books.ended(PART)] == ["at-midnight"]
    assert await books.ended(Part(day=DAY, channel="manual")) == []
    assert [line.refund.key for line in await books.named(["next-day", "strange"], [])] == ["next-day"]
    assert len(await books.named([], [("demo", "O1"), ("other", "O1")])) == 3


async def test_runs_that_meet_keep_one_task(ledger, books, pool):
    """Twenty comparisons of the same day at once: one task, opened once; an older one changes nothing."""
    noted = await asyncio.gather(*(books.note(PART, came_to(difference()), AFTER) for _ in range(20)))
    assert sum(one.opened for one in noted) == 1
    assert await books.note(PART, came_to(), AFTER - timedelta(minutes=1)) == Noted()
    (task,) = await MoneyDifferences(pool).entries()
    assert task.difference == difference()


async def test_a_task_is_closed_by_its_own_part_alone(books, pool):
    """Another day, or another channel, says nothing of it."""
    await books.note(PART, came_to(difference()), AFTER)
    for other in (Part(day=DAY + NEXT, channel="provider"), Part(day=DAY, channel="manual")):
        assert await books.note(other, came_to(), AFTER + NEXT) == Noted()
    assert await books.note(PART, came_to(), AFTER) == Noted(closed=1)
    assert await MoneyDifferences(pool).entries() == []


async def test_urgent_differences_come_first(books, pool):
    """Money that went astray stands above books that are behind, then the oldest."""
    late, soon = difference("late", START + timedelta(hours=2)), difference("soon", START + timedelta(hours=1))
    behind = difference("behind", kind=DifferenceKind.CONTRADICTION)
    await books.note(PART, came_to(behind, late, soon), AFTER)
    assert [task.difference.key for task in await MoneyDifferences(pool).entries()] == ["soon", "late", "behind"]


async def test_a_difference_of_no_refund_of_ours_may_be_settled_by_anybody(books, pool):
    """Nobody here asked for it; a number that does not exist is said to be none."""
    await books.note(PART, came_to(difference("strange", kind=DifferenceKind.PAID_UNKNOWN)), AFTER)
    desk = MoneyDifferences(pool)
    (task,) = await desk.entries()
    assert (await desk.settle(task.number, "agent:7", "a test payment", AFTER)).reason == "a test payment"
    with pytest.raises(KeyError, match="difference 0 does not exist"):
        await desk.settle(0, "agent:7", "no", AFTER)


async def test_a_second_payment_is_not_settled_by_who_approved_the_first(ledger, books, pool):
    """Under the second stands a key of the provider's own: all refunds of the order are looked at (A-SOD)."""
    await ledger.intend(intent(requested_by="agent:7", approved_by="supervisor:2"))
    twice = {"kind": DifferenceKind.PAID_TWICE, "shop": "demo", "order_no": "O1", "case_no": "C1"}
    await books.note(PART, came_to(difference("strange", **twice)), AFTER)
    desk = MoneyDifferences(pool)
    (task,) = await desk.entries()
    for person in ("finance:7", "supervisor:2"):
        with pytest.raises(NotSettled, match="A-SOD"):
            await desk.settle(task.number, person, "mine", AFTER)
    assert (await desk.settle(task.number, "finance:3", "it came back", AFTER)).closed_by == "finance:3"


async def test_a_difference_is_seen_among_the_records_of_its_case(books, pool):
    """As a task of finance; one of no case is on finance's list alone."""
    of_case = difference(shop="demo", case_no="C1", order_no="O1")
    await books.note(PART, came_to(of_case, difference("strange")), AFTER)
    rows = await pool.fetch("SELECT shop, case_no, kind, key, rule, data FROM records")
    assert [(row["shop"], row["case_no"], row["kind"], row["rule"]) for row in rows] == [
        ("demo", "C1", "task", "R-PROMISE")
    ]
    assert (rows[0]["data"]["what"], rows[0]["data"]["desk"], rows[0]["data"]["state"]) == (
        "money_not_paid", "finance", "open",
    )  # fmt: skip


async def test_a_day_s_payments_are_found_without_going_through_all(pool):
    """A year of sums that customers paid: what one day brought is read by its instant, however many there are."""
    await pool.execute("INSERT INTO orders (shop, order_no, paid_minor, currency) VALUES ('demo', 'O1', 1, 'CNY')")
    await pool.execute(
        """INSERT INTO collections (key, shop, case_no, order_no, amount_minor, currency, purpose, rule, channel,
               status, intended_at, settled_at)
           SELECT 'K' || n, 'demo', 'C1', 'O1', 1, 'CNY', 'repair', 'P-FEEQUOTE', 'provider', 'paid', at, at
           FROM generate_series(1, 20000) AS n,
               LATERAL (SELECT $1::timestamptz + n * interval '25 minutes' AS at) AS t""",
        START,
    )
    await pool.execute("VACUUM ANALYZE collections")
    plan = str(
        await pool.fetchval(
            f"EXPLAIN (FORMAT JSON) {SQL['reconciliation_unfinished']}", [DAY], [PART.start], [PART.end], ["provider"]
        )
    )
    assert "collections_by_settlement" in plan
    assert "collections_by_intent" in plan

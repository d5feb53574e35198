"""The inbox keeps every event once and hands each to one dispatcher at a time."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import asyncpg

from starter.envelope import digest
from store.inbox import Arrival, Bell, Inbox, Put, listening
from store.queries import SQL
from tests.starter.events import arrival, fact, request

LEASE = timedelta(minutes=1)


async def test_same_event_is_a_duplicate_and_changed_one_a_conflict(pool: asyncpg.Pool) -> None:
    """An event sent again changes nothing; the same id with another content is refused."""
    inbox = Inbox(pool)
    first, changed = request(), request(reason="quality")
    assert digest(first) != digest(changed)
    answers = await inbox.put([arrival(first), arrival(first), arrival(changed)])
    assert answers == [Put.ACCEPTED, Put.DUPLICATE, Put.CONFLICT]
    assert await inbox.put([arrival(first)]) == [Put.DUPLICATE]
    assert await inbox.counts() == {"new": 1}


async def test_same_event_at_many_doors_at_once_is_taken_once(pool: asyncpg.Pool) -> None:
    """Twenty doors that get the same event in the same moment take it once together."""
    inbox = Inbox(pool)
    answers = await asyncio.gather(*(inbox.put([arrival(request())]) for _ in range(20)))
    assert sorted(answer[0] for answer in answers) == [Put.ACCEPTED] + [Put.DUPLICATE] * 19


async def test_events_of_one_case_are_never_in_two_hands_and_keep_their_order(pool: asyncpg.Pool) -> None:
    """Eight dispatchers that claim at once split the cases between them, and no case goes to two of them."""
    inbox = Inbox(pool)
    events = [
        fact("customer_replied", id=f"{case}-{n}", subject=f"demo/{case}") for n in range(5) for case in range(20)
    ]
    await inbox.put([arrival(event) for event in events])
    claims = await asyncio.gather(*(inbox.claim(13, LEASE) for _ in range(8)))
    holders: dict[str, set[int]] = {}
    for holder, rows in enumerate(claims):
        assert [row.number for row in rows] == sorted(row.number for row in rows)
        for row in rows:
            holders.setdefault(row.lane, set()).add(holder)
    assert holders
    assert all(len(hands) == 1 for hands in holders.values())


async def test_rows_of_a_dead_dispatcher_come_back(pool: asyncpg.Pool) -> None:
    """A claim that nobody settles is open to others when its lease ends, and not before."""
    inbox = Inbox(pool)
    await inbox.put([arrival(request())])
    (held,) = await inbox.claim(10, LEASE)
    assert await inbox.claim(10, LEASE) == []
    await pool.execute("UPDATE inbox SET due_at = due_at - $1::interval", LEASE)
    (again,) = await inbox.claim(10, LEASE)
    assert (again.id, again.attempts, again.raw) == (held.id, 2, held.raw)


async def test_a_late_word_of_a_slow_dispatcher_changes_nothing(pool: asyncpg.Pool) -> None:
    """What one dispatcher has finished, another that had lost its lease cannot put back."""
    inbox = Inbox(pool)
    await inbox.put([arrival(request())])
    (slow,) = await inbox.claim(10, timedelta(0))
    (quick,) = await inbox.claim(10, LEASE)
    await inbox.done(quick, shop="demo", case_no="1", note="opened")
    await inbox.wait(slow, timedelta(0), "no_case")
    assert await inbox.counts() == {"done": 1}


async def test_rows_given_back_are_free_at_once(pool: asyncpg.Pool) -> None:
    """A row that was claimed while Temporal was away is due again at once, and known to have been tried."""
    inbox = Inbox(pool)
    await inbox.put([arrival(request())])
    await inbox.release(await inbox.claim(10, LEASE))
    (row,) = await inbox.claim(10, LEASE)
    assert row.attempts == 2


def words(first: int, last: int) -> list[Arrival]:
    """What a customer says to one case, by number."""
    return [arrival(fact("customer_replied", id=f"{n:03}", subject="demo/7")) for n in range(first, last)]


async def test_a_flood_keeps_its_order_over_a_rest(pool: asyncpg.Pool) -> None:
    """Of more words than one claim takes, those that came first go first when their rest is over, not the latest."""
    inbox = Inbox(pool)
    await inbox.put(words(0, 400))
    await pool.execute("VACUUM ANALYZE inbox")
    await inbox.claim(200, LEASE)
    await inbox.hold_lane("case:demo/7", LEASE, "paced")
    await inbox.put(words(400, 420))
    assert len(await inbox.claim(200, LEASE)) == 20
    await inbox.hold_lane("case:demo/7", timedelta(0), "paced")
    assert [row.id for row in await inbox.claim(200, LEASE)] == [f"{n:03}" for n in range(200)]


async def test_an_outage_keeps_the_order_of_a_lane(pool: asyncpg.Pool) -> None:
    """What was given back while Temporal was away goes before what came later about the same, and after all else."""
    inbox = Inbox(pool)
    await inbox.put([*words(0, 4), arrival(fact("customer_replied", id="other", subject="demo/8"))])
    await inbox.release(await inbox.claim(2, LEASE))
    assert [row.id for row in await inbox.claim(3, LEASE)] == ["000", "001", "other"]


async def test_waiting_rows_wake_when_their_case_appears(pool: asyncpg.Pool) -> None:
    """A fact that waits for its case is due at once when the case is there."""
    inbox = Inbox(pool)
    await inbox.put([arrival(fact("customer_replied", id="1", subject="demo/7"))])
    (row,) = await inbox.claim(10, LEASE)
    await inbox.wait(row, timedelta(hours=1), "no_case")
    assert await inbox.claim(10, LEASE) == []
    await inbox.wake_lanes(["case:demo/7"])
    assert len(await inbox.claim(10, LEASE)) == 1


async def test_door_rings_the_dispatchers_bell(pool: asyncpg.Pool, database: str) -> None:
    """A listening dispatcher hears of a new event long before its poll."""
    bell = Bell()
    async with listening(database, bell):
        await Inbox(pool).put([arrival(request())])
        await asyncio.wait_for(bell.wait(60), 10)


async def test_depth_counts_what_is_not_handed_over(pool: asyncpg.Pool) -> None:
    """Waiting and finished rows do not make the inbox deep; counting stops at the bound."""
    inbox = Inbox(pool)
    await inbox.put([arrival(request(f"20260301{n:05}")) for n in range(30)])
    assert await inbox.depth("test", 100) == 30
    assert await inbox.depth("test", 10) == 10
    assert await inbox.depth("http", 10) == 0
    for row in await inbox.claim(30, LEASE):
        await inbox.done(row, note="opened")
    assert await inbox.depth("test", 100) == 0


async def test_what_waits_is_not_looked_through(pool: asyncpg.Pool) -> None:
    """Thousands of rows wait for days; which lanes are in hand, and how deep the inbox is, is told without them."""
    inbox = Inbox(pool)
    await inbox.put(words(0, 999))
    await inbox.hold_lane("case:demo/7", LEASE, "paced")
    await inbox.put([arrival(request())])
    await pool.execute("VACUUM ANALYZE inbox")
    for query, arguments in (("inbox_claim", (200, LEASE)), ("inbox_depth", ("test", 200))):
        plan = "\n".join(line[0] for line in await pool.fetch(f"EXPLAIN {SQL[query]}", *arguments))
        assert "inbox_under_way" in plan, plan

"""What cases tell each other through the inbox: it comes from cases alone, and changes nothing that is not theirs."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.events import CloudEvent
from domain.journal import OF_CASES
from domain.messages.facts import AMONG_CASES
from domain.money import Money
from starter.columns import ColumnMap
from starter.door import OF_A_CASE, Door, arrival
from starter.envelope import encode
from starter.replay import Ending, Replay
from store.inbox import Inbox
from store.orders import PostgresOrders
from store.quarantine import Quarantine
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import SHOP, fact, request
from tests.starter.handed_over import CASE, ORDER, put, until_quiet

CLAIM = f"{CASE}.claim"
SAID: dict[str, dict[str, Any]] = {
    "claim_told": {"claim": CLAIM, "accepted": True},
    "parcel_announced": {"case": CASE},
    "goods_held_elsewhere": {"cases": ["C2"]},
    "order_told": {"signed_at": "2026-03-02T10:00:00+08:00"},
}


def claim(**order: Any) -> CloudEvent:
    """The claim that the customer's case opens, with the order as it was when that case was opened."""
    asked = request(ORDER, kind="courier_claim", request_id=CLAIM, parent=CASE, order=order, fault="courier").data
    asked.pop("person")
    event = {"specversion": "1.0", "id": "E-1", "source": OF_CASES, "type": "aftersales.claim", "data": asked}
    return CloudEvent.model_validate({**event, "subject": f"{SHOP}/{CLAIM}"})


async def of_a_case(pool: asyncpg.Pool, event: CloudEvent) -> None:
    """A case puts it into the inbox with its page."""
    await Inbox(pool).put([arrival(event, OF_A_CASE)])


def shipped(**order: Any) -> CloudEvent:
    """The shop tells the order anew."""
    event = request(ORDER, order=order)
    told = {"shop": SHOP, "order": event.data["order"]}
    return event.model_copy(update={"id": "again", "type": "aftersales.order", "data": told})


@pytest.mark.parametrize("paid", [9900, 12800])
async def test_a_claim_leaves_the_order_as_it_was_told_last(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher, paid: int
) -> None:
    """What was paid bounds refunds: a claim opened weeks later sets no correction back, nor dispatch, nor invoice."""
    later = {"paid": {"minor": paid}, "shipped_at": "2026-03-02T10:00:00+08:00", "invoice": "INV-1"}
    await put(pool, request(ORDER))
    await until_quiet(pool, make_dispatcher())
    await put(pool, shipped(**later))
    await until_quiet(pool, make_dispatcher())
    known = await pool.fetchval("SELECT content FROM known_orders")

    await of_a_case(pool, claim())
    assert await until_quiet(pool, make_dispatcher()) == {"opened": 1}

    money = await PostgresOrders(pool).money(SHOP, ORDER)
    assert money is not None
    assert money.paid == Money(minor=paid)
    assert await pool.fetchval("SELECT content FROM known_orders") == known
    assert known["invoice"] == "INV-1"


async def test_a_claim_opens_although_its_order_has_refunds_and_another_payment_now(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """The customer has money back already: the claim, which knows the order as it was, is not quarantined for that."""
    await put(pool, request(ORDER))
    await until_quiet(pool, make_dispatcher())
    await put(pool, shipped(paid={"minor": 9900}))
    await until_quiet(pool, make_dispatcher())
    await pool.execute("UPDATE orders SET committed_minor = 100")

    await of_a_case(pool, claim())
    assert await until_quiet(pool, make_dispatcher()) == {"opened": 1}


async def test_a_claim_from_the_quarantine_goes_through_again(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """M-COURIER: a claim that our own mistake had stopped is replayed and opens; the money is not lost."""
    await put(pool, request(ORDER))
    await until_quiet(pool, make_dispatcher())
    await of_a_case(pool, claim())
    (row,) = await Inbox(pool).claim(10, timedelta(minutes=1))
    spoilt = await Quarantine(pool).keep_row(row, [{"code": "defect", "where": "", "detail": {}}])

    replayed = await Replay(pool, ColumnMap.read()).one(spoilt)
    assert (replayed.ending, replayed.problems) == (Ending.ACCEPTED, ())
    assert await until_quiet(pool, make_dispatcher()) == {"opened": 1}


@pytest.mark.parametrize("kind", sorted(AMONG_CASES))
async def test_nobody_outside_says_what_cases_tell_each_other(pool: asyncpg.Pool, kind: str) -> None:
    """A verdict that no courier gave, an owner whom nobody named: the door says what to send instead."""
    event = fact(kind, id="forged", subject=f"{SHOP}/{CASE}", **SAID[kind])
    taken = await Door(pool, "http").take_message([event], encode(event), {"content-type": "x"})
    assert [problem.code for one in taken.bad for problem in one.problems] == ["among_cases"]
    assert await pool.fetchval("SELECT count(*) FROM inbox") == 0


async def test_nobody_outside_writes_under_the_name_of_cases(pool: asyncpg.Pool) -> None:
    """The ids of cases' events can be guessed: one that came first from outside would swallow the true one."""
    event = fact("customer_replied", id="E-1", subject=f"{SHOP}/{CASE}").model_copy(update={"source": OF_CASES})
    taken = await Door(pool, "http").take_message([event], encode(event), {"content-type": "x"})
    assert [problem.code for one in taken.bad for problem in one.problems] == ["source_of_cases"]

    await of_a_case(pool, claim())
    assert await pool.fetchval("SELECT type FROM inbox WHERE id = 'E-1'") == "aftersales.claim"


async def test_a_stopped_event_of_outside_is_no_case_s_when_it_is_replayed(pool: asyncpg.Pool) -> None:
    """Replay gives no rights: what was refused at the door for its type is refused from the quarantine too."""
    event = fact("claim_told", id="forged", subject=f"{SHOP}/{CASE}", **SAID["claim_told"])
    await Door(pool, "http").take_message([event], encode(event), {"content-type": "application/cloudevents+json"})
    replay = Replay(pool, ColumnMap.read())
    (number,) = await replay.open_entries()
    replayed = await replay.one(number)
    assert replayed.ending is Ending.STILL_BAD
    assert [problem.code for problem in replayed.problems] == ["among_cases"]

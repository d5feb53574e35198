"""The refund ledger: never more than was paid, one key one payment, an end that stays."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.money import Money
from domain.order import Order, OrderLine
from domain.ports.partner import CaseKey, KeyReused, PartnerRefused
from domain.ports.refunds import HumanNeed, OverRefund, RefundAnswer, RefundIntent, RefundStatus
from store.orders import PaymentFixed, PostgresOrders
from store.refund_ledger import PostgresRefundLedger
from tests.store.pages import START


def order(paid: int = 10_000, currency: str = "CNY") -> Order:
    money = Money(minor=paid, currency=currency)
    return Order(order_no="O1", customer_ref="cust-1", paid=money, lines=(OrderLine(sku="S", quantity=1, price=money),))


def intent(key: str = "refund-1", minor: int = 1000, **changes: Any) -> RefundIntent:
    fields: dict[str, Any] = {
        "key": key,
        "case": CaseKey(shop="demo", case_no="C1", order_no="O1"),
        "amount": Money(minor=minor),
        "purpose": "goods",
        "rule": "R-REF-PATH",
        "channel": "provider",
        "requested_by": "agent:1",
        "approved_by": "supervisor:2",
        "at": START,
    }
    return RefundIntent(**fields | changes)


@pytest.fixture
async def ledger(pool) -> PostgresRefundLedger:
    """A ledger with one order of 100.00 CNY."""
    await PostgresOrders(pool).put("demo", order())
    return PostgresRefundLedger(pool)


async def committed(pool) -> int:
    return (await PostgresOrders(pool).money("demo", "O1")).committed.minor


async def test_fifty_intents_at_once_never_exceed_what_was_paid(ledger, pool):
    """Of fifty refunds of 7.00 that start at once on an order of 100.00, exactly fourteen get their intent."""
    outcomes = await asyncio.gather(
        *(ledger.intend(intent(f"refund-{n}", 700)) for n in range(50)), return_exceptions=True
    )
    assert sum(isinstance(one, OverRefund) for one in outcomes) == 36
    assert sum(not isinstance(one, BaseException) for one in outcomes) == 14
    live = await pool.fetchval("SELECT sum(amount_minor) FROM refunds WHERE status <> 'refused'")
    assert live == await committed(pool) == 9800


async def test_fifty_retries_of_one_intent_are_one_row(ledger, pool):
    """The same intent, written by fifty callers at once, is one row and is committed once."""
    rows = await asyncio.gather(*(ledger.intend(intent()) for _ in range(50)))
    assert {row.status for row in rows} == {RefundStatus.INTENDED}
    assert await pool.fetchval("SELECT count(*) FROM refund_events") == 1
    assert await committed(pool) == 1000


async def test_a_refused_refund_frees_its_money_once(ledger, pool):
    """A refund that the provider refuses can be paid another way, even when intents and refusals race."""

    async def intend_and_lose(n: int) -> None:
        await ledger.intend(intent(f"refund-{n}", 1000))
        await ledger.submitting(f"refund-{n}", START)
        for _ in range(2):
            await ledger.settle(f"refund-{n}", RefundAnswer(status=RefundStatus.REFUSED, code="no"), START)

    for start in range(0, 40, 10):
        await asyncio.gather(*(intend_and_lose(n) for n in range(start, start + 10)))
    assert await committed(pool) == 0
    await ledger.intend(intent("last", 10_000))
    with pytest.raises(OverRefund, match="order O1 of shop demo"):
        await ledger.intend(intent("too-much", 1))


@pytest.mark.parametrize(
    "other",
    [
        {"minor": 1001},
        {"case": CaseKey(shop="demo", case_no="C2", order_no="O1")},
        {"purpose": "freight"},
        {"channel": "manual"},
    ],
)
async def test_a_key_stands_for_one_payment(ledger, other):
    """The same key with another sum, case, purpose or channel is refused, and the first row stays."""
    await ledger.intend(intent())
    with pytest.raises(KeyReused):
        await ledger.intend(intent(**other))
    assert (await ledger.find("refund-1")).amount == Money(minor=1000)


async def test_a_refund_runs_to_its_end(ledger):
    """Sent, unknown, asked for, waiting for a person, sent again, done: attempts are counted, the end is noted."""
    await ledger.intend(intent())
    await ledger.submitting("refund-1", START)
    await ledger.unknown("refund-1", START)
    waits = RefundAnswer(status=RefundStatus.NEEDS_HUMAN, need=HumanNeed.SMS_CODE, partner_ref="P1")
    assert (await ledger.settle("refund-1", waits, START)).need is HumanNeed.SMS_CODE
    await ledger.submitting("refund-1", START)
    done = await ledger.settle("refund-1", RefundAnswer(status=RefundStatus.DONE), START + timedelta(hours=1))
    assert (done.status, done.attempts, done.partner_ref, done.need) == (RefundStatus.DONE, 2, "P1", None)
    (line,) = await ledger.of_case("demo", "C1")
    assert line.settled_at == START + timedelta(hours=1)
    assert line.refund == done == await ledger.find("refund-1")


async def test_an_end_is_never_overwritten(ledger):
    """After `done` a late `pending` changes nothing, and a `refused` is kept for the reconciliation."""
    await ledger.intend(intent())
    await ledger.submitting("refund-1", START)
    for status in (RefundStatus.DONE, RefundStatus.DONE, RefundStatus.PENDING, RefundStatus.REFUSED):
        row = await ledger.settle("refund-1", RefundAnswer(status=status), START)
        assert row.status is RefundStatus.DONE
    assert (await ledger.submitting("refund-1", START)).attempts == 1
    (late,) = await ledger.contradictions(START, START + timedelta(days=1))
    assert (late.ended_as, late.answered) == (RefundStatus.DONE, RefundStatus.REFUSED)


@pytest.mark.parametrize(
    "act",
    [
        "UPDATE refunds SET status = 'pending', settled_at = NULL",
        "UPDATE refunds SET amount_minor = 1",
        "UPDATE refunds SET approved_by = 'manager:9'",
        "DELETE FROM refunds",
        "DELETE FROM refund_events",
        "UPDATE refund_events SET status = 'done'",
    ],
)
async def test_the_tables_themselves_refuse_to_rewrite(ledger, pool, act):
    """Not even hand-written SQL changes an ended refund, its content or its log."""
    await ledger.intend(intent())
    await ledger.submitting("refund-1", START)
    await ledger.settle("refund-1", RefundAnswer(status=RefundStatus.DONE), START)
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute(act)


async def test_nothing_is_done_that_was_never_sent(ledger):
    """An intent cannot become done before a request for it has left."""
    await ledger.intend(intent())
    with pytest.raises(asyncpg.RestrictViolationError, match="from intended to done"):
        await ledger.settle("refund-1", RefundAnswer(status=RefundStatus.DONE), START)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"approved_by": "agent:1"}, "own_approval"),
        ({"rule": "R-REV-FIRST"}, "review_trade"),
        ({"case": CaseKey(shop="demo", case_no="C1", order_no="O2")}, "unknown_order"),
        ({"amount": Money(minor=5, currency="USD")}, "unknown_order"),
    ],
)
async def test_an_intent_against_the_rules_is_refused_for_good(ledger, pool, changes, code):
    """A-SOD, P-NOTRADE, and no refund of an order that nobody paid: a final no with a code, and nothing is written."""
    with pytest.raises(PartnerRefused) as refused:
        await ledger.intend(intent(**changes))
    assert refused.value.code == code
    assert await pool.fetchval("SELECT count(*) FROM refunds") == 0


@pytest.mark.parametrize("approver", ["", "system", "A-CAP"])
async def test_a_rule_may_approve(ledger, approver):
    """What the rulebook lets pass without a person needs no second one."""
    row = await ledger.intend(intent(requested_by=approver or "system", approved_by=approver))
    assert row.status is RefundStatus.INTENDED


async def test_what_was_paid_stays_while_money_goes_back(ledger, pool):
    """An order's payment can be corrected before any refund, and after a refusal, but not under a live one."""
    orders = PostgresOrders(pool)
    await orders.put("demo", order(9000))
    await ledger.intend(intent())
    await orders.put("demo", order(9000))
    for changed in (order(9001), order(8000), order(9000, "USD")):
        with pytest.raises(PaymentFixed, match="has refunds under way"):
            await orders.put("demo", changed)
    await ledger.settle("refund-1", RefundAnswer(status=RefundStatus.REFUSED), START)
    await orders.put("demo", order(8000))
    assert (await orders.money("demo", "O1")).paid == Money(minor=8000)
    assert await orders.money("demo", "O9") is None


async def test_a_step_without_intent_is_a_defect(ledger):
    """Nothing can be sent or settled under a key that nobody intended."""
    for step in (ledger.submitting("none", START), ledger.unknown("none", START)):
        with pytest.raises(KeyError, match="call intend first"):
            await step
    assert await ledger.find("none") is None

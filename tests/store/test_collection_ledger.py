"""The ledger of money asked for: one key one sum, what was paid stays, and what came in may go back."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.money import Money
from domain.ports.collection import CollectionAnswer, CollectionIntent, CollectionStatus
from domain.ports.partner import CaseKey, KeyReused, PartnerRefused
from domain.ports.refunds import OverRefund
from store.collection_ledger import PostgresCollectionLedger
from store.orders import PostgresOrders
from store.refund_ledger import PostgresRefundLedger
from tests.store.pages import START
from tests.store.test_refund_ledger import intent as refund_intent
from tests.store.test_refund_ledger import order

OPEN, PAID, CLOSED = (CollectionAnswer(status=status) for status in ("open", "paid", "closed"))


def intent(key: str = "P-1", minor: int = 1500, **changes: Any) -> CollectionIntent:
    fields: dict[str, Any] = {
        "key": key,
        "case": CaseKey(shop="demo", case_no="C1", order_no="O1"),
        "amount": Money(minor=minor),
        "purpose": "price_difference",
        "rule": "P-FEEQUOTE",
        "channel": "provider",
        "at": START,
    }
    return CollectionIntent(**fields | changes)


@pytest.fixture
async def ledger(pool) -> PostgresCollectionLedger:
    """A ledger with one order of 100.00 CNY."""
    await PostgresOrders(pool).put("demo", order())
    return PostgresCollectionLedger(pool)


async def test_what_was_collected_may_go_back_and_not_a_fen_more(ledger, pool):
    """100.00 paid and 15.00 collected: 115.00 may be refunded; unpaid requests raise nothing."""
    refunds = PostgresRefundLedger(pool)
    await ledger.intend(intent())
    await ledger.settle("P-1", OPEN, START)
    with pytest.raises(OverRefund):
        await refunds.intend(refund_intent("r-1", 11_500))
    await ledger.settle("P-1", PAID, START)
    await refunds.intend(refund_intent("r-2", 11_500))
    with pytest.raises(OverRefund):
        await refunds.intend(refund_intent("r-3", 1))


async def test_fifty_notices_of_one_payment_count_once(ledger, pool):
    """However often it is settled side by side, the money came once."""
    await ledger.intend(intent())
    await asyncio.gather(*(ledger.settle("P-1", PAID, START) for _ in range(50)))
    assert await pool.fetchval("SELECT collected_minor FROM orders") == 1500


async def test_what_was_paid_stays_paid_and_what_was_closed_may_still_turn_out_paid(ledger):
    """Money that came is never un-come; money that came after we closed is not denied."""
    await ledger.intend(intent())
    assert (await ledger.settle("P-1", CLOSED, START)).status is CollectionStatus.CLOSED
    assert (await ledger.settle("P-1", PAID, START + timedelta(hours=1))).status is CollectionStatus.PAID
    assert (await ledger.settle("P-1", CLOSED, START + timedelta(hours=2))).status is CollectionStatus.PAID


async def test_a_key_stands_for_one_sum(ledger):
    """The same key again is the same row; with another sum it is a defect, and nothing is written."""
    first, again = await ledger.intend(intent()), await ledger.intend(intent())
    assert first == again
    with pytest.raises(KeyReused):
        await ledger.intend(intent(minor=1))


async def test_an_order_that_is_not_on_file_is_asked_for_nothing(ledger):
    """No order, no request for money."""
    with pytest.raises(PartnerRefused) as refused:
        await ledger.intend(intent(case=CaseKey(shop="demo", case_no="C1", order_no="O9")))
    assert refused.value.code == "unknown_order"
    with pytest.raises(KeyError, match="has no intent"):
        await ledger.settle("P-9", PAID, START)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM collections",
        "UPDATE collections SET amount_minor = 1",
        "UPDATE collections SET status = 'open', settled_at = NULL",
    ],
)
async def test_the_books_cannot_be_rewritten(ledger, pool, statement):
    """Nothing is deleted, no sum changes, and a payment does not become unpaid: the database refuses it."""
    await ledger.intend(intent())
    await ledger.settle("P-1", PAID, START)
    with pytest.raises(asyncpg.RestrictViolationError):
        await pool.execute(statement)

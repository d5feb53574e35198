"""Which cases PostgreSQL finds for a parcel of nobody, out of very many (W-3)."""

from __future__ import annotations

import asyncpg
import pytest

from domain.messages.facts import ReturnReceived
from store.parcel_candidates import ParcelCandidates
from tests.store.pages import START

MANY = 700


@pytest.fixture
async def shop(pool: asyncpg.Pool) -> asyncpg.Pool:
    """Seven hundred old cases that wait for the same goods under numbers that begin alike, and two young ones."""
    await pool.execute(
        "INSERT INTO customers (shop, customer_ref, phone) VALUES ('demo', 'c-phone', '+86 100-0000-0777')"
    )
    await pool.execute(
        """INSERT INTO cases (shop, case_no, workflow_id, order_no, customer_ref, case_type, opened_as, stage,
               ball_with, rulebook, opened_at, goods)
           SELECT 'demo', 'OLD' || n, 'case/demo/OLD' || n, 'o' || n, 'c' || n, 'return_refund', 'return_refund',
               'waiting_customer', 'customer', 'standard@0', $1::timestamptz + n * interval '1 minute',
               '{"CUP": 1}'::jsonb
           FROM generate_series(1, $2::integer) AS n
           UNION ALL
           SELECT 'demo', no, 'case/demo/' || no, 'o' || no, customer, 'return_refund', 'return_refund',
               'waiting_customer', 'customer', 'standard@0', $1::timestamptz + interval '30 days', '{}'::jsonb
           FROM (VALUES ('NUMBER', 'c-number'), ('PHONE', 'c-phone')) AS young (no, customer)""",
        START, MANY,
    )  # fmt: skip
    await pool.execute(
        """INSERT INTO case_handles (shop, value, kind, case_no)
           SELECT 'demo', 'YT2026' || lpad((n * 7)::text, 7, '0'), 'waybill', 'OLD' || n
           FROM generate_series(1, $1::integer) AS n
           UNION ALL SELECT 'demo', 'YT2026999123', 'waybill', 'NUMBER'""",
        MANY,
    )
    return pool


async def found(pool: asyncpg.Pool, waybill: str, phone: str = "", sku: str = "CUP") -> list[str]:
    """The cases that such a parcel may belong to."""
    receipt = ReturnReceived.model_validate({"waybill": waybill, "lines": [{"sku": sku, "quantity": 1}]})
    return [one.case_no for one in await ParcelCandidates(pool).of("demo", receipt, [], phone)]


async def test_its_number_and_its_senders_telephone_count_for_more_than_age(shop: asyncpg.Pool) -> None:
    """However many older cases wait for a cup, the one of that number comes first, then that of the telephone."""
    assert (await found(shop, "YT2026999123", "10000000777"))[:2] == ["NUMBER", "PHONE"]


@pytest.mark.parametrize("written", ["YT2026999128", "YT2026991923", "YT202699912", "YT20269991234", "yt2026999123"])
async def test_one_slip_of_the_pen_finds_the_number_among_many(shop: asyncpg.Pool, written: str) -> None:
    """A wrong digit, two exchanged, one missing, one too many, small letters: the number is found all the same."""
    assert (await found(shop, written))[0] == "NUMBER"


async def test_half_a_number_is_no_number(shop: asyncpg.Pool) -> None:
    """Numbers of one courier begin alike: that alone makes no case a candidate."""
    assert await found(shop, "YT20265555555", sku="SPOON") == []

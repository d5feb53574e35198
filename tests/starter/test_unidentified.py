"""A receipt of the warehouse that leads to no case: when it opens one, and when it waits."""

from __future__ import annotations

from typing import Any

import asyncpg
import pytest
from temporalio.client import Client

from domain.events import CloudEvent
from starter.envelope import check
from starter.problem import BadEvent
from store.inbox import Inbox
from store.openings import Openings
from store.queries import SQL
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import arrival, fact, request
from tests.starter.handed_over import CASE, close, heard, put, until_quiet

LINES = [{"sku": "TEA-01", "quantity": 1}]


def came(id: str, **told: Any) -> CloudEvent:
    """The warehouse booked a parcel in."""
    return fact("return_received", id=id, **{"lines": LINES} | told)


async def of_nobody(pool: asyncpg.Pool) -> list[str]:
    """The cases of parcels that nobody announced."""
    rows = await pool.fetch("SELECT case_no FROM cases WHERE case_type = 'unidentified_parcel' ORDER BY case_no")
    return [row["case_no"] for row in rows]


async def test_where_there_is_one_shop_it_need_not_be_named(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """An unknown waybill opens a case of its own with the receipt in it; the same event again opens nothing."""
    await put(pool, request())
    await until_quiet(pool, make_dispatcher())
    await put(pool, came("in-1", waybill="NOBODY-1"))
    await put(pool, came("in-1", waybill="NOBODY-1"))
    assert (await until_quiet(pool, make_dispatcher()))["opened"] == 1
    assert await of_nobody(pool) == ["unidentified-NOBODY-1"]
    ((name, message),) = await heard(shop_client, "unidentified-NOBODY-1")
    assert (name, message["waybill"]) == ("return_received", "NOBODY-1")


async def test_where_there_are_two_shops_it_waits_until_somebody_says_whose(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """No shop is guessed: without one the receipt waits, as any fact without a case; with it, it opens a case."""
    await put(pool, request(), request("2026030100002", shop="other"))
    await until_quiet(pool, make_dispatcher())
    await put(pool, came("in-1", waybill="NOBODY-1"), came("in-2", waybill="NOBODY-2", shop="other"))
    await until_quiet(pool, make_dispatcher())
    assert await of_nobody(pool) == ["unidentified-NOBODY-2"]
    assert await pool.fetchval("SELECT note FROM inbox WHERE status = 'waiting'") == "no_case"


async def test_a_number_that_cannot_stand_in_an_id_has_a_case_too(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """A waybill with a slash, and one of sixty characters: each has a short number of its own."""
    await put(pool, request())
    await until_quiet(pool, make_dispatcher())
    await put(pool, came("in-1", waybill="NO/BODY 1"), came("in-2", waybill="N" * 60))
    await until_quiet(pool, make_dispatcher())
    found = await of_nobody(pool)
    assert len(found) == 2
    assert all(len(one) <= 40 for one in found), found


async def test_a_case_named_by_number_is_waited_for(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """Who names a case means it: the receipt waits for that case, and opens none."""
    await put(pool, request("2026030100002"))
    await put(pool, came("in-1", waybill="NOBODY-1", case_no="NOT-YET"))
    await until_quiet(pool, make_dispatcher(first_wait_seconds=5))
    assert await of_nobody(pool) == []


async def test_an_unknown_slip_in_a_parcel_that_is_known_is_no_matter(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """The number on the slip is nobody's, the waybill is a customer's: his case hears of it."""
    await put(pool, request(order={"waybill": "YT-KNOWN"}))
    await until_quiet(pool, make_dispatcher())
    await put(pool, came("in-1", rma="RMA-SCRAWL", waybill="YT-KNOWN"))
    await until_quiet(pool, make_dispatcher())
    assert await of_nobody(pool) == []
    assert [name for name, _ in await heard(shop_client)] == ["return_received"]


async def test_a_case_that_ended_without_the_goods_is_no_home_for_them(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """He withdrew and sent his parcel all the same: somebody must see to it, in a case of its own."""
    await put(pool, request(order={"waybill": "YT-KNOWN"}))
    await until_quiet(pool, make_dispatcher())
    await close(pool, shop_client)
    await pool.execute("UPDATE cases SET outcome = 'withdrawn', holds = false WHERE case_no = $1", CASE)
    await put(pool, came("in-1", waybill="YT-KNOWN"))
    await until_quiet(pool, make_dispatcher())
    assert await of_nobody(pool) == ["unidentified-YT-KNOWN"]


def test_nobody_asks_for_such_a_case() -> None:
    """It is opened by a receipt: a request of that type is refused with a sentence that says how to tell it."""
    with pytest.raises(BadEvent) as refused:
        check(request(kind="unidentified_parcel"))
    (problem,) = refused.value.problems
    assert (problem.code, problem.where) == ("parcel_of_nobody", "data.case_type")
    assert "return_received" in problem.text("en")
    assert "无头件" in problem.text("zh")


async def test_what_comes_after_its_case_has_ended_has_a_case_of_its_own(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """The rest of a parcel comes when nobody's case of it is over: it is booked somewhere, told twice once."""
    await put(pool, request())
    await put(pool, came("in-1", waybill="NOBODY-1"))
    await until_quiet(pool, make_dispatcher())
    await close(pool, shop_client, "unidentified-NOBODY-1")
    await put(pool, came("in-2", waybill="NOBODY-1"))
    await until_quiet(pool, make_dispatcher())
    await pool.execute("UPDATE inbox SET status = 'new', attempts = 1, due_at = now() WHERE id = 'in-2'")
    await until_quiet(pool, make_dispatcher())
    first, second = await of_nobody(pool)
    assert first == "unidentified-NOBODY-1"
    assert second.startswith("unidentified-NOBODY-1-")
    assert [name for name, _ in await heard(shop_client, second)] == ["return_received"]
    assert await pool.fetchval("SELECT count(*) FROM inbox WHERE status <> 'done'") == 0


@pytest.mark.parametrize("shop", ["my shop", "demmo"])
async def test_a_shop_that_has_no_customers_is_no_shop(
    shop: str, pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """A name that cannot be one, and a mistyped one, open nothing; the only shop stays the only one."""
    await put(pool, request())
    await put(pool, came("in-1", waybill="NOBODY-1", shop=shop))
    await until_quiet(pool, make_dispatcher())
    assert await of_nobody(pool) == []
    assert await pool.fetchval("SELECT note FROM inbox WHERE id = 'in-1'") == "no_case"
    await put(pool, came("in-2", waybill="NOBODY-2"))
    await until_quiet(pool, make_dispatcher())
    assert await of_nobody(pool) == ["unidentified-NOBODY-2"]


def test_a_waybill_longer_than_any_is_refused_at_the_door() -> None:
    """It is said at once what is wrong with it, and where."""
    with pytest.raises(BadEvent) as refused:
        check(came("in-1", waybill="N" * 65))
    assert [problem.where for problem in refused.value.problems] == ["data.waybill"]


@pytest.mark.parametrize("number", ["13800138000", "+86 138-0013-8000", "021-61234567"])
@pytest.mark.parametrize("place", ["waybill", "rma"])
async def test_a_telephone_number_on_the_slip_stands_in_no_id(
    place: str, number: str, pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """Nobody's parcels bear a telephone number as often as a return's: neither number nor order shows it (P-PRIV)."""
    await put(pool, request())
    await put(pool, came("in-1", **{place: number}))
    await until_quiet(pool, make_dispatcher())
    (found,) = await of_nobody(pool)
    assert not any(part in found for part in (number, number[-4:]))
    assert await pool.fetchval("SELECT count(*) FROM case_handles WHERE kind = 'rma' AND value = $1", number) == 0


async def matched(pool: asyncpg.Pool, kind: str, case_no: str, **told: Any) -> None:
    """A parcel's case says what the warehouse said of it, to the case that it was matched with."""
    event = fact(kind, id=f"{kind}-{case_no}", subject=f"demo/{case_no}", **told)
    await Inbox(pool).put([arrival(event, door="case")])


async def test_the_parcels_real_number_is_known_once_it_is_matched(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """He typed SF132, the parcel is SF123: what is said of SF123 later reaches his case."""
    await put(pool, request(), came("in-1", waybill="SF123"))
    await until_quiet(pool, make_dispatcher())
    await close(pool, shop_client, "unidentified-SF123")
    await matched(pool, "return_received", CASE, waybill="SF123", lines=LINES)
    await until_quiet(pool, make_dispatcher())
    await put(pool, fact("inspected", id="seen-1", waybill="SF123", round=1, result="pass", by="warehouse:1"))
    await until_quiet(pool, make_dispatcher())
    assert [name for name, _ in await heard(shop_client)] == ["return_received", "inspected"]


async def test_a_parcel_that_was_matched_with_no_open_case_is_laid_before_somebody_at_once(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """A number that was mistyped, a case that has closed, another parcel of nobody: none of them takes goods."""
    await put(pool, request(), came("in-1", waybill="NOBODY-1"))
    await until_quiet(pool, make_dispatcher())
    await close(pool, shop_client)
    for number in (CASE, "MISTYPED", "unidentified-NOBODY-1"):
        await matched(pool, "return_received", number, lines=LINES)
    await matched(pool, "inspected", "MISTYPED", round=1, result="pass")
    assert (await make_dispatcher().drain())["quarantined"] == 4
    told = await pool.fetch("SELECT problems FROM quarantine")
    assert {row["problems"][0]["code"] for row in told} == {"no_home"}


async def test_how_many_shops_there_are_is_not_read_from_every_order(pool: asyncpg.Pool) -> None:
    """One shop among fifty thousand orders is found from the two ends of the index, and not by going through it."""
    await pool.execute(
        "INSERT INTO orders (shop, order_no, paid_minor, currency)"
        " SELECT 'demo', n::text, 1, 'CNY' FROM generate_series(1, 50000) AS n"
    )
    await pool.execute(
        "INSERT INTO known_orders (shop, order_no, waybill, content) SELECT shop, order_no, '', '{}' FROM orders"
    )
    await pool.execute("VACUUM ANALYZE known_orders")
    (plan,) = await pool.fetchval("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + SQL["opening_shops"])
    assert plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"] < 20
    assert await Openings(pool).only_shop() == "demo"
    await pool.execute("UPDATE known_orders SET shop = 'other' WHERE order_no = '7'")
    assert await Openings(pool).only_shop() == ""

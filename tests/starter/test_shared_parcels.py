"""A parcel that several cases name: who hears of it, at the dispatcher (W-3, R-N1)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
from temporalio.client import Client

from domain.events import CloudEvent
from store.inbox import Inbox
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import arrival, fact, request
from tests.starter.handed_over import close, heard, put, until_quiet

PARCEL = "SH1"
TEA = "TEA-01"


def asks(number: str, order_no: str, kind: str = "return_refund", **goods: int) -> CloudEvent:
    """A request of its own number for an order of these goods."""
    lines = [{"sku": sku, "quantity": count, "price": {"minor": 4000 * count}} for sku, count in goods.items()]
    order = {"lines": lines, "paid": {"minor": 4000 * sum(goods.values())}}
    return request(order_no, id=f"req-{number}", kind=kind, request_id=number, order=order)


def sent(number: str, id: str = "") -> CloudEvent:
    """The customer says of this case that its goods are in the parcel."""
    return fact("return_shipped", id=id or f"sent-{number}", subject=f"demo/{number}", courier="yto", waybill=PARCEL)


def came(id: str, *skus: str) -> CloudEvent:
    """The warehouse booked one piece of each in."""
    return fact("return_received", id=id, shop="demo", waybill=PARCEL, lines=[{"sku": s, "quantity": 1} for s in skus])


async def goods(client: Client, number: str) -> list[list[str]]:
    """What the case heard that came, receipt by receipt; what was beyond is marked."""
    told: list[Any] = [message for name, message in await heard(client, number) if name == "return_received"]
    return [
        [line["sku"] for line in one["lines"]] + ["+" + line["sku"] for line in one.get("beyond", ())] for one in told
    ]


async def live(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher, *events: CloudEvent) -> None:
    """One after the other comes in and is handed over."""
    for event in events:
        await put(pool, event)
        await until_quiet(pool, make_dispatcher())


async def test_a_case_that_waits_at_the_desk_hears_nothing_of_goods_that_another_holds(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Two cases of one order name the parcel, one of them holds the goods: it alone books them in, once."""
    tea = {TEA: 1}
    await live(pool, make_dispatcher, asks("A", "1001", **tea), asks("B", "1001", kind="exchange", **tea))
    await live(pool, make_dispatcher, sent("A"), sent("B"), came("in-1", TEA, "SPOON"))
    await pool.execute("UPDATE inbox SET status = 'new', attempts = 1, due_at = now() WHERE id = 'in-1'")
    await until_quiet(pool, make_dispatcher())
    assert await goods(shop_client, "A") == [[TEA, "SPOON"]]
    assert await goods(shop_client, "B") == []


async def test_what_came_before_a_second_case_named_the_parcel_is_not_dealt_again(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """The first case counted its cup when it alone knew the number; of the next part each gets what it still lacks."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1, LID=1), asks("B", "1002", CUP=1))
    await live(pool, make_dispatcher, sent("A"), came("in-1", "CUP"))
    await pool.execute(
        "INSERT INTO case_records (shop, case_no, kind, key, at, rule, data)"
        " VALUES ('demo', 'A', 'inbound_parcel_log', 'in-1', now(), 'W-3', '{\"received\": {\"CUP\": 1}}'::jsonb)"
    )
    await live(pool, make_dispatcher, sent("B"), came("in-2", "CUP", "LID"))
    assert await goods(shop_client, "A") == [["CUP"], ["LID"]]
    assert await goods(shop_client, "B") == [["+CUP"], ["CUP"]]


async def test_goods_of_a_case_that_has_closed_are_not_counted_by_another(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """The first was paid when its cup had come; the second part's lid is not the other's, which hears of its own."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1, LID=1), asks("B", "1002", CUP=1))
    await live(pool, make_dispatcher, sent("A"), sent("B"), came("in-1", "CUP"))
    await close(pool, shop_client, "A")
    await pool.execute("UPDATE cases SET holds = true, outcome = 'refunded' WHERE case_no = 'A'")
    await live(pool, make_dispatcher, came("in-2", "CUP", "LID"))
    assert await goods(shop_client, "B") == [["CUP"]]

    await pool.execute("UPDATE cases SET holds = false WHERE case_no = 'A'")
    await live(pool, make_dispatcher, came("in-3", "LID"))
    assert await goods(shop_client, "B") == [["CUP"], ["+LID"]], "withdrawn: a person sees to what is nobody's"


async def test_a_parcel_that_came_before_its_number_is_shared_by_all_who_name_it(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Nobody's parcel is matched with one case, which hears of its own goods; the other that names it hears of his."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1), asks("B", "1002", LID=1), came("in-1", "CUP", "LID"))
    parcel = f"unidentified-{PARCEL}"
    await live(pool, make_dispatcher, sent("A"), sent("B"))
    assert [name for name, _ in await heard(shop_client, parcel)][:2] == ["return_received", "parcel_announced"]
    await close(pool, shop_client, parcel)
    lines = [{"sku": sku, "quantity": 1} for sku in ("CUP", "LID")]
    told = fact("return_received", id="matched", subject="demo/A", waybill=PARCEL, lines=lines)
    await Inbox(pool).put([arrival(told, door="case")])
    seen = fact("inspected", id="seen", subject="demo/A", waybill=PARCEL, round=1, result="pass")
    await Inbox(pool).put([arrival(seen, door="case")])
    await until_quiet(pool, make_dispatcher())
    assert (await goods(shop_client, "A"), await goods(shop_client, "B")) == ([["CUP"]], [["LID"]])
    for number in ("A", "B"):
        assert (await heard(shop_client, number))[-1][0] == "inspected"


async def test_who_names_the_parcel_after_it_came_is_dealt_what_the_first_did_not_expect(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Cup and lid came when one case knew the number; the lid's, and a spoon's after it, hear of theirs at once."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1), asks("B", "1002", LID=1), asks("C", "1003", SPOON=1))
    seen = fact("inspected", id="seen", shop="demo", waybill=PARCEL, round=1, result="pass")
    await live(pool, make_dispatcher, sent("A"), came("in-1", "CUP", "LID", "SPOON"), seen, sent("B"), sent("C"))
    assert (await goods(shop_client, "B"), await goods(shop_client, "C")) == ([["LID"]], [["SPOON"]])
    for number in ("B", "C"):
        assert (await heard(shop_client, number))[-1][0] == "inspected"

    await live(pool, make_dispatcher, sent("B", id="again"), sent("A", id="his-again"))
    assert (await goods(shop_client, "B"), await goods(shop_client, "A")) == ([["LID"]], [["CUP", "LID", "SPOON"]])


async def test_what_was_beyond_when_it_was_dealt_is_his_who_names_the_parcel_later(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Two cases shared the parcel, and a spoon was nobody's: the third's it is, and no fourth gets it again."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1), asks("B", "1002", LID=1), asks("C", "1003", SPOON=1))
    await live(pool, make_dispatcher, sent("A"), sent("B"), came("in-1", "CUP", "LID", "SPOON"), sent("C"))
    assert await goods(shop_client, "C") == [["SPOON"]]

    await live(pool, make_dispatcher, asks("D", "1004", SPOON=1), sent("D"))
    assert await goods(shop_client, "D") == [["+CUP", "+LID", "+SPOON"]], "nothing is his: a person sees what came"


async def test_of_goods_that_the_first_may_have_counted_nothing_is_given_twice(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """One cup came and both sent one: the first has it, and the other stands at the desk with what was in it."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1), asks("B", "1002", CUP=1))
    await live(pool, make_dispatcher, sent("A"), came("in-1", "CUP"), sent("B"))
    assert await goods(shop_client, "B") == [["+CUP"]]

    await live(pool, make_dispatcher, came("in-2", "CUP"))
    assert (await goods(shop_client, "A"), await goods(shop_client, "B")) == ([["CUP"]], [["+CUP"], ["CUP"]])


async def test_parts_that_came_before_he_named_the_parcel_are_his_where_the_first_had_his_own(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """The first cup of two that came is the first case's, the second the other's."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1), asks("B", "1002", CUP=1))
    await live(pool, make_dispatcher, sent("A"), came("in-1", "CUP"), came("in-2", "CUP"), sent("B"))
    assert await goods(shop_client, "B") == [["CUP"]]


async def test_who_names_the_parcel_while_its_receipt_is_handed_over_is_not_forgotten(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """A dispatcher has the receipt in hand and may know the first case alone: the other looks again when it is done."""
    await live(pool, make_dispatcher, asks("A", "1001", CUP=1), asks("B", "1002", LID=1), sent("A"))
    await put(pool, came("in-1", "CUP", "LID"))
    (row,) = await Inbox(pool).claim(10, timedelta(minutes=1))
    await put(pool, sent("B"))
    assert await make_dispatcher().drain() == {"second_look": 1}

    await Inbox(pool).release([row])
    await until_quiet(pool, make_dispatcher())
    assert await goods(shop_client, "B") == [["LID"]]

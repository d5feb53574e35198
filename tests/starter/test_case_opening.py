"""What opens a case, and what joins one: trouble with a parcel, a request and its twin in an export, a push."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from temporalio.client import Client, WorkflowExecutionStatus
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.events import CloudEvent, Request
from local.child import free_port
from starter.handing_over import TemporalAway
from store.inbox import Inbox
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import fact, request
from tests.starter.handed_over import CASE, ORDER, close, heard, later, put, until_quiet
from tests.starter.told_case import ToldCase


async def test_request_opens_its_case(pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher) -> None:
    """A request starts one case under its business id, searchable, with a plain summary and the rules that bind it."""
    await put(pool, request())
    assert await make_dispatcher().drain() == {"opened": 1}
    handle = shop_client.get_workflow_handle(f"case/demo/{CASE}")
    description = await handle.describe()
    assert description.status is WorkflowExecutionStatus.RUNNING
    assert await description.static_summary() == f"退货退款 return_refund · order {ORDER}"
    attributes = {pair.key.name: pair.value for pair in description.typed_search_attributes}
    attributes.pop("BuildIds", None)  # the server's own
    assert attributes == {
        "AfterSaleShop": "demo",
        "AfterSaleKind": "return_refund",
        "AfterSaleStage": "open",
        "AfterSaleOrder": ORDER,
    }
    (row,) = await pool.fetch("SELECT stage, closed_at, rulebook FROM cases WHERE case_no = $1", CASE)
    start = await handle.query(ToldCase.started_with)
    assert row["rulebook"] == f"{start['rules']['name']}@{start['rules']['digest']}"
    assert (row["stage"], row["closed_at"]) == ("intake", None)
    assert await pool.fetchval("SELECT text FROM rulebooks WHERE digest = $1", start["rules"]["digest"])


async def test_request_that_comes_again_is_told_to_its_case(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """The same request under another event id starts nothing; its case hears of it once."""
    await put(pool, request(), request(id="again"))
    assert await make_dispatcher().drain() == {"opened": 1, "repeated": 1}
    assert [name for name, _ in await heard(shop_client)] == ["request_repeated"]
    assert await pool.fetchval("SELECT count(*) FROM cases") == 1


async def test_request_for_a_closed_case_starts_nothing(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """When the register says closed, a repeated request is done with a note, even if Temporal forgot the case."""
    dispatcher = make_dispatcher()
    await put(pool, request())
    await dispatcher.drain()
    await close(pool, shop_client)
    await put(pool, request(id="late"), fact("customer_replied", id="f", subject=f"demo/{CASE}"))
    assert await dispatcher.drain() == {"closed_already": 1, "case_closed": 1}
    runs = [run async for run in shop_client.list_workflows(f"WorkflowId = 'case/demo/{CASE}'")]
    assert len(runs) == 1


async def test_case_that_ended_before_the_register_knows_is_not_started_again(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Between a case's end and its last page in the register, a repeated request starts no second run."""
    dispatcher = make_dispatcher()
    await put(pool, request())
    await dispatcher.drain()
    handle = shop_client.get_workflow_handle(f"case/demo/{CASE}")
    await handle.signal(ToldCase.end)
    await handle.result()
    await put(pool, request(id="late"))
    assert await dispatcher.drain() == {"ended_already": 1}


@pytest.mark.parametrize(
    ("state", "kind"),
    [
        ("no_info", "no_tracking_info"),
        ("unreachable", "customer_unreachable"),
        ("delivery_failed", "customer_unreachable"),
        ("lost", "parcel_lost"),
        ("bad_address", "address_change"),
        ("out_of_area", "out_of_area"),
        ("rejected", "cancel_before_receipt"),
        ("stalled", "parcel_stuck"),
        ("misrouted", "parcel_stuck"),
        ("pickup_overdue", "customer_unreachable"),
    ],
)
async def test_trouble_with_a_known_parcel_opens_a_case(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, state: str, kind: str
) -> None:
    """A courier's trouble code for a shipped order opens the case of that trouble and is its first message."""
    shipped = request().model_copy(update={"type": "aftersales.order", "id": "o"})
    trouble = fact("parcel_update", id="t", waybill=f"YT{ORDER}", state=state)
    await put(pool, trouble, shipped)
    await until_quiet(pool, make_dispatcher())
    ((name, message),) = await heard(shop_client, f"{ORDER}-{kind}")
    assert (name, message["state"]) == ("parcel_update", state)


async def test_a_customers_denial_of_a_signed_parcel_opens_a_case(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """That somebody else signed opens nothing; that the customer has not got it does, and that he has it does not."""
    shipped = request().model_copy(update={"type": "aftersales.order", "id": "o"})
    await put(pool, shipped, fact("parcel_update", id="p", waybill=f"YT{ORDER}", state="delivered_by_proxy"))
    await put(pool, fact("customer_looked", id="y", waybill=f"YT{ORDER}", found=True))
    await until_quiet(pool, make_dispatcher())
    assert await pool.fetchval("SELECT count(*) FROM cases") == 0

    await put(pool, fact("customer_looked", id="n", waybill=f"YT{ORDER}", found=False))
    await until_quiet(pool, make_dispatcher())
    told = [name for name, _ in await heard(shop_client, f"{ORDER}-signed_not_received")]
    assert "customer_looked" in told


async def test_request_joins_the_case_that_the_courier_opened(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """A numbered request after the courier's push is the same affair, and facts under its number find the case."""
    dispatcher = make_dispatcher()
    await put(pool, request().model_copy(update={"type": "aftersales.order", "id": "o"}))
    await dispatcher.drain()
    await put(pool, fact("parcel_update", id="t", waybill=f"YT{ORDER}", state="lost"))
    await until_quiet(pool, dispatcher)
    await put(pool, request(kind="parcel_lost", request_id="R1", id="r"))
    await dispatcher.drain()
    await put(pool, fact("customer_replied", id="c", subject="demo/R1"), fact("customer_replied", id="d", case_no="R1"))
    await dispatcher.drain()
    assert await pool.fetchval("SELECT count(*) FROM cases") == 1
    told = [name for name, _ in await heard(shop_client, f"{ORDER}-parcel_lost")]
    assert sorted(told) == ["customer_replied", "customer_replied", "parcel_update", "request_repeated"]


NUMBERED, TWIN = request(request_id="R1", id="r"), request(id="e", amount={"minor": 1500})


@pytest.mark.parametrize("events", [(NUMBERED, TWIN), (TWIN, NUMBERED)], ids=["numbered_first", "export_first"])
@pytest.mark.parametrize("at_once", [True, False])
async def test_a_request_and_its_twin_in_an_export_are_one_case(
    pool: asyncpg.Pool,
    shop_client: Client,
    make_dispatcher: MakeDispatcher,
    events: tuple[CloudEvent, CloudEvent],
    at_once: bool,
) -> None:
    """An export that leaves the platform's number out opens no second case, which would pay a second time."""
    for some in [events] if at_once else [events[:1], events[1:]]:
        await put(pool, *some)
        await until_quiet(pool, make_dispatcher())
    number = await pool.fetchval("SELECT case_no FROM cases")
    assert await pool.fetchval("SELECT count(*) FROM cases") == 1
    assert [name for name, _ in await heard(shop_client, number)] == ["request_repeated"]
    for name in ("R1", CASE):
        await put(pool, fact("customer_replied", id=name, subject=f"demo/{name}"))
    assert await make_dispatcher().drain() == {"told": 2}


@pytest.mark.parametrize("events", [(NUMBERED, TWIN), (TWIN, NUMBERED)], ids=["numbered_first", "export_first"])
async def test_a_twin_starts_the_case_under_the_number_that_it_has(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, events: tuple[CloudEvent, CloudEvent]
) -> None:
    """A request that was registered while Temporal was away, and started by its twin: one number in row and case."""
    nowhere = await Client.connect(f"127.0.0.1:{free_port(None)}", lazy=True, data_converter=pydantic_data_converter)
    await put(pool, events[0])
    with pytest.raises(TemporalAway):
        await make_dispatcher(client=nowhere).drain()
    number = await pool.fetchval("SELECT case_no FROM cases")
    await pool.execute("UPDATE inbox SET due_at = now() + interval '1 h'")
    await put(pool, events[1])
    await make_dispatcher().drain()
    start = await shop_client.get_workflow_handle(f"case/demo/{number}").query(ToldCase.started_with)
    started = Request.model_validate(start["request"])
    assert (started.case_no, started.workflow_id) == (number, await pool.fetchval("SELECT workflow_id FROM cases"))


@pytest.mark.parametrize("order", [*itertools.permutations(("R1", "R2", None))])
async def test_two_numbers_are_two_cases_whatever_an_export_says(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher, order: tuple[str | None, ...]
) -> None:
    """Two requests with numbers of their own stay two cases; the unnumbered one joins one of them, in any order."""
    for number in order:
        await put(pool, request(id=f"id-{number}", request_id=number))
        await make_dispatcher().drain()
    assert await pool.fetchval("SELECT count(*) FROM cases") == 2


async def test_an_export_that_comes_after_the_end_opens_nothing(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """What was asked for before a case ended is that case's; what is asked for later is a new affair."""
    dispatcher = make_dispatcher()
    await put(pool, NUMBERED)
    await dispatcher.drain()
    await close(pool, shop_client, "R1")
    await put(pool, TWIN)
    assert await dispatcher.drain() == {"closed_already": 1}
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    await put(pool, request(id="l", kind="return_refund", request_id="R9", requested_at=tomorrow))
    assert await dispatcher.drain() == {"opened": 1}


@pytest.mark.parametrize("late", [False, True], ids=["request_first", "push_first"])
async def test_a_push_that_comes_with_a_request_opens_no_case_beside_it(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, late: bool
) -> None:
    """In one delivery the request is first, however sorted: its case hears of the parcel, whatever type it has."""
    events = [
        request().model_copy(update={"type": "aftersales.order", "id": "o"}),
        request(kind="no_tracking_info", request_id="R1"),
        fact("parcel_update", id="t", waybill=f"YT{ORDER}", state="lost"),
    ]
    await put(pool, *(events[::-1] if late else events))
    await until_quiet(pool, make_dispatcher())
    assert await pool.fetchval("SELECT string_agg(case_no, ',') FROM cases") == "R1"
    assert [name for name, _ in await heard(shop_client, "R1")] == ["parcel_update"]


async def test_a_push_looks_twice_before_it_opens_a_case(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """A request that is still on its way through the door when the push is looked at is first all the same."""
    await put(
        pool,
        request().model_copy(update={"type": "aftersales.order", "id": "o"}),
        fact("parcel_update", id="t", waybill=f"YT{ORDER}", state="lost"),
        fact("parcel_update", id="u", waybill=f"YT{ORDER}", state="in_transit"),
    )
    assert await make_dispatcher(first_wait_seconds=60).drain() == {"order_known": 1, "second_look": 1}
    await put(pool, request(kind="no_tracking_info", request_id="R1"))
    await later(pool)
    await until_quiet(pool, make_dispatcher())
    assert await pool.fetchval("SELECT string_agg(case_no, ',') FROM cases") == "R1"
    assert await Inbox(pool).counts() == {"done": 4}


async def test_a_push_says_when_it_was_scanned(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """An event's own time is the instant of the scan, where the courier gives none, so that the latest scan counts."""
    stamp = "2026-03-04T10:00:00Z"
    push = fact("parcel_update", id="t", waybill=f"YT{ORDER}", state="in_transit", time=stamp)
    await put(pool, request(), push)
    await until_quiet(pool, make_dispatcher())
    ((_, message),) = await heard(shop_client)
    assert message["scanned_at"] == stamp

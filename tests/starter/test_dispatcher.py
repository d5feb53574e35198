"""The dispatcher turns events into cases and messages, each once, in whatever order they come."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from domain.messages.decoding import decode
from local.child import free_port
from starter.dispatcher import running
from starter.envelope import message_id
from starter.handing_over import TemporalAway
from store.erasure import Erasure
from store.inbox import Inbox
from store.quarantine import Quarantine
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import fact, request
from tests.starter.handed_over import CASE, ORDER, heard, later, put, until_quiet
from tests.starter.told_case import ToldCase


async def test_person_goes_to_the_address_book_and_nowhere_else(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Name, phone and address of the customer are in the address book and in no workflow history."""
    await put(pool, request())
    await make_dispatcher().drain()
    (customer,) = await pool.fetch("SELECT name, phone, address FROM customers")
    assert tuple(customer) == ("测试甲", "10000000001", "测试省测试市测试路1号")
    history = (await shop_client.get_workflow_handle(f"case/demo/{CASE}").fetch_history()).to_json()
    payloads = json.dumps(json.loads(history), ensure_ascii=False)
    description = await shop_client.get_workflow_handle(f"case/demo/{CASE}").describe()
    for secret in customer:
        assert secret not in payloads
        assert secret not in str(description.raw_description)
    start = await shop_client.get_workflow_handle(f"case/demo/{CASE}").query(ToldCase.started_with)
    assert start["request"]["person"] is None


async def test_erased_customer_stays_erased(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """An old request that comes again does not bring an erased person back."""
    await put(pool, request())
    await make_dispatcher().drain()
    await pool.execute("UPDATE customers SET name = '', phone = '', address = '', erased_at = now()")
    await put(pool, request(id="again"))
    await make_dispatcher().drain()
    assert await pool.fetchval("SELECT name || phone || address FROM customers") == ""


async def test_erasure_reaches_the_raw_events(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """When a customer is erased, the events that named him lose their bodies, those that opened no case too."""
    await put(pool, request(), request().model_copy(update={"type": "aftersales.order", "id": "o"}))
    await until_quiet(pool, make_dispatcher())
    await Erasure(pool).erase("demo", f"c-{ORDER}", datetime.now(UTC))
    assert await pool.fetchval("SELECT count(*) FROM inbox WHERE raw <> ''") == 0


async def test_a_request_from_the_future_is_no_case_yet(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """A mistyped year would have every deadline run from there: a person sees it first; a day is forgiven."""
    now = datetime.now(UTC)
    ahead = {"tomorrow": now + timedelta(hours=20), "mistyped": now.replace(year=now.year + 30, day=1)}
    for id, at in ahead.items():
        await put(pool, request(id=id, order_no=id, requested_at=at.isoformat()))
    await until_quiet(pool, make_dispatcher())
    assert await pool.fetchval("SELECT array_agg(order_no) FROM cases") == ["tomorrow"]
    (entry,) = await Quarantine(pool).entries()
    assert [(one["code"], one["where"]) for one in entry["problems"]] == [("in_the_future", "data.requested_at")]


async def test_what_is_told_anew_of_an_order_reaches_its_open_cases_once(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """R-VERIFY: what a notice says anew is told to the cases of its order; one that says nothing new is not."""
    dispatcher = make_dispatcher()
    told = {"shop": "demo", "order": request().data["order"]}
    shipped = {**told, "order": {**told["order"], "shipped_at": "2026-03-01T12:00:00+08:00"}}
    partly = {**told, "order": {**told["order"], "paid": {"minor": 9900}}}
    await put(pool, request())
    await dispatcher.drain()
    for id, data in (("same", told), ("new", shipped), ("new-again", shipped), ("partly", partly), ("old", told)):
        event = request().model_copy(update={"type": "aftersales.order", "id": id, "data": data})
        await put(pool, event)
        await until_quiet(pool, dispatcher)
    assert [(name, {**message, "id": "", "by": "", "at": ""}) for name, message in await heard(shop_client)] == [
        ("order_told", {"id": "", "by": "", "at": "", **one})
        for one in (
            {"shipped_at": "2026-03-01T04:00:00Z"},
            {"paid": {"minor": 9900, "currency": "CNY"}},
            {"paid": {"minor": 12800, "currency": "CNY"}},
        )
    ]
    (known,) = await pool.fetch("SELECT content FROM known_orders")
    assert known["content"]["shipped_at"], "what is left out is not taken back"


async def test_news_of_a_parcel_whose_number_is_told_late_find_the_case(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """He asks why nothing was sent; the shop tells the number a day later, and the courier's news are the case's."""
    unsent = request(kind="late_shipment", order={"waybill": "", "courier": ""})
    notice = request().model_copy(
        update={"type": "aftersales.order", "id": "n", "data": {"shop": "demo", "order": request().data["order"]}}
    )
    news = fact("parcel_update", id="scan", waybill=f"YT{ORDER}", state="stalled", shop="demo")
    for event in (unsent, notice, news):
        await put(pool, event)
        await until_quiet(pool, make_dispatcher())
    names = [name for name, _ in await heard(shop_client, f"{ORDER}-late_shipment")]
    assert names == ["order_told", "parcel_update"]
    assert await pool.fetchval("SELECT count(*) FROM cases") == 1


async def test_a_platforms_deadline_that_is_told_late_reaches_the_case(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """T-RIGHTS: the request comes again with a deadline; the case hears it, also where the first try was cut short."""
    await put(pool, request())
    await until_quiet(pool, make_dispatcher())
    late = request(id="again", deadline="2026-03-02T12:00:00+08:00")
    await put(pool, late)
    await pool.execute("UPDATE inbox SET attempts = 1 WHERE id = 'again'")
    await until_quiet(pool, make_dispatcher())
    ((name, message),) = await heard(shop_client)
    assert (name, message["deadline"]) == ("request_repeated", "2026-03-02T04:00:00Z")


async def test_fact_reaches_its_case_as_a_message_that_the_case_can_read(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """A fact arrives with its id, its sender's role and our door's instant, without what a partner added."""
    event = fact("return_shipped", id="f1", subject=f"demo/{CASE}", courier="sf", waybill="SF1", phone="10000000009")
    await put(pool, request(), event)
    await until_quiet(pool, make_dispatcher())
    ((name, message),) = await heard(shop_client)
    received = await pool.fetchval("SELECT received_at FROM inbox WHERE id = 'f1'")
    assert name == "return_shipped"
    assert message == {
        "courier": "sf",
        "waybill": "SF1",
        "id": message_id(event.source, event.id),
        "by": "customer",
        "at": received.isoformat(),
    }
    decoded = decode(name, json.dumps(message).encode())
    assert decoded.received_at == received  # type: ignore[union-attr]


async def test_inspector_is_named_and_nobody_can_pose_as_another_role(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Two inspections are told apart by their inspectors (W-6); a fact cannot come in the name of a supervisor."""
    await put(
        pool,
        request(),
        fact("inspected", id="1", subject=f"demo/{CASE}", round=1, result="pass", by="qc:7"),
        fact("inspected", id="2", subject=f"demo/{CASE}", round=2, result="pass", by="supervisor:1"),
    )
    await until_quiet(pool, make_dispatcher())
    assert [message["by"] for _, message in await heard(shop_client)] == ["qc:7", "qc"]


async def test_event_time_counts_only_when_trusted(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """A partner's own time moves no deadline, unless the dispatcher was started for simulated time."""
    stamp = "2026-03-04T10:00:00Z"
    await put(pool, request(), fact("customer_replied", id="a", subject=f"demo/{CASE}", time=stamp))
    await until_quiet(pool, make_dispatcher())
    await put(pool, fact("customer_replied", id="b", subject=f"demo/{CASE}", time=stamp))
    await until_quiet(pool, make_dispatcher(trust_event_time=True))
    (_, wary), (_, trusting) = await heard(shop_client)
    assert wary["at"] != trusting["at"] == "2026-03-04T10:00:00+00:00"


@pytest.mark.parametrize("seed", range(3))
async def test_any_order_of_the_same_events_gives_the_same_cases(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, seed: int
) -> None:
    """Facts before their request, everything twice, any order: the same cases with the same messages once."""
    orders = [f"20260301{n:05}" for n in range(8)]
    events = [request(order) for order in orders]
    for order in orders:
        subject = f"demo/{order}-return_refund"
        events += [
            fact("return_shipped", id=f"{order}-s", subject=subject, waybill=f"RT{order}"),
            fact("parcel_update", id=f"{order}-p", waybill=f"RT{order}", state="delivered"),
            fact("return_received", id=f"{order}-r", shop="demo", case_no=f"{order}-return_refund"),
        ]
    events += [event.model_copy(update={"id": f"{event.id}-again"}) for event in events[:8]]
    random.Random(seed).shuffle(events)
    dispatcher = make_dispatcher()
    for start in range(0, len(events), 5):
        await put(pool, *events[start : start + 5], *events[:2])
        await dispatcher.drain()
    await until_quiet(pool, dispatcher)
    assert await Inbox(pool).counts() == {"done": len(events)}
    assert await pool.fetchval("SELECT count(*) FROM cases") == 8
    for order in orders:
        told = Counter(name for name, _ in await heard(shop_client, f"{order}-return_refund"))
        assert told == {"return_shipped": 1, "parcel_update": 1, "return_received": 1, "request_repeated": 1}


async def test_racing_dispatchers_start_each_case_once(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, database: str
) -> None:
    """Four dispatchers on one inbox start exactly one run per case and tell each fact once."""
    orders = [f"20260302{n:05}" for n in range(25)]
    events = [event for order in orders for event in (request(order), request(order, id=f"again-{order}"))]
    events += [fact("customer_replied", id=order, subject=f"demo/{order}-return_refund") for order in orders]
    random.Random(1).shuffle(events)
    await put(pool, *events)
    async with running(make_dispatcher(), database), running(make_dispatcher(), database):
        await asyncio.gather(*(until_quiet(pool, make_dispatcher()) for _ in range(2)))
    assert await Inbox(pool).counts() == {"done": 75}
    for order in orders:
        runs = await shop_client.count_workflows(f"WorkflowId = 'case/demo/{order}-return_refund'")
        assert runs.count <= 1  # visibility lags: never more than one
        arrivals = await shop_client.get_workflow_handle(f"case/demo/{order}-return_refund").query(ToldCase.count)
        assert arrivals == 2


async def test_crash_between_signal_and_done_is_applied_once(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A dispatcher that dies after telling a case leaves the row; the next tells it again, applied once."""

    class Died(BaseException):
        pass

    await put(pool, request())
    await make_dispatcher().drain()
    await put(pool, fact("customer_replied", id="f", subject=f"demo/{CASE}"))
    dying = make_dispatcher()

    async def die(*_: object, **__: object) -> None:
        raise Died

    with monkeypatch.context() as patch:
        patch.setattr(Inbox, "done", die)
        with pytest.raises(BaseExceptionGroup):
            await dying.drain()
    await later(pool)
    assert await make_dispatcher().drain() == {"told": 1}
    handle = shop_client.get_workflow_handle(f"case/demo/{CASE}")
    assert await handle.query(ToldCase.count) == 2
    assert len(await handle.query(ToldCase.heard)) == 1


async def test_crash_between_register_and_start_is_made_good(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """A case that stands in the register but was never started is started when its event is tried again."""
    await put(pool, request())
    nowhere = await Client.connect(
        f"127.0.0.1:{free_port(None)}",
        namespace=shop_client.namespace,
        lazy=True,
        data_converter=pydantic_data_converter,
    )
    with pytest.raises(TemporalAway):
        await make_dispatcher(client=nowhere).drain()
    assert await pool.fetchval("SELECT count(*) FROM cases") == 1
    await put(pool, fact("customer_replied", id="early", subject=f"demo/{CASE}"))
    await until_quiet(pool, make_dispatcher())
    assert [name for name, _ in await heard(shop_client)] == ["customer_replied"]
    assert await Inbox(pool).counts() == {"done": 2}


async def test_nothing_is_lost_while_temporal_is_away(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """With Temporal away, every row is given back at once and none goes into quarantine."""
    await put(pool, *(request(f"20260303{n:05}") for n in range(5)))
    nowhere = await Client.connect(f"127.0.0.1:{free_port(None)}", lazy=True, data_converter=pydantic_data_converter)
    with pytest.raises(TemporalAway):
        await make_dispatcher(client=nowhere).drain()
    assert await Inbox(pool).counts() == {"new": 5}
    assert await make_dispatcher().drain() == {"opened": 5}


async def test_fact_without_a_case_waits_and_then_is_quarantined(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """A fact waits for its case for the set time, and then lies in quarantine with its body and what to do."""
    event = fact("customer_replied", id="lost", subject="demo/unknown-1")
    await put(pool, event)
    assert await make_dispatcher(first_wait_seconds=60).drain() == {"waiting": 1}
    await later(pool)
    assert await make_dispatcher(fact_waits_hours=0).drain() == {"quarantined": 1}
    (entry,) = await Quarantine(pool).entries()
    assert entry["problems"][0]["code"] == "no_case"
    assert (entry["source"], entry["event_id"]) == (event.source, event.id)
    assert await Inbox(pool).counts() == {"quarantined": 1}


async def test_ordinary_news_of_parcels_without_a_case_fill_no_quarantine(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """Couriers push news of every parcel; what no case is about ends as done, for nobody needs to look at it."""
    await put(pool, fact("parcel_update", id="1", waybill="YT777", state="in_transit"))
    assert await make_dispatcher(fact_waits_hours=0).drain() == {"news_of_no_case": 1}


async def test_news_of_a_parcel_goes_to_every_open_case_about_it(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """One order can have several cases (R-N1): a push that names the parcel is told to each open one."""
    await put(pool, request(), request(kind="refund_only", id="second"))
    dispatcher = make_dispatcher()
    await dispatcher.drain()
    await put(pool, fact("parcel_update", id="t", waybill=f"YT{ORDER}", state="returned"))
    await dispatcher.drain()
    for kind in ("return_refund", "refund_only"):
        assert [name for name, _ in await heard(shop_client, f"{ORDER}-{kind}")] == ["parcel_update"]


async def test_number_that_two_shops_use_needs_the_shop(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """A fact that fits cases of two shops goes to neither; the quarantine says to name the shop."""
    await put(pool, request(), request(shop="other", id="other"))
    await until_quiet(pool, make_dispatcher())
    await put(pool, fact("customer_replied", id="f", case_no=CASE))
    await until_quiet(pool, make_dispatcher())
    (entry,) = await Quarantine(pool).entries()
    assert entry["problems"][0]["code"] == "ambiguous_case"


async def test_flood_to_one_case_is_paced_and_others_go_on(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher
) -> None:
    """Of five hundred messages a case gets its share of the minute; the rest waits, and other cases are served."""
    dispatcher = make_dispatcher(signals_per_case_and_minute=20)
    flood = [fact("customer_replied", id=f"{n:03}", subject=f"demo/{CASE}", text_ref=f"{n:03}") for n in range(500)]
    await put(pool, request(), *flood, request("2026030100002"))
    notes = await until_quiet(pool, dispatcher)
    assert notes["opened"] == 2
    told = [message["text_ref"] for _, message in await heard(shop_client)]
    assert told == [f"{n:03}" for n in range(19)]
    assert (await Inbox(pool).counts())["waiting"] == 481


async def test_row_that_no_longer_reads_is_quarantined(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """A row that an older version had accepted and this one cannot read is kept with what is wrong and where."""
    await put(pool, request())
    await pool.execute('UPDATE inbox SET raw = \'{"specversion": "1.0"}\'')
    assert await make_dispatcher().drain() == {"quarantined": 1}
    (entry,) = await Quarantine(pool).entries()
    assert {problem["where"] for problem in entry["problems"]} == {"id", "source", "type"}


async def test_a_row_that_trips_over_a_defect_stops_nobody(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """One row that PostgreSQL refuses waits by itself; the others are handed over."""
    await put(pool, request(), request("2026030100002"))
    await pool.execute("ALTER TABLE orders ADD CONSTRAINT no_such_order CHECK (order_no <> '2026030100002')")
    assert await make_dispatcher(first_wait_seconds=60).drain() == {"opened": 1, "waiting": 1}
    assert await pool.fetchval("SELECT note FROM inbox WHERE status = 'waiting'") == "defect"


async def test_running_dispatcher_hears_the_door(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, database: str
) -> None:
    """With a poll of a minute, a request that comes in is a case long before: the door rings."""
    async with running(make_dispatcher(poll_seconds=60), database):
        await asyncio.sleep(0.3)
        await put(pool, request())
        for _ in range(1500):
            if (await Inbox(pool).counts()).get("done"):
                break
            await asyncio.sleep(0.02)
    assert await Inbox(pool).counts() == {"done": 1}

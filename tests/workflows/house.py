"""The whole installation in one place, for cases that live through simulated days.

Real are PostgreSQL, Temporal, the partners' wires, the signed door, the inbox, the dispatcher and the worker. The
partners are the simulator, whose personas each test sets for its own case; time passes as `local.days` says.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import asyncpg
import httpx2
import uvicorn
from fastapi import FastAPI
from temporalio.client import Client

import settings
import worker
from domain import rulebook_file
from domain.calendar import CalendarStatus, CalendarYear
from domain.calendar_file import default, write_notice
from domain.events import PREFIX, CloudEvent
from domain.journal import OF_CASES
from domain.messages.facts import AMONG_CASES
from domain.vocabulary import CaseType
from domain.webhook_signature import SigningKeys
from gateways.signed_json import PartnerWire, partner_client
from gateways.standard_webhooks import SignedExchange
from local.child import free_port
from local.days import Days
from local.staff import Act, Staff
from starter.dispatcher import Dispatcher
from starter.door import OF_A_CASE, arrival
from starter.envelope import STRUCTURED
from starter.http_door import HttpDoor
from starter.intake_settings import IntakeSettings
from store.inbox import Inbox
from store.pool import open_pool
from store.rulebook_archive import RulebookArchive
from store.working_time import CalendarWorkingTime
from tests.gateways.partners import DOOR_SECRET, SECRET, start_simulator, stop_simulator
from tests.workflows.lived_case import LivedCase

SHOP = "house"
_TABLES = {
    "customer": "customers", "courier": "couriers", "warehouse": "warehouses", "repairer": "repairers",
    "provider": "refunds",
}  # fmt: skip


class Nobody(Staff):
    """Tests act themselves."""

    async def act(self, case: str, shown: Mapping[str, Any]) -> Act | None:
        """Nothing."""
        return None


@dataclass
class House:
    """The running installation. `events` posts to its signed door, `control` steers the simulated partners."""

    client: Client
    days: Days
    dsn: str
    pool: asyncpg.Pool
    dispatcher: Dispatcher
    events: httpx2.AsyncClient
    control: httpx2.AsyncClient
    calendar: CalendarWorkingTime
    calendar_folder: Path
    _numbers: itertools.count[int]
    _handing_over: asyncio.Lock

    async def open(
        self,
        case_type: CaseType | str,
        *,
        order: Mapping[str, Any] | None = None,
        local_hour: int = 11,
        same_customer_as: LivedCase | None = None,
        customer: Mapping[str, Any] | None = None,
        courier: Mapping[str, Any] | None = None,
        warehouse: Mapping[str, Any] | None = None,
        repairer: Mapping[str, Any] | None = None,
        provider: Mapping[str, Any] | None = None,
        fault: Mapping[str, Any] | str | None = None,
        **request: Any,
    ) -> LivedCase:
        """A new case of an invented customer, from an order event at the door.

        It begins on a Monday at `local_hour` of the customer's wall clock. The partners behave by default but for the
        fields given (docs/simulator.md). `order` and `request` change single fields of the event; an instant may be
        given as a timedelta before (negative) or after the beginning. `fault` goes wrong once from the beginning on;
        as a word it is whose fault the request says it is.
        """
        number = next(self._numbers)
        now = MONDAY + timedelta(hours=local_hour)
        order_no = f"T{number:04d}"
        ordered = {
            "order_no": order_no,
            "customer_ref": same_customer_as.customer_ref if same_customer_as else f"c-{number}",
            "paid": 4500,
            "lines": [{"sku": f"CUP-{number}", "quantity": 1, "price": 4500}],
            "courier": "yto",
            "waybill": f"YT{number:08d}",
            "signed_at": timedelta(days=-2),
            "shipped_at": timedelta(days=-4),
        } | dict(order or {})
        asked = {
            "shop": SHOP,
            "case_type": str(case_type),
            "order": ordered,
            "reason": "no_reason",
            "requested_at": now,
            "person": {"name": "测试顾客", "phone": "10000000000", "address": "示例市虚构路1号"},
        } | request
        if isinstance(fault, str):
            asked["fault"], fault = fault, None
        body = _wire(asked, now)
        names = {
            "customer": ordered["customer_ref"],
            "courier": ordered["waybill"] or order_no,
            "warehouse": order_no,
            "repairer": order_no,
            "provider": order_no,
        }
        personas: dict[str, dict[str, Any]] = {
            _TABLES[kind]: {names[kind]: dict(fields)}
            for kind, fields in (
                ("customer", customer), ("courier", courier), ("warehouse", warehouse), ("repairer", repairer),
                ("provider", provider),
            )
            if fields is not None
        }  # fmt: skip
        if "couriers" in personas:  # parcels that the warehouse sends are found by the order
            personas["couriers"][order_no] = dict(courier or {})
        if personas:
            answer = await self.control.post("/control/personas", json=personas)
            assert answer.status_code == 200, answer.text
        case_no = str(body.get("request_id") or f"{order_no}-{case_type}")
        case = LivedCase(self, SHOP, case_no, str(ordered["order_no"]), str(ordered["customer_ref"]), now)
        case.request = body
        if fault is not None:
            await self.fault(case, **fault)
        await self.tell("aftersales.request", f"req-{number}", now, body)
        await case.rest()
        return case

    async def receive(self, waybill: str, *skus: str, days: float = 3, **told: Any) -> LivedCase:
        """The warehouse books a parcel in by a number that nobody knows. The answer is the case that it opens."""
        at = MONDAY + timedelta(days=days, hours=11)
        fact = {"shop": SHOP, "waybill": waybill, "lines": [{"sku": sku, "quantity": 1} for sku in skus], **told}
        number = next(self._numbers)
        id = f"unknown-{number}"
        line = {"sku": "CUP", "quantity": 1, "price": {"minor": 100}}
        order = {"order_no": f"before-{number}", "customer_ref": "c-before", "paid": {"minor": 100}, "lines": [line]}
        await self.tell("aftersales.order", f"before-{number}", at, {"shop": SHOP, "order": order})  # it has customers
        await self.tell("aftersales.return_received", id, at, fact)
        case = LivedCase(self, SHOP, f"unidentified-{waybill}", f"unidentified-{waybill}", "nobody", at)
        await self.settled(id)
        await case.rest()
        return case

    async def settled(self, id: str) -> None:
        """An event that is looked at twice before it opens a case is done with."""
        while not await self.pool.fetchval("SELECT status = 'done' FROM inbox WHERE id = $1", id):
            await asyncio.sleep(0.02)
            await self.hand_over()

    async def beside(self, first: LivedCase, case_type: CaseType | str, **request: Any) -> LivedCase:
        """Another case of the same customer about the same order, under a number of its own."""
        own = {"request_id": f"beside-{next(self._numbers)}", "order": first.request["order"]}
        return await self.open(case_type, same_customer_as=first, **own | request)

    async def tell(self, kind: str, id: str, at: datetime, data: Mapping[str, Any], subject: str = "") -> None:
        """Post a signed event to the door and have it handed over."""
        event = {"specversion": "1.0", "id": id, "source": "tests", "type": kind, "time": at.isoformat(), "data": data}
        if kind.removeprefix(PREFIX) in AMONG_CASES:  # which no door takes
            said = CloudEvent.model_validate({**event, "source": OF_CASES, "subject": subject})
            await Inbox(self.pool).put([arrival(said, OF_A_CASE)])
            await self.hand_over()
            return
        raw = json.dumps(event | ({"subject": subject} if subject else {})).encode()
        headers = {"content-type": STRUCTURED, **SignedExchange(SigningKeys.parse(DOOR_SECRET)).request(raw, id)}
        answer = await self.events.post("/events", content=raw, headers=headers)
        assert answer.status_code == 202, answer.text
        await self.hand_over()

    async def repeat(self, case: LivedCase) -> str:
        """The case's request comes again as another event. The answer is what the dispatcher made of it."""
        id = f"req-{next(self._numbers)}"
        await self.tell("aftersales.request", id, (await case.rest()).at, case.request)
        return str(await self.pool.fetchval("SELECT note FROM inbox WHERE id = $1", id))

    async def hand_over(self) -> None:
        """Everything that the door has taken reaches its case."""
        async with self._handing_over:
            await self.dispatcher.drain()

    async def fault(self, case: LivedCase, kind: str, **which: Any) -> None:
        """Let something go wrong once for a case (docs/simulator.md)."""
        fault = {"kind": kind, "shop": case.shop, "case_no": case.case_no, **which}
        answer = await self.control.post("/control/faults", json={"faults": [fault]})
        assert answer.status_code == 200, answer.text

    async def keep(self, changes: str) -> str:
        """Put a rulebook with these changes into the archive. The answer is its version, `name@digest`."""
        rules = rulebook_file.load(changes).rules()
        await RulebookArchive(self.pool).keep(rules, changes)
        return f"{rules.name}@{rules.digest[:12]}"

    def announce(self, *notices: CalendarYear) -> None:
        """Official notices come: they lie in the calendar folder from now on."""
        for notice in notices:
            (self.calendar_folder / f"cn-{notice.year}.json").write_text(write_notice(notice), encoding="utf-8")

    async def due(self, start: datetime, length: int, unit: str) -> datetime:
        """When so much working time from `start` is over, by the shop's calendar."""
        return await self.calendar.due(SHOP, start, length, unit)


def _monday() -> datetime:
    """Midnight in China of the first Monday of a March to come: four weeks without public holidays follow."""
    china = timezone(timedelta(hours=8))
    today = datetime.now(china)
    march = datetime(today.year + (today.month > 1), 3, 1, tzinfo=china)
    return (march + timedelta(days=-march.weekday() % 7)).astimezone(UTC)


def _wire(value: Any, now: datetime, field: str = "") -> Any:
    """As it stands in the event: instants as text, sums as money."""
    if isinstance(value, Mapping):
        return {name: _wire(inner, now, name) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_wire(inner, now) for inner in value]
    if isinstance(value, timedelta):
        return (now + value).isoformat()
    if isinstance(value, datetime):
        return value.isoformat()
    if field in ("paid", "price", "freight", "amount") and isinstance(value, int):
        return {"minor": value}
    return value


MONDAY = _monday()


def invented_notices() -> tuple[CalendarYear, CalendarYear]:
    """Notices for the year in which cases begin, as it was computed, and for the next one.

    In the next one, the shop works on the first two week-ends, and the Spring Festival takes all of February.
    """
    year = (MONDAY + timedelta(days=1)).year
    days = [date(year + 1, 1, 1) + timedelta(days=n) for n in range(59)]
    weekends = [day for day in days[1:] if day.isoweekday() > 5][:4]
    february = frozenset(day for day in days if day.month == 2) | {days[0]}
    begun = default().year(year).model_copy(update={"status": CalendarStatus.OFFICIAL, "source": "invented"})
    return begun, CalendarYear(
        year=year + 1, status=CalendarStatus.OFFICIAL, source="invented", off=february, work=frozenset(weekends)
    )


@asynccontextmanager
async def standing(client: Client, dsn: str) -> AsyncIterator[House]:
    """The house over a Temporal namespace of its own and a migrated database of its own."""
    async with AsyncExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftersales-house-"))
        pool = await stack.enter_async_context(await open_pool(dsn, max_size=20))
        own = httpx2.AsyncClient(base_url=f"http://127.0.0.1:{free_port()}", trust_env=False, timeout=30)
        events = await stack.enter_async_context(own)
        intake = IntakeSettings.read(signals_per_case_and_minute=1_000_000, first_wait_seconds=0.01)
        app = FastAPI()
        HttpDoor(pool, SigningKeys.parse(DOOR_SECRET), intake).attach(app)
        await stack.enter_async_context(_serving(app, events.base_url.port or 0))
        process, url = await start_simulator(
            "--ledger", str(Path(scratch) / "ledger.db"), "--door", str(events.base_url).rstrip("/"),
            "--secret", SECRET, "--door-secret", DOOR_SECRET,
        )  # fmt: skip
        stack.push_async_callback(stop_simulator, process)
        control = await stack.enter_async_context(httpx2.AsyncClient(base_url=url, trust_env=False, timeout=30))
        http = await stack.enter_async_context(partner_client())
        keys = SigningKeys.parse(SECRET)
        wires = {name: PartnerWire(http, url, keys) for name in settings.PARTNERS}
        calendar_folder = Path(scratch) / "calendar"
        calendar_folder.mkdir()
        calendar = CalendarWorkingTime.from_folder(calendar_folder)
        await stack.enter_async_context(worker.worker_over(client, worker.activities_over(pool, wires, calendar)))

        async def taken(_: Sequence[Mapping[str, Any]]) -> bool:
            await house.hand_over()
            return True

        rules = (rulebook_file.default().rules(), rulebook_file.default_text())
        days = Days(client, url, staff=Nobody(), taken=taken)
        dispatcher = Dispatcher(days.client, pool, lambda: rules, intake, trust_event_time=True)
        house = House(
            client=client,
            days=days,
            dsn=dsn,
            pool=pool,
            dispatcher=dispatcher,
            events=events,
            control=control,
            calendar=calendar,
            calendar_folder=calendar_folder,
            _numbers=itertools.count(1),
            _handing_over=asyncio.Lock(),
        )
        yield house


@asynccontextmanager
async def _serving(app: FastAPI, port: int) -> AsyncIterator[None]:
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None, lifespan="off"))
    task = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110  uvicorn tells it by this flag alone
        await asyncio.sleep(0.01)
    try:
        yield
    finally:
        server.should_exit = True
        await task

"""Cases by the clock on the wall, with a worker that can be stopped and started: for races, outages and floods.

Real are PostgreSQL, Temporal, the partner simulator and the worker. Deadlines are short because the case's own rules
say so (`clocks`, in seconds); nothing skips time unless a test asks for it.
"""

from __future__ import annotations

import asyncio
import itertools
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import Any

import asyncpg
from temporalio.api.common.v1 import Payload
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.service import RPCError, RPCStatusCode
from temporalio.worker import Worker

import settings
import worker
from domain import rulebook_file
from domain.events import CUSTOMS, CaseStart, Request
from domain.identity import TASK_QUEUE
from domain.money import Money
from domain.order import Order, OrderLine
from domain.rules import Rules, Unit
from domain.vocabulary import CaseType, ReasonCode
from domain.webhook_signature import SigningKeys
from gateways.signed_json import PartnerWire, partner_client
from local.temporal_server import TemporalServer
from store.openings import Openings
from store.pool import open_pool
from store.working_time import CalendarWorkingTime
from tests.gateways.partners import DOOR_SECRET, SECRET, start_simulator, stop_simulator
from tests.namespace import own_namespace

SHOP = "workshop"
PATIENCE = 60.0  # seconds
_numbers = itertools.count(1)


@dataclass
class Entry:
    """A line of the journal in PostgreSQL."""

    event: str
    actor: str
    rule: str
    data: dict[str, Any]


@dataclass
class Bench:
    """One case on the bench."""

    workshop: Workshop
    request: Request
    handle: WorkflowHandle[Any, Any]

    async def shown(self) -> dict[str, Any]:
        """What the case explains of itself; empty while its run has not begun."""
        try:
            told: dict[str, Any] = await self.handle.query("explain")
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
            return {}
        return told

    async def until(self, **wanted: Any) -> dict[str, Any]:
        """Wait until `explain` shows these values."""
        give_up = monotonic() + PATIENCE
        while monotonic() < give_up:
            told = await self.shown()
            if told and all(told[name] == value for name, value in wanted.items()):
                return told
            await asyncio.sleep(0.05)
        raise AssertionError(f"never {wanted}: {await self.shown()}")

    async def say(self, kind: str, *arguments: Any) -> None:
        """Send a signal: documents as they are, bytes as the payload's own."""
        raw = [RawValue(Payload(metadata={"encoding": b"json/plain"}, data=a)) if isinstance(a, bytes) else a
               for a in arguments]  # fmt: skip
        await self.handle.signal(kind, args=raw)

    async def journal(self, *events: str) -> list[Entry]:
        """The journal in PostgreSQL, oldest first: all of it, or these events."""
        rows = await self.workshop.pool.fetch(
            "SELECT event, actor, rule, data FROM journal_entries WHERE shop = $1 AND case_no = $2 ORDER BY number",
            SHOP,
            self.request.case_no,
        )
        return [Entry(**dict(row)) for row in rows if not events or row["event"] in events]

    async def journalled(self, enough: Callable[[list[Entry]], bool], *events: str) -> list[Entry]:
        """Wait until the journal holds enough of these events."""
        give_up = monotonic() + PATIENCE
        while monotonic() < give_up:
            found = await self.journal(*events)
            if enough(found):
                return found
            await asyncio.sleep(0.05)
        raise AssertionError(f"the journal holds only {[entry.event for entry in await self.journal()]}")

    async def runs(self) -> int:
        """How many runs the case took so far."""
        return len([one async for one in self.workshop.client.list_workflows(f'WorkflowId = "{self.handle.id}"')])

    async def history(self) -> list[Any]:
        """Events of the present run."""
        return [event async for event in self.handle.fetch_history_events()]


@dataclass
class Workshop:
    """The installation."""

    client: Client
    address: str
    pool: asyncpg.Pool
    simulator: str
    activities: list[Any]
    _worker: Worker | None = field(default=None)
    _working: asyncio.Task[None] | None = field(default=None)

    def start_worker(self) -> None:
        """Let a worker work."""
        self._worker = worker.worker_over(self.client, self.activities)
        self._working = asyncio.create_task(self._worker.run())

    async def stop_worker(self) -> None:
        """Stop it; safe to call twice."""
        if self._worker is not None and self._working is not None:
            await self._worker.shutdown()
            await self._working
            self._worker = self._working = None

    async def begin(
        self,
        case_type: CaseType,
        *,
        clocks: Mapping[str, int] | None = None,
        paid: int = 4500,
        by: Client | None = None,
        anew_after: int = 0,
        rules: Rules | None = None,
        **request: Any,
    ) -> Bench:
        """A new case of an invented customer, whose named clocks have these lengths in seconds.

        `anew_after`: the length of a run after which a new one goes on, its default where 0.
        """
        now, number = datetime.now(UTC), next(_numbers)
        order = Order(
            order_no=f"W{number:04}",
            customer_ref=f"c-{number}",
            paid=Money(minor=paid),
            lines=(OrderLine(sku="CUP", quantity=1, price=Money(minor=paid)),),
            courier="yto",
            waybill=f"YT{number:08}",
            signed_at=now - timedelta(days=2),
        )
        fields = {
            "shop": SHOP, "case_type": case_type, "order": order, "reason": ReasonCode.NO_REASON, "requested_at": now,
        } | request  # fmt: skip
        asked = Request(**fields)
        rules = with_clocks(rules or rulebook_file.default().rules(), clocks or {})
        await Openings(self.pool).open(asked, rules, rulebook_file.default_text(), now)
        start = CaseStart(request=asked, rules=rules, opened_at=now, customs=CUSTOMS)
        if anew_after:
            start = start.model_copy(update={"continue_after_events": anew_after})
        handle = await (by or self.client).start_workflow("Case", start, id=asked.workflow_id, task_queue=TASK_QUEUE)
        return Bench(self, asked, self.client.get_workflow_handle(handle.id))


def with_clocks(rules: Rules, seconds: Mapping[str, int]) -> Rules:
    """Rules whose named clocks have these lengths and give no warnings."""
    short = {
        id: rules.clocks[id].model_copy(update={"length": length, "unit": Unit.SECONDS, "warn_percent": ()})
        for id, length in seconds.items()
    }
    return rules.model_copy(update={"clocks": {**rules.clocks, **short}})


@asynccontextmanager
async def opened(
    temporal: TemporalServer, namespace: str, dsn: str, calendar: Path | None = None
) -> AsyncIterator[Workshop]:
    """A workshop over a namespace of its own and a migrated database, its worker at work with a calendar folder."""
    await own_namespace(temporal, namespace)
    client = await Client.connect(temporal.address, namespace=namespace, plugins=[worker.plugin()])
    async with AsyncExitStack() as stack:
        scratch = stack.enter_context(tempfile.TemporaryDirectory(prefix="aftersales-workshop-"))
        pool = await stack.enter_async_context(await open_pool(dsn, max_size=20))
        process, url = await start_simulator(
            *("--ledger", str(Path(scratch) / "ledger.db"), "--door", "http://127.0.0.1:9"),
            *("--secret", SECRET, "--door-secret", DOOR_SECRET),
        )
        stack.push_async_callback(stop_simulator, process)
        http = await stack.enter_async_context(partner_client())
        keys = SigningKeys.parse(SECRET)
        wires = {name: PartnerWire(http, url, keys) for name in settings.PARTNERS}
        activities = worker.activities_over(pool, wires, CalendarWorkingTime.from_folder(calendar))
        workshop = Workshop(client, temporal.address, pool, url, activities)
        stack.push_async_callback(workshop.stop_worker)
        workshop.start_worker()
        yield workshop

"""A worker that is killed at any step of a refund pays exactly once: the next one finishes what it finds.

All steps live side by side, each with workers of its own: Temporal learns of a worker's death by the call's time-out,
which is waited for once.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg
import httpx2
import pytest
import pytest_asyncio
from temporalio.client import Client

import settings
import worker
from domain import rulebook_file
from domain.events import CUSTOMS, CaseStart, Request
from domain.identity import TASK_QUEUE
from domain.money import Money
from domain.order import Order, OrderLine
from domain.vocabulary import CaseType, ReasonCode
from local.temporal_server import TemporalServer
from store.openings import Openings
from store.pool import open_pool
from tests.gateways.partners import DOOR_SECRET, SECRET, start_simulator, stop_simulator
from tests.killed_worker import AFTER_SEND, STEPS
from tests.namespace import own_namespace

PAID = 4500


@dataclass
class Place:
    """What the workers of this file share."""

    temporal: TemporalServer
    dsn: str
    pool: asyncpg.Pool
    simulator: str
    control: httpx2.AsyncClient

    async def worker(self, namespace: str, *step: str) -> asyncio.subprocess.Process:
        """A worker process that dies at the step, or a sound one."""
        own = {f"AFTERSALES_{name}_URL": self.simulator for name in map(str.upper, settings.PARTNERS)}
        own |= {f"AFTERSALES_{name}_SECRET": SECRET for name in map(str.upper, settings.PARTNERS)}
        own |= {"AFTERSALES_DATABASE_DSN": self.dsn, "TEMPORAL_NAMESPACE": namespace}
        others = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL"))}
        return await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.killed_worker", *step),
            env={**others, **own, "TEMPORAL_ADDRESS": self.temporal.address},
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )


@pytest_asyncio.fixture(scope="module")
async def place(temporal: TemporalServer, module_database: str, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Servers, store and simulator."""
    process, url = await start_simulator(
        *("--ledger", str(tmp_path_factory.mktemp("killed") / "ledger.db"), "--door", "http://127.0.0.1:9"),
        *("--secret", SECRET, "--door-secret", DOOR_SECRET),
    )
    async with await open_pool(module_database) as pool, httpx2.AsyncClient(base_url=url, trust_env=False) as control:
        yield Place(temporal, module_database, pool, url, control)
    await stop_simulator(process)


async def refund_with_a_death(place: Place, step: str) -> None:
    """One refund whose first worker dies at the step."""
    namespace = f"killed-{step.replace('_', '-')}"
    await own_namespace(place.temporal, namespace)
    client = await Client.connect(place.temporal.address, namespace=namespace, plugins=[worker.plugin()])
    if step == AFTER_SEND:
        late = {"kind": "slow", "partner": "refunds", "operation": "pay", "order_no": step, "seconds": 20}
        assert (await place.control.post("/control/faults", json={"faults": [late]})).status_code == 200
    now = datetime.now(UTC)
    request = Request(
        shop="demo",
        case_type=CaseType.REFUND_ONLY,
        order=Order(
            order_no=step,
            customer_ref=f"c-{step}",
            paid=Money(minor=PAID),
            lines=(OrderLine(sku="CUP", quantity=1, price=Money(minor=PAID)),),
            shipped_at=now,
        ),
        reason=ReasonCode.NO_REASON,
        requested_at=now,
    )
    rules = rulebook_file.default().rules()
    await Openings(place.pool).open(request, rules, rulebook_file.default_text(), now)
    start = CaseStart(request=request, rules=rules, opened_at=now, customs=CUSTOMS)
    handle = await client.start_workflow("Case", start, id=request.workflow_id, task_queue=TASK_QUEUE)
    mortal = await place.worker(namespace, step)
    assert await mortal.wait() == -signal.SIGKILL
    sound = await place.worker(namespace)
    try:
        async with asyncio.timeout(100):
            while (await handle.query("explain"))["stage"] != "confirm":  # noqa: ASYNC110  only the case itself knows
                await asyncio.sleep(0.5)
    finally:
        sound.terminate()
        await sound.wait()


@pytest_asyncio.fixture(scope="module")
async def deaths(place: Place) -> AsyncIterator[dict[str, asyncio.Task[None]]]:
    """All of them, begun at once."""
    tasks = {step: asyncio.create_task(refund_with_a_death(place, step)) for step in STEPS}
    yield tasks
    for task in tasks.values():
        task.cancel()
    await asyncio.gather(*tasks.values(), return_exceptions=True)


@pytest.mark.parametrize("step", STEPS)
async def test_a_worker_killed_at_any_step_pays_exactly_once(
    place: Place, deaths: dict[str, asyncio.Task[None]], step: str
) -> None:
    """kill -9 around every arrow of the refund: the customer has his money once, and our ledger says so."""
    await deaths[step]
    effects = (await place.control.get("/ledger", params={"order_no": step})).json()["effects"]
    assert [one["data"]["amount_minor"] for one in effects if one["effect"] == "payment"] == [PAID]
    rows = await place.pool.fetch("SELECT status, amount_minor FROM refunds WHERE order_no = $1", step)
    assert [tuple(row) for row in rows] == [("done", PAID)]
    entries = await place.pool.fetch(
        "SELECT event FROM journal_entries WHERE case_no = $1 AND event LIKE 'refund_done'", f"{step}-refund_only"
    )
    assert len(entries) == 1

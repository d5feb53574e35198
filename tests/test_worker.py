"""The worker as a process: what it registers, how it begins and how it ends."""

from __future__ import annotations

import ast
import asyncio
import importlib
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
import pytest_asyncio
from temporalio.activity import _Definition
from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import UnintentionalPassthroughError

import settings
import worker
from domain.vocabulary import CaseType
from gateways.signed_json import PartnerWire, partner_client
from local.child import free_port
from local.temporal_server import TemporalServer
from store.pool import open_pool
from store.working_time import CalendarWorkingTime
from tests.gateways.partners import SECRET
from tests.workflows.workshop import Workshop, opened

ROOT = Path(worker.__file__).parent
PAID = re.compile(
    r'^temporal_activity_execution_latency_count{activity_type="issue_refund",[^}]*} (\d+)$', re.MULTILINE
)
STRAY = """
import asyncpg
from temporalio import workflow

@workflow.defn
class Stray:
    @workflow.run
    async def run(self) -> str:
        return asyncpg.__version__
"""


def environment(**own: str) -> dict[str, str]:
    """This process's environment without what could reach other installations."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL"))}
    return {**others, "AFTERSALES_LANG": "en", **own}


async def started(own: dict[str, str], folder: Path) -> asyncio.subprocess.Process:
    """`python worker.py` in an empty folder."""
    return await asyncio.create_subprocess_exec(
        *(sys.executable, str(ROOT / "worker.py")),
        env=own,
        cwd=folder,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )


@pytest_asyncio.fixture(scope="module")
async def workshop(temporal: TemporalServer, module_database: str) -> AsyncIterator[tuple[Workshop, str]]:
    """An installation whose own worker does not work."""
    async with opened(temporal, "worker-process", module_database) as workshop:
        await workshop.stop_worker()
        yield workshop, module_database


def settings_at(place: Workshop, dsn: str, folder: Path, **own: str) -> dict[str, str]:
    """The environment of a worker process of that installation."""
    partners = {f"AFTERSALES_{name}_URL": place.simulator for name in map(str.upper, settings.PARTNERS)}
    secrets = {name.replace("URL", "SECRET"): SECRET for name in partners}
    return environment(
        **partners,
        **secrets,
        AFTERSALES_HOME=str(folder),
        AFTERSALES_DATABASE_DSN=dsn,
        TEMPORAL_ADDRESS=place.address,
        TEMPORAL_NAMESPACE="worker-process",
        **own,
    )


async def at_work(process: asyncio.subprocess.Process) -> None:
    """Wait until a worker process takes tasks."""
    assert process.stdout is not None
    async with asyncio.timeout(60):
        while line := await process.stdout.readline():
            if b"worker_started" in line:
                return
    raise AssertionError("the worker ended before it began")


async def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_begun(
    workshop: tuple[Workshop, str], tmp_path: Path
) -> None:
    """SIGTERM in the middle of a payment: the answer is waited for and settled, at the first attempt; then it ends."""
    place, dsn = workshop
    late = {"kind": "slow", "partner": "refunds", "operation": "pay", "seconds": 3}
    async with partner_client() as http:
        answer = await http.post(f"{place.simulator}/control/faults", json={"faults": [late]})
        assert answer.status_code == 200
    process = await started(settings_at(place, dsn, tmp_path), tmp_path)
    case = (await place.begin(CaseType.REFUND_ONLY)).request.case_no
    async with asyncio.timeout(60):
        while await place.pool.fetchval("SELECT count(*) FROM refunds WHERE status = 'submitted'") != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 0, said.decode()
    rows = await place.pool.fetch("SELECT status, attempts FROM refunds WHERE case_no = $1", case)
    assert [tuple(row) for row in rows] == [("done", 1)]
    assert "worker_stopped" in said.decode()


async def test_two_workers_share_the_cases_and_pay_each_once(workshop: tuple[Workshop, str], tmp_path: Path) -> None:
    """Past one machine it is more processes on one queue: both work, each case is paid once, each shows its metrics."""
    place, dsn = workshop
    ports = [free_port(), free_port()]
    bind = [settings_at(place, dsn, tmp_path, AFTERSALES_METRICS_BIND=f"127.0.0.1:{port}") for port in ports]
    processes = await asyncio.gather(*(started(own, tmp_path) for own in bind))
    try:
        await asyncio.gather(*(at_work(process) for process in processes))
        cases = await asyncio.gather(*(place.begin(CaseType.REFUND_ONLY) for _ in range(8)))
        await asyncio.gather(*(case.until(waiting_for="confirmation", refunded_minor=4500) for case in cases))
        async with httpx2.AsyncClient(trust_env=False, timeout=10) as http:
            told = await asyncio.gather(*(http.get(f"http://127.0.0.1:{port}/metrics") for port in ports))
            for case in cases:
                order = {"order_no": case.request.order.order_no}
                effects = (await http.get(f"{place.simulator}/ledger", params=order)).json()["effects"]
                assert [one["data"]["amount_minor"] for one in effects if one["effect"] == "payment"] == [4500]
    finally:
        for process in processes:
            process.terminate()
        await asyncio.gather(*(asyncio.wait_for(process.communicate(), 60) for process in processes))
    assert [process.returncode for process in processes] == [0, 0]
    assert [answer.status_code for answer in told] == [200, 200]
    paid = [sum(map(int, PAID.findall(answer.text))) for answer in told]
    assert min(paid) > 0, f"one of them stood idle: {paid}"


async def test_a_worker_without_settings_says_which_are_missing(tmp_path: Path) -> None:
    """It ends at once, with the variable's name and what belongs into it, and without a traceback."""
    process = await started(environment(AFTERSALES_HOME=str(tmp_path), TEMPORAL_ADDRESS="127.0.0.1:9"), tmp_path)
    said, _ = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 1
    assert said.decode().startswith("AFTERSALES_DATABASE_DSN: is not set; for example postgresql://")


async def test_every_activity_that_a_workflow_asks_for_is_registered(database: str) -> None:
    """A name that the worker does not know would be asked for again and again, and the case would stand still."""
    asked = set()
    for file in (ROOT / "workflows").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Attribute(value=ast.Name(id=holder), attr=name) if holder.endswith("Activities"):
                    asked.add(name)
    async with await open_pool(database) as pool, partner_client() as http:
        keys: Any = settings.SigningKeys.parse(SECRET)
        wires = {name: PartnerWire(http, "http://127.0.0.1:9", keys) for name in settings.PARTNERS}
        activities = worker.activities_over(pool, wires, CalendarWorkingTime.from_folder(None))
    registered = {_Definition.must_from_callable(one).name for one in activities}
    assert asked
    assert asked <= registered


async def test_a_case_that_would_reach_for_the_store_is_refused_when_the_worker_is_built(
    temporal: TemporalServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A workflow whose module imports the database's driver never takes a task: the error names the driver."""
    (tmp_path / "stray_case.py").write_text(STRAY, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    stray = importlib.import_module("stray_case").Stray
    client = await Client.connect(temporal.address, plugins=[worker.plugin()])
    with pytest.raises(RuntimeError) as refused:
        Worker(client, task_queue="stray", workflows=[stray])
    assert isinstance(refused.value.__cause__, UnintentionalPassthroughError)
    assert "asyncpg" in str(refused.value.__cause__)


@pytest.mark.parametrize("module", ["asyncpg", "httpx2", "store.pool", "gateways.refunds", "settings"])
async def test_the_sandbox_stays_shut_for_what_a_case_may_not_touch(module: str) -> None:
    """Only pure values and names of activities pass into a case's code; store and wires do not."""
    (runner,) = [worker.plugin().workflow_runner]
    passed = runner.restrictions.passthrough_modules  # type: ignore[union-attr]
    assert not any(module == one or module.startswith(f"{one}.") for one in passed)

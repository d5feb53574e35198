"""The worker as a process: what it registers, how it begins and how it ends."""

from __future__ import annotations

import ast
import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from temporalio.activity import _Definition

import settings
import worker
from domain.vocabulary import CaseType
from gateways.signed_json import PartnerWire, partner_client
from local.temporal_server import TemporalServer
from store.pool import open_pool
from store.working_time import CalendarWorkingTime
from tests.gateways.partners import SECRET
from tests.workflows.workshop import Workshop, opened

ROOT = Path(worker.__file__).parent


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


@pytest_asyncio.fixture
async def workshop(temporal: TemporalServer, database: str) -> AsyncIterator[tuple[Workshop, str]]:
    """An installation whose own worker does not work."""
    async with opened(temporal, "worker-process", database) as workshop:
        await workshop.stop_worker()
        yield workshop, database


async def test_a_worker_that_is_asked_to_stop_finishes_what_it_has_begun(
    workshop: tuple[Workshop, str], tmp_path: Path
) -> None:
    """SIGTERM in the middle of a payment: the answer is waited for and settled, at the first attempt; then it ends."""
    place, dsn = workshop
    partners = {f"AFTERSALES_{name}_URL": place.simulator for name in ("CONTACT", "COURIER", "WAREHOUSE", "REFUND")}
    secrets = {name.replace("URL", "SECRET"): SECRET for name in partners}
    own = environment(
        **partners,
        **secrets,
        AFTERSALES_HOME=str(tmp_path),
        AFTERSALES_DATABASE_DSN=dsn,
        TEMPORAL_ADDRESS=place.address,
        TEMPORAL_NAMESPACE="worker-process",
    )
    late = {"kind": "slow", "partner": "refunds", "operation": "pay", "seconds": 3}
    async with partner_client() as http:
        answer = await http.post(f"{place.simulator}/control/faults", json={"faults": [late]})
        assert answer.status_code == 200
    process = await started(own, tmp_path)
    await place.begin(CaseType.REFUND_ONLY)
    async with asyncio.timeout(30):
        while await place.pool.fetchval("SELECT count(*) FROM refunds WHERE status = 'submitted'") != 1:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGTERM)
    said, _ = await asyncio.wait_for(process.communicate(), 30)
    assert process.returncode == 0, said.decode()
    rows = await place.pool.fetch("SELECT status, attempts FROM refunds")
    assert [tuple(row) for row in rows] == [("done", 1)]
    assert "worker_stopped" in said.decode()


async def test_a_worker_without_settings_says_which_are_missing(tmp_path: Path) -> None:
    """It ends at once, with the variable's name and what belongs into it, and without a traceback."""
    process = await started(environment(AFTERSALES_HOME=str(tmp_path), TEMPORAL_ADDRESS="127.0.0.1:9"), tmp_path)
    said, _ = await asyncio.wait_for(process.communicate(), 30)
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


@pytest.mark.parametrize("module", ["asyncpg", "httpx2", "store.pool", "gateways.refunds", "settings"])
async def test_the_sandbox_stays_shut_for_what_a_case_may_not_touch(module: str) -> None:
    """Only pure values and names of activities pass into a case's code; store and wires do not."""
    (runner,) = [worker.plugin().workflow_runner]
    passed = runner.restrictions.passthrough_modules  # type: ignore[union-attr]
    assert not any(module == one or module.startswith(f"{one}.") for one in passed)

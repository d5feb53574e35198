"""`aftersales doctor` finds what is wrong on real servers and says how to mend it."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path

import asyncpg
import pytest
from temporalio import activity, workflow
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from commands import doctor
from commands.checkup_database import database as check_database
from commands.checkup_install import read_settings
from commands.checkup_partners import partners as check_partners
from commands.checkup_temporal import temporal as check_temporal
from commands.finding import Finding, Health
from domain import rulebook_file
from domain.identity import TASK_QUEUE, workflow_id
from local.child import free_port
from local.postgres import PostgresServer
from local.program import Program, accepts_connections
from local.temporal_server import TemporalServer
from settings import Settings
from starter.schedules import establish
from tests.namespace import own_namespace

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))
SECRET = "whsec_" + "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
OTHER = "whsec_" + "b3RoZXItb3RoZXItb3RoZXItb3RoZXItb3RoZXI="


@pytest.fixture(autouse=True)
def _bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the machine that runs the tests plays a part."""
    for name in list(os.environ):
        if name.startswith(("AFTERSALES_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AFTERSALES_HOME", str(tmp_path))
    monkeypatch.setenv("AFTERSALES_LANG", "en")


def by_check(findings: list[Finding]) -> dict[str, Finding]:
    """The findings by what they are about."""
    return {one.check: one for one in findings}


def test_the_help_names_the_daily_reconciliation() -> None:
    """Who reads the help learns that the check-up looks at it, as the guide to operation says."""
    (command,) = doctor.app.registered_commands
    assert any(words in (command.help or "") for words in ("每日对账", "daily reconciliation"))


async def test_a_sound_database_is_good_throughout(database: str) -> None:
    """A reachable, migrated and empty database needs nothing."""
    assert {one.health for one in await check_database(database)} == {Health.GOOD}


async def test_an_unmigrated_database_is_named_with_its_remedy(postgres: PostgresServer) -> None:
    """Before the first migration the check-up says so instead of failing over missing tables."""
    dsn = await postgres.create_database("never_migrated")
    found = by_check(await check_database(dsn))
    assert found["migrations"].health is Health.BAD
    assert "aftersales db migrate" in found["migrations"].remedy
    assert found["inbox"].health is Health.UNKNOWN
    await postgres.drop_database("never_migrated")


async def test_events_that_nobody_takes_and_events_that_nobody_can_read_are_found(database: str) -> None:
    """An hour-old event without a dispatcher is bad; a quarantined one wants somebody to look."""
    connection = await asyncpg.connect(database)
    await connection.execute(
        "INSERT INTO inbox (source, id, type, lane, door, raw, digest, received_at)"
        " VALUES ('shop', '1', 'request', 'lane', 'file', '', '', clock_timestamp() - interval '1 hour')"
    )
    await connection.execute(
        "INSERT INTO quarantine (origin, digest, door, raw, problems) VALUES ('a file', '', 'file', '', '[]')"
    )
    await connection.close()
    found = by_check(await check_database(database))
    assert found["inbox"].health is Health.BAD
    assert "1 h" in found["inbox"].found
    assert found["quarantine"].health is Health.DOUBTFUL
    assert "aftersales quarantine list" in found["quarantine"].remedy


async def test_a_wrong_password_and_a_silent_server_are_findings_not_tracebacks(postgres: PostgresServer) -> None:
    """Whatever keeps us from the database is told as one bad line, and what depends on it as unknown."""
    for dsn in (
        f"postgresql://aftersales:wrong@127.0.0.1:{postgres.port}/aftersales",
        f"postgresql://nobody@127.0.0.1:{free_port()}/aftersales",
    ):
        first, *others = await check_database(dsn)
        assert first.health is Health.BAD
        assert "wrong" not in first.found
        assert {one.health for one in others} == {Health.UNKNOWN}


@workflow.defn(name="StuckCase", sandboxed=False)
class StuckCase:
    """A case whose code has a fault."""

    @workflow.run
    async def run(self) -> None:
        """Fail the workflow task, as a fault of ours does: not the case."""
        raise ValueError("a fault of ours")


@activity.defn
async def nothing() -> None:
    """An activity, so that the worker polls for activities too."""


async def test_a_case_that_stands_still_on_a_fault_of_ours_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Temporal repeats a failing workflow task for ever in silence: the check-up names the case."""
    async with TemporalServer() as server:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
        found = by_check(await check_temporal())
        assert found["search attributes"].health is Health.GOOD
        assert found["worker"].health is Health.BAD
        assert found["stuck cases"].health is Health.GOOD
        client = await Client.connect(server.address)
        case = workflow_id("demo-shop", "A-1")
        async with Worker(
            client,
            task_queue=TASK_QUEUE,
            workflows=[StuckCase],
            activities=[nothing],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            await client.start_workflow(StuckCase.run, id=case, task_queue=TASK_QUEUE)
            async with asyncio.timeout(120):
                while (found := by_check(await check_temporal()))["stuck cases"].health is Health.GOOD:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
        assert found["stuck cases"].health is Health.BAD
        assert case in found["stuck cases"].found
        assert found["worker"].health is Health.GOOD


async def test_the_remedies_for_a_bare_temporal_mend_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a server of one's own, pasting the remedies makes the namespace and registers the search attributes."""
    async with TemporalServer() as server:
        monkeypatch.setenv("TEMPORAL_ADDRESS", server.address)
        monkeypatch.setenv("TEMPORAL_NAMESPACE", "shop")
        monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        for check in ("namespace", "search attributes"):
            async with asyncio.timeout(60):  # a namespace just made is not known everywhere at once
                while "temporal operator" not in (finding := by_check(await check_temporal())[check]).remedy:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
            assert finding.health is Health.BAD
            pasted = finding.remedy.removeprefix("Run `").removesuffix("`.")
            shell = await asyncio.create_subprocess_shell(pasted, stdout=asyncio.subprocess.DEVNULL)
            assert await shell.wait() == 0
            async with asyncio.timeout(60):  # the server's caches learn of it within seconds
                while by_check(await check_temporal())[check].health is not Health.GOOD:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)


async def test_an_unknown_namespace_comes_with_the_command_that_makes_it(
    temporal: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt or missing namespace is told as such."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "not-there")
    found = by_check(await check_temporal())
    assert found["namespace"].health is Health.BAD
    assert "namespace create --namespace not-there" in found["namespace"].remedy
    assert found["worker"].health is Health.UNKNOWN


async def test_an_agenda_that_nobody_draws_up_is_found(
    temporal: TemporalServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lists without a schedule, as in an older installation, are named; the door's start mends it; a pause shows."""
    await own_namespace(temporal, "doctor-agenda")
    monkeypatch.setenv("TEMPORAL_ADDRESS", temporal.address)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", "doctor-agenda")
    missing = by_check(await check_temporal())["agenda"]
    assert (missing.health, "agenda/weekly_report" in missing.found) == (Health.BAD, True)
    assert "python -m starter" in missing.remedy
    client = await Client.connect(temporal.address, namespace="doctor-agenda", data_converter=pydantic_data_converter)
    await establish(client, rulebook_file.default())
    assert by_check(await check_temporal())["agenda"].health is Health.GOOD
    await client.get_schedule_handle("agenda/aftercare").pause()
    assert by_check(await check_temporal())["agenda"].health is Health.DOUBTFUL


def test_what_a_partner_lacks_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """After an upgrade, the address and the secret of a partner who was not there before are asked for by name."""
    for partner in ("CONTACT", "COURIER", "WAREHOUSE", "REFUND"):
        monkeypatch.setenv(f"AFTERSALES_{partner}_URL", "https://partner.example")
        monkeypatch.setenv(f"AFTERSALES_{partner}_SECRET", SECRET)
    monkeypatch.setenv("AFTERSALES_REPAIR_URL", "https://repairer.example")
    _, found = read_settings()
    assert (found.health, "AFTERSALES_REPAIR_SECRET" in found.found) == (Health.DOUBTFUL, True)
    assert "AFTERSALES_REPAIR_URL" not in found.found


def test_a_return_address_that_no_message_holds_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """R-RET-ADDR: customers would be told half of it: the check-up says by how many characters it is too long."""
    monkeypatch.setenv("AFTERSALES_RETURN_ADDRESS", "仓" * 40)
    _, found = read_settings()
    assert (found.health, "AFTERSALES_RETURN_ADDRESS: is 6 characters too long" in found.found) == (Health.BAD, True)


async def test_partners_are_proven_by_their_signature(tmp_path: Path) -> None:
    """A partner that answers is good; one whose secret differs from ours, or who is not there, is not."""
    port = free_port()
    simulator = Program(
        "simulator",
        [
            *(sys.executable, "-m", "gateways.simulator", "--port", str(port), "--ledger", str(tmp_path / "ledger.db")),
            *("--door", "http://127.0.0.1:9"),
        ],
        log=tmp_path / "simulator.log",
        environment={**os.environ, "AFTERSALES_CONTACT_SECRET": SECRET},
        folder=tmp_path,
        ready=lambda: accepts_connections(port),
    )
    await simulator.start()
    url = f"http://127.0.0.1:{port}"
    found = by_check(
        await check_partners(
            Settings(
                contact_url=url, contact_secret=SECRET,
                courier_url=url, courier_secret=OTHER,
                warehouse_url=f"http://127.0.0.1:{free_port()}", warehouse_secret=SECRET,
            )
        )
    )  # fmt: skip
    await simulator.child.stop()
    assert {check: one.health for check, one in found.items()} == {
        "partner contact": Health.GOOD,
        "partner courier": Health.BAD,
        "partner warehouse": Health.BAD,
        "partner repair": Health.UNKNOWN,
        "partner refund": Health.UNKNOWN,
    }
    assert "AFTERSALES_COURIER_URL" in found["partner courier"].remedy


async def test_the_exit_code_tells_a_script_that_something_is_bad() -> None:
    """`aftersales doctor --json` can stand in a deployment script: findings on stdout, exit code 1."""
    done = await asyncio.create_subprocess_exec(
        *(AFTERSALES, "doctor", "--json"),
        env={**os.environ, "TEMPORAL_ADDRESS": f"127.0.0.1:{free_port()}"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, problems = await done.communicate()
    assert done.returncode == 1, problems.decode()
    health = {one["check"]: one["health"] for one in json.loads(out)}
    assert health["python"] == "good"
    assert health["postgresql"] == health["temporal"] == "bad"

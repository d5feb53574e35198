"""The local stack: servers, migrations and what the other verbs need to find them."""

from __future__ import annotations

import os
import shutil
import signal
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

import settings
from domain.identity import TASK_QUEUE
from local.held_folder import FolderInUse
from local.stack import Stack
from store.migrate import MigrationState, migrate, status


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the servers' user can enter (pytest's own folder is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="aftersales-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def servers_only(home: Path | None) -> Stack:
    """A stack without programs of ours."""
    return Stack(home, migrate=migrate, task_queue=TASK_QUEUE, programs=(), ui=False)


async def test_a_second_start_keeps_addresses_secrets_and_data(home: Path) -> None:
    """Bookmarks, signed partners and every case are still good after a restart."""
    async with servers_only(home) as stack:
        first = dict(stack.environment)
        assert {line.state for line in await status(stack.dsn)} == {MigrationState.APPLIED}
        connection = await asyncpg.connect(stack.dsn)
        await connection.execute("CREATE TABLE kept (fact text)")
        await connection.close()
    async with servers_only(home) as stack:
        assert stack.environment == first
        connection = await asyncpg.connect(stack.dsn)
        assert await connection.fetchval("SELECT count(*) FROM kept") == 0
        await connection.close()


async def test_other_verbs_find_a_running_stack_and_nobody_else_reads_its_secrets(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While it runs, settings point to it; afterwards nothing points to a server that is gone."""
    for name in list(os.environ):
        if name.startswith(("AFTERSALES_", "TEMPORAL_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AFTERSALES_HOME", str(home))
    async with servers_only(home) as stack:
        found = settings.load(env_file=None)
        assert found.database() == stack.dsn
        assert found.partner("courier").url == stack.simulator_url
        assert settings.temporal_connection()["target_host"] == stack.temporal.address
        for file in ("stack.env", "stack.json"):
            assert stat.S_IMODE((home / file).stat().st_mode) == 0o600
    assert settings.load(env_file=None).database_dsn is None


async def test_one_home_carries_one_stack(home: Path) -> None:
    """Starting it twice is refused at once and does not disturb the first."""
    async with servers_only(home) as stack:
        with pytest.raises(FolderInUse):
            await servers_only(home).__aenter__()
        assert stack.postgres.child.running


async def test_a_killed_server_is_told_and_ends_the_stack() -> None:
    """Without its database the stack is not whole: the ending is reported as the last one."""
    async with servers_only(None) as stack:
        os.kill(stack.postgres.child.pid or 0, signal.SIGKILL)
        endings = [ending async for ending in stack.endings()]
    assert [(ending.name, ending.exit_code, ending.again) for ending in endings] == [
        ("PostgreSQL", -signal.SIGKILL, False)
    ]


async def test_an_ephemeral_stack_leaves_nothing_behind() -> None:
    """The demo can run a hundred times without filling the disk."""
    async with servers_only(None) as stack:
        folders = [stack.folder, stack.postgres.folder]
    assert not any(folder.exists() for folder in folders)

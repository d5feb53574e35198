"""Servers never outlive their starter, never share a folder, and find their data again."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import psutil
import pytest
from temporalio.client import Client
from temporalio.service import RPCError

from local import held_folder
from local.held_folder import FolderInUse, HeldFolder
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer

STARTER = """
import asyncio, sys
from pathlib import Path
from local.postgres import PostgresServer
from local.temporal_server import TemporalServer

async def main():
    home = Path(sys.argv[1])
    async with PostgresServer(home) as postgres, TemporalServer(home) as temporal:
        print(postgres.child.pid, temporal.child.pid, postgres.dsn(), temporal.address, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the servers' user can enter (pytest's own folder is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="aftersales-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


def _ended(pid: int) -> bool:
    """Gone, or dead and only waiting for its parent to notice."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def test_a_killed_starter_leaves_no_server_behind(home: Path) -> None:
    """After `kill -9` of the starter its servers end by themselves, and a new start finds the committed data."""
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, str(home), stdout=asyncio.subprocess.PIPE
    )
    assert starter.stdout is not None
    postgres_pid, temporal_pid, dsn, _ = (await starter.stdout.readline()).decode().split()
    connection = await asyncpg.connect(dsn)
    await connection.execute("CREATE TABLE kept (fact text)")
    await connection.execute("INSERT INTO kept VALUES ('a promise')")
    connection.terminate()

    starter.kill()
    await starter.wait()

    async with PostgresServer(home) as postgres, TemporalServer(home) as temporal:
        for pid in (postgres_pid, temporal_pid):
            assert _ended(int(pid))
        again = await asyncpg.connect(postgres.dsn())
        assert await again.fetchval("SELECT fact FROM kept") == "a promise"
        await again.close()
        assert await (await Client.connect(temporal.address)).service_client.check_health()


async def test_a_pid_file_of_the_past_does_not_hinder_a_start(home: Path) -> None:
    """A machine that lost power leaves a pid file whose number may belong to a stranger now: it is not believed."""
    async with PostgresServer(home) as server:
        folder = server.folder
    (folder / "data" / "postmaster.pid").write_text(f"{os.getpid()}\n{folder / 'data'}\n")
    async with PostgresServer(home) as server:
        assert server.child.running


async def test_two_servers_never_share_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A second `aftersales up` on the same data is refused with a sentence that says what to do."""
    monkeypatch.setattr(held_folder, "PATIENCE", 0.3)
    async with TemporalServer(tmp_path):
        with pytest.raises(FolderInUse, match="Stop that one first"):
            await TemporalServer(tmp_path).start()


async def test_a_scratch_folder_is_swept_only_when_nobody_holds_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a killed test run left is removed; what a running one uses is not."""
    monkeypatch.setattr(held_folder, "YOUNG", -1.0)
    used = HeldFolder.scratch("server", tmp_path)
    left = HeldFolder.scratch("server", tmp_path)
    os.close(left.descriptor)  # as the kernel does for a killed process
    third = HeldFolder.scratch("server", tmp_path)
    assert used.path.exists()
    assert not left.path.exists()
    used.release()
    third.release()
    assert not used.path.exists()
    assert not third.path.exists()


async def test_temporal_stops_on_request() -> None:
    """After a clean stop the address answers no more and the process has gone with a clean exit."""
    server = TemporalServer()
    await server.start()
    child, address = server.child, server.address
    pid = child.pid
    assert pid is not None
    os.kill(pid, signal.SIGTERM)
    assert await child.wait() == 0
    await server.stop()
    with pytest.raises((RPCError, RuntimeError)):
        await Client.connect(address)

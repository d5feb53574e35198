"""Where it is measured: a Temporal server, a PostgreSQL, a worker process per twin, and what each has consumed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import psutil
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from local.postgres import PostgresServer
from local.temporal_server import TemporalServer
from store.migrate import migrate
from store.pool import open_pool

ROOT = Path(__file__).parent.parent
Heard = Callable[[list[str]], None]
"""Takes the words of one line of a worker process."""


@dataclass
class Stage:
    """Servers that run."""

    temporal: TemporalServer
    postgres: PostgresServer
    client: Client
    pool: asyncpg.Pool

    @contextlib.asynccontextmanager
    async def worker(self, twin: str, heard: Heard, *, starts: bool = False) -> AsyncIterator[psutil.Process]:
        """A twin's worker process while it is needed; its lines go to `heard`."""
        words = [sys.executable, "-m", "bench.worker_process", twin, "--temporal", self.temporal.address]
        words += ["--dsn", self.postgres.dsn(), *(["--starts"] if starts else [])]
        process = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE, cwd=ROOT)
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"the {twin} worker did not start: {await process.wait()}")
        reading = asyncio.create_task(_read(process.stdout, heard))
        try:
            yield psutil.Process(process.pid)
        finally:
            process.terminate()
            await process.wait()
            await reading

    def server_cpu(self) -> tuple[float, float]:
        """CPU seconds so far of the Temporal server and of PostgreSQL."""
        return cpu_of(self.temporal.child.pid), cpu_of(self.postgres.child.pid)


async def _read(stream: asyncio.StreamReader, heard: Heard) -> None:
    while line := await stream.readline():
        heard(line.decode().split())


def cpu_of(pid: int | None) -> float:
    """CPU seconds of a process and its children, living and gone."""
    root = psutil.Process(pid)
    times = [process.cpu_times() for process in (root, *root.children(recursive=True))]
    return sum(t.user + t.system for t in times) + root.cpu_times().children_user + root.cpu_times().children_system


@contextlib.asynccontextmanager
async def stage(*, on_disk: bool = False) -> AsyncIterator[Stage]:
    """Servers as the tests start them: Temporal with its store in memory, PostgreSQL without flushing to disk.

    With `on_disk` as `aftersales up` starts Temporal: its store a SQLite file with WAL.
    """
    async with contextlib.AsyncExitStack() as stack:
        home = Path(stack.enter_context(TemporaryDirectory())) if on_disk else None
        postgres = await stack.enter_async_context(PostgresServer())
        temporal = await stack.enter_async_context(TemporalServer(home))
        await migrate(postgres.dsn())
        client = await Client.connect(temporal.address, data_converter=pydantic_data_converter)
        async with await open_pool(postgres.dsn()) as pool:
            yield Stage(temporal, postgres, client, pool)

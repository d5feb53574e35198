"""`aftersales up`, run as a person runs it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

AFTERSALES = str(Path(sys.executable).with_name("aftersales"))


@pytest.fixture
def home() -> Iterator[Path]:
    """A folder that the servers' user can enter (pytest's own folder is closed to others)."""
    folder = Path(tempfile.mkdtemp(prefix="aftersales-test-"))
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def environment(home: Path) -> dict[str, str]:
    """None of this machine's settings, and the given home."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    return {**inherited, "AFTERSALES_HOME": str(home), "AFTERSALES_LANG": "en"}


@asynccontextmanager
async def up(home: Path) -> AsyncIterator[asyncio.subprocess.Process]:
    """The running command, after it has told its addresses."""
    with (home / "up.log").open("wb") as out:
        running = await asyncio.create_subprocess_exec(
            *(AFTERSALES, "up"), env=environment(home), stdout=out, stderr=out, cwd=home
        )
    try:
        async with asyncio.timeout(180):
            while "Ctrl-C stops" not in (told := (home / "up.log").read_text()):
                assert running.returncode is None, told
                await asyncio.sleep(0.1)
        yield running
    finally:
        if running.returncode is None:
            running.kill()
            await running.wait()


async def doctor(home: Path) -> dict[str, str]:
    """The health of everything that the check-up looks at."""
    done = await asyncio.create_subprocess_exec(
        *(AFTERSALES, "doctor", "--json"), env=environment(home), stdout=asyncio.subprocess.PIPE, cwd=home
    )
    findings: list[dict[str, Any]] = json.loads((await done.communicate())[0])
    return {one["check"]: one["health"] for one in findings}


def alive(processes: list[psutil.Process]) -> list[str]:
    """Those that still run; one that is dead and only waits for its parent to notice does not."""
    found = []
    for process in processes:
        try:
            if process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
        except psutil.NoSuchProcess:
            continue
    return found


async def test_everything_comes_up_healthy_survives_a_killed_worker_and_stops_on_ctrl_c(home: Path) -> None:
    """One command gives a whole installation; a killed worker is told and replaced; Ctrl-C leaves nothing running."""
    async with up(home) as running:
        health = await doctor(home)
        health.pop("calendar")  # depends on the day of the year
        assert set(health.values()) == {"good"}, health

        everything = psutil.Process(running.pid).children(recursive=True)
        worker = next(process for process in everything if process.cmdline()[-1] == "worker")
        worker.kill()
        async with asyncio.timeout(60):
            while "worker ended unexpectedly (signal 9)" not in (home / "up.log").read_text():  # noqa: ASYNC110
                await asyncio.sleep(0.1)

        everything = psutil.Process(running.pid).children(recursive=True)
        running.send_signal(signal.SIGINT)
        assert await asyncio.wait_for(running.wait(), 120) == 0
        assert alive(everything) == []
        assert "the data is kept" in (home / "up.log").read_text()


async def test_after_a_kill_9_nothing_keeps_running_and_the_next_start_works(home: Path) -> None:
    """A killed terminal neither leaves servers behind nor blocks the next start; SIGTERM stops that one cleanly."""
    async with up(home) as running:
        everything = psutil.Process(running.pid).children(recursive=True)
        running.kill()
        await running.wait()
    async with up(home) as running:
        assert alive(everything) == []
        running.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(running.wait(), 120) == 0

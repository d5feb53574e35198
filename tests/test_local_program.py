"""Programs beside the servers are kept running, and their endings are told."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from pathlib import Path

import pytest

from local import program as program_module
from local.child import ServerDidNotStart, free_port
from local.program import Program, accepts_connections


def web_server(folder: Path, port: int, *extra: str) -> Program:
    """A real small program that listens on a port."""
    return Program(
        "web server",
        [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1", *extra],
        log=folder / "program.log",
        environment=dict(os.environ),
        folder=folder,
        ready=lambda: accepts_connections(port),
    )


async def test_a_port_that_was_chosen_is_given_to_nobody_else(tmp_path: Path) -> None:
    """Seconds pass before a server listens on its port: others that ask meanwhile get other ones, and it starts."""
    port = free_port()
    with socket.socket() as other, pytest.raises(OSError, match="in use"):
        other.bind(("127.0.0.1", port))
    program = web_server(tmp_path, port)
    await program.start()
    await program.child.stop()


async def test_a_killed_program_is_started_again_and_told(tmp_path: Path) -> None:
    """A worker that is killed comes back by itself, and the person at the screen reads of it."""
    port = free_port()
    program = web_server(tmp_path, port)
    await program.start()
    first = program.child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    ending = await program.ended()
    assert (ending.exit_code, ending.again) == (-signal.SIGKILL, True)
    assert program.child.pid != first
    async with asyncio.timeout(60):
        while not await accepts_connections(port):  # noqa: ASYNC110  another process listens
            await asyncio.sleep(0.02)
    await program.child.stop()
    assert not await accepts_connections(port)


async def test_a_program_that_keeps_dying_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After three short lives it is not started again, so that a wrong setting does not spin for ever."""
    monkeypatch.setattr(program_module, "SHORT_LIFE", 3600.0)
    program = web_server(tmp_path, free_port())
    await program.start()
    told = []
    for _ in range(program_module.SHORT_LIVES):
        os.kill(program.child.pid or 0, signal.SIGKILL)
        told.append((await program.ended()).again)
    assert told == [True, True, False]
    assert not program.child.running


async def test_a_program_that_cannot_start_says_why(tmp_path: Path) -> None:
    """The error carries the end of the program's own log."""
    with pytest.raises(ServerDidNotStart, match="unrecognized arguments"):
        await web_server(tmp_path, free_port(), "--no-such-option").start()

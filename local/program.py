"""A program of ours beside the servers: the simulator, the worker, the door. Kept running, its endings reported."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from local.child import LOOK_EVERY, Child

READY_PATIENCE = 60.0  # seconds
SHORT_LIFE = 10.0  # seconds: who ends sooner did not get to work
SHORT_LIVES = 3  # so many short lives in a row, and starting again will not help


@dataclass(frozen=True)
class Ending:
    """A program or server that ended by itself. `exit_code` below 0 is the signal that killed it."""

    name: str
    exit_code: int
    last_words: str
    again: bool  # it was started again


class Program:
    """One program. `ready` asks whether it does its work yet."""

    def __init__(
        self,
        name: str,
        command: list[str],
        *,
        log: Path,
        environment: Mapping[str, str],
        folder: Path,
        ready: Callable[[], Awaitable[bool]],
        patience: float = 15.0,
    ) -> None:
        self.name = name
        self.child = Child(name, command, log=log, environment=environment, folder=folder, patience=patience)
        self._ready = ready
        self._started = 0.0
        self._short_lives = 0

    async def start(self) -> None:
        """Start it and wait until it does its work. Raises ServerDidNotStart."""
        self._start()
        until = time.monotonic() + READY_PATIENCE
        while not await self._ready():
            if not self.child.running:
                raise self.child.failed("ended while it was starting")
            if time.monotonic() > until:
                raise self.child.failed(f"was not ready within {READY_PATIENCE:.0f} s")
            await asyncio.sleep(LOOK_EVERY * 5)

    async def ended(self) -> Ending:
        """Wait until it ends by itself; start it again unless it keeps dying young."""
        code = await self.child.wait()
        short = time.monotonic() - self._started < SHORT_LIFE
        self._short_lives = self._short_lives + 1 if short else 0
        ending = Ending(self.name, code, self.child.last_words(), again=self._short_lives < SHORT_LIVES)
        if ending.again:
            self._start()
        return ending

    def _start(self) -> None:
        self._started = time.monotonic()
        self.child.start()


async def accepts_connections(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True

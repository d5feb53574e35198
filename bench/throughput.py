"""Cases per second and CPU per case: slices of the twins in turns, under the same load."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Sequence
from dataclasses import dataclass

import psutil

from bench.interval import Interval, interval
from bench.plain_path import PATHS
from bench.request import request
from bench.saying import said
from bench.stage import Stage, cpu_of
from bench.twins import WORKERS, Handle, Opener
from domain.vocabulary import CaseType

AFTER = 0.3  # seconds from an asking to what is said to it, and between two sayings: the case is at rest by then
IN_FLIGHT = 60  # cases at once


@dataclass(frozen=True)
class Slice:
    """One slice: cases, and seconds of wall and CPU."""

    cases: int
    wall: float
    worker: float
    server: float
    store: float

    @property
    def cpu(self) -> float:
        """CPU of all processes that work for the cases."""
        return self.worker + self.server + self.store


class Load:
    """Plays customers and partners of many cases at once. Lines of a worker come to `heard`."""

    def __init__(self, kind: CaseType) -> None:
        self._kind = kind
        self._handles: dict[str, _Later] = {}
        self._sending: set[asyncio.Task[None]] = set()

    def heard(self, words: list[str]) -> None:
        """A partner was asked: say what follows, one thing after the other."""
        if words[0] == "asked" and words[1] in self._handles:
            task = asyncio.create_task(self._say(self._handles[words[1]], *words[1:]))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _say(self, handle: _Later, case_no: str, asked: str, key: str) -> None:
        for saying, document in said(PATHS[self._kind].answers, case_no, asked, key):
            await asyncio.sleep(AFTER)
            await handle.signal(saying.kind, document)

    async def run(self, opener: Opener, numbers: Sequence[str], in_flight: int) -> None:
        """Conduct cases to their end, so many at once."""
        gate = asyncio.Semaphore(in_flight)

        async def one(number: str) -> None:
            async with gate:
                ask = request(self._kind, number)
                opening = asyncio.get_running_loop().create_task(opener.open(ask))
                handle = self._handles[ask.case_no] = _Later(opening)  # asked before `open` has returned
                await (await handle.handle()).result()
                del self._handles[ask.case_no]

        await asyncio.gather(*(one(number) for number in numbers))


class _Later:
    """A handle whose case is just being opened."""

    def __init__(self, opening: asyncio.Task[Handle]) -> None:  # type: ignore[type-arg]
        self._opening = opening

    async def handle(self) -> Handle:  # type: ignore[type-arg]
        return await self._opening

    async def signal(self, name: str, document: object) -> None:
        await (await self._opening).signal(name, document)


async def slices(stage: Stage, kind: CaseType, *, pairs: int, cases: int) -> dict[str, list[Slice]]:
    """`pairs` slices of each twin in turns, after a warm-up of all."""
    load = Load(kind)
    measured: dict[str, list[Slice]] = {twin: [] for twin in WORKERS}
    async with contextlib.AsyncExitStack() as stack:
        workers = {twin: await stack.enter_async_context(stage.worker(twin, load.heard)) for twin in WORKERS}
        for turn in range(-1, pairs):
            for twin, process in workers.items():
                size = cases if turn >= 0 else IN_FLIGHT
                numbers = [f"{twin}.{kind.value}.{turn}.{n}" for n in range(size)]
                found = await _slice(stage, load, Opener(twin, stage.client, stage.pool), process, numbers)
                if turn >= 0:
                    measured[twin].append(found)
    return measured


async def _slice(stage: Stage, load: Load, opener: Opener, process: psutil.Process, numbers: Sequence[str]) -> Slice:
    before, began = (cpu_of(process.pid), *stage.server_cpu()), time.monotonic()
    await load.run(opener, numbers, IN_FLIGHT)
    wall = time.monotonic() - began
    await asyncio.sleep(1)  # what is left to do for these cases belongs to them
    after = (cpu_of(process.pid), *stage.server_cpu())
    return Slice(len(numbers), wall, *(b - a for a, b in zip(before, after, strict=True)))


def ratios(ours: Sequence[Slice], bare: Sequence[Slice]) -> dict[str, Interval]:
    """Ours over bare, slice by slice in pairs; PostgreSQL's CPU counts as ours, for bare has none."""
    pairs = list(zip(ours, bare, strict=True))
    return {
        "worker CPU per case": interval([a.worker / b.worker for a, b in pairs]),
        "server CPU per case": interval([a.server / b.server for a, b in pairs]),
        "cases per second and core": interval([b.cpu / a.cpu for a, b in pairs]),
        "cases per second of worker CPU": interval([b.worker / a.worker for a, b in pairs]),
        "cases per second": interval([b.wall / a.wall for a, b in pairs]),
    }

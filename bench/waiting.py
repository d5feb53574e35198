"""Many cases that wait: memory of one worker process, its CPU at rest, and how fast a case wakes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable
from dataclasses import dataclass

import psutil

from bench.interval import percentile
from bench.request import request
from bench.stage import Stage, cpu_of
from bench.twins import Handle, Opener
from domain.vocabulary import CaseType

WARM = 50  # cases before memory is first read: code and caches are loaded by then
STARTED_AT_ONCE = 30
REST = 10.0  # seconds until nothing of the start is left


@dataclass(frozen=True)
class Waiting:
    """Of one twin. Memory is that of the worker process; `wake_p50` and `wake_p99` are seconds."""

    cases: int
    bytes_per_case: float
    resident: int
    idle_worker: float  # cores
    idle_server: float
    wake_p50: float
    wake_p99: float


class _Proposals:
    """Sees when a case's first message to the customer left, and when it went on after his answer."""

    def __init__(self) -> None:
        self._seen: dict[tuple[str, str], asyncio.Future[float]] = {}

    def heard(self, words: list[str]) -> None:
        if words[0] == "asked":
            self.asked(words[1], words[2]).set_result(time.monotonic())

    def asked(self, case_no: str, asked: str) -> asyncio.Future[float]:
        return self._seen.setdefault((case_no, asked), asyncio.get_running_loop().create_future())


async def waiting(stage: Stage, twin: str, *, cases: int, idle: float, wake: int) -> Waiting:
    """Start returns that wait for the customer's consent, leave them alone for `idle` seconds, then wake some."""
    proposals = _Proposals()
    opener = Opener(twin, stage.client, stage.pool)
    async with stage.worker(twin, proposals.heard) as worker:
        await _start(opener, proposals, twin, range(WARM))
        await asyncio.sleep(REST)
        empty = worker.memory_info().rss
        handles = await _start(opener, proposals, twin, range(WARM, WARM + cases))
        await asyncio.sleep(REST)
        resident = worker.memory_info().rss
        idle_worker, idle_server = await _idle(stage, worker, idle)
        woken = [await _wake(handles[no], proposals, no) for no in list(handles)[:: max(cases // wake, 1)][:wake]]
        await _end(handles.values())
    return Waiting(
        cases=cases,
        bytes_per_case=(resident - empty) / cases,
        resident=resident,
        idle_worker=idle_worker,
        idle_server=idle_server,
        wake_p50=percentile(woken, 0.5),
        wake_p99=percentile(woken, 0.99),
    )


async def _start(opener: Opener, proposals: _Proposals, twin: str, numbers: range) -> dict[str, Handle]:  # type: ignore[type-arg]
    gate = asyncio.Semaphore(STARTED_AT_ONCE)

    async def one(number: int) -> tuple[str, Handle]:  # type: ignore[type-arg]
        async with gate:
            ask = request(CaseType.RETURN_REFUND, f"waiting.{twin}.{number}")
            handle = await opener.open(ask)
            await proposals.asked(ask.case_no, "plan_proposed")
            return ask.case_no, handle

    return dict(await asyncio.gather(*(one(number) for number in numbers)))


async def _end(handles: Iterable[Handle]) -> None:  # type: ignore[type-arg]
    gate = asyncio.Semaphore(STARTED_AT_ONCE)  # the server refuses thousands at once

    async def one(handle: Handle) -> None:  # type: ignore[type-arg]
        async with gate:
            await handle.terminate("measured")

    await asyncio.gather(*(one(handle) for handle in handles))


async def _idle(stage: Stage, worker: psutil.Process, seconds: float) -> tuple[float, float]:
    before = cpu_of(worker.pid), stage.server_cpu()[0]
    await asyncio.sleep(seconds)
    return (cpu_of(worker.pid) - before[0]) / seconds, (stage.server_cpu()[0] - before[1]) / seconds


async def _wake(handle: Handle, proposals: _Proposals, case_no: str) -> float:  # type: ignore[type-arg]
    """Seconds from the customer's answer to the next message that he gets."""
    began = time.monotonic()
    await handle.signal("customer_agreed", {"agreed": True, "id": f"{case_no}/wake"})
    return await proposals.asked(case_no, "warehouse.announce") - began

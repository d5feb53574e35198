"""From an agent's command to the partner call that it causes, on a quiet server, one case at a time."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass

from bench.cost import at_rest
from bench.interval import percentile
from bench.request import request
from bench.stage import Stage
from bench.twins import Opener
from domain.vocabulary import CaseType, ReasonCode

REFUND = {"ours": "issue_refund", "bare": "refund"}  # the activity that the decision causes
PATIENCE = 10.0  # seconds
SETTLED = 0.02  # seconds of quiet before the command


@dataclass(frozen=True)
class Latency:
    """Milliseconds."""

    p50: float
    p99: float
    count: int


class _Watch:
    """Waits for activity starts that a worker reports."""

    def __init__(self) -> None:
        self._wanted: dict[tuple[str, str], asyncio.Future[int]] = {}

    def heard(self, words: list[str]) -> None:
        if words[0] == "started":
            waiting = self._wanted.get((words[1], words[2]))
            if waiting is not None and not waiting.done():
                waiting.set_result(int(words[3]))

    def start_of(self, workflow_id: str, activity: str) -> asyncio.Future[int]:
        return self._wanted.setdefault((workflow_id, activity), asyncio.get_running_loop().create_future())


async def latencies(stage: Stage, count: int) -> dict[str, Latency]:
    """Ours and bare in turns: a refund-only request that an agent decides."""
    watch = _Watch()
    found: dict[str, list[float]] = {"ours": [], "bare": []}
    async with stage.worker("ours", watch.heard, starts=True), stage.worker("bare", watch.heard, starts=True):
        openers = {twin: Opener(twin, stage.client, stage.pool) for twin in found}
        for number in range(-10, count):
            for twin, opener in openers.items():
                took = await _one(opener, watch, twin, f"{twin}.{number}")
                if number >= 0:
                    found[twin].append(took)
    return {
        twin: Latency(percentile(values, 0.5), percentile(values, 0.99), len(values)) for twin, values in found.items()
    }


async def _one(opener: Opener, watch: _Watch, twin: str, number: str) -> float:
    handle = await opener.open(request(CaseType.REFUND_ONLY, f"latency.{twin}.{number}", reason=ReasonCode.QUALITY))
    await at_rest(handle)
    await asyncio.sleep(SETTLED)
    started = watch.start_of(handle.id, REFUND[twin])
    decision = {"resolution": "full_refund", "by": "manager:1", "reason": "checked"}
    sent = time.monotonic_ns()
    _, began = await asyncio.gather(
        handle.execute_update("decide", decision), asyncio.wait_for(started, PATIENCE)
    )  # fmt: skip
    await handle.terminate("measured")
    return (began - sent) / 1e6

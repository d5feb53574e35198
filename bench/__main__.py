"""`python -m bench`: our workflows beside bare ones, in one run on one server. docs/bench.md says what is compared."""

from __future__ import annotations

import argparse
import asyncio
import platform
from datetime import UTC, datetime

import psutil

from bench.command_latency import latencies
from bench.cost import HistoryCost, Plays
from bench.record import FILE, known, measure_all, risen, write
from bench.stage import Stage, stage
from bench.throughput import ratios, slices
from bench.twins import Opener
from bench.waiting import Waiting, waiting
from domain.vocabulary import CaseType
from process_end import ends_at_once

COMPARED = (CaseType.RETURN_REFUND, CaseType.CUSTOMER_UNREACHABLE)


async def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--pairs", type=int, default=5, help="slices of each twin")
    parser.add_argument("--cases", type=int, default=60, help="cases of one slice")
    parser.add_argument("--commands", type=int, default=300, help="commands whose latency is measured")
    parser.add_argument("--waiting", type=int, metavar="N", help="only: memory, rest and wake of N waiting cases")
    parser.add_argument("--on-disk", action="store_true", help="Temporal's store in a SQLite file with WAL")
    parser.add_argument("--record", action="store_true", help=f"only: record the exact cost in {FILE.name}")
    options = parser.parse_args()
    machine = f"{platform.machine()}, {psutil.cpu_count()} cores, Python {platform.python_version()}"
    print(f"{datetime.now(UTC):%Y-%m-%d}, {machine}; Temporal's store {'on disk' if options.on_disk else 'in memory'}")
    if options.record:
        await _record()
        return
    async with stage(on_disk=options.on_disk) as servers:
        if options.waiting:
            _print_waiting("ours", await waiting(servers, "ours", cases=options.waiting, idle=60, wake=200))
        else:
            await _histories(servers)
            for kind in COMPARED:
                await _throughput(servers, kind, options.pairs, options.cases)
            await _commands(servers, options.commands)
            for twin in ("ours", "bare"):
                _print_waiting(twin, await waiting(servers, twin, cases=500, idle=10, wake=100))


async def _histories(servers: Stage) -> None:
    print("\nHistory of one case, exactly            ours    bare   ratio")
    for kind in COMPARED:
        found: dict[str, HistoryCost] = {}
        for twin in ("ours", "bare"):
            plays = Plays()
            async with servers.worker(twin, plays.heard):
                found[twin] = await plays.play(
                    Opener(twin, servers.client, servers.pool), kind, f"exact.{twin}.{kind.value}"
                )
        for name in ("events", "bytes", "transitions"):
            ours, bare = (getattr(found[twin], name) for twin in ("ours", "bare"))
            print(f"  {kind.value:22s}{name:14s}{ours:8d}{bare:8d}{ours / bare:8.2f}")


async def _throughput(servers: Stage, kind: CaseType, pairs: int, cases: int) -> None:
    measured = await slices(servers, kind, pairs=pairs, cases=cases)
    print(f"\n{kind.value}: {pairs} slices of {cases} cases each, in turns")
    for twin, found in measured.items():
        total = sum(s.cases for s in found)
        worker, server, store = (sum(getattr(s, n) for s in found) / total * 1e3 for n in ("worker", "server", "store"))
        print(
            f"  {twin}: CPU ms per case: worker {worker:.0f}, Temporal {server:.0f}, PostgreSQL {store:.0f};"
            f" {total / sum(s.wall for s in found):.1f} cases/s"
        )
    for bare in ("bare", "lean"):
        for name, ratio in ratios(measured["ours"], measured[bare]).items():
            print(f"  {name:34s} ours / {bare} {ratio}")


async def _commands(servers: Stage, count: int) -> None:
    print(f"\nFrom an agent's command to the next partner call, {count} times, quiet")
    for twin, took in (await latencies(servers, count)).items():
        print(f"  {twin}: p50 {took.p50:.1f} ms, p99 {took.p99:.1f} ms")


def _print_waiting(twin: str, found: Waiting) -> None:
    print(
        f"\n{found.cases} waiting cases, {twin}: {found.bytes_per_case / 1024:.0f} KiB each, worker"
        f" {found.resident / 2**20:.0f} MiB in all; at rest {found.idle_worker:.3f} cores of the worker and"
        f" {found.idle_server:.3f} of the server; woken in p50 {found.wake_p50:.3f} s, p99 {found.wake_p99:.3f} s"
    )


async def _record() -> None:
    costs, before = await measure_all({}), known() if FILE.exists() else {}
    for kind in (one for one in costs if one in before):
        for line in risen(kind, costs[kind], before[kind]):
            print(f"! {line}")
        if costs[kind].events < before[kind].events:
            print(f"  {kind.value}: events fell from {before[kind].events} to {costs[kind].events}")
    write(costs)
    for kind, cost in costs.items():
        print(f"  {kind.value}: {cost.model_dump()}")


@ends_at_once
def program() -> None:
    """Measure, and end."""
    asyncio.run(main())


if __name__ == "__main__":
    program()

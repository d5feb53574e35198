"""The page that shows what a case of each type costs: docs/costs.md, written with `tests/data/cost.json`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.cost import Cost
from bench.plain_path import PATHS
from domain.texts import label
from domain.vocabulary import CaseType

PAGE = Path(__file__).parent.parent / "docs" / "costs.md"
_ABOUT = """\
# What a case of each type costs

Counted along the plain path of each type ([bench/plain_path.py](../bench/plain_path.py)): everybody answers at once and
keeps his word, the customer says that it is solved, the survey goes out, and the time of free reopening passes. Bytes
are those of the history; transactions are those that write, and WAL is what PostgreSQL logged for them. Inputs are what
staff do in the console: a procedure that runs as it should asks for three at most.

`python -m bench --record` writes this page. `tests/test_cost.py` counts anew in every `make test` and fails when one of
these rises; [bench.md](bench.md) says how it is counted, and what a bare workflow costs.

| | ends as | events | bytes | state transitions | transactions | WAL bytes | inputs of staff |
|---|---|---:|---:|---:|---:|---:|---|
"""


def page(costs: Mapping[CaseType, Cost]) -> str:
    """The whole page, the dearest type first."""
    return _ABOUT + "".join(_row(kind, costs[kind]) for kind in sorted(costs, key=lambda k: (-costs[k].events, k)))


def _row(kind: CaseType, cost: Cost) -> str:
    name = f"{label('case_type', kind, 'zh')} · {kind}"
    inputs = f"{cost.staff_inputs}: {', '.join(commands(kind))}" if cost.staff_inputs else "0"
    return (
        f"| [{name}](procedures/{kind}.md) | {PATHS[kind].ends} | {cost.events} | {cost.history_bytes:,} |"
        f" {cost.state_transitions} | {cost.commits} | {cost.wal_bytes:,} | {inputs} |\n"
    )


def commands(kind: CaseType) -> list[str]:
    """What staff do on the plain path, in the order of the askings."""
    return [saying.kind for sayings in PATHS[kind].answers.values() for saying in sayings if saying.by_staff]

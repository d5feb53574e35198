"""A small workflow that stands for the case: it keeps what it is told and applies each message once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from temporalio import workflow
from temporalio.common import RawValue


@workflow.defn(name="Case")
class ToldCase:
    """Keeps its start and what it is told, applies a message once by its id, and ends on `end`."""

    def __init__(self) -> None:
        """Empty."""
        self.start: dict[str, Any] = {}
        self.told: list[tuple[str, dict[str, Any]]] = []
        self.arrivals = 0
        self.ended = False

    @workflow.run
    async def run(self, start: dict[str, Any]) -> None:
        """Live until told to end."""
        self.start = start
        await workflow.wait_condition(lambda: self.ended)

    @workflow.signal(dynamic=True)
    async def tell(self, name: str, args: Sequence[RawValue]) -> None:
        """Take any message."""
        message = workflow.payload_converter().from_payload(args[0].payload)
        self.arrivals += 1
        if message["id"] not in [known["id"] for _, known in self.told]:
            self.told.append((name, message))

    @workflow.signal
    async def end(self) -> None:
        """End."""
        self.ended = True

    @workflow.query
    def heard(self) -> list[tuple[str, dict[str, Any]]]:
        """Messages in the order in which they were applied."""
        return self.told

    @workflow.query
    def started_with(self) -> dict[str, Any]:
        """The start."""
        return self.start

    @workflow.query
    def count(self) -> int:
        """Arrivals, repeated ones included."""
        return self.arrivals

"""The one armed timer of a case: re-armed only when the earliest instant moves, so that messages cost no timers."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

SHORTEST = timedelta(milliseconds=1)  # a sleep of nothing would be no timer at all


class Alarm:
    """Wakes a resting case: by its timer or by a message."""

    def __init__(self) -> None:
        self._woken = False
        self.resting = False
        self._armed_for: datetime | None = None
        self._timer: asyncio.Task[None] | None = None
        self.rang_for: datetime | None = None  # the last instant that came

    def wake(self) -> None:
        """Something changed: look at the case again."""
        self._woken = True

    @property
    def woken(self) -> bool:
        """Whether something changed since the last rest."""
        return self._woken

    async def rest(self, until: datetime | None, summary: str, now: datetime) -> None:
        """Sleep until woken, or until the instant comes. `summary` is what the Web UI shows on the timer."""
        self._arm(until, summary, now)
        self.resting = True
        await workflow.wait_condition(lambda: self._woken)
        self.resting = self._woken = False

    def attend(self) -> None:
        """What woke the case is being looked at now."""
        self._woken = False

    def _arm(self, until: datetime | None, summary: str, now: datetime) -> None:
        if until == self._armed_for:
            return
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._armed_for = until
        if until is not None:
            self._timer = asyncio.create_task(self._ring(until, until - now, summary))

    async def _ring(self, until: datetime, length: timedelta, summary: str) -> None:
        await workflow.sleep(max(length, SHORTEST), summary=summary)
        self._timer = None
        self._armed_for = None
        self.rang_for = until
        self._woken = True

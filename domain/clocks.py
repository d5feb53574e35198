"""Clocks: every wait of a case, named, with an anchor, a due instant and a history of pauses.

Pure values. The workflow arms one timer for the earliest instant of all of them; to move a deadline is to change state.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from pydantic import BaseModel

from domain.rules import ClockRule

SILENT = frozenset({"D-SURVEY", "S-REOPEN", "D-NR", "D-QUAL"})
"""Clocks whose end is no failing, and that nobody has to be ahead of: what follows it is journalled by itself."""


class ClockState(StrEnum):
    """Life of a clock."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    BREACHED = "breached"
    CANCELLED = "cancelled"


class Pause(BaseModel):
    """One stop of a clock and why."""

    reason: str
    by: str
    at: datetime
    until: datetime | None = None


class Clock(BaseModel):
    """One running or ended deadline of a case. Instants are aware UTC."""

    id: str
    rule: str
    source: str
    anchor: str
    started_at: datetime
    due_at: datetime
    warn_at: list[datetime] = []  # instants still to come
    state: ClockState = ClockState.RUNNING
    generation: int = 1
    pauses: list[Pause] = []
    acted_at: datetime | None = None  # when the breach was acted on: may be later than `due_at`, never earlier
    no_later_than: datetime | None = None  # an outer deadline that ours never exceeds, such as the platform's
    by_hand: bool = False  # a supervisor set the due instant: no count moves it any more
    missed: bool = False  # it ran out once, whatever came later
    recorded: bool = False  # how it ended stands in PostgreSQL
    provisional: bool = False  # counted over days of which no official notice was known

    @classmethod
    def start(cls, rule: ClockRule, at: datetime, due_at: datetime) -> Self:
        """A running clock under that rule from `at` to `due_at`, with warnings at the rule's shares of its length."""
        length = due_at - at
        warn_at = [at + length * percent / 100 for percent in rule.warn_percent if length]  # due at once: none helps
        return cls(
            id=rule.id, rule=rule.rule, source=rule.source, anchor=rule.anchor,
            started_at=at, due_at=due_at, warn_at=warn_at,
        )  # fmt: skip

    @property
    def running(self) -> bool:
        """Whether time passes on it."""
        return self.state is ClockState.RUNNING

    def next_instant(self) -> datetime | None:
        """When it wants to be looked at next: a warning, or its due instant. None when it does not run."""
        if not self.running:
            return None
        return min([*self.warn_at, self.due_at])

    def after(self, percent: int) -> datetime:
        """The instant at which that share of its length is over."""
        return self.started_at + (self.due_at - self.started_at) * percent / 100

    def take_warnings(self, now: datetime) -> int:
        """Drop the warnings that have come and return how many they were."""
        due = [at for at in self.warn_at if at <= now]
        self.warn_at = [at for at in self.warn_at if at > now]
        return len(due)

    @property
    def stopped(self) -> timedelta:
        """How long it stood still in all pauses that are over."""
        return sum((pause.until - pause.at for pause in self.pauses if pause.until is not None), timedelta())

    def percent_gone(self, now: datetime) -> int:
        """How much of its time is gone at that instant, in which it runs; its pauses are no part of it."""
        length = self.due_at - self.started_at - self.stopped
        return round((now - self.started_at - self.stopped) / length * 100) if length else 100

    def in_time(self, received_at: datetime | None) -> bool:
        """Whether a message received at that instant counts before the deadline.

        The due instant itself is in time. A message without a stamp has the benefit of the doubt: the server kept it
        before the worker saw the deadline pass.
        """
        return received_at is None or received_at <= self.due_at

    def move(self, due_at: datetime) -> None:
        """Set another due instant; warnings that lie behind the new one fall away."""
        self.due_at = due_at
        self.warn_at = [at for at in self.warn_at if at < due_at]
        self.generation += 1
        self.recorded = False
        if self.state is ClockState.BREACHED:
            self.state = ClockState.RUNNING

    @property
    def live(self) -> bool:
        """Whether it still runs or will again."""
        return self.state in (ClockState.RUNNING, ClockState.PAUSED)

    def count_anew(self, due_at: datetime, warn_percent: tuple[int, ...], now: datetime) -> None:
        """Take `due_at`, counted from the start without pauses, for the due instant; pauses are added to it.

        It is never due before now, or before its pause where it is paused. Warnings are those of the new length; what
        would have come by now falls away.
        """
        here = self.pauses[-1].at if self.state is ClockState.PAUSED else now
        length = due_at - self.started_at
        warnings = [self.started_at + length * percent / 100 + self.stopped for percent in warn_percent]
        self.due_at = max(due_at + self.stopped, here)
        self.warn_at = [at for at in warnings if here < at < self.due_at]
        self.generation += 1

    def pause(self, now: datetime, reason: str, by: str) -> None:
        """Stop a running clock."""
        if self.running:
            self.state = ClockState.PAUSED
            self.pauses.append(Pause(reason=reason, by=by, at=now))

    def resume(self, now: datetime) -> None:
        """Go on after a pause: everything that lay ahead moves by the time that the pause took."""
        if self.state is ClockState.PAUSED:
            stopped: timedelta = now - self.pauses[-1].at
            self.pauses[-1].until = now
            self.due_at += stopped
            self.warn_at = [at + stopped for at in self.warn_at]
            self.generation += 1
            self.state = ClockState.RUNNING

    def end(self, state: ClockState, now: datetime) -> None:
        """Settle it as met, breached or cancelled."""
        self.state = state
        self.warn_at = []
        self.acted_at = now
        self.missed = self.missed or state is ClockState.BREACHED

"""What becomes of a running clock when its rule or the calendar changed: it is counted anew from its anchor.

Three kinds of deadline keep what they have: a promise (P-PROMISE), an instant that a supervisor set (A-SUPQ), and a
window in which the customer may act, unless the new count is longer for him (X2): he was told until when he has time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel, ConfigDict

from domain.clocks import Clock
from domain.refusals import PROTECTED
from domain.rules import ClockRule

CUSTOMERS = frozenset(
    {
        "S-EVIDENCE", "S-CONSENT", "S-TRACKING", "S-ADDRESS", "S-CONFIRM", "S-REOPEN",
        "D-NR", "D-QUAL", "D-EX", "D-PRICE", "D-WARR", "S-NR-DAYS", "S-QUAL-DAYS",
    }
)  # fmt: skip
"""Clocks that run for the customer: when they end, he has lost something."""


class Kept(StrEnum):
    """Why a clock keeps its due instant."""

    PROMISE = "promise_stands"
    BY_HAND = "set_by_hand"
    CUSTOMER = "customers_window"


RULE_OF: Mapping[Kept, str] = {Kept.PROMISE: "P-PROMISE", Kept.BY_HAND: "A-SUPQ", Kept.CUSTOMER: "X2"}


class Recount(BaseModel):
    """What a count did to a clock."""

    model_config = ConfigDict(frozen=True)

    before: datetime
    after: datetime
    kept: Kept | None = None
    counted: datetime | None = None  # what the count would have given, where the clock keeps what it has


def differs(old: ClockRule | None, new: ClockRule) -> bool:
    """Whether a clock that runs under the old rule must be counted anew under the new one."""
    return old is None or (old.length, old.unit, old.warn_percent) != (new.length, new.unit, new.warn_percent)


def recount(clock: Clock, counted: datetime, warn_percent: tuple[int, ...], now: datetime) -> Recount:
    """Give a live clock the due instant counted from its start, within its outer deadline and never before now."""
    before = clock.due_at
    if clock.no_later_than is not None:
        counted = max(min(counted, clock.no_later_than), clock.started_at)
    if clock.id in PROTECTED:
        return Recount(before=before, after=before, kept=Kept.PROMISE, counted=counted)
    if clock.by_hand:
        return Recount(before=before, after=before, kept=Kept.BY_HAND, counted=counted)
    anew = clock.model_copy(deep=True)
    anew.count_anew(counted, warn_percent, now)
    if clock.id in CUSTOMERS and anew.due_at < before:
        return Recount(before=before, after=before, kept=Kept.CUSTOMER, counted=anew.due_at)
    clock.due_at, clock.warn_at, clock.generation = anew.due_at, anew.warn_at, anew.generation
    return Recount(before=before, after=clock.due_at)

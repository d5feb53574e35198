"""How long bodies of events are kept once nobody needs them: they may hold what a customer wrote (P-PRIV).

An event that its case has, and a refused one that nobody corrected, lose their body when their time is over. What
stays tells repeated events from new ones and says what was wrong: digests, ids, codes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import asyncpg

from domain.rulebook import Rulebook
from store.queries import SQL

AT_A_TIME = 1000  # rows of one statement, so that no lock is held for long


@dataclass(frozen=True, slots=True)
class Emptied:
    """How many bodies were emptied."""

    events: int
    quarantined: int


class Retention:
    """The shop's retention rules over a pool. Both lengths count from the last time that anything was done with it."""

    def __init__(self, pool: asyncpg.Pool, events: timedelta, quarantined: timedelta) -> None:
        self._pool = pool
        self._lengths: Mapping[str, timedelta] = {"retention_events": events, "retention_quarantine": quarantined}

    @classmethod
    def of(cls, pool: asyncpg.Pool, book: Rulebook) -> Retention:
        """As the rulebook says: `raw_event_days` and `quarantine_days`."""
        days = {name: timedelta(days=book.numbers[name].value) for name in ("raw_event_days", "quarantine_days")}
        return cls(pool, days["raw_event_days"], days["quarantine_days"])

    async def purge(self) -> Emptied:
        """Empty every body whose time is over. Any number of processes may do so at once."""
        quarantined = await self._empty("retention_quarantine")  # first: its events follow it
        return Emptied(events=await self._empty("retention_events"), quarantined=quarantined)

    async def _empty(self, query: str) -> int:
        total = 0
        while done := int((await self._pool.execute(SQL[query], self._lengths[query], AT_A_TIME)).rpartition(" ")[2]):
            total += done
        return total

"""Deadlines of cases that still go on, counted over days without an official notice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, ConfigDict

from domain.rules import Unit
from store.pool import Database
from store.queries import SQL
from store.working_time import CalendarWorkingTime


class ProvisionalClock(BaseModel):
    """One of them, as its case put it on record."""

    model_config = ConfigDict(frozen=True)

    shop: str
    case_no: str
    workflow_id: str
    clock: str
    started_at: datetime
    due_at: datetime


async def provisional_clocks(database: Database) -> list[ProvisionalClock]:
    """All of them, the earliest due first."""
    return [ProvisionalClock(**row) for row in await database.fetch(SQL["provisional_clocks"])]


async def countable(clocks: Sequence[ProvisionalClock], calendar: CalendarWorkingTime) -> list[ProvisionalClock]:
    """Those whose days are official by now: to be counted anew."""
    days = Unit.WORKING_DAYS
    return [one for one in clocks if not await calendar.is_provisional(one.shop, one.started_at, one.due_at, days)]

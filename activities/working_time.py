"""Working-time arithmetic. Calendars change and histories must not: the instant is computed here and kept there."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel
from temporalio import activity

from domain.ports.case_file import WorkingTime
from domain.rules import Unit


class DueQuestion(BaseModel):
    """When is a clock of `length` `unit`s due that started at `start`?"""

    shop: str
    start: datetime
    length: int
    unit: Unit


class ProvisionalDue(BaseModel):
    """A due instant that was counted over days of which no official notice is known."""

    due_at: datetime
    provisional: Literal[True] = True


class WorkingTimeActivities:
    """Holds the calendar port."""

    def __init__(self, working_time: WorkingTime) -> None:
        self._working_time = working_time

    @activity.defn
    async def working_due(self, question: DueQuestion) -> datetime | ProvisionalDue:
        """The due instant in the shop's calendar; a plain instant when all its days are official."""
        shop, start, unit = question.shop, question.start, question.unit
        due_at = await self._working_time.due(shop, start, question.length, unit)
        if await self._working_time.is_provisional(shop, start, due_at, unit):
            return ProvisionalDue(due_at=due_at)
        return due_at

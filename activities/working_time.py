"""Working-time arithmetic. Calendars change and histories must not: the instant is computed here and kept there."""

from datetime import datetime

from pydantic import BaseModel
from temporalio import activity

from domain.ports import WorkingTime
from domain.rules import Unit


class DueQuestion(BaseModel):
    """When is a clock of `length` `unit`s due that started at `start`?"""

    shop: str
    start: datetime
    length: int
    unit: Unit


class WorkingTimeActivities:
    """Holds the calendar port."""

    def __init__(self, working_time: WorkingTime) -> None:
        self._working_time = working_time

    @activity.defn
    async def working_due(self, question: DueQuestion) -> datetime:
        """The due instant in the shop's calendar."""
        return await self._working_time.due(question.shop, question.start, question.length, question.unit)

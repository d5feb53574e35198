"""Draw up an item of the agenda."""

from datetime import datetime

from pydantic import BaseModel
from temporalio import activity

from domain.agenda import AgendaOrder
from domain.ports.agenda import Agenda


class AgendaQuestion(BaseModel):
    """Draw this item up as of that instant."""

    order: AgendaOrder
    at: datetime


class AgendaActivities:
    """Over the shop's agenda."""

    def __init__(self, agenda: Agenda) -> None:
        self._agenda = agenda

    @activity.defn
    async def draw_up_agenda(self, question: AgendaQuestion) -> int:
        """Draw it up and return how many cases it is about."""
        return len((await self._agenda.draw_up(question.order, question.at)).lines)

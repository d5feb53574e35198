"""An item of the agenda, drawn up when its time comes: begun by a schedule (X1, R-REF-SWEEP, D-RETLOG, D-REPORT)."""

from datetime import timedelta

from temporalio import workflow

from activities.agenda import AgendaActivities, AgendaQuestion
from domain.agenda import RUN, AgendaOrder


@workflow.defn(name=RUN)
class AgendaWorkflow:
    """One item, once."""

    @workflow.run
    async def run(self, order: AgendaOrder) -> int:
        """Draw it up for this instant. Returns how many cases it is about."""
        count: int = await workflow.execute_activity_method(
            AgendaActivities.draw_up_agenda,
            AgendaQuestion(order=order, at=workflow.now()),
            start_to_close_timeout=timedelta(seconds=30),
            schedule_to_close_timeout=timedelta(hours=6),
            summary=f"备忘:{order.name} · Draw up the agenda: {order.name}",
        )
        return count

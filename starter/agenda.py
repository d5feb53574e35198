"""The schedules that draw up the agenda: one per item of the rulebook, by the shop's wall clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import time, timedelta

from temporalio.client import (
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
)

from domain.agenda import RUN, AgendaOrder, orders
from domain.identity import TASK_QUEUE
from domain.rulebook import AgendaRow, Rulebook
from domain.wall_clock import ZONE

MADE_UP_WITHIN = timedelta(hours=2)  # a list of what was to be done hours ago is of no use
_SUNDAY_FIRST = 7  # Temporal counts the days of the week from Sunday, 0


def schedules(book: Rulebook) -> Mapping[str, Schedule]:
    """Each item's schedule by its id, `agenda/<name>`."""
    return {f"agenda/{order.name}": _schedule(row, order) for row, order in orders(book)}


def _schedule(row: AgendaRow, order: AgendaOrder) -> Schedule:
    summary = f"{row.label.zh} · {row.label.en}"
    every = {
        **({"day_of_week": [ScheduleRange(day % _SUNDAY_FIRST) for day in row.weekdays]} if row.weekdays else {}),
        **({"day_of_month": [ScheduleRange(day) for day in row.days]} if row.days else {}),
    }
    return Schedule(
        action=ScheduleActionStartWorkflow(
            RUN, order, id=f"agenda/{order.name}", task_queue=TASK_QUEUE, static_summary=summary
        ),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    hour=[ScheduleRange(at.hour)], minute=[ScheduleRange(at.minute)], comment=order.rule, **every
                )
                for at in map(time.fromisoformat, row.value)
            ],
            time_zone_name=ZONE,
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.BUFFER_ONE, catchup_window=MADE_UP_WITHIN),
        state=ScheduleState(note=summary),
    )

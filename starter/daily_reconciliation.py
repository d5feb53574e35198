"""The schedule that begins the daily reconciliation.

A run that was missed is made up for up to a day later; one that
would meet another is left out. Neither loses a day: each run compares every day that is unfinished.
"""

from __future__ import annotations

from datetime import timedelta

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

from domain.identity import TASK_QUEUE
from domain.reconciliation import RUN, ReconciliationOrder, daily_at
from domain.rulebook import Rulebook
from domain.wall_clock import OFFSET_MINUTES

SCHEDULE = "reconciliation"
SUMMARY = "每日对账 · Daily reconciliation"
PATIENCE = timedelta(hours=6)  # with a provider who does not answer; the next run tries again
MADE_UP_WITHIN = timedelta(days=1)


def daily(book: Rulebook) -> Schedule:
    """Once a day, at the first refund sweep of the rulebook (R-REF-SWEEP), for the days up to yesterday."""
    at = daily_at(book)
    minute = (at.hour * 60 + at.minute - OFFSET_MINUTES) % (24 * 60)  # of the day in UTC
    return Schedule(
        action=ScheduleActionStartWorkflow(
            RUN,
            ReconciliationOrder.under(book, patience=PATIENCE),
            id="reconciliation/daily",
            task_queue=TASK_QUEUE,
            static_summary=SUMMARY,
        ),
        spec=ScheduleSpec(
            calendars=[
                ScheduleCalendarSpec(
                    hour=[ScheduleRange(minute // 60)],
                    minute=[ScheduleRange(minute % 60)],
                    comment=f"{at:%H:%M} +08:00, R-REF-SWEEP",
                )
            ]
        ),
        policy=SchedulePolicy(overlap=ScheduleOverlapPolicy.SKIP, catchup_window=MADE_UP_WITHIN),
        state=ScheduleState(note=SUMMARY),
    )

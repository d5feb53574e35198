"""The schedule that begins the daily reconciliation. The door sets it at its start: it knows the shop's rulebook.

There is one per namespace, however many doors start. A run that was missed is made up for up to a day later; one that
would meet another is left out. Neither loses a day: each run compares every day that is unfinished.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta

import structlog
from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleCalendarSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleRange,
    ScheduleSpec,
    ScheduleState,
    ScheduleUpdate,
    ScheduleUpdateInput,
)
from temporalio.service import RPCError

from domain.identity import TASK_QUEUE
from domain.reconciliation import RUN, UTC_OFFSET_MINUTES, ReconciliationOrder, daily_at
from domain.rulebook import Rulebook

SCHEDULE = "reconciliation"
SUMMARY = "每日对账 · Daily reconciliation"
PATIENCE = timedelta(hours=6)  # with a provider who does not answer; the next run tries again
MADE_UP_WITHIN = timedelta(days=1)
_AGAIN, _LONGEST = 1.0, 60.0  # seconds between two tries, until Temporal is there

_log = structlog.get_logger("reconciliation")


async def establish(client: Client, book: Rulebook) -> None:
    """Make the schedule, or bring the one that stands to this rulebook; a pause that somebody set stays.

    Raises:
        RPCError, RuntimeError: Temporal is not there, or refuses.
    """
    wanted = daily(book)
    try:
        await client.create_schedule(SCHEDULE, wanted)
    except ScheduleAlreadyRunningError:

        def renewed(stands: ScheduleUpdateInput) -> ScheduleUpdate:
            wanted.state = stands.description.schedule.state
            return ScheduleUpdate(wanted)

        await client.get_schedule_handle(SCHEDULE).update(renewed)


async def established(client: Client, book: Rulebook) -> None:
    """`establish` once Temporal is there: the door may start before it. Why it is not yet is logged once per reason."""
    told, pause = "", _AGAIN
    while True:
        try:
            await establish(client, book)
        except (RPCError, RuntimeError) as error:
            why = error.status.name if isinstance(error, RPCError) else type(error).__name__
            if why != told:
                _log.warning("reconciliation_not_scheduled", why=why)
            told = why
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST)
        else:
            _log.info("reconciliation_scheduled", at=str(daily_at(book)))
            return


def daily(book: Rulebook) -> Schedule:
    """Once a day, at the first refund sweep of the rulebook (R-REF-SWEEP), for the days up to yesterday."""
    at = daily_at(book)
    minute = (at.hour * 60 + at.minute - UTC_OFFSET_MINUTES) % (24 * 60)  # of the day in UTC
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

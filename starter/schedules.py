"""The schedules of a namespace. The door sets them at its start: it knows the shop's rulebook.

There is one of each per namespace, however many doors start.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping

import structlog
from temporalio.client import Client, Schedule, ScheduleAlreadyRunningError, ScheduleUpdate, ScheduleUpdateInput
from temporalio.service import RPCError

from domain.rulebook import Rulebook
from starter import agenda, daily_reconciliation

_AGAIN, _LONGEST = 1.0, 60.0  # seconds between two tries, until Temporal is there

_log = structlog.get_logger("schedules")


def of(book: Rulebook) -> Mapping[str, Schedule]:
    """Every schedule by its id."""
    return {daily_reconciliation.SCHEDULE: daily_reconciliation.daily(book), **agenda.schedules(book)}


async def establish(client: Client, book: Rulebook) -> None:
    """Make the schedules, or bring those that stand to this rulebook; a pause that somebody set stays.

    Raises:
        RPCError, RuntimeError: Temporal is not there, or refuses.
    """
    for id, wanted in of(book).items():
        try:
            await client.create_schedule(id, wanted)
        except ScheduleAlreadyRunningError:
            await _renew(client, id, wanted)


async def _renew(client: Client, id: str, wanted: Schedule) -> None:
    def renewed(stands: ScheduleUpdateInput) -> ScheduleUpdate:
        wanted.state = stands.description.schedule.state
        return ScheduleUpdate(wanted)

    await client.get_schedule_handle(id).update(renewed)


async def established(client: Client, book: Rulebook) -> None:
    """`establish` once Temporal is there: the door may start before it. Why it is not yet is logged once per reason."""
    told, pause = "", _AGAIN
    while True:
        try:
            await establish(client, book)
        except (RPCError, RuntimeError) as error:
            why = error.status.name if isinstance(error, RPCError) else type(error).__name__
            if why != told:
                _log.warning("not_scheduled", why=why)
            told = why
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST)
        else:
            _log.info("scheduled", schedules=len(of(book)))
            return

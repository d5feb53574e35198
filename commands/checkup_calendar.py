"""Check-up of deadlines that were counted before the official notice of their days came."""

from __future__ import annotations

import asyncpg

import settings
from commands.finding import Finding, doubtful, good, unknown
from commands.language import say
from domain.calendar_file import CalendarError
from store.pool import open_pool
from store.provisional_clocks import countable, provisional_clocks
from store.working_time import CalendarWorkingTime

CHECK = "provisional deadlines"


async def provisional(configured: settings.Settings) -> Finding:
    """Whether cases wait to be told of a notice that is there."""
    try:
        calendar = CalendarWorkingTime.from_folder(configured.calendar_folder)
    except CalendarError:
        return unknown(CHECK, "calendar")
    try:
        async with await open_pool(configured.database(), application_name="aftersales-doctor", max_size=1) as pool:
            clocks = await provisional_clocks(pool)
    except asyncpg.UndefinedTableError:
        return unknown(CHECK, "migrations")
    except (OSError, asyncpg.PostgresError, TimeoutError, settings.SettingsInvalid):
        return unknown(CHECK, "postgresql")
    if not clocks:
        return good(CHECK, say("没有。", "None."))
    ready = {(one.shop, one.case_no) for one in await countable(clocks, calendar)}
    if not ready:
        found = say(
            f"{len(clocks)} 个期限跨入尚未公布放假安排的日子。",
            f"{len(clocks)} deadlines reach into days whose notice is not out.",
        )
        return good(CHECK, found)
    return doubtful(
        CHECK,
        say(
            f"{len(ready)} 个售后单的期限是在放假通知之前算的，通知已有。",
            f"{len(ready)} cases have deadlines that were counted before the notice, and the notice is there.",
        ),
        say("运行 aftersales calendar apply。", "Run `aftersales calendar apply`."),
    )

"""When a clock is due: counted once when it starts, and anew when its rule or the calendar of working days changed.

Working time is asked for outside and the answer stays in the history. What was counted over days without an official
notice is provisional: the case keeps a record of it (`provisional_clock`), by which it is found when the notice comes.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from temporalio import workflow

from activities.working_time import DueQuestion, ProvisionalDue, WorkingTimeActivities
from domain.clocks import Clock
from domain.messages.facts import CalendarChanged
from domain.recounting import RULE_OF, recount
from domain.return_window import starts_at
from domain.rules import ClockRule, Unit

if TYPE_CHECKING:
    from workflows.course import Case

RECORD = "provisional_clock"


class Counted(NamedTuple):
    """A due instant, and whether it was counted over provisional days."""

    due_at: datetime
    provisional: bool = False


async def count(case: Case, rule: ClockRule, start: datetime) -> Counted:
    """When a clock under that rule which started then is due."""
    if rule.unit is Unit.SECONDS:
        return Counted(start + timedelta(seconds=rule.length))
    answer = await workflow.execute_local_activity_method(
        WorkingTimeActivities.working_due,
        DueQuestion(shop=case.request.shop, start=start, length=rule.length, unit=rule.unit),
        start_to_close_timeout=timedelta(seconds=5),
        summary=f"计算期限 · Compute when {rule.id} is due",
    )
    return Counted(answer.due_at, provisional=True) if isinstance(answer, ProvisionalDue) else Counted(answer)


async def act(case: Case) -> bool:
    """Count anew what was provisional when a notice came. True when one did."""
    for key, clock in case.state.clocks.items():
        if clock.provisional and not clock.live:
            clock.provisional = False
            keep(case, key, clock.started_at, clock.due_at, provisional=False)
    if case.take(CalendarChanged) is None:
        return False
    while case.take(CalendarChanged) is not None:  # one count answers all of them
        pass
    for key, clock in list(case.state.clocks.items()):
        if clock.provisional:
            rule = case.rules.clocks[clock.id]
            counted = await case.counted(rule, clock.started_at)
            settle(case, key, clock, counted, rule, why="calendar_notice")
    await case.windows.look_again()
    return True


def settle(case: Case, key: str, clock: Clock, counted: Counted, rule: ClockRule, *, why: str) -> None:
    """Give a live clock what was counted for it, and journal what came of it."""
    if not clock.live:
        return
    found = recount(clock, counted.due_at, rule.warn_percent, case.now)
    if clock.provisional or counted.provisional:
        clock.provisional = counted.provisional
        keep(case, key, clock.started_at, clock.due_at, provisional=counted.provisional)
    if found.kept is not None:
        told = {"due_at": clock.due_at.isoformat(), "counted": (found.counted or counted.due_at).isoformat()}
        case.note("clock_kept", RULE_OF[found.kept], clock=key, kept=found.kept, why=why, **told)
    elif found.after != found.before:
        told = {"before": found.before.isoformat(), "due_at": found.after.isoformat()}
        case.note("clock_moved", clock.rule, clock=key, why=why, **told)
    if clock.provisional and why == "calendar_notice":
        case.note("still_provisional", clock.rule, clock=key)


def keep(case: Case, key: str, started_at: datetime, due_at: datetime, *, provisional: bool) -> None:
    """Keep on record that a deadline rests on provisional days, or does so no longer."""
    case.record(
        RECORD,
        key,
        "R-OWNER",
        started_at=started_at.isoformat(),
        due_at=due_at.isoformat(),
        provisional=provisional,
    )


def nothing_provisional(case: Case) -> None:
    """The case is over: no window of it is looked at again."""
    for clock, end in case.state.provisional_ends.items():
        keep(case, clock, starts_at(clock, case.order) or end, end, provisional=False)
    case.state.provisional_ends.clear()

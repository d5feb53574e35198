"""How a case rests: what wakes it, what it does meanwhile, and when it goes on in a new run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, TypeVar

from temporalio import workflow

from domain.case import Waiting
from domain.clocks import Clock, ClockState
from domain.vocabulary import Party
from workflows import duties, settle
from workflows.endings import Withdrawn

if TYPE_CHECKING:
    from workflows.course import Case

T = TypeVar("T")


@contextmanager
def awaiting(case: Case, clock: Clock | None) -> Iterator[None]:
    """Whoever awaits a clock acts when it is due; a rest inside a duty of that rest leaves it alone."""
    case.awaited.append(clock)
    try:
        yield
    finally:
        case.awaited.pop()


async def until(
    case: Case,
    ready: Callable[[], T | None],
    code: str,
    ball: Party,
    *,
    clock: Clock | None,
    at: datetime | None,
    meets: bool,
) -> T | None:
    """Rest until there is a value, the clock is due, or the instant comes, and do the case's duties meanwhile."""
    while True:
        case.looks_again_at = at  # anew each time: a duty may have waited for something of its own
        case.state.waiting = Waiting(code=code, ball_with=ball, clock=clock.id if clock else "")
        case.alarm.attend()
        now = case.now
        if _withdrawn(case):
            case.arrived()
            raise Withdrawn
        value = ready()
        if value is not None:
            case.arrived()
            if meets and clock is not None and clock.state in (ClockState.RUNNING, ClockState.PAUSED):
                clock.end(ClockState.MET, now)
            case.state.waiting = None
            return value
        if clock is not None and (clock.state is ClockState.BREACHED or (clock.running and clock.due_at <= now)):
            if clock.running:
                case.arrived()
                duties.breach(case, clock, now)
            case.state.waiting = None
            return None
        if at is not None and at <= now:
            case.state.waiting = None
            return None
        case.arrived()
        if await duties.act(case, now):
            continue
        written = await settle.write(case)
        if written and settle.far_behind(case):
            continue
        _continue_as_new_if_long(case)
        if case.alarm.woken:  # messages came while the page was written
            case.look_at_the_clock()
        if written or case.alarm.woken:
            continue
        instant, why = duties.next_instant(case, at)
        await case.alarm.rest(instant, why, case.now)
        case.look_at_the_clock()
        case.rested_in_run = True


def _withdrawn(case: Case) -> bool:
    """Whether the request was taken back while it still can be: where money moves or goods come back it cannot."""
    state = case.state
    return (
        state.withdrawn
        and not case.request.of_the_house
        and not case.done("outcome")
        and not state.money_moves
        and not state.goods_bind(case.start.customs)
    )


def _continue_as_new_if_long(case: Case) -> None:
    """Go on in a new run: at a rest, or in a flood that lets the case find none."""
    info, limit = workflow.info(), case.start.continue_after_events
    long = info.is_continue_as_new_suggested() or info.get_current_history_length() >= limit
    if (case.rested_in_run and long) or case.handled_in_run >= limit:
        case.state.lighten(case.now)
        workflow.continue_as_new(case.start.model_copy(update={"carried": case.state}))

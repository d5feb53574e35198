"""One call to a partner, tried until he answers: with patience, then with a person told, and again.

A partner that is away for long holds nothing up but this step: the clocks go on, and messages are taken.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from activities.failures import REFUSED
from domain.vocabulary import Party
from workflows.endings import PartnerSaidNo

if TYPE_CHECKING:
    from workflows.course import Case

T = TypeVar("T")

TIMEOUT = timedelta(seconds=30)  # of one attempt
PATIENCE = timedelta(minutes=10)  # of the attempts in a row, before the case tries again later
RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=2)
)
FIRST_GAP = timedelta(minutes=15)
LONGEST_GAP = timedelta(hours=2)


async def make(
    case: Case,
    step: str,
    activity: Callable[[Any, Any], Awaitable[T]],
    ask: Callable[[], Any],
    *,
    kind: str,
    summary: str,
) -> T:
    """Call until the partner answers. `ask` makes what he is asked, anew for each time that the case tries again later.

    Raises:
        PartnerSaidNo: his final refusal.
    """
    gap = FIRST_GAP
    while True:
        try:
            answer = await workflow.execute_activity_method(
                activity,
                ask(),
                start_to_close_timeout=TIMEOUT,
                schedule_to_close_timeout=PATIENCE,
                retry_policy=RETRIES,
                summary=summary,
            )
        except ActivityError as error:
            case.look_at_the_clock()
            if (code := refusal_code(error)) is not None:
                raise PartnerSaidNo(code, *_about(error)) from None
        else:
            case.look_at_the_clock()
            return answer
        case.note("partner_away", actor=Party.SYSTEM, step=step)
        away = f"partner_away:{kind}"
        case.state.needs_human = case.state.needs_human or away
        await case.until(lambda: None, code="partner_away", ball=Party.SYSTEM, at=case.now + gap)
        if case.state.needs_human == away:
            case.state.needs_human = ""
        gap = min(gap * 2, LONGEST_GAP)


def refusal_code(error: ActivityError) -> str | None:
    """The partner's code, if the activity failed with a final refusal."""
    cause = error.cause
    if isinstance(cause, ApplicationError) and cause.type == REFUSED:
        return str(cause.details[0]) if cause.details else "refused"
    return None


def _about(error: ActivityError) -> tuple[str, ...]:
    """What the refusal names besides its code."""
    return tuple(map(str, error.cause.details[1:])) if isinstance(error.cause, ApplicationError) else ()

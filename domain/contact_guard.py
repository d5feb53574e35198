"""The contact guard's arithmetic: may this customer be called now, and if not, when (P-HOURS, P-CALLCAP, X6).

The store asks it under a lock on the customer's row, with the calls of all his cases.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta, timezone

from domain.decision import Decision
from domain.rules import ContactLimits
from domain.working_time import next_contact_slot

_WEEK = timedelta(days=7)


class CallDecision(Decision):
    """Whether a call may be made now; if not, the next instant at which it may."""

    next_slot: datetime | None = None


def may_call(calls: Iterable[datetime], now: datetime, utc_offset_minutes: int, limits: ContactLimits) -> CallDecision:
    """Whether the customer may be called at `now`.

    `calls` are the instants of his earlier calls, across all cases; those of the last eight days suffice. A day is one
    of his own wall clock, a week is the seven days that end now. Calls booked for later count as well, so that no order
    of arrival gets around the limits.
    """
    past = sorted(calls)
    refused: CallDecision | None = None  # the first reason; compared with None, since a `no` is falsy
    at = now
    while True:
        slot = next_contact_slot(at, utc_offset_minutes, limits)
        if slot > at:
            refused = _refused("hours", limits) if refused is None else refused
            at = slot
            continue
        zone = timezone(timedelta(minutes=utc_offset_minutes))
        day = at.astimezone(zone).date()
        if sum(call.astimezone(zone).date() == day for call in past) >= limits.calls_per_day:
            refused = _refused("day", limits) if refused is None else refused
            midnight = datetime.combine(day + timedelta(days=1), datetime.min.time(), zone)
            at = midnight.astimezone(now.tzinfo)
            continue
        recent = [call for call in past if call > at - _WEEK]
        if len(recent) >= limits.calls_per_week:
            refused = _refused("week", limits) if refused is None else refused
            at = recent[-limits.calls_per_week] + _WEEK
            continue
        if refused is None:
            return CallDecision(allowed=True, rule="P-CALLCAP", reason="within_limits")
        return refused.model_copy(update={"next_slot": at})


def _refused(which: str, limits: ContactLimits) -> CallDecision:
    rule, reason, zh, en = {
        "hours": (
            "P-HOURS", "outside_hours",
            f"只能在顾客当地 {limits.call_from_hour}:00 至 {limits.call_until_hour}:00 之间打电话。",
            f"Calls are made from {limits.call_from_hour}:00 to {limits.call_until_hour}:00 of the customer's time.",
        ),
        "day": (
            "P-CALLCAP", "calls_per_day",
            f"今天已给这位顾客打过 {limits.calls_per_day} 次电话（全部个案合计），请改发消息。",
            f"This customer was called {limits.calls_per_day} times today, across all cases; write instead.",
        ),
        "week": (
            "P-CALLCAP", "calls_per_week",
            f"七天内已给这位顾客打过 {limits.calls_per_week} 次电话，请改发消息。",
            f"This customer was called {limits.calls_per_week} times within seven days; write instead.",
        ),
    }[which]  # fmt: skip
    return CallDecision(allowed=False, rule=rule, reason=reason, zh=zh, en=en)

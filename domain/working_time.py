"""When a clock is due, and when a customer may be called. Pure arithmetic on aware instants.

Convention (that of the civil code, the longer one for whoever has to act): a length in working days, months or years
does not count the day of its anchor and ends with its last day, at 24:00 of the shop's wall clock. That instant counts.
"""

from __future__ import annotations

import calendar as month_table
from datetime import UTC, date, datetime, time, timedelta, timezone

from domain.calendar import ShopCalendar
from domain.rules import ContactLimits, Unit

_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


def due(start: datetime, length: int, unit: Unit, calendar: ShopCalendar) -> datetime:
    """The instant at which a clock of `length` `unit`s that started at `start` is due, in UTC.

    0 working days is the end of the same day, or of the next working day when the shop does not work on it.

    Raises:
        ValueError: `start` is naive, or `length` is negative.
    """
    if start.tzinfo is None:
        raise ValueError("start must be an aware instant")
    if length < 0:
        raise ValueError("a length cannot be negative")
    local = calendar.local(start)
    match unit:
        case Unit.SECONDS:
            return start.astimezone(UTC) + timedelta(seconds=length)
        case Unit.WORKING_SECONDS:
            return _after_working_seconds(local, length, calendar)
        case Unit.WORKING_DAYS:
            return _end_of(_nth_working_day(local.date(), length, calendar), local)
        case Unit.CALENDAR_MONTHS:
            return _end_of(_months_later(local.date(), length), local)
        case Unit.CALENDAR_YEARS:
            return _end_of(_months_later(local.date(), 12 * length), local)


def is_provisional(start: datetime, due_at: datetime, unit: Unit, calendar: ShopCalendar) -> bool:
    """Whether a due instant was counted over working days of which no official notice is known yet."""
    if unit not in (Unit.WORKING_DAYS, Unit.WORKING_SECONDS):
        return False
    last = max(start, due_at - _INSTANT)  # the end of a day is the first instant of the next one
    return calendar.is_provisional(calendar.local(start).date(), calendar.local(last).date())


def end_of_day(at: datetime, days: int, utc_offset_minutes: int) -> datetime:
    """24:00 of the local day that lies `days` after the day of `at`: natural days, the first one not counted."""
    local = at.astimezone(timezone(timedelta(minutes=utc_offset_minutes)))
    return _end_of(local.date() + days * _DAY, local)


def worked(since: datetime, until: datetime, calendar: ShopCalendar) -> timedelta:
    """How much of the shop's opening hours lies between two instants."""
    opened, last = calendar.local(since), calendar.local(until)
    day, total = opened.date(), timedelta()
    while day <= last.date():
        if hours := calendar.hours_on(day):
            midnight = datetime.combine(day, time(), opened.tzinfo)
            opens = max(midnight + timedelta(minutes=hours.opens), opened)
            closes = min(midnight + timedelta(minutes=hours.closes), last)
            total += max(closes - opens, timedelta())
        day += _DAY
    return total


def next_contact_slot(at: datetime, utc_offset_minutes: int, limits: ContactLimits) -> datetime:
    """The first instant from `at` on at which the customer may be called, by his own wall clock (P-HOURS).

    The closing hour itself is outside.
    """
    local = at.astimezone(timezone(timedelta(minutes=utc_offset_minutes)))
    if limits.call_from_hour <= local.hour < limits.call_until_hour:
        return at
    day = local.date() if local.hour < limits.call_from_hour else local.date() + _DAY
    return datetime.combine(day, time(limits.call_from_hour), local.tzinfo).astimezone(UTC)


def _end_of(day: date, local: datetime) -> datetime:
    return datetime.combine(day + _DAY, time(), local.tzinfo).astimezone(UTC)


def _nth_working_day(day: date, count: int, calendar: ShopCalendar) -> date:
    if count == 0:
        while not calendar.is_working_day(day):
            day += _DAY
        return day
    while count:
        day += _DAY
        count -= calendar.is_working_day(day)
    return day


def _after_working_seconds(local: datetime, seconds: int, calendar: ShopCalendar) -> datetime:
    if seconds == 0:
        return local.astimezone(UTC)
    left = timedelta(seconds=seconds)
    day = local.date()
    while True:
        hours = calendar.hours_on(day)
        if hours:
            midnight = datetime.combine(day, time(), local.tzinfo)
            opens = max(midnight + timedelta(minutes=hours.opens), local)
            closes = midnight + timedelta(minutes=hours.closes)
            if closes - opens >= left:
                return (opens + left).astimezone(UTC)
            left -= max(closes - opens, timedelta())
        day += _DAY


def _months_later(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    # 31 January and one month: February has no 31st, so that its last day stands for it.
    return date(year, month, min(day.day, month_table.monthrange(year, month)[1]))

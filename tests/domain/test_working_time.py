"""When clocks are due, over Spring Festival, make-up Sundays, month ends and closing hours."""

from datetime import UTC, date, datetime, timedelta, timezone

import chinese_calendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.calendar import Hours, ShopCalendar
from domain.calendar_file import default
from domain.rules import ContactLimits, Unit
from domain.working_time import due, end_of_day, next_contact_slot

BEIJING = timezone(timedelta(hours=8))
SHOP = ShopCalendar(national=default())
FIRST = datetime(2024, 1, 1, tzinfo=UTC)
INSTANTS = st.integers(0, 1000 * 86_400).map(lambda seconds: FIRST + timedelta(seconds=seconds))


def _beijing(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@pytest.mark.parametrize(
    ("start", "days", "end"),
    [
        ("2026-02-13 11:00", 1, "2026-02-15 00:00"),  # Friday, then a make-up Saturday: due at its end
        ("2026-02-13 11:00", 3, "2026-02-26 00:00"),  # over the nine days of Spring Festival
        ("2026-02-17 09:00", 1, "2026-02-25 00:00"),  # begun inside the holidays
        ("2026-09-18 09:00", 1, "2026-09-21 00:00"),  # a make-up Sunday counts
        ("2025-09-30 23:59", 7, "2025-10-17 00:00"),  # National Day, then a make-up Saturday
        ("2026-11-20 09:00", 0, "2026-11-21 00:00"),  # the end of the same day
        ("2026-11-21 09:00", 0, "2026-11-24 00:00"),  # a Saturday: the end of Monday
        ("2026-11-20 00:00", 1, "2026-11-24 00:00"),  # midnight belongs to the day that begins
    ],
)
def test_working_days_end_with_the_last_one(start: str, days: int, end: str) -> None:
    """The day of the event is not counted, and the last working day counts to its end, 24:00 in Beijing."""
    assert due(_beijing(start), days, Unit.WORKING_DAYS, SHOP) == _beijing(end)


@given(start=INSTANTS, days=st.integers(1, 30))
def test_working_days_agree_with_an_independent_calendar(start: datetime, days: int) -> None:
    """Counted by another library, exactly so many working days lie between the event and the due instant."""
    end = due(start, days, Unit.WORKING_DAYS, SHOP)
    local_start, local_end = start.astimezone(BEIJING), end.astimezone(BEIJING)
    assert (local_end.hour, local_end.minute, local_end.second) == (0, 0, 0)
    last = local_end.date() - timedelta(days=1)
    counted, day = 0, local_start.date()
    while day < last:
        day += timedelta(days=1)
        counted += chinese_calendar.is_workday(day)
    assert counted == days
    assert chinese_calendar.is_workday(last)


@given(start=INSTANTS, length=st.integers(0, 40), more=st.integers(0, 10), unit=st.sampled_from([*Unit]))
def test_a_longer_length_and_a_later_start_are_never_due_earlier(
    start: datetime, length: int, more: int, unit: Unit
) -> None:
    """Nobody gains an earlier deadline by waiting, and a due instant never lies before its start."""
    scale = 3_600 if unit in (Unit.SECONDS, Unit.WORKING_SECONDS) else 1
    first = due(start, length * scale, unit, SHOP)
    assert first >= start
    assert due(start, (length + more) * scale, unit, SHOP) >= first
    assert due(start + timedelta(hours=more), length * scale, unit, SHOP) >= first


@pytest.mark.parametrize(
    ("start", "hours", "end"),
    [
        ("2026-11-20 17:00", 2, "2026-11-23 10:00"),  # Friday evening to Monday morning
        ("2026-11-20 09:00", 9, "2026-11-20 18:00"),  # exactly one day: due at closing, not at the next opening
        ("2026-11-21 12:00", 1, "2026-11-23 10:00"),  # begun on a Saturday
        ("2026-11-20 20:00", 1, "2026-11-23 10:00"),  # begun after closing
        ("2026-02-14 17:30", 1, "2026-02-24 09:30"),  # a make-up Saturday, then Spring Festival
    ],
)
def test_working_hours_run_only_while_the_shop_is_open(start: str, hours: int, end: str) -> None:
    """A clock in working hours stands still at night, on days off and over the holidays."""
    assert due(_beijing(start), hours * 3600, Unit.WORKING_SECONDS, SHOP) == _beijing(end)


@given(start=INSTANTS, first=st.integers(0, 100_000), second=st.integers(0, 100_000))
def test_working_time_adds_up(start: datetime, first: int, second: int) -> None:
    """Two stretches of working time after one another end where one stretch of their sum ends."""
    half = due(start, first, Unit.WORKING_SECONDS, SHOP)
    whole = due(start, first + second, Unit.WORKING_SECONDS, SHOP)
    assert due(half, second, Unit.WORKING_SECONDS, SHOP) == (whole if second or first else start)


@pytest.mark.parametrize(
    ("start", "unit", "length", "end"),
    [
        ("2026-01-31 15:00", Unit.CALENDAR_MONTHS, 1, "2026-03-01 00:00"),  # February has no 31st
        ("2024-01-31 15:00", Unit.CALENDAR_MONTHS, 1, "2024-03-01 00:00"),  # leap year: 29 February
        ("2026-03-31 15:00", Unit.CALENDAR_MONTHS, 1, "2026-05-01 00:00"),
        ("2026-11-15 15:00", Unit.CALENDAR_MONTHS, 2, "2027-01-16 00:00"),
        ("2024-02-29 15:00", Unit.CALENDAR_YEARS, 1, "2025-03-01 00:00"),
        ("2026-05-05 15:00", Unit.CALENDAR_YEARS, 1, "2027-05-06 00:00"),
    ],
)
def test_months_and_years_end_with_the_same_day_or_the_months_last(
    start: str, unit: Unit, length: int, end: str
) -> None:
    """One month from 31 January ends with February's last day, at its end."""
    assert due(_beijing(start), length, unit, SHOP) == _beijing(end)


def test_the_day_is_that_of_the_shops_wall_clock() -> None:
    """17:00 UTC on Thursday is Friday in Beijing: the next working day is Monday."""
    at = datetime(2026, 11, 19, 17, tzinfo=UTC)
    assert due(at, 1, Unit.WORKING_DAYS, SHOP) == _beijing("2026-11-24 00:00")
    abroad = SHOP.model_copy(update={"utc_offset_minutes": 0})
    assert due(at, 1, Unit.WORKING_DAYS, abroad) == datetime(2026, 11, 21, tzinfo=UTC)


def test_elapsed_time_ignores_every_calendar() -> None:
    """72 hours over Spring Festival are 72 hours."""
    start = _beijing("2026-02-16 08:00")
    assert due(start, 72 * 3600, Unit.SECONDS, SHOP) - start == timedelta(hours=72)


def test_a_naive_instant_or_a_negative_length_is_refused() -> None:
    """Local time without its zone never becomes a deadline."""
    with pytest.raises(ValueError, match="aware"):
        due(datetime(2026, 1, 1), 1, Unit.SECONDS, SHOP)  # noqa: DTZ001 - the point of the test
    with pytest.raises(ValueError, match="negative"):
        due(datetime(2026, 1, 1, tzinfo=UTC), -1, Unit.SECONDS, SHOP)


def test_an_exception_day_may_have_hours_of_its_own() -> None:
    """On a day with short hours less working time passes."""
    short = SHOP.model_copy(update={"exceptions": {date(2026, 11, 20): Hours(opens=540, closes=600)}})
    end = due(_beijing("2026-11-20 09:00"), 2 * 3600, Unit.WORKING_SECONDS, short)
    assert end == _beijing("2026-11-23 10:00")


@pytest.mark.parametrize(
    ("at", "slot"),
    [
        ("2026-11-20 09:59", "2026-11-20 10:00"),
        ("2026-11-20 10:00", "2026-11-20 10:00"),
        ("2026-11-20 17:59", "2026-11-20 17:59"),
        ("2026-11-20 18:00", "2026-11-21 10:00"),
        ("2026-11-20 23:30", "2026-11-21 10:00"),
    ],
)
def test_calls_wait_for_the_customers_hours(at: str, slot: str) -> None:
    """Customers are called from 10:00 up to, not at, 18:00 (P-HOURS), on days off as well."""
    assert next_contact_slot(_beijing(at), 480, ContactLimits()) == _beijing(slot)


@given(at=INSTANTS, offset=st.integers(-840, 840))
def test_a_slot_lies_in_the_customers_own_hours_wherever_he_is(at: datetime, offset: int) -> None:
    """A customer abroad is called by his own clock, and never later than one night away."""
    slot = next_contact_slot(at, offset, ContactLimits())
    assert 10 <= slot.astimezone(timezone(timedelta(minutes=offset))).hour < 18
    assert timedelta() <= slot - at <= timedelta(hours=16)


def test_natural_days_end_with_their_last_day() -> None:
    """Seven days from a signature on the 1st end with the 8th: the day of signing is not counted."""
    assert end_of_day(_beijing("2026-11-01 20:00"), 7, 480) == _beijing("2026-11-09 00:00")

"""Working days: two independent libraries know the same ones."""

from datetime import date, timedelta

import chinese_calendar
import holidays
import pytest

from domain.calendar import CalendarStatus, NationalCalendar, ShopCalendar
from domain.calendar_file import CalendarError, default, parse_notice, parse_shop, write_notice

_ROW = '{"date": "2027-01-01", "isOffDay": %s}'


@pytest.fixture(scope="module")
def national() -> NationalCalendar:
    return default()


def _days(year: int) -> list[date]:
    first = date(year, 1, 1)
    return [first + timedelta(days=n) for n in range((date(year + 1, 1, 1) - first).days)]


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_official_years_equal_both_libraries_day_by_day(national: NationalCalendar, year: int) -> None:
    """No holiday and no make-up working day of 2024 to 2026 was copied wrongly."""
    shop = ShopCalendar(national=national)
    other = holidays.country_holidays("CN", years=year)
    for day in _days(year):
        assert shop.is_working_day(day) == chinese_calendar.is_workday(day), day
        assert shop.is_working_day(day) == other.is_working_day(day), day
    assert national.year(year).status is CalendarStatus.OFFICIAL


@pytest.mark.parametrize("year", range(2027, 2037))
def test_a_year_without_notice_keeps_the_statutory_days(national: NationalCalendar, year: int) -> None:
    """Until the notice is out, Monday to Friday without the statutory days count, marked as unsure."""
    computed = national.year(year)
    known = holidays.country_holidays("CN", years=year, language="en_US")
    statutory = {day for day, name in known.items() if "observed" not in name and day.year == year}
    assert computed.off == statutory
    assert (computed.status, computed.work) == (CalendarStatus.PROVISIONAL, frozenset())
    shop = ShopCalendar(national=national)
    for day in _days(year):
        assert shop.is_working_day(day) == (day.isoweekday() <= 5 and day not in statutory), day


def test_a_notice_makes_a_year_official_and_moves_the_horizon(national: NationalCalendar) -> None:
    """When the State Council has spoken, next year's days are sure, and doctor stops warning."""
    today = date(2026, 11, 22)
    assert national.horizon_days(today) == 39
    text = (
        '{"year": 2027, "days": [{"date": "2027-01-01", "isOffDay": true}, {"date": "2027-01-03", "isOffDay": false}]}'
    )
    known = national.with_year(parse_notice(text, "2027.json"))
    assert known.horizon_days(today) == 39 + 365
    assert known.day(date(2027, 1, 3)) is True
    assert known.horizon_days(date(2028, 5, 1)) == 0


def test_a_notice_survives_writing_and_reading(national: NationalCalendar) -> None:
    """What import writes to the shop's folder says the same as the notice."""
    notice = national.year(2026)
    assert parse_notice(write_notice(notice), "2026.json") == notice


def test_days_of_the_neighbouring_year_are_left_to_its_own_notice() -> None:
    """A notice that begins on 31 December does not make the other year official."""
    text = (
        '{"year": 2027, "days": [{"date": "2026-12-31", "isOffDay": true}, {"date": "2027-01-01", "isOffDay": true}]}'
    )
    assert parse_notice(text, "2027.json").off == {date(2027, 1, 1)}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{", "not JSON"),
        ("[]", '"year"'),
        ('{"year": 2027, "days": []}', "not out yet"),
        ('{"year": 2027, "days": [{"date": "2027-13-01", "isOffDay": true}]}', "days[0]"),
        ('{"year": 2027, "days": [{"date": "2027-01-01"}]}', "days[0]"),
        ('{"year": 2027, "days": [{"date": "2027-01-01", "isOffDay": "yes"}]}', "true or false"),
        ('{"year": 2027, "days": [' + _ROW % "true" + "," + _ROW % "false" + "]}", "at once"),
    ],
)
def test_a_bad_notice_is_refused_with_the_place(text: str, hint: str) -> None:
    """A file that is no notice, or an empty one, never becomes the shop's calendar."""
    with pytest.raises(CalendarError) as caught:
        parse_notice(text, "2027.json")
    assert hint in caught.value.en
    assert caught.value.en.startswith("2027.json: ")
    assert caught.value.zh


def test_a_shops_week_hours_and_exceptions_hold(national: NationalCalendar) -> None:
    """A shop that works on Saturdays, longer on Singles' Day and not on the day after, is calculated that way."""
    text = """
    weekdays = [1, 2, 3, 4, 5, 6]
    opens = "10:00"
    closes = "21:30"
    closed = ["2026-11-12"]
    [open]
    2026-11-11 = "00:00-24:00"
    2026-02-17 = "10:00-12:00"
    """
    shop = parse_shop(text, "demo.toml", national)
    assert shop.is_working_day(date(2026, 11, 14))
    assert not shop.is_working_day(date(2026, 11, 12))
    assert shop.is_working_day(date(2026, 2, 17))  # Spring Festival, by the shop's own decision
    assert not shop.is_working_day(date(2026, 2, 18))
    assert shop.is_working_day(date(2026, 9, 20))  # a make-up Sunday
    hours = shop.hours_on(date(2026, 11, 11))
    assert hours is not None
    assert (hours.opens, hours.closes) == (0, 1440)
    assert shop.hours.closes == 21 * 60 + 30


def test_a_shop_that_never_closes_ignores_the_nations_days(national: NationalCalendar) -> None:
    """A shop may work through Spring Festival."""
    shop = parse_shop("keeps_public_holidays = false\nweekdays = [1,2,3,4,5,6,7]", "demo.toml", national)
    assert all(shop.is_working_day(day) for day in _days(2026))


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("weekday = [1]", "weekdays"),
        ("weekdays = []", "at least one weekday"),
        ("weekdays = [0]", "at least one weekday"),
        ('weekdays = "Monday"', "weekdays"),
        ('opens = "9"', "09:00-18:00"),
        ('opens = "19:00"', "opens before it closes"),
        ('closed = ["11-11"]', "2026-11-11"),
        ('[open]\n2026-11-11 = "all day"', "09:00-18:00"),
        ("utc_offset_minutes = 10000", "utc_offset_minutes"),
        ("weekdays = [", "TOML"),
    ],
)
def test_a_bad_shop_calendar_is_refused_with_the_place(national: NationalCalendar, text: str, hint: str) -> None:
    """A slip in a shop's calendar is named before it moves a deadline."""
    with pytest.raises(CalendarError) as caught:
        parse_shop(text, "demo.toml", national)
    assert hint in caught.value.en
    assert caught.value.zh.startswith("demo.toml")


def test_a_stretch_into_an_unannounced_year_is_provisional(national: NationalCalendar) -> None:
    """A deadline that crosses into a year without a notice is known to be unsure."""
    shop = ShopCalendar(national=national)
    assert not shop.is_provisional(date(2026, 1, 1), date(2026, 12, 31))
    assert shop.is_provisional(date(2026, 12, 30), date(2027, 1, 5))
    always = ShopCalendar(national=national, keeps_public_holidays=False)
    assert not always.is_provisional(date(2026, 12, 30), date(2027, 1, 5)), "a shop that heeds no notice awaits none"

"""Which days are working days: the nation's calendar, and what a shop makes of it.

    CalendarYear (one notice) --< NationalCalendar --- ShopCalendar (weekly pattern, opening hours, exceptions)

No time zone library: China is +08:00 without summer time, and any other fixed offset is a number of minutes.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

MINUTES_OF_DAY = 24 * 60


class CalendarStatus(StrEnum):
    """How sure a year's days are."""

    OFFICIAL = "official"  # an official notice names them
    PROVISIONAL = "provisional"  # computed: no notice yet, make-up days unknown


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CalendarYear(_Value):
    """One year's exceptions from Monday-to-Friday."""

    year: int = Field(ge=2000, le=2200)
    status: CalendarStatus
    source: str = ""
    off: frozenset[date]  # days off, weekends among them or not
    work: frozenset[date] = frozenset()  # make-up working days, on weekends

    @model_validator(mode="after")
    def _days_make_sense(self) -> CalendarYear:
        both = sorted(self.off & self.work)
        if both:
            raise ValueError(f"{both[0]} is a day off and a working day at once")
        astray = sorted(day for day in self.off | self.work if day.year != self.year)
        if astray:
            raise ValueError(f"{astray[0]} does not lie in {self.year}")
        return self


class NationalCalendar(_Value):
    """Official years, and the statutory days from which the other years are computed."""

    official: dict[int, CalendarYear]
    statutory: frozenset[tuple[int, int]]  # month and day, every year
    moving: dict[int, frozenset[date]] = {}  # festivals by sun and moon, where known

    def year(self, year: int) -> CalendarYear:
        """The year's notice, or a provisional one."""
        notice = self.official.get(year)
        if notice:
            return notice
        fixed = {date(year, month, day) for month, day in self.statutory}
        return CalendarYear(
            year=year,
            status=CalendarStatus.PROVISIONAL,
            source="computed from the statutory days",
            off=frozenset(fixed | self.moving.get(year, frozenset())),
        )

    def day(self, day: date) -> bool | None:
        """True for a make-up working day, False for a day off, None where the notice says nothing."""
        notice = self.official.get(day.year)
        if notice:
            return True if day in notice.work else False if day in notice.off else None
        off = (day.month, day.day) in self.statutory or day in self.moving.get(day.year, ())
        return False if off else None

    def with_year(self, notice: CalendarYear) -> NationalCalendar:
        """This calendar with another notice; a notice for the same year is replaced."""
        return self.model_copy(update={"official": {**self.official, notice.year: notice}})

    def official_until(self, today: date) -> date:
        """The last day up to which every day from today on is official; the day before today when none is."""
        year = today.year
        while year in self.official:
            year += 1
        return date(year, 1, 1) - timedelta(days=1) if year > today.year else today - timedelta(days=1)

    def horizon_days(self, today: date) -> int:
        """How many days ahead are official. `doctor` warns below 60."""
        return max(0, (self.official_until(today) - today).days)


class Hours(_Value):
    """Opening hours of one day, in minutes after local midnight."""

    opens: int = Field(ge=0, lt=MINUTES_OF_DAY)
    closes: int = Field(gt=0, le=MINUTES_OF_DAY)

    @model_validator(mode="after")
    def _ordered(self) -> Hours:
        if self.opens >= self.closes:
            raise ValueError("a shop opens before it closes; opening past midnight is written as two days")
        return self


class ShopCalendar(_Value):
    """When one shop works."""

    national: NationalCalendar
    weekdays: frozenset[int] = frozenset({1, 2, 3, 4, 5})  # ISO: 1 is Monday
    hours: Hours = Hours(opens=9 * 60, closes=18 * 60)
    keeps_public_holidays: bool = True  # also works on the nation's make-up days
    exceptions: dict[date, Hours | None] = {}  # None: closed on that day
    utc_offset_minutes: int = Field(default=480, ge=-840, le=840)

    @field_validator("weekdays")
    @classmethod
    def _some_weekday(cls, weekdays: frozenset[int]) -> frozenset[int]:
        if not weekdays or not weekdays <= set(range(1, 8)):
            raise ValueError("give at least one weekday, from 1 (Monday) to 7 (Sunday)")
        return weekdays

    def hours_on(self, day: date) -> Hours | None:
        """Opening hours of that day; None when the shop does not work."""
        if day in self.exceptions:
            return self.exceptions[day]
        notice = self.national.day(day) if self.keeps_public_holidays else None
        works = day.isoweekday() in self.weekdays if notice is None else notice
        return self.hours if works else None

    def is_working_day(self, day: date) -> bool:
        """Whether the shop works on that day."""
        return self.hours_on(day) is not None

    def is_provisional(self, first: date, last: date) -> bool:
        """Whether the stretch touches a year whose notice is not out yet. Never for a shop that heeds no notice."""
        years = range(first.year, last.year + 1)
        return self.keeps_public_holidays and any(year not in self.national.official for year in years)

    def local(self, at: datetime) -> datetime:
        """An aware instant on this shop's wall clock."""
        return at.astimezone(timezone(timedelta(minutes=self.utc_offset_minutes)))

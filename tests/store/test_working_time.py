"""The calendar folder is read by a running worker: a notice takes effect without a restart."""

from __future__ import annotations

import logging
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from domain.calendar import CalendarStatus, CalendarYear
from domain.calendar_file import default, write_notice
from domain.rules import Unit
from store.working_time import CalendarWorkingTime

DAYS = Unit.WORKING_DAYS
START = datetime(2035, 3, 1, 4, tzinfo=UTC)  # a Thursday of a year without a notice


def announce(folder: Path, *off: date) -> None:
    """A notice of 2035: the days as computed, and these off besides."""
    days = default().year(2035).off | {*off}
    notice = CalendarYear(year=2035, status=CalendarStatus.OFFICIAL, source="invented", off=days)
    (folder / "cn-2035.json").write_text(write_notice(notice), encoding="utf-8")


async def test_a_file_that_comes_is_seen_by_a_running_worker(tmp_path: Path) -> None:
    """Before the notice a deadline is provisional; after it, official and counted by it; a later file counts too."""
    calendar = CalendarWorkingTime.from_folder(tmp_path)
    before = await calendar.due("demo", START, 1, DAYS)
    assert await calendar.is_provisional("demo", START, before, DAYS)
    announce(tmp_path, date(2035, 3, 2))
    after = await calendar.due("demo", START, 1, DAYS)
    assert after.date() == date(2035, 3, 5), "Friday is off: Monday's end, by the clock of UTC"
    assert not await calendar.is_provisional("demo", START, after, DAYS)
    (tmp_path / "demo.toml").write_text("weekdays = [1, 2, 3, 4, 5, 6, 7]\nkeeps_public_holidays = false\n")
    assert await calendar.due("demo", START, 1, DAYS) == before
    assert await calendar.due("other", START, 1, DAYS) == after


async def test_a_file_that_cannot_be_used_changes_nothing(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """A slip in a file neither stops a running case nor moves a deadline; the log names it once."""
    announce(tmp_path, date(2035, 3, 2))
    calendar = CalendarWorkingTime.from_folder(tmp_path)
    before = await calendar.due("demo", START, 1, DAYS)
    (tmp_path / "cn-2035.json").write_text("{")
    with caplog.at_level(logging.ERROR):
        for _ in range(2):
            assert await calendar.due("demo", START, 1, DAYS) == before
    (told,) = [record for record in caplog.records if record.message == "calendar_not_read"]
    assert "cn-2035.json" in str(told.__dict__["problem"])
    announce(tmp_path)
    assert await calendar.due("demo", START, 1, DAYS) < before


@pytest.mark.parametrize(
    ("start", "due_at", "unit", "unsure"),
    [
        ("2026-12-30 09:00", "2027-01-01 00:00", DAYS, False),  # 24:00 of New Year's Eve lies in the old year
        ("2026-12-30 09:00", "2027-01-05 00:00", DAYS, True),
        ("2026-12-31 09:00", "2027-01-04 10:00", Unit.WORKING_SECONDS, True),
        ("2026-12-31 09:00", "2027-01-31 00:00", Unit.CALENDAR_MONTHS, False),
        ("2026-12-31 09:00", "2027-01-04 10:00", Unit.SECONDS, False),
    ],
)
async def test_only_working_days_without_a_notice_make_a_deadline_provisional(
    start: str, due_at: str, unit: Unit, unsure: bool
) -> None:
    """Months and natural time need no notice, and the last instant of an official year is official."""
    first, last = (datetime.fromisoformat(f"{text}+08:00") for text in (start, due_at))
    assert await CalendarWorkingTime.from_folder(None).is_provisional("demo", first, last, unit) is unsure

"""The calendar port: working-time arithmetic over the packaged calendar and a shop's own files.

A folder of calendar files holds `<shop>.toml` (a shop's weekly pattern, hours and exceptions) and `cn-<year>.json`
(a notice that came after this program was built). Without a folder every shop works by the packaged calendar.
The folder is read again when a file of it came, went or changed: a running worker needs no restart for a notice.
"""

from __future__ import annotations

import logging
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Self

from domain import calendar_file
from domain.calendar import NationalCalendar, ShopCalendar
from domain.rules import Unit
from domain.working_time import due, is_provisional, worked

_Seen = tuple[tuple[str, int, int], ...]  # name, time of change and size of each file


class CalendarWorkingTime:
    """Implements `domain.ports.case_file.WorkingTime`."""

    def __init__(
        self, national: NationalCalendar, shops: dict[str, ShopCalendar], folder: Path | None = None, seen: _Seen = ()
    ) -> None:
        self._default = ShopCalendar(national=national)
        self._shops = shops
        self._folder = folder
        self._seen = seen

    @classmethod
    def from_folder(cls, folder: Path | None) -> Self:
        """Read the folder.

        Raises:
            domain.calendar_file.CalendarError: a file cannot be used; it names the file and the place.
        """
        seen = _files(folder)
        national = calendar_file.default()
        if folder is None or not folder.is_dir():
            return cls(national, {}, folder, seen)
        for notice in sorted(folder.glob("*.json")):
            national = national.with_year(calendar_file.parse_notice(notice.read_text(encoding="utf-8"), notice.name))
        shops = {
            file.stem: calendar_file.parse_shop(file.read_text(encoding="utf-8"), file.name, national)
            for file in sorted(folder.glob("*.toml"))
        }
        return cls(national, shops, folder, seen)

    def horizon_days(self, today: date) -> int:
        """How many days ahead the calendar is official."""
        return self._default.national.horizon_days(today)

    async def due(self, shop: str, start: datetime, length: int, unit: str) -> datetime:
        """The due instant in the shop's calendar."""
        return due(start, length, Unit(unit), self._calendar(shop))

    async def is_provisional(self, shop: str, start: datetime, due_at: datetime, unit: str) -> bool:
        """Whether that due instant was counted over days of which no official notice is known."""
        return is_provisional(start, due_at, Unit(unit), self._calendar(shop))

    def worked(self, shop: str, since: datetime, until: datetime) -> timedelta:
        """How much of the shop's opening hours lies between two instants."""
        return worked(since, until, self._calendar(shop))

    def _calendar(self, shop: str) -> ShopCalendar:
        self._read_again_if_changed()
        return self._shops.get(shop, self._default)

    def _read_again_if_changed(self) -> None:
        """A file that cannot be used leaves the calendar as it was, and is told once."""
        seen = _files(self._folder)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            read = self.from_folder(self._folder)
        except (calendar_file.CalendarError, OSError, UnicodeDecodeError) as error:
            logging.getLogger("aftersales").error("calendar_not_read", extra={"problem": str(error)})
            return
        self._default, self._shops = read._default, read._shops
        logging.getLogger("aftersales").info("calendar_read", extra={"files": len(seen)})


def _files(folder: Path | None) -> _Seen:
    if folder is None or not folder.is_dir():
        return ()
    found = []
    for file in sorted([*folder.glob("*.json"), *folder.glob("*.toml")]):
        try:
            stat = file.stat()
        except FileNotFoundError:  # replaced at this moment: the next look finds the new one
            continue
        found.append((file.name, stat.st_mtime_ns, stat.st_size))
    return tuple(found)

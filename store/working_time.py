"""The calendar port: working-time arithmetic over the packaged calendar and a shop's own files.

A folder of calendar files holds `<shop>.toml` (a shop's weekly pattern, hours and exceptions) and `cn-<year>.json`
(a notice that came after this program was built). Without a folder every shop works by the packaged calendar.
"""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from typing import Self

from domain import calendar_file
from domain.calendar import NationalCalendar, ShopCalendar
from domain.rules import Unit
from domain.working_time import due


class CalendarWorkingTime:
    """Implements `domain.ports.WorkingTime`."""

    def __init__(self, national: NationalCalendar, shops: dict[str, ShopCalendar]) -> None:
        self._default = ShopCalendar(national=national)
        self._shops = shops

    @classmethod
    def from_folder(cls, folder: Path | None) -> Self:
        """Read the folder.

        Raises:
            domain.calendar_file.CalendarError: a file cannot be used; it names the file and the place.
        """
        national = calendar_file.default()
        if folder is None or not folder.is_dir():
            return cls(national, {})
        for notice in sorted(folder.glob("*.json")):
            national = national.with_year(calendar_file.parse_notice(notice.read_text(encoding="utf-8"), notice.name))
        shops = {
            file.stem: calendar_file.parse_shop(file.read_text(encoding="utf-8"), file.name, national)
            for file in sorted(folder.glob("*.toml"))
        }
        return cls(national, shops)

    def horizon_days(self, today: date) -> int:
        """How many days ahead the calendar is official."""
        return self._default.national.horizon_days(today)

    async def due(self, shop: str, start: datetime, length: int, unit: str) -> datetime:
        """The due instant in the shop's calendar."""
        return due(start, length, Unit(unit), self._shops.get(shop, self._default))

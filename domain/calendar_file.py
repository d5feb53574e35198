"""Calendar data from text: the packaged years, a State Council notice in holiday-cn's JSON form, a shop's own file.

A shop's file, all parts optional:

    weekdays = [1, 2, 3, 4, 5, 6]
    opens = "09:00"
    closes = "21:00"
    keeps_public_holidays = true
    utc_offset_minutes = 480
    closed = ["2026-11-12"]
    [open]
    2026-11-11 = "00:00-24:00"
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable
from datetime import date, timedelta
from importlib import resources
from typing import Any

from pydantic import ValidationError

from domain.calendar import CalendarStatus, CalendarYear, Hours, NationalCalendar, ShopCalendar

_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")
_KEYS = ("weekdays", "opens", "closes", "keeps_public_holidays", "utc_offset_minutes", "closed", "open")


class CalendarError(ValueError):
    """Calendar data that cannot be used. The text names the file, the place and what is allowed."""

    def __init__(self, file: str, place: str, en: str, zh: str) -> None:
        super().__init__(f"{file}: {place}: {en}")
        self.zh = f"{file}：{place}：{zh}"
        self.en = f"{file}: {place}: {en}"

    def text(self, language: str) -> str:
        """For people, in one language."""
        return self.zh if language.startswith("zh") else self.en


def default_text() -> str:
    """The packaged years of mainland China, as TOML."""
    return resources.files("domain").joinpath("calendar_cn.toml").read_text(encoding="utf-8")


def default() -> NationalCalendar:
    """The packaged calendar of mainland China."""
    tree = tomllib.loads(default_text())
    official = {
        int(year): CalendarYear(
            year=int(year),
            status=CalendarStatus.OFFICIAL,
            source=row["source"],
            off=_stretches(int(year), row["off"]),
            work=_stretches(int(year), row["work"]),
        )
        for year, row in tree["official"].items()
    }
    statutory = tree["statutory"]
    every = frozenset((day.month, day.day) for day in _stretches(2000, statutory["every_year"]))
    moving = {int(year): _stretches(int(year), row) for year, row in statutory.items() if year != "every_year"}
    return NationalCalendar(official=official, statutory=every, moving=moving)


def _stretches(year: int, texts: Iterable[str]) -> frozenset[date]:
    days: set[date] = set()
    for text in texts:
        first, _, last = text.partition("/")
        day, end = (date.fromisoformat(f"{year}-{part}") for part in (first, last or first))
        while day <= end:
            days.add(day)
            day += timedelta(days=1)
    return frozenset(days)


def parse_notice(text: str, file: str) -> CalendarYear:
    """Read one year in holiday-cn's form: `{"year": 2027, "papers": [...], "days": [{"date": ..., "isOffDay": ...}]}`.

    Raises:
        CalendarError: not that form, no days in it (the notice is not out), or days that contradict each other.
    """
    try:
        tree = json.loads(text)
    except json.JSONDecodeError as error:
        raise CalendarError(file, f"line {error.lineno}", "not JSON", "不是 JSON") from None
    if not isinstance(tree, dict) or not isinstance(tree.get("year"), int) or not isinstance(tree.get("days"), list):
        raise CalendarError(
            file, "top", 'needs "year" (a number) and "days" (a list), as holiday-cn has them',
            "需要 year（数字）和 days（列表），即 holiday-cn 的格式",
        )  # fmt: skip
    if not tree["days"]:
        raise CalendarError(
            file, "days", "is empty: the notice of that year is not out yet", "为空：该年的放假通知尚未发布"
        )
    off: set[date] = set()
    work: set[date] = set()
    for number, row in enumerate(tree["days"]):
        place = f"days[{number}]"
        try:
            day, is_off = date.fromisoformat(row["date"]), row["isOffDay"]
        except (KeyError, TypeError, ValueError):
            raise CalendarError(
                file, place, 'needs "date" (2027-01-01) and "isOffDay" (true or false)',
                "需要 date（如 2027-01-01）和 isOffDay（true 或 false）",
            ) from None  # fmt: skip
        if not isinstance(is_off, bool):
            raise CalendarError(file, place, "isOffDay is true or false", "isOffDay 应为 true 或 false")
        # Notices reach over the year's end: such a day belongs to the other year's file.
        if day.year == tree["year"]:
            (off if is_off else work).add(day)
    papers = tree.get("papers")
    source = ", ".join(map(str, papers)) if isinstance(papers, list) else ""
    try:
        return CalendarYear(
            year=tree["year"], status=CalendarStatus.OFFICIAL, source=source, off=frozenset(off), work=frozenset(work)
        )
    except ValidationError as error:
        raise _invalid(file, error) from None


def write_notice(notice: CalendarYear) -> str:
    """The year in holiday-cn's form, as `parse_notice` reads it."""
    days = sorted([*((day, True) for day in notice.off), *((day, False) for day in notice.work)])
    tree = {
        "year": notice.year,
        "papers": [notice.source] if notice.source else [],
        "days": [{"date": day.isoformat(), "isOffDay": off} for day, off in days],
    }
    return json.dumps(tree, ensure_ascii=False, indent=2) + "\n"


def parse_shop(text: str, file: str, national: NationalCalendar) -> ShopCalendar:
    """Read a shop's own calendar file.

    Raises:
        CalendarError: not TOML, an unknown key, a day or an hour that is none.
    """
    try:
        tree = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CalendarError(file, "TOML", str(error), f"不是有效的 TOML：{error}") from None
    for key in tree:
        if key not in _KEYS:
            raise CalendarError(
                file, key, f"unknown; allowed: {', '.join(_KEYS)}", f"没有此项；可用：{'、'.join(_KEYS)}"
            )
    fields: dict[str, Any] = {key: tree[key] for key in ("keeps_public_holidays", "utc_offset_minutes") if key in tree}
    if "weekdays" in tree:
        fields["weekdays"] = frozenset(tree["weekdays"]) if isinstance(tree["weekdays"], list) else tree["weekdays"]
    if "opens" in tree or "closes" in tree:
        span = f"{tree.get('opens', '09:00')}-{tree.get('closes', '18:00')}"
        fields["hours"] = _hours(file, "opens, closes", span)
    exceptions: dict[date, Hours | None] = {}
    for day in tree.get("closed", []):
        exceptions[_day(file, "closed", day)] = None
    for day, span in tree.get("open", {}).items():
        exceptions[_day(file, "open", day)] = _hours(file, f"open.{day}", span)
    try:
        return ShopCalendar(national=national, exceptions=exceptions, **fields)
    except ValidationError as error:
        raise _invalid(file, error) from None


def _day(file: str, place: str, value: object) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise CalendarError(file, place, "a day is written 2026-11-11", "日期写作 2026-11-11") from None


def _hours(file: str, place: str, span: object) -> Hours:
    first, _, last = str(span).partition("-")
    opens, closes = _CLOCK.fullmatch(first.strip()), _CLOCK.fullmatch(last.strip())
    if not opens or not closes:
        raise CalendarError(file, place, "hours are written 09:00-18:00", "时间写作 09:00-18:00")
    try:
        return Hours(opens=int(opens[1]) * 60 + int(opens[2]), closes=int(closes[1]) * 60 + int(closes[2]))
    except ValidationError as error:
        raise _invalid(file, error, place) from None


def _invalid(file: str, error: ValidationError, place: str = "") -> CalendarError:
    first = error.errors(include_url=False)[0]
    where = place or ".".join(map(str, first["loc"])) or "top"
    message = first["msg"].removeprefix("Value error, ")
    return CalendarError(file, where, message, f"值无效：{message}")

"""One cell of an export: what people and spreadsheets make of ids, sums, counts and instants, read without damage."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal

from domain.money import Money
from starter.problem import bad

Cell = str | int | float | bool | datetime | date | time | timedelta | None

UNSEEN = dict.fromkeys((0x200B, 0x200E, 0x200F, 0x2060, 0xFEFF))  # characters without a width, from web pages and BOMs
_EXACT = 10**15  # a spreadsheet keeps fifteen digits of a number
_SCIENTIFIC = re.compile(r"[+-]?\d+(\.\d+)?[eE][+-]?\d+")
_TEXT_IDIOM = re.compile(r'="([^"]*)"')  # how some exports force a spreadsheet to keep an id as text
_SPREADSHEET_ERROR = re.compile(r"#(REF!|DIV/0!|VALUE!|NAME\?|N/A|NUM!|NULL!)")
_MONEY_SIGNS = str.maketrans("", "", "¥￥元, ")
_INSTANT = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[T ]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})(?:\.\d+)?秒?|分)?)?\s*(Z|[+-]\d{2}:?\d{2})?"
)
_PACKED = re.compile(r"(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2}))?")
_DAY_ZERO = datetime(1899, 12, 30)  # noqa: DTZ001  a spreadsheet counts days from here, without a zone
_SERIAL_DAYS = range(20_000, 80_000)  # 1954 to 2119
_SERIAL = re.compile(
    r"[2-7]\d{4}(\.\d+)?"
)  # as a spreadsheet writes it into a CSV, where the column has no date format


def text(cell: Cell) -> str:
    """The cell as text, the way a person sees it; for ids too. Raises BadEvent."""
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case int():
            return str(cell)
        case float():
            if abs(cell) >= _EXACT:
                raise bad("damaged_number", shape=f"{cell:.4g}")
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime() | date() | time():
            return cell.isoformat()
        case timedelta():
            return str(cell)
    plain = unicodedata.normalize("NFKC", cell.translate(UNSEEN)).strip().removeprefix("'").strip()
    forced = _TEXT_IDIOM.fullmatch(plain)
    if forced:
        return forced[1].strip()
    if plain.startswith("="):
        raise bad("formula")
    if _SPREADSHEET_ERROR.fullmatch(plain):
        raise bad("spreadsheet_error")
    if "\x00" in plain:
        raise bad("nul")
    return plain


def identifier(cell: Cell) -> str:
    """An id: digits as they were, never through a float. Raises BadEvent."""
    plain = text(cell)
    if _SCIENTIFIC.fullmatch(plain):
        raise bad("damaged_number", shape=plain[:20])
    return plain.removesuffix(".0") if plain.removesuffix(".0").isdigit() else plain


def amount(cell: Cell) -> Money:
    """A sum in yuan, as text or number. Raises BadEvent."""
    if isinstance(cell, float):
        nearest = round(cell, 2)
        if abs(nearest - cell) > 1e-6:
            raise bad("not_amount")
        return _money(str(Decimal(repr(nearest))))
    return _money(text(cell).translate(_MONEY_SIGNS))


def _money(plain: str) -> Money:
    try:
        return Money.parse(plain)
    except ValueError:
        raise bad("not_amount") from None


def count(cell: Cell) -> int:
    """A whole number. Raises BadEvent."""
    plain = identifier(cell)
    if not (plain.isascii() and plain.isdigit() and len(plain) <= 9):
        raise bad("not_count")
    return int(plain)


def instant(cell: Cell, utc_offset_minutes: int) -> datetime:
    """An instant in UTC; one without a zone is local to the shop. Raises BadEvent."""
    local = timezone(timedelta(minutes=utc_offset_minutes))
    if isinstance(cell, datetime):
        return (cell if cell.tzinfo else cell.replace(tzinfo=local)).astimezone(UTC)
    if isinstance(cell, date):
        return datetime(cell.year, cell.month, cell.day, tzinfo=local).astimezone(UTC)
    if isinstance(cell, int | float) and not isinstance(cell, bool) and int(cell) in _SERIAL_DAYS:
        moment = _DAY_ZERO + timedelta(seconds=round(cell * 86_400))
        return moment.replace(tzinfo=local).astimezone(UTC)
    plain = text(cell)
    if _SERIAL.fullmatch(plain):
        return instant(float(plain), utc_offset_minutes)
    found = _INSTANT.fullmatch(plain) or _PACKED.fullmatch(plain)
    if found is None:
        raise bad("not_time")
    parts = [int(part or 0) for part in found.groups()[:6]]
    written = found[7] if found.re is _INSTANT else None
    zone = local
    if written and written != "Z":
        zone = timezone(timedelta(hours=int(written[:3]), minutes=int(written[0] + written[-2:])))
    elif written:
        zone = UTC
    try:
        year, month, day, hour, minute, second = parts
        return datetime(year, month, day, hour, minute, second, tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad("not_time") from None


def yes(plain: str) -> bool:
    """A choice that the column map has turned into yes or no. Raises BadEvent."""
    if plain not in ("yes", "no"):
        raise bad("unknown_value", known="yes, no")
    return plain == "yes"

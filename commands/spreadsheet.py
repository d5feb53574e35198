"""Tables for people's spreadsheets: XLSX, and CSV that Excel reads as UTF-8 and never takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from commands.failure import Failure
from commands.language import say

Cell = str | float | int | datetime | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_BOM = "\ufeff"  # without it Excel takes UTF-8 for the machine's own encoding
WIDTH = 60  # characters of a column at most


def write(path: Path, heading: Sequence[str], rows: Iterable[Sequence[Cell]], *, sheet: str) -> int:
    """Write a table to `path`, by its ending `.xlsx` or `.csv`, and return how many rows it has.

    Raises:
        Failure: another ending, or the file cannot be written.
    """
    table = [list(row) for row in rows]
    match path.suffix.lower():
        case ".xlsx":
            with _told(path):
                _write_xlsx(path, heading, table, sheet)
        case ".csv":
            write_text(path, as_csv(heading, table))
        case other:
            raise Failure(
                say(f"不认识的文件类型 {other or '（无）'}。", f"Unknown kind of file {other or '(none)'}."),
                say("请用 .xlsx 或 .csv 结尾。", "Let the name end with .xlsx or .csv."),
            )
    return len(table)


def write_text(path: Path, text: str) -> None:
    """Write a text as it is.

    Raises:
        Failure: the file cannot be written.
    """
    with _told(path):
        path.write_text(text, encoding="utf-8", newline="")


@contextmanager
def _told(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Failure(
            say(f"写不了文件 {path}：{error.strerror}", f"Cannot write {path}: {error.strerror}"),
            say("请关闭打开它的程序，或换一个位置。", "Close the program that has it open, or choose another place."),
        ) from None


def as_csv(heading: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """The table as CSV text with a byte order mark. A text that a spreadsheet would run gets an apostrophe in front."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(heading)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return _BOM + text.getvalue()


def _safe(cell: Cell) -> Cell:
    if isinstance(cell, datetime):
        return cell.isoformat()
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell


def _write_xlsx(path: Path, heading: Sequence[str], rows: Sequence[Sequence[Cell]], sheet: str) -> None:
    import xlsxwriter  # type: ignore[import-untyped]
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    options = {"strings_to_formulas": False, "strings_to_urls": False, "remove_timezone": True}
    book = xlsxwriter.Workbook(str(path), options)
    page = book.add_worksheet(sheet)
    page.freeze_panes(1, 0)
    page.write_row(0, 0, heading, book.add_format({"bold": True}))
    instant = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                page.write_datetime(number, column, cell.astimezone(), instant)
            elif isinstance(cell, str):
                page.write_string(number, column, cell)
            elif cell is not None:
                page.write_number(number, column, cell)
    for column, head in enumerate(heading):
        longest = max((len(str(row[column] or "")) for row in rows), default=0)
        page.set_column(column, column, min(WIDTH, max(len(head), longest) + 2))
    try:
        book.close()
    except FileCreateError as error:
        raise OSError(None, str(error.args[0])) from None

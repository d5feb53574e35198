"""A workbook (XLSX, or the older XLS) as rows of typed cells, without trusting what is inside."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from starter.cells import Cell
from starter.problem import bad

XLSX_MAGIC, XLS_MAGIC = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_CHUNK = 1 << 20
_FORMULA = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]*>\s*<f[ />]')
_TAIL = 512  # bytes kept between two chunks, so that no cell is cut
_SHEET = re.compile(rb"<sheet [^>]*r:id=\"([^\"]+)\"")
_RELATION = re.compile(rb"<Relationship [^>]*>")
_ATTRIBUTE = re.compile(rb'(Id|Target)="([^"]+)"')
FORMULA = "="  # stands in a row for a cell that is a formula


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row with its number as the spreadsheet shows it."""

    number: int
    cells: list[Cell]
    unread_sheet: int = 0  # the number of a further sheet, which has no rows here


def workbook_rows(stream: BinaryIO, megabytes: int) -> Iterator[SheetRow]:
    """Rows of the first sheet that are not empty; and of each further sheet that holds any its number, unread.

    Raises:
        BadEvent: not a workbook, broken, encrypted, or unpacking to more than `megabytes`.
    """
    import python_calamine  # noqa: PLC0415  only for workbooks

    stream.seek(0)
    packed = stream.read(4) == XLSX_MAGIC
    stream.seek(0)
    formulas = _check_package(stream, megabytes) if packed else set()
    stream.seek(0)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(stream)
        sheet = book.get_sheet_by_index(0)
        first = sheet.start[0] if sheet.start else 0
        for place, values in enumerate(sheet.to_python(skip_empty_area=True), start=first + 1):
            left = sheet.start[1] if sheet.start else 0
            cells: list[Cell] = [
                FORMULA if (place, column) in formulas else value for column, value in enumerate(values, start=left + 1)
            ]
            if any(cell not in ("", None) for cell in cells):
                yield SheetRow(place, cells)
        for nth, told in enumerate(book.sheets_metadata[1:], start=2):
            if (
                told.typ == python_calamine.SheetTypeEnum.WorkSheet
                and (further := book.get_sheet_by_index(nth - 1)).start
            ):
                yield SheetRow(further.start[0] + 1, [], unread_sheet=nth)
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise bad("not_workbook", reason=type(error).__name__) from None


def _check_package(stream: BinaryIO, megabytes: int) -> set[tuple[int, int]]:
    """Unpack it once, counting, and find the formulas of the first sheet: (row, column), both from 1."""
    limit = megabytes * 1024 * 1024
    try:
        with zipfile.ZipFile(stream) as package:
            if sum(entry.file_size for entry in package.infolist()) > limit:
                raise bad("zip_bomb", limit=megabytes)
            first = _first_sheet(package)
            formulas: set[tuple[int, int]] = set()
            left = limit
            for entry in package.infolist():
                tail = b""
                with package.open(entry) as part:
                    while chunk := part.read(_CHUNK):  # ends with an error where the sizes in the directory lie
                        left -= len(chunk)
                        if left < 0:
                            raise bad("zip_bomb", limit=megabytes)
                        if entry.filename == first:
                            for column, row in _FORMULA.findall(tail + chunk):
                                formulas.add((int(row), _number(column)))
                            tail = chunk[-_TAIL:]
            return formulas
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError, OSError) as error:
        raise bad("not_workbook", reason=type(error).__name__) from None


def _first_sheet(package: zipfile.ZipFile) -> str:
    try:
        sheets = _SHEET.search(package.read("xl/workbook.xml"))
        relations = package.read("xl/_rels/workbook.xml.rels")
    except KeyError:
        return ""
    for relation in _RELATION.findall(relations):
        attributes = dict(_ATTRIBUTE.findall(relation))
        if sheets and attributes.get(b"Id") == sheets[1]:
            target = attributes[b"Target"].decode("utf-8", "replace").lstrip("/")
            return target if target.startswith("xl/") else f"xl/{target}"
    return ""


def _number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number

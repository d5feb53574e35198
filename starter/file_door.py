"""The file door: NDJSON, CSV and workbooks into the inbox, line by line; bad lines into quarantine, and on it goes.

What a file is, its content says, not its name; and most of its lines say it, not the first alone. Nothing depends on
how far an earlier run came: every line is known by its own id or content, so running a file again changes nothing.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import BinaryIO

import asyncpg

from domain.events import CloudEvent
from starter.columns import ColumnMap, Table
from starter.door import Door, arrival
from starter.file_events import LINE, ROW, TEXT, kept_row, line_event, row_event
from starter.header import Header
from starter.intake_settings import IntakeSettings
from starter.problem import BadEvent, Problem, bad
from starter.text_file import CsvRow, Line, TextFile, csv_rows, delimiter_of, holds_objects, looks_like_text
from starter.workbook import XLS_MAGIC, XLSX_MAGIC, SheetRow, workbook_rows
from store.inbox import Arrival

BATCH = 500  # events of one transaction
LISTED = 1_000  # bad lines told in a report; all of them are in the quarantine
_MAGIC = 8  # bytes that tell a workbook


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not taken. `entry` is its number in the quarantine; 0 when nothing is kept (a dry run)."""

    line: int
    problems: tuple[Problem, ...]
    entry: int = 0


@dataclass(slots=True)
class Report:
    """What became of a file."""

    file: str
    format: str = ""
    encoding: str = ""
    lines: int = 0
    accepted: int = 0
    duplicate: int = 0
    bad: int = 0
    unread: list[str] = field(default_factory=list)  # headers of columns that the map does not know
    listed: list[BadLine] = field(default_factory=list)

    def note(self, line: int, problems: tuple[Problem, ...], entry: int = 0) -> None:
        """One more bad line."""
        self.bad += 1
        if len(self.listed) < LISTED:
            self.listed.append(BadLine(line, problems, entry))


@dataclass(frozen=True, slots=True)
class _Piece:
    """A line on its way: an event, or why it is none with what is kept of it."""

    line: int
    event: CloudEvent | BadEvent
    raw: bytes
    content_type: str


Progress = Callable[[int], None]


class FileDoor:
    """Takes files. Without a pool nothing is written: a dry run, which finds everything but duplicates."""

    def __init__(self, pool: asyncpg.Pool | None, columns: ColumnMap, settings: IntakeSettings) -> None:
        self._door = Door(pool, "file") if pool is not None else None
        self._columns = columns
        self._settings = settings

    async def take(self, stream: BinaryIO, name: str, progress: Progress = lambda _: None) -> Report:
        """Take a file; `stream` must be seekable when it is a workbook. `progress` hears how many bytes were read.

        Raises:
            BadEvent: it cannot be read at all; nothing was taken.
        """
        report = Report(PurePath(name).name)
        waiting: list[tuple[int, str, Arrival]] = []
        for piece, position in self._pieces(stream, report):
            report.lines += 1
            origin = f"{report.file}:{piece.line}"
            try:
                if isinstance(piece.event, BadEvent):
                    raise piece.event
                waiting.append((piece.line, origin, arrival(piece.event, "file")))
            except BadEvent as error:
                entry = await self._keep(origin, piece, error)
                report.note(piece.line, error.problems, entry)
            if len(waiting) >= BATCH:
                await self._put(waiting, report)
                waiting = []
                progress(position)
        await self._put(waiting, report)
        report.listed.sort(key=lambda one: one.line)  # a conflict is found later than what stands below it
        if not report.lines:
            raise bad("empty_file", report.file)
        return report

    async def _put(self, waiting: list[tuple[int, str, Arrival]], report: Report) -> None:
        if self._door is None:
            report.accepted += len(waiting)
            return
        taken = await self._door.take(waiting)
        report.accepted += taken.accepted
        report.duplicate += taken.duplicate
        for refused in taken.conflicts:
            report.note(refused.place, refused.problems, refused.entry)

    async def _keep(self, origin: str, piece: _Piece, error: BadEvent) -> int:
        if self._door is None:
            return 0
        return await self._door.keep(origin, piece.raw, {"content-type": piece.content_type}, error.problems)

    def _pieces(self, stream: BinaryIO, report: Report) -> Iterator[tuple[_Piece, int]]:
        magic = stream.read(_MAGIC)
        stream.seek(0)
        if magic.startswith((XLSX_MAGIC, XLS_MAGIC)):
            report.format = "workbook"
            for piece in self._sheet(stream, report):
                yield piece, 0
            return
        objects = holds_objects(TextFile(stream, self._settings.line_bytes).lines())
        stream.seek(0)
        text = TextFile(stream, self._settings.line_bytes)
        start = text.sample.lstrip()
        if not objects and not looks_like_text(start):
            raise bad("binary", report.file)
        if not objects and (start[:1] == b"[" or start.split(b"\n", 1)[0].strip() == b"{"):
            raise bad("json_document", report.file)
        report.encoding = text.encoding
        report.format = "ndjson" if objects or start[:1] == b"{" else "csv"
        for piece in self._ndjson(text) if report.format == "ndjson" else self._csv(text, report):
            yield piece, text.position

    def _ndjson(self, text: TextFile) -> Iterator[_Piece]:
        for line in text.lines():
            if line.error is None and not line.raw.strip():
                continue
            try:
                if line.error is not None:
                    raise line.error
                # Chinese systems write NDJSON in GB18030 too; what is kept is what came.
                event: CloudEvent | BadEvent = line_event(text.text(line.raw).encode())
            except BadEvent as error:
                event = error
            yield _Piece(line.number, event, line.raw, LINE)

    def _csv(self, text: TextFile, report: Report) -> Iterator[_Piece]:
        header, above, delimiter = Header(self._columns), list[Line](), ""
        lines = text.lines()
        for line in lines:
            if not line.raw.strip():
                continue
            try:
                if line.error is not None:
                    raise line.error
                told = text.text(line.raw)
                delimiter = delimiter_of(told)
                cells = _cells(told, delimiter)
            except BadEvent as error:
                header.is_not(error)
            else:
                if header.is_in(cells):
                    break
            above.append(line)
        if header.table is None:
            if above:
                raise header.missing()
            return
        report.unread = header.table.unread
        for line in above:
            yield _Piece(line.number, bad("above_header"), line.raw, TEXT)
        for row in csv_rows(text, lines, delimiter, len(header.table.headers)):
            if row.error is not None or any(cell.strip() for cell in row.cells):
                yield self._row(header.table, row)

    def _row(self, table: Table, row: CsvRow) -> _Piece:
        if row.error is not None:
            return _Piece(row.number, row.error, row.raw, TEXT)
        try:
            event: CloudEvent | BadEvent = row_event(table, row.cells)
        except BadEvent as error:
            event = error
        return _Piece(row.number, event, kept_row(table, row.cells), ROW)

    def _sheet(self, stream: BinaryIO, report: Report) -> Iterator[_Piece]:
        header, above = Header(self._columns), list[SheetRow]()
        for row in workbook_rows(stream, self._settings.workbook_megabytes):
            if row.unread_sheet:
                if header.table is None and above:
                    break
                told = bad("other_sheet", number=row.unread_sheet)
                yield _Piece(row.number, told, f"sheet {row.unread_sheet}".encode(), TEXT)
                continue
            if header.table is None:
                if not header.is_in([str(cell) for cell in row.cells]):
                    above.append(row)
                continue
            report.unread = header.table.unread
            for title in above:
                yield _Piece(title.number, bad("above_header"), kept_row(header.table, title.cells), ROW)
            above.clear()
            try:
                event: CloudEvent | BadEvent = row_event(header.table, row.cells)
            except BadEvent as error:
                event = error
            yield _Piece(row.number, event, kept_row(header.table, row.cells), ROW)
        if header.table is None and above:
            raise header.missing()


def _cells(line: str, delimiter: str) -> list[str]:
    """The cells of a line that may be a header. Raises BadEvent."""
    try:
        return next(csv.reader([line], delimiter=delimiter))
    except csv.Error:
        raise bad("too_long", limit=csv.field_size_limit()) from None

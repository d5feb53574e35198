"""A text file as its lines and records, whatever encoding an ERP gave it. Never more than a line is in memory."""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO

from starter.problem import BadEvent, bad

SAMPLE = 256 * 1024  # bytes looked at to tell the encoding
KEPT = 64 * 1024  # bytes that are kept of a line that is too long
_QUOTED_LINES = 100  # lines that one quoted cell may run over; more is a quote that was never closed
_CONTROLS = bytes(byte for byte in range(32) if byte not in b"\t\r\n")
_LOOKED_AT = 50  # lines that tell whether a file holds one JSON object per line
_DELIMITERS = ",\t;|"
UTF8, GB18030 = "UTF-8", "GB18030"


@dataclass(frozen=True, slots=True)
class Line:
    """One line without its end. `error` is set when it cannot be used as it is."""

    number: int
    raw: bytes
    error: BadEvent | None = None


def looks_like_text(sample: bytes) -> bool:
    """Whether it is text of one of our encodings; a stray control character makes a bad line, not a bad file."""
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):  # UTF-16
        return False
    return (len(sample) - len(sample.translate(None, _CONTROLS))) * 50 <= len(sample)


def holds_objects(lines: Iterator[Line]) -> bool:
    """Whether every second line or more is a JSON object by itself; the first one alone may be anything."""
    raws = (line.raw.strip() for line in lines)
    found = [raw[:1] == b"{" and raw[-1:] == b"}" for raw in islice(filter(None, raws), _LOOKED_AT)]
    return bool(found) and sum(found) * 2 >= len(found)


def encoding_of(sample: bytes) -> str:
    """UTF-8 or GB18030, by what most lines that are not plain ASCII are. A text that is neither counts as UTF-8."""
    utf8 = chinese = 0
    for line in sample.split(b"\n")[: -1 if len(sample) >= SAMPLE else None]:
        if line.isascii():
            continue
        if _reads(line, "utf-8"):
            utf8 += 1
        elif _reads(line, "gb18030"):
            chinese += 1
    return GB18030 if chinese > utf8 else UTF8


def _reads(line: bytes, encoding: str) -> bool:
    try:
        line.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


class TextFile:
    """Lines of a binary stream. `limit` is the longest line in bytes; `position` how many bytes were read."""

    def __init__(self, stream: BinaryIO, limit: int) -> None:
        self._stream = stream
        self._limit = limit
        self._head = stream.read(SAMPLE)
        self._started = False
        self.sample = self._head.removeprefix(b"\xef\xbb\xbf")
        self.encoding = encoding_of(self.sample)
        self.position = 0

    def lines(self) -> Iterator[Line]:
        """Every line, with its number from 1."""
        number = 0
        while raw := self._readline():
            number += 1
            self.position += len(raw)
            if number == 1:
                raw = raw.removeprefix(b"\xef\xbb\xbf")
            if len(raw) > self._limit and not raw.endswith(b"\n"):
                self._skip_rest()
                yield Line(number, raw[:KEPT], bad("too_long", limit=self._limit))
                continue
            yield Line(number, raw.rstrip(b"\r\n"))

    def _readline(self) -> bytes:
        if not self._head:
            return self._stream.readline(self._limit + 2)
        end = self._head.find(b"\n") + 1
        if end:
            line, self._head = self._head[:end], self._head[end:]
            return line
        line, self._head = self._head, b""
        return line + self._stream.readline(max(self._limit + 2 - len(line), 1)) if len(line) <= self._limit else line

    def _skip_rest(self) -> None:
        while True:
            if self._head:
                end = self._head.find(b"\n") + 1
                self.position += end or len(self._head)
                self._head = self._head[end:] if end else b""
                if end:
                    return
                continue
            chunk = self._stream.readline(KEPT)
            self.position += len(chunk)
            if not chunk or chunk.endswith(b"\n"):
                return

    def text(self, raw: bytes) -> str:
        """A line as text. Raises BadEvent when it is in another encoding than the file."""
        if b"\x00" in raw:
            raise bad("nul")
        if self.encoding == GB18030 and not raw.isascii() and _reads(raw, "utf-8"):
            raise bad("not_utf8", encoding=GB18030, byte=1)  # UTF-8 would read as GB18030, and read wrong
        try:
            return raw.decode("utf-8" if self.encoding == UTF8 else "gb18030")
        except UnicodeDecodeError as error:
            raise bad("not_utf8", encoding=self.encoding, byte=error.start + 1) from None


def delimiter_of(header: str) -> str:
    """What separates the cells of a header line."""
    return max(_DELIMITERS, key=header.count)


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One record: the number of its first line, its cells, or why it is none."""

    number: int
    raw: bytes
    cells: list[str]
    error: BadEvent | None = None


def csv_rows(file: TextFile, lines: Iterator[Line], delimiter: str, width: int) -> Iterator[CsvRow]:
    """Records under a header of `width` cells. A bad one never takes its neighbours with it.

    A cell in quotes may run over lines; when that gives no record of the right width, the first line alone is bad and
    reading goes on with the second.
    """
    ahead: deque[Line] = deque()
    while True:
        line = ahead.popleft() if ahead else next(lines, None)
        if line is None:
            return
        if line.error is None and not line.raw.strip():
            continue
        row = _record(file, line, delimiter, width)
        taken: list[Line] = []
        while row.error is not None and row.error.problems[0].code == "open_quote" and len(taken) < _QUOTED_LINES:
            more = ahead.popleft() if ahead else next(lines, None)
            if more is None:
                break
            taken.append(more)
            if more.error is not None:
                break
            whole = b"\n".join((line.raw, *(one.raw for one in taken)))
            longer = _record(file, Line(line.number, whole), delimiter, width)
            if longer.error is None:
                row, taken = longer, []
            elif longer.error.problems[0].code != "open_quote":
                break
        ahead.extendleft(reversed(taken))
        yield row


def _record(file: TextFile, line: Line, delimiter: str, width: int) -> CsvRow:
    if line.error is not None:
        return CsvRow(line.number, line.raw, [], line.error)
    try:
        text = file.text(line.raw)
        if text.count('"') % 2:
            raise bad("open_quote")
        records = list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter, strict=True))
        row = records[0] if len(records) == 1 else []
        if len(row) != width:
            raise bad("wrong_columns", got=len(row), want=width)
    except BadEvent as error:
        return CsvRow(line.number, line.raw, [], error)
    except csv.Error:
        return CsvRow(line.number, line.raw, [], bad("open_quote"))
    return CsvRow(line.number, line.raw, row)

"""One line or row of a file as an event; also when it is put through the door again from the quarantine.

A line of NDJSON is a CloudEvent, or bare: the `data` of a request or of an order. A bare one, like a row, is known by
its content, so that a longer, shorter or re-sorted export changes nothing about what it had before.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from domain.events import ORDER, REQUEST, CloudEvent
from starter.cells import Cell
from starter.columns import SOURCE, ColumnMap, Table
from starter.envelope import check, read_event, read_json
from starter.problem import BadEvent

LINE = "application/x-ndjson"  # kept with a bad line
ROW = "application/vnd.aftersales.row+json"  # kept with a bad row: one object of headers and cells
TEXT = "text/plain"  # kept with what is neither


def line_event(raw: bytes) -> CloudEvent:
    """The event of one line of NDJSON. Raises BadEvent."""
    document = read_json(raw)
    if isinstance(document, dict) and "specversion" not in document and isinstance(document.get("order"), dict):
        content = json.dumps(document, ensure_ascii=False, sort_keys=True).encode()
        return CloudEvent(
            specversion="1.0",
            id=f"row-{blake2b(content, digest_size=12).hexdigest()}",
            source=SOURCE,
            type=REQUEST if "case_type" in document else ORDER,
            data=document,
        )
    return read_event(document)


def row_event(table: Table, cells: Sequence[Cell]) -> CloudEvent:
    """The event of one row, checked. Raises BadEvent with every wrong cell by its header."""
    event = table.event([*cells, *[""] * (len(table.headers) - len(cells))])
    try:
        check(event)
    except BadEvent as error:
        raise BadEvent(*(table.at_header(problem) for problem in error.problems)) from None
    return event


def kept_row(table: Table, cells: Sequence[Cell]) -> bytes:
    """A bad row as it is kept: headers and cells, so that it can be corrected and read again."""
    shown = [
        "" if cell is None else cell if isinstance(cell, str | int | float | bool) else str(cell) for cell in cells
    ]
    pairs: dict[str, Any] = {}
    for place, header in enumerate(table.headers):
        name = header if header and header not in pairs else f"{header}#{place + 1}"
        pairs[name] = shown[place] if place < len(shown) else ""
    return json.dumps(pairs, ensure_ascii=False).encode()


def read_again(headers: dict[str, str], raw: bytes, columns: ColumnMap) -> CloudEvent:
    """The event of a kept line or row, perhaps corrected. Raises BadEvent."""
    document = read_json(raw)
    is_row = headers.get("content-type") == ROW and isinstance(document, dict)
    if is_row and not {"order", "specversion"} & document.keys():
        return row_event(columns.table(list(document)), list(document.values()))
    return line_event(raw)

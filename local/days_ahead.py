"""Events that a door has taken, moved to days that are still to come: a case can be driven forward in time, never back.

All instants of all waiting events move by the same number of whole weeks, so that weekdays, hours and the days between
any two of them stay as they were. An event counts as received at its own instant; one without, after all the others.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from math import ceil
from typing import Any

import asyncpg

WEEK = timedelta(weeks=1)
_INSTANT = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")


async def move_ahead(pool: asyncpg.Pool, now: datetime) -> timedelta:
    """Move everything that waits in the inbox so far that nothing in it happens before `now`; by how much it was."""
    rows = await pool.fetch("SELECT source, id, raw FROM inbox WHERE status = 'new' ORDER BY number")
    documents = [(row["source"], row["id"], json.loads(row["raw"])) for row in rows]
    happened = [at for _, _, document in documents if (at := _happened(document)) is not None]
    if not happened:
        return timedelta(0)
    weeks = max(ceil((now - min(happened)) / WEEK), 0) * WEEK
    last = max(happened)
    await pool.executemany(
        "UPDATE inbox SET raw = $3, received_at = $4 WHERE source = $1 AND id = $2",
        [
            (source, id, json.dumps(_moved(document, weeks), ensure_ascii=False).encode(), at + weeks)
            for source, id, document in documents
            for at in [_happened(document) or last]
        ],
    )
    return weeks


def _happened(document: dict[str, Any]) -> datetime | None:
    """When the event happened, as far as it says so."""
    told = document.get("time") or document.get("data", {}).get("requested_at")
    return next(_instants(told), None)


def _instants(text: object) -> Iterator[datetime]:
    if isinstance(text, str) and _INSTANT.fullmatch(text):
        yield datetime.fromisoformat(text)


def _moved(value: Any, by: timedelta) -> Any:
    match value:
        case dict():
            return {key: _moved(inner, by) for key, inner in value.items()}
        case list():
            return [_moved(inner, by) for inner in value]
        case str():
            return next(((at + by).isoformat() for at in _instants(value)), value)
        case _:
            return value

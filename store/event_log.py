"""The journal of all cases in a stretch of time, as `domain.event_log` hands it on."""

from __future__ import annotations

import json
from datetime import datetime

from domain.event_log import LoggedCase, LoggedEvent
from store.pool import Database
from store.queries import SQL


async def event_log(
    database: Database, shop: str, since: datetime, until: datetime
) -> tuple[list[LoggedCase], list[LoggedEvent]]:
    """Events from `since` until `until`, oldest first, and their cases; `shop` empty: of all shops."""
    cases = await database.fetch(SQL["event_log_cases"], shop, since, until)
    entries = await database.fetch(SQL["event_log_entries"], shop, since, until)
    return [LoggedCase(**row) for row in cases], [
        LoggedEvent(**{**row, "data": json.loads(row["data"]) if isinstance(row["data"], str) else row["data"]})
        for row in entries
    ]

"""The records of all cases by kind, for spreadsheets and other departments (rulebook section 9)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from store.pool import Database
from store.queries import SQL

COLUMNS = frozenset({"shop", "case_no", "key", "at", "rule", "more"})
"""Columns of a record's table that are no part of what it says."""


class KindOfRecord(BaseModel):
    """How many records of one kind there are, and since when."""

    model_config = ConfigDict(frozen=True)

    kind: str
    count: int
    first: datetime
    last: datetime


class ExportedRecord(BaseModel):
    """One record of one case."""

    model_config = ConfigDict(frozen=True)

    shop: str
    case_no: str
    key: str
    at: datetime
    rule: str
    data: dict[str, Any]


async def kinds(database: Database, shop: str = "") -> list[KindOfRecord]:
    """The kinds of which there are records, of one shop or of all."""
    return [KindOfRecord(**row) for row in await database.fetch(SQL["record_kinds"], shop)]


async def records(database: Database, kind: str, shop: str, since: datetime, until: datetime) -> list[ExportedRecord]:
    """Records of a kind from `since` until `until`, oldest first; `shop` empty: of all shops."""
    rows = await database.fetch(SQL["records_of_kind"], kind, shop, since, until)
    return [ExportedRecord(**{**row, "data": _said(row["data"])}) for row in rows]


def _said(data: Any) -> dict[str, Any]:
    """What the record says, whether it has a table of its own or not."""
    document: dict[str, Any] = json.loads(data) if isinstance(data, str) else data
    more = document.get("more")
    own = {name: value for name, value in document.items() if name not in COLUMNS and value not in ("", None)}
    return own | (more if isinstance(more, dict) else {})

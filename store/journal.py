"""Where a case writes what happened: one page, one statement, one commit.

Every case writes here each time that it comes to rest, so the cost of a page is the cost of the house.
"""

from __future__ import annotations

import json
from functools import lru_cache
from hashlib import blake2b
from typing import Any, Final

import asyncpg

from domain.identity import workflow_id
from domain.journal import INBOX_EVENT, JournalPage, Record
from domain.ports.case_file import JournalRefused
from store.pool import Database
from store.queries import SQL

RECORD_KINDS: Final = (
    "promise",
    "approval",
    "fee_quote",
    "consent",
    "compensation",
    "evidence_item",
    "parcel_incident",
    "courier_claim",
    "survey_response",
    "case_remark",
    "task",
    "contact_note",
    INBOX_EVENT,
)
"""Kinds of record with a table of their own; `store/queries/records.sql` has a query of each name."""

_LONGEST_KEY: Final = 200
_HANDLES: Final = ("waybill", "rma", "order_no")


class PostgresJournal:
    """The journal port (`domain.ports.case_file.Journal`) over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def write(self, page: JournalPage) -> None:
        """Write a page: the case's row, entries, records and handles, all or none.

        A page made earlier than the row's newest one, or that very page once more, changes nothing. Pages overlap after
        a lost answer; an entry that an earlier revision wrote is left as it is. A page made later under a revision that
        the row has already comes from a workflow task that was lost and executed again, perhaps with another message in
        it: it takes the place of what that revision and later ones wrote, since it is what the history holds. (A record
        that only the lost task made stays: keys are counted anew by the same messages, so it is overwritten.)

        Raises:
            JournalRefused: a constraint refuses the page, for example closing over an open promise (P-PROMISE).
        """
        row = page.row
        if page.records:
            page = page.model_copy(update={"records": _keyed(page.records)})
        statement, kinds = _statement(frozenset(record.kind for record in page.records))
        arguments = [storable(page.model_dump_json()), workflow_id(row.shop, row.case_no), json.dumps(_handles(page))]
        try:
            await self._database.fetchval(statement, *arguments, *kinds)
        except (asyncpg.IntegrityConstraintViolationError, asyncpg.DataError) as error:
            named = error.constraint_name or error.column_name or "the form of a field"
            raise JournalRefused(
                f"page {page.revision} of case {row.shop}/{row.case_no} breaks {named} ({error.table_name or 'store'})"
            ) from None

    async def empty(self, shop: str, case_no: str, number: int) -> bool:
        """Erase what an entry says, when words got in by mistake; that it happened stays. False: no such entry."""
        return (await self._database.execute(SQL["journal_empty"], shop, case_no, number)) == "UPDATE 1"


@lru_cache(maxsize=256)
def _statement(kinds: frozenset[str]) -> tuple[str, tuple[list[str], ...]]:
    """The statement for pages with these kinds of record, and its argument beyond the first three, if it has one.

    Only the tables in use take part, so a page without records pays for none.
    """
    own = sorted(kinds.intersection(RECORD_KINDS))
    other = ["case_record"] if kinds.difference(RECORD_KINDS) else []
    parts = [f", {name} AS (\n{SQL[name]}\n)" for name in own + other]
    record = [SQL["journal_record"]] if kinds else []
    statement = "\n".join([SQL["journal_page"], *record, *parts, SQL["journal_answer"]])
    return statement, ((list(RECORD_KINDS),) if other else ())


def _keyed(records: tuple[Record, ...]) -> tuple[Record, ...]:
    """The records with keys that an index can hold, the last one where two have the same.

    A key may come from outside: the reference of a photo, at any length.
    """
    last: dict[tuple[str, str], Record] = {}
    for record in records:
        key = record.key.replace("\0", "\ufffd")
        if len(key) > _LONGEST_KEY:
            key = f"{key[:_LONGEST_KEY]}~{blake2b(key.encode(), digest_size=16).hexdigest()}"
        last[record.kind, key] = record.model_copy(update={"key": key})
    return tuple(last.values())


def _handles(page: JournalPage) -> list[dict[str, str]]:
    """What the case can be found by: its order, and every waybill or RMA that an entry or a record names."""
    said = [entry.data for entry in page.entries] + [record.data for record in page.records]
    found = {("order_no", page.row.order_no)} if page.first_entry == 1 else set()
    for data in said:
        found.update((kind, data[kind]) for kind in _HANDLES if _is_handle(data.get(kind)))
    return [{"kind": kind, "value": value} for kind, value in sorted(found)]


def _is_handle(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 128 and "\0" not in value


def storable(document: str) -> str:
    r"""A JSON text that PostgreSQL takes: it cannot hold the character NUL, which stands as `\ufffd` instead."""
    if "\\u0000" not in document:
        return document
    return json.dumps(_without_nul(json.loads(document)), ensure_ascii=False)


def _without_nul(value: Any) -> Any:
    match value:
        case str():
            return value.replace("\0", "\ufffd")
        case dict():
            return {_without_nul(key): _without_nul(item) for key, item in value.items()}
        case list():
            return [_without_nul(item) for item in value]
        case _:
            return value

"""The case register (售后订单登记簿): worklists, look-ups and the story of a case, read from PostgreSQL alone.

Rows are written by `store.openings` when a case opens and by `store.journal` at each of its rests. The register has
the last word on closed cases, which Temporal forgets after its retention.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from enum import StrEnum

import asyncpg
from pydantic import BaseModel, ConfigDict

from domain.journal import CaseRow, JournalEntry, Record
from domain.six_steps import SixStep, six_steps
from store.pool import Database
from store.queries import SQL

LONGEST_JOURNAL = 100_000  # entries of a case; far more than any has

_NEVER = datetime.max.replace(tzinfo=UTC)  # asyncpg's value for PostgreSQL's `infinity`
_ALWAYS = datetime.min.replace(tzinfo=UTC)


class Handle(StrEnum):
    """What a case may be known by."""

    CASE_NO = "case_no"
    ORDER_NO = "order_no"
    CUSTOMER_REF = "customer_ref"
    WAYBILL = "waybill"
    RMA = "rma"


class RegisteredCase(CaseRow):
    """A case's row with what only the register knows."""

    workflow_id: str
    customer_ref: str
    revision: int
    parent_case_no: str = ""  # the customer's case beside which it runs: a claim on a courier
    entries_missing: int  # lost by restoring an old copy of the database; 0 in a sound one


class Cursor(BaseModel):
    """Where a page of a list ended; opaque to its reader."""

    model_config = ConfigDict(frozen=True)

    instant: datetime
    case_no: str
    priority: int = 0


class CaseList(BaseModel):
    """One page of a list. `next` is None on the last one."""

    model_config = ConfigDict(frozen=True)

    cases: tuple[RegisteredCase, ...]
    next: Cursor | None


class Worklist(BaseModel):
    """Which open cases to list. An absent field does not filter."""

    model_config = ConfigDict(frozen=True)

    shop: str
    ball_with: Sequence[str] | None = None
    stages: Sequence[str] | None = None
    case_types: Sequence[str] | None = None
    needs_human: bool | None = None
    due_until: datetime | None = None


class DeskCount(BaseModel):
    """How many open cases wait for one party."""

    model_config = ConfigDict(frozen=True)

    ball_with: str
    open: int
    needs_human: int
    overdue: int


class TimelineEntry(BaseModel):
    """A journal entry with its number in the case's life."""

    model_config = ConfigDict(frozen=True)

    number: int
    entry: JournalEntry


class CaseRegister:
    """The register over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, shop: str, case_no: str) -> RegisteredCase | None:
        """A case's row."""
        row = await self._database.fetchrow(SQL["register_get"], shop, case_no)
        return _case(row) if row else None

    async def worklist(self, wanted: Worklist, after: Cursor | None = None, limit: int = 50) -> CaseList:
        """Open cases by priority (R-CLASSIFY), within it by due instant; those without one come last."""
        rows = await self._database.fetch(
            SQL["register_worklist"],
            wanted.shop,
            limit + 1,
            after.instant if after else _ALWAYS,
            after.case_no if after else "",
            wanted.due_until or _NEVER,
            _texts(wanted.ball_with),
            _texts(wanted.stages),
            _texts(wanted.case_types),
            wanted.needs_human,
            after.priority if after else 0,
        )
        return _page([_case(row) for row in rows], limit)

    async def closed(self, shop: str, after: Cursor | None = None, limit: int = 50) -> CaseList:
        """Closed cases, the newest first."""
        instant, case_no = (after.instant, after.case_no) if after else (_NEVER, "")
        rows = await self._database.fetch(SQL["register_closed"], shop, limit + 1, instant, case_no)
        return _page([_case(row) for row in rows], limit)

    async def find(self, shop: str, value: str, kind: Handle | None = None) -> list[RegisteredCase]:
        """Cases that are known by `value`, as `kind` or as anything; open ones first, at most 100."""
        rows = await self._database.fetch(SQL["register_find"], shop, value, kind.value if kind else None)
        return [_case(row) for row in rows]

    async def add_handle(self, shop: str, case_no: str, kind: Handle, value: str) -> None:
        """Let the case be found by `value` too. Waybills and RMAs that a journal page names are added by themselves."""
        await self._database.execute(SQL["register_add_handle"], shop, value, kind.value, case_no)

    async def claims(self, shop: str, case_no: str) -> list[RegisteredCase]:
        """The claims on couriers that a customer's case opened, in order."""
        return [_case(row) for row in await self._database.fetch(SQL["register_claims"], shop, case_no)]

    async def handles(self, shop: str, case_no: str) -> list[tuple[Handle, str]]:
        """What the case can be found by."""
        rows = await self._database.fetch(SQL["register_handles"], shop, case_no)
        return [(Handle(row["kind"]), row["value"]) for row in rows]

    async def timeline(self, shop: str, case_no: str, after: int = 0, limit: int = 200) -> list[TimelineEntry]:
        """Journal entries with numbers above `after`, oldest first."""
        rows = await self._database.fetch(SQL["journal_timeline"], shop, case_no, after, limit)
        return [TimelineEntry(number=row["number"], entry=JournalEntry(**row)) for row in rows]

    async def six_steps(self, shop: str, case_no: str) -> dict[SixStep, datetime | None]:
        """When each of the six steps was first taken, as far as the journal is written (R-SIX)."""
        rows = await self._database.fetch(SQL["journal_timeline"], shop, case_no, 0, LONGEST_JOURNAL)
        return six_steps(JournalEntry(**row) for row in rows)

    async def records(self, shop: str, case_no: str) -> list[Record]:
        """All records of a case in one form, by instant; `data` has the columns of the record's table."""
        return [Record(**row) for row in await self._database.fetch(SQL["register_records"], shop, case_no)]

    async def counts(self, shop: str, now: datetime) -> list[DeskCount]:
        """How many open cases wait for whom; `overdue` against `now`."""
        return [DeskCount(**row) for row in await self._database.fetch(SQL["register_counts"], shop, now)]

    async def shops(self) -> list[str]:
        """Shops that have cases."""
        return [row["shop"] for row in await self._database.fetch(SQL["register_shops"])]


def _texts(values: Sequence[str] | None) -> list[str] | None:
    return None if values is None else [str(value) for value in values]


def _case(row: asyncpg.Record) -> RegisteredCase:
    return RegisteredCase(**row)


def _page(cases: list[RegisteredCase], limit: int) -> CaseList:
    shown = cases[:limit]
    if len(cases) <= limit:
        return CaseList(cases=tuple(shown), next=None)
    last = shown[-1]
    instant = last.closed_at if last.stage == "closed" else last.due_at
    cursor = Cursor(instant=instant or _NEVER, case_no=last.case_no, priority=last.priority)
    return CaseList(cases=tuple(shown), next=cursor)

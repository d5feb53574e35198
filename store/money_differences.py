"""Finance's list of money differences: a task each, found by the daily reconciliation, closed by it or by a person."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import asyncpg
from pydantic import BaseModel, ConfigDict

from domain.money import Money
from domain.money_difference import Difference
from domain.refusal import Refusal
from domain.refusals import same_person
from store.pool import Database
from store.queries import SQL

LONGEST_REASON = 500  # characters


class DifferenceState(StrEnum):
    """How a task stands."""

    OPEN = "open"
    SETTLED = "settled"  # by a person, for a reason; found again it stays settled
    VANISHED = "vanished"  # a later comparison did not find it again


class DifferenceTask(BaseModel):
    """A difference with its number on the list."""

    model_config = ConfigDict(frozen=True)

    number: int
    day: date
    state: DifferenceState
    desk: str
    difference: Difference
    found_at: datetime
    seen_at: datetime
    closed_at: datetime | None
    closed_by: str
    reason: str


class NotSettled(Exception):
    """A person may not settle it, or need not; `refusal` says why and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class MoneyDifferences:
    """The list."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(
        self, *, closed_too: bool = False, day: date | None = None, most: int = 1000
    ) -> list[DifferenceTask]:
        """Open ones, or all; urgent ones first, then the oldest."""
        return [_task(row) for row in await self._database.fetch(SQL["difference_list"], closed_too, day, most)]

    async def settle(self, number: int, by: str, reason: str, at: datetime) -> DifferenceTask:
        """Close a task for a reason that a person gives.

        Raises:
            KeyError: there is no such task.
            NotSettled: it is closed, or the person asked for or approved a refund of the order (A-SOD).
        """
        found = await self._database.fetchrow(SQL["difference_get"], number)
        if found is None:
            raise KeyError(f"difference {number} does not exist")
        if any(same_person(by, other) for other in found["concerned"]):
            raise NotSettled(OWN_REFUND)
        row = await self._database.fetchrow(SQL["difference_settle"], number, at, by, reason)
        if row is None:
            raise NotSettled(CLOSED)
        return _task(row)


OWN_REFUND = Refusal(
    code="own_refund",
    rule="A-SOD",
    zh="申请或批准过该订单退款的人不能处理它的差异；请另一位同事处理",
    en="Who asked for or approved a refund of the order may not settle its difference; ask a colleague",
)
CLOSED = Refusal(
    code="closed", rule="A-SOD", zh="这项差异已经了结，无需再处理", en="It is closed; nothing is to be done"
)


def _task(row: asyncpg.Record) -> DifferenceTask:
    sums = {side: _sum(row, side) for side in ("ours", "theirs")}
    plain = {name: row[name] for name in Difference.model_fields if name not in sums}
    own = {name: row[name] for name in DifferenceTask.model_fields if name != "difference"}
    return DifferenceTask(difference=Difference(**plain, **sums), **own)


def _sum(row: asyncpg.Record, side: str) -> Money | None:
    minor = row[f"{side}_minor"]
    return None if minor is None else Money(minor=minor, currency=row[f"{side}_currency"])

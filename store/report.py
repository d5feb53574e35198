"""What a month's indicators are counted from (`domain.indicators`)."""

from __future__ import annotations

from datetime import datetime

import asyncpg

from domain.cost import Cost
from domain.indicators import CaseOfMonth, ClockOfMonth, LossOfMonth, Month, SumOfMonth, TagOfMonth
from domain.money import Money
from store.pool import Database
from store.queries import SQL


async def month(database: Database, shop: str, first: datetime, next: datetime, *, recurring: int) -> Month:
    """The month from `first` until `next` of one shop, or of all of them when `shop` is empty.

    A cause that was tagged at most `recurring` days before has come again (R-TAG).
    """
    which = shop, first, next
    surveys = await database.fetchrow(SQL["report_surveys"], *which)
    assert surveys is not None  # the statement always answers
    return Month(
        first=first,
        next=next,
        cases=[CaseOfMonth(**row) for row in await database.fetch(SQL["report_cases"], *which)],
        clocks=[ClockOfMonth(**row) for row in await database.fetch(SQL["report_clocks"], *which)],
        refunds=[_sum(row, "purpose") for row in await database.fetch(SQL["report_refunds"], *which)],
        goodwill=[_sum(row, "form") for row in await database.fetch(SQL["report_goodwill"], *which)],
        claims=[_sum(row, "state") for row in await database.fetch(SQL["report_claims"], *which)],
        losses=[LossOfMonth(**row) for row in await database.fetch(SQL["report_incidents"], *which)],
        tags=[TagOfMonth(**row) for row in await database.fetch(SQL["report_tags"], *which, recurring)],
        costs=[_cost(row) for row in await database.fetch(SQL["report_costs"], *which)],
        asked=surveys["asked"],
        scores=surveys["scores"],
    )


def _sum(row: asyncpg.Record, what: str) -> SumOfMonth:
    amount = Money(minor=row["minor"], currency=row["currency"] or "CNY")
    return SumOfMonth(what=row[what], count=row["count"], amount=amount)


def _cost(row: asyncpg.Record) -> Cost:
    amount = None if row["minor"] is None else Money(minor=row["minor"], currency=row["currency"] or "CNY")
    return Cost(what=row["what"], count=row["count"], amount=amount)

"""The books of a demonstration: the daily reconciliation over all of its simulated days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from commands.demo_house import DemoHouse
from commands.language import language, say
from commands.money import reconciled
from domain import rulebook_file
from domain.reconciliation import ReconciliationOrder, day_of
from store.money_differences import MoneyDifferences

PATIENCE = timedelta(minutes=1)


async def books_row(house: DemoHouse) -> dict[str, Any]:
    """Our refunds beside what the provider booked: how many days and refunds, and every difference as what is wrong."""
    row = await house.pool.fetchrow("SELECT min(submitted_at) AS first, max(settled_at) AS last FROM refunds")
    refunds = await house.pool.fetchval("SELECT count(*) FROM refunds WHERE status = 'done'")
    if row is None or not refunds:
        return {"days": 0, "refunds": 0, "right": True, "wrong": []}
    first, last = day_of(row["first"]), day_of(row["last"])
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    order = ReconciliationOrder.under(rulebook_file.default(), patience=PATIENCE, days=days)
    run, _ = await reconciled(order, house.client)
    differences = [task.difference for task in await MoneyDifferences(house.pool).entries()]
    wrong = [f"{one.case_no or one.order_no}: {one.reason(language())} [{one.rule}]" for one in differences]
    wrong += [
        say(f"{one.part.day} {one.part.channel} 没有对成", f"{one.part.day} {one.part.channel} was not compared")
        + f" ({one.code})"
        for one in run.missing
    ]
    return {"days": len(days), "refunds": refunds, "right": not wrong, "wrong": wrong}

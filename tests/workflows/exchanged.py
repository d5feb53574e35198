"""Exchanges as tests ask for them, and what came of them on the books."""

from __future__ import annotations

from typing import Any

from tests.workflows.lived_case import LivedCase

PHOTOS = ["evidence/a", "evidence/b"]
FAULTY = {"first": "defect_confirmed", "second": "defect_confirmed"}
QUALITY: dict[str, Any] = {"reason": "quality", "evidence": PHOTOS, "warehouse": FAULTY}
DEARER = [{"sku": "POT", "quantity": 1, "price": 6000}]
CHEAPER = [{"sku": "BOWL", "quantity": 1, "price": 4000}]
SOLD_WITH_POSTAGE: dict[str, Any] = {"paid": 5100, "freight": 600, "free_postage": False}


async def collections(case: LivedCase) -> list[tuple[str, int]]:
    """What was asked of the customer in our books: status and sum."""
    rows = await case.house.pool.fetch(
        "SELECT status, amount_minor FROM collections WHERE case_no = $1 ORDER BY key", case.case_no
    )
    return [(row["status"], row["amount_minor"]) for row in rows]


async def came_in(case: LivedCase) -> list[int]:
    """The sums that the customer really paid at the provider."""
    return [one["amount_minor"] for one in await case.ledger("money_received")]


async def shipped(case: LivedCase) -> list[tuple[str, list[dict[str, Any]]]]:
    """What the warehouse really sent: leg and goods."""
    return [(one["leg"], one["lines"]) for one in await case.ledger("goods_shipped")]


async def announced_as(case: LivedCase) -> list[str]:
    """As what kind of return the warehouse was told of it: HHRK is an exchange."""
    which = {"shop": case.shop, "case_no": case.case_no}
    calls = (await case.house.control.get("/ledger", params=which)).json()["calls"]
    return [one["content"]["kind"] for one in calls if one["operation"] == "announce_return"]

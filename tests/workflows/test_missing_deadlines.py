"""The last moment of each wait for missing or damaged goods: what our door has by then counts, later is late."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase

ORDER = {"lines": [{"sku": "CUP", "quantity": 2, "price": 4500}]}
ONE_CUP: dict[str, Any] = {"order": ORDER, "lines": [{"sku": "CUP", "quantity": 1}]}
SILENT = {"answers_after": "never"}
IN_TIME, LATE = timedelta(0), timedelta(seconds=1)

WAITS: dict[str, tuple[str, dict[str, Any], str, str, dict[str, Any]]] = {
    "S-WAREHOUSE/packing": (
        "missing_item", {**ONE_CUP, "reason": "missing_item", "warehouse": SILENT},
        "packing_check", "packing_checked", {"complete": True},
    ),
    "S-NEXTORDER": (
        "missing_item", {**ONE_CUP, "reason": "missing_item", "customer": {"choice": "ship_together"}},
        "next_order", "ordered_again", {"order_no": "NEXT-1"},
    ),
    "S-STOCK": (
        "out_of_stock",
        {**ONE_CUP, "reason": "out_of_stock", "warehouse": {"stock_after": "3d", "stock_late": "never"}},
        "stock_arrival", "stock_arrived", {},
    ),
    "S-CLAIM": (
        "parcel_damaged", {"reason": "damaged", "customer": {"choice": "partial_refund"}, "courier": SILENT},
        "claim_answer", "claim_told", {"accepted": True},
    ),
}  # fmt: skip


async def heard(house: House, clock: str, moment: timedelta) -> LivedCase:
    """A case that hears what it waits for at that moment after its clock is due."""
    case_type, opening, waiting_for, kind, fact = WAITS[clock]
    case = await house.open(case_type, **opening)
    await case.run_until(waiting_for=waiting_for)
    state = await case.state()
    key = {"claim": state.claims[-1]} if kind == "claim_told" else {}
    at = state.clocks[clock].due_at + moment
    await house.tell(
        f"aftersales.{kind}", f"last-{case.case_no}", at, fact | key, subject=f"{case.shop}/{case.case_no}"
    )
    await case.rest()
    return case


@pytest.mark.parametrize("clock", WAITS)
async def test_what_comes_in_the_last_moment_counts(house: House, clock: str) -> None:
    """Received at the very instant at which the clock is due: the wait is over, and nothing was missed."""
    case = await heard(house, clock, IN_TIME)

    await case.run_until(lambda now: now.waiting_for != WAITS[clock][2])
    assert await case.journal("clock_breached", clock=clock.partition("/")[0]) == []
    assert (await case.state()).clocks[clock].state == "met"


@pytest.mark.parametrize("clock", WAITS)
async def test_what_comes_a_second_later_is_late(house: House, clock: str) -> None:
    """Received a second after: the clock ran out, and the case went the way that it goes without it."""
    case = await heard(house, clock, LATE)

    await case.run_until(lambda now: now.waiting_for != WAITS[clock][2])
    assert len(await case.journal("clock_breached", clock=clock.partition("/")[0])) == 1
    assert (await case.state()).clocks[clock].state == "breached"

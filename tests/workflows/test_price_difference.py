"""退差价: the same goods cost less now."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.rules import Unit
from tests.workflows.house import MONDAY, House
from tests.workflows.lived_case import LivedCase, Refused

TEAS = [{"sku": "TEA", "quantity": 2, "price": 4500}]
SUCCEEDED = timedelta(days=-3)


def cheaper(to: int, *gifts: int) -> dict[str, Any]:
    """One tea costs so much now; what came free with it was worth so much."""
    return {"prices": [{"sku": "TEA", "price": to}], "gifts": [{"value": {"minor": value}} for value in gifts]}


async def opened(house: House, succeeded_at: Any = SUCCEEDED, **request: Any) -> LivedCase:
    """A customer saw his two teas cheaper, 45 yuan paid for both."""
    order = {"lines": TEAS, **({"succeeded_at": succeeded_at} if succeeded_at else {}), **request.pop("order", {})}
    return await house.open(
        "price_difference", **{"reason": "price_drop", "drop": cheaper(2000), "order": order} | request
    )


async def test_a_price_that_dropped_in_time_is_paid_back_without_anybody(house: House) -> None:
    """Two teas at 20 instead of 22.50: 5 yuan go back the way he paid, with the sum and its rule on record."""
    case = await opened(house)

    assert await case.to_the_end() == "price_adjusted"

    assert (await case.one("return_window")).rule == "R-PRICE-15D"
    computed = await case.one("price_difference_computed")
    assert (computed.data["amount"], computed.data["reason"]) == ("5.00 CNY", "price_dropped")
    assert await case.payments() == [500]
    (refund,) = await case.refunds()
    assert (refund["purpose"], refund["rule"], refund["approved_by"]) == ("price_difference", "R-PRICE-15D", "system")
    assert await case.sum_told("refund_paid") == "5.00 CNY"


async def test_gifts_that_came_with_the_order_are_counted(house: House) -> None:
    """M-GIFTS: a 3 yuan caddy came free and comes no more: 2 of the 5 yuan go back."""
    case = await opened(house, drop=cheaper(2000, 300))

    assert await case.to_the_end() == "price_adjusted"

    computed = await case.one("price_difference_computed")
    assert (computed.rule, computed.data["gifts"]) == ("M-GIFTS", "3.00 CNY")
    assert await case.payments() == [200]


@pytest.mark.parametrize(
    ("drop", "why"), [(cheaper(2250), "no_lower_price"), (cheaper(2000, 500), "gifts_outweigh")], ids=["price", "gifts"]
)
async def test_where_there_is_no_difference_he_hears_why(house: House, drop: dict[str, Any], why: str) -> None:
    """As dear as it was, or the gift outweighs it: an explanation and no money."""
    case = await opened(house, drop=drop)

    assert await case.to_the_end() == "explained"

    assert (await case.one("price_difference_computed")).data["reason"] == why
    assert len(await case.told("no_price_difference")) == 1
    assert await case.payments() == []


async def test_the_fifteenth_working_day_is_in_time_to_its_last_instant(house: House) -> None:
    """D-PRICE: at its due instant he is in time, a second later he is not and hears until when he was."""
    succeeded = MONDAY - timedelta(days=30)
    closes_at = await house.due(succeeded, 15, Unit.WORKING_DAYS)
    in_time = await opened(house, succeeded, requested_at=closes_at)
    late = await opened(house, succeeded, requested_at=closes_at + timedelta(seconds=1))

    assert await in_time.to_the_end() == "price_adjusted"
    assert await late.to_the_end() == "explained"

    assert (await late.one("return_window")).data["reason"] == "window_closed"
    assert len(await late.told("price_window_closed")) == 1
    assert await late.payments() == []


async def test_before_the_trade_succeeded_nothing_has_run_out(house: House) -> None:
    """R-CANCEL-PROMO: the parcel is still on its way, the promotion began: he gets the difference all the same."""
    case = await opened(house, None, order={"signed_at": None})

    assert await case.to_the_end() == "price_adjusted"

    assert (await case.one("return_window")).data["reason"] == "not_started"


async def test_a_person_may_offer_a_coupon_to_who_comes_too_late(house: House) -> None:
    """The explanation stands, and an agent gives something for his goodwill within his limit."""
    case = await opened(house, timedelta(days=-60))
    await case.run_until(waiting_for="confirmation")
    await case.act("offer_compensation", form="coupon", amount={"minor": 500})
    await case.keep_promises()

    assert await case.to_the_end() == "explained"
    assert [one["state"] for one in await case.records("compensation")] == ["given"]
    assert await case.payments() == []


async def test_without_the_price_now_a_person_looks_and_names_the_sum(house: House) -> None:
    """He says that it dropped, not to what: the agent looks; a decision without a sum would pay all, and is refused."""
    case = await opened(house, drop=None)
    await case.run_until(needs_human="decide:price_unknown")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="price_refund")
    assert refused.value.code == "no_amount"
    await case.act("decide", resolution="price_refund", amount={"minor": 700})

    assert await case.to_the_end() == "price_adjusted"
    assert await case.payments() == [700]


async def test_above_the_limit_a_supervisor_approves_the_difference(house: House) -> None:
    """A-CAP: 60 yuan wait for the supervisor; when he says no, a person decides what instead."""
    dear = {"paid": 30000, "lines": [{"sku": "TEA", "quantity": 2, "price": 30000}]}
    granted, denied = (
        await opened(house, order=dear, drop=cheaper(12000)),
        await opened(house, order=dear, drop=cheaper(12000)),
    )
    for case in (granted, denied):
        await case.run_until(waiting_for="approval", ball_with="supervisor")
        assert await case.payments() == []
    await granted.act("approve", by="supervisor:1")
    await denied.act("reject", by="supervisor:1", reason="not_our_price")
    await denied.run_until(needs_human="decide:difference_not_paid")
    await denied.act("decide", resolution="coupon", amount={"minor": 1000})
    await denied.keep_promises()

    assert await granted.to_the_end() == "price_adjusted"
    assert await granted.payments() == [6000]
    assert await denied.to_the_end() == "goodwill_only"
    assert await denied.payments() == []


async def test_a_difference_that_was_paid_is_not_paid_again_by_another_case(house: House) -> None:
    """He asks once more under another number: a person sees the case that paid, and this one ends without money."""
    first = await opened(house, request_id="difference-1")
    assert await first.to_the_end() == "price_adjusted"
    again = await house.beside(first, "price_difference", reason="price_drop", drop=cheaper(1900))

    await again.run_until(needs_human="decide:goods_held")
    assert (await again.handle.query("explain"))["goods_held_by"] == [first.case_no]
    await again.act("decide", resolution="same_affair")

    assert await again.to_the_end() == "explained"
    assert await again.payments() == []

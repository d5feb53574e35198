"""色差: explained, and exchanged or returned at his freight while the window is open."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import Refused

COLOURED: dict[str, Any] = {"reason": "colour"}
GREEN = [{"sku": "MUG-GREEN", "quantity": 1, "price": 4500}]


async def test_he_exchanges_for_another_colour_at_his_freight(house: House) -> None:
    """The green one instead: explained, agreed to, his parcel at his cost, no photos asked for (R-COLOUR)."""
    case = await house.open("colour_difference", **COLOURED, replacement=GREEN)

    assert await case.to_the_end() == "exchanged"

    (told,) = await case.told("colour_explained")
    assert told.rule == "R-COLOUR"
    assert (await case.one("freight_decided", inbound="customer")).rule == "M-NR-FREE"
    assert await case.told("evidence_asked") == []
    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], sent["lines"]) == ("exchange_out", [{"sku": "MUG-GREEN", "quantity": 1}])
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["restock"]


async def test_he_returns_it_and_is_paid(house: House) -> None:
    """He would rather have his money: an ordinary return without a reason, paid once."""
    case = await house.open("colour_difference", **COLOURED, customer={"choice": "return_refund"})

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert await case.ledger("goods_shipped") == []


async def test_what_he_gets_instead_is_named_by_an_agent_and_quoted(house: House) -> None:
    """Nobody said which one he wants: an agent names it, and a dearer one is quoted, agreed to and paid first."""
    case = await house.open("colour_difference", **COLOURED)

    await case.run_until(needs_human="decide:exchange_for")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="exchange")
    assert (refused.value.code, refused.value.rule) == ("exchange_for_what", "R-NR-TRYEX")
    await case.act(
        "decide", resolution="exchange", replacement=[{"sku": "MUG-GOLD", "quantity": 1, "price": {"minor": 5000}}]
    )

    assert await case.to_the_end() == "exchanged"
    assert await case.sum_told("exchange_proposed") == "5.00 CNY"
    assert [one["amount_minor"] for one in await case.ledger("money_received")] == [500]


async def test_an_agent_may_settle_it_otherwise(house: House) -> None:
    """No other colour is to be had: an agent gives nine yuan back, and he keeps it."""
    case = await house.open("colour_difference", **COLOURED)

    await case.run_until(needs_human="decide:exchange_for")
    await case.act("decide", resolution="partial_refund", amount={"minor": 900})

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [900]


async def test_a_higher_price_that_he_declines_moves_nothing(house: House) -> None:
    """Told what the other one costs more he would rather not: a person decides, nothing was sent."""
    case = await house.open("colour_difference", **COLOURED, customer={"agrees": [True, False]})

    await case.run_until(needs_human="decide:exchange_for")
    await case.act(
        "decide", resolution="exchange", replacement=[{"sku": "MUG-GOLD", "quantity": 1, "price": {"minor": 5000}}]
    )
    await case.run_until(needs_human="decide:plan_declined")
    assert await case.ledger("return_announced") == []
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "rejected"


async def test_declined_silent_and_too_late(house: House) -> None:
    """Declined goes to a person, silence expires, and after the window he hears why not."""
    declined = await house.open("colour_difference", **COLOURED, customer={"agrees": False})
    silent = await house.open("colour_difference", **COLOURED, customer={"agrees_after": "never"})
    late = await house.open("colour_difference", **COLOURED, order={"signed_at": timedelta(days=-21)})

    await declined.run_until(needs_human="decide:plan_declined")
    await declined.act("decide", resolution="explain_only")
    assert await declined.to_the_end() == "rejected"
    assert await silent.to_the_end() == "expired"
    assert await late.to_the_end() == "rejected"
    assert (await late.one("exchange_window", allowed=False)).rule == "R-NR-WINDOW"


async def test_a_colour_is_no_fault_whatever_it_was_called(house: House) -> None:
    """Reported as a quality problem: it is treated as a colour difference, and the freight is his."""
    case = await house.open("colour_difference", reason="quality", replacement=GREEN)

    assert await case.to_the_end() == "exchanged"
    assert (await case.one("freight_decided")).rule == "M-NR-FREE"

"""尺码: who advised what is looked up by a person; an exchange is tried first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

LOG: dict[str, Any] = {"reason": "size", "evidence": ["chat/log"]}
LARGER = [{"sku": "SHOE-43", "quantity": 1, "price": {"minor": 4500}}]
CHARGED: dict[str, Any] = {"paid": 5100, "freight": 600, "free_postage": False}


async def test_our_wrong_advice_makes_the_freight_ours(house: House) -> None:
    """An agent reads the chat log: we advised the size. The larger one leaves, both parcels at our cost."""
    case = await house.open("size_unsuitable", **LOG, order=CHARGED)

    await case.run_until(needs_human="decide:size_advice")
    assert len(await case.told("request_received")) == 1
    await case.act("decide", resolution="exchange", liability="merchant", replacement=LARGER)

    assert await case.to_the_end() == "exchanged"

    assert (await case.one("size_advice")).data["liability"] == "merchant"
    assert (await case.one("freight_decided", inbound="merchant")).rule == "M-QUAL"
    (sent,) = await case.ledger("goods_shipped")
    assert sent["lines"] == [{"sku": "SHOE-43", "quantity": 1}]
    assert await case.ledger("money_received") == []


async def test_his_own_choice_makes_the_freight_his(house: House) -> None:
    """Nobody advised him: exchanged at his freight, ours to him paid before the larger one leaves."""
    case = await house.open("size_unsuitable", **LOG, order=CHARGED)

    await case.run_until(needs_human="decide:size_advice")
    await case.act("decide", resolution="exchange", liability="customer", replacement=LARGER)

    assert await case.to_the_end() == "exchanged"

    assert (await case.one("freight_decided", inbound="customer")).rule == "M-NR-PAID"
    assert [one["amount_minor"] for one in await case.ledger("money_received")] == [600]


@pytest.mark.parametrize(("liability", "paid"), [("merchant", 5100), ("customer", 4500)])
async def test_he_may_return_them_instead(house: House, liability: str, paid: int) -> None:
    """No larger one for him: his money back, with our postage where the advice was ours."""
    case = await house.open("size_unsuitable", **LOG, order=CHARGED, customer={"choice": "return_refund"})

    await case.run_until(needs_human="decide:size_advice")
    await case.act("decide", resolution="return_refund", liability=liability)
    if paid > 5000:  # above an agent's limit
        await case.run_until(stage="approval")
        await case.act("approve", by="supervisor:1")

    await case.to_the_end()
    assert await case.payments() == [paid]


async def test_whose_advice_it_was_must_be_said(house: House) -> None:
    """A decision that does not say so is refused with the rule; undecided for a day, the supervisor has it."""
    case = await house.open("size_unsuitable", **LOG)

    asked = await case.run_until(needs_human="decide:size_advice")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="exchange")
    assert (refused.value.code, refused.value.rule) == ("whose_advice", "R-SIZE")
    await case.run_until(ball_with="supervisor")
    assert about((await case.one("clock_breached", clock="S-DECIDE")).at, asked.at + timedelta(hours=24))
    await case.act("decide", by="supervisor:1", resolution="coupon", amount={"minor": 500}, liability="customer")
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"


@pytest.mark.parametrize(
    ("days", "liability", "outcome"), [(21, "customer", "rejected"), (21, "merchant", "exchanged")]
)
async def test_after_the_window_only_our_own_mistake_is_exchanged(
    house: House, days: int, liability: str, outcome: str
) -> None:
    """Three weeks later: wrong advice of ours is still exchanged within the month, his own choice no more."""
    case = await house.open("size_unsuitable", **LOG, order={"signed_at": timedelta(days=-days)})

    await case.run_until(needs_human="decide:size_advice")
    await case.act("decide", resolution="exchange", liability=liability, replacement=LARGER)

    assert await case.to_the_end() == outcome


async def test_after_a_month_nobody_is_troubled(house: House) -> None:
    """Too late whatever was advised: explained at once, no agent reads a log."""
    case = await house.open("size_unsuitable", **LOG, order={"signed_at": timedelta(days=-40)})

    assert await case.to_the_end() == "rejected"
    assert await case.journal("decision_asked") == []


@pytest.mark.parametrize("customer", [{"agrees": False}, {"agrees_after": "never"}])
async def test_without_his_word_nothing_moves(house: House, customer: dict[str, Any]) -> None:
    """Declined goes to a person, silence expires."""
    case = await house.open("size_unsuitable", **LOG, customer=customer)

    await case.run_until(needs_human="decide:size_advice")
    await case.act("decide", resolution="exchange", liability="merchant", replacement=LARGER)
    if "agrees" in customer:
        await case.run_until(needs_human="decide:plan_declined")
        await case.act("decide", resolution="explain_only")
        assert await case.to_the_end() == "rejected"
    else:
        assert await case.to_the_end() == "expired"
    assert await case.ledger("return_announced") == []


@pytest.mark.parametrize("numbered", ["once-", ANEW])
async def test_taken_up_again_it_is_the_exchange_that_was_agreed_on(house: House, numbered: str) -> None:
    """He is not satisfied: exchanged once more for the larger ones at our cost, in whichever run of the case."""
    case = await house.open(
        "size_unsuitable", request_id=f"{numbered}size", **LOG, order=CHARGED, customer={"solved": [False, True]}
    )
    await case.run_until(needs_human="decide:size_advice")
    await case.act("decide", resolution="exchange", liability="merchant", replacement=LARGER)
    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="exchange")

    assert await case.to_the_end() == "exchanged"
    sent = [one["lines"] for one in await case.ledger("goods_shipped")]
    assert sent == [[{"sku": "SHOE-43", "quantity": 1}]] * 2
    assert await case.ledger("money_received") == []

"""Several cases on one order: its goods and its money are given away once (R-N1)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused

PAIR = {"paid": 9000, "lines": [{"sku": "PAIR", "quantity": 2, "price": 9000}]}
ONE = [{"sku": "PAIR", "quantity": 1}]
BOTH = [{"sku": "PAIR", "quantity": 2}]


async def holding(house: House, *cases: LivedCase) -> list[bool]:
    """Which of them hold their goods."""
    return [(await case.row())["holds"] for case in cases]


async def test_a_second_case_about_the_same_goods_waits_for_a_person_who_sees_the_first(house: House) -> None:
    """An exchange of what is on its way back already: nothing is done, `explain` names the return, a person decides."""
    first = await house.open("return_refund", order=PAIR, lines=BOTH)
    second = await house.beside(first, "exchange", lines=ONE)

    asked = await second.run_until(needs_human="decide:goods_held", ball_with="agent")

    assert asked.waiting_for == "decision_goods_held"
    assert (await second.handle.query("explain"))["goods_held_by"] == [first.case_no]
    assert await second.told() == [], "the customer hears nothing that may have to be taken back"
    assert await holding(house, first, second) == [True, False]
    for by, answer, code in (
        ("agent:7", "go_on", "not_supervisor"),
        ("supervisor:2", "full_refund", "go_on_or_same_affair"),
    ):
        with pytest.raises(Refused) as refused:
            await second.act("decide", by=by, resolution=answer)
        assert (refused.value.code, refused.value.rule) == (code, "R-N1")

    await second.act("decide", by="supervisor:2", resolution="go_on")

    moved = await second.one("goods_taken_over")
    assert (moved.actor, moved.data["cases"]) == ("supervisor:2", first.case_no)
    assert await holding(house, first, second) == [False, True]
    await second.run_until(waiting_for="return_number")


async def test_the_same_affair_ends_and_the_customer_hears_which_case_goes_on(house: House) -> None:
    """He asked twice: the second case ends by an agent's word, pays nothing, and names the first."""
    first = await house.open("return_refund")
    second = await house.beside(first, "refund_only")
    await second.run_until(needs_human="decide:goods_held")

    await second.act("decide", resolution="same_affair")

    assert await second.to_the_end() == "explained"
    assert (await second.one("same_affair")).data["case"] == first.case_no
    assert [told.data["template"] for told in await second.told()][:2] == ["carried_on", "closing"]
    assert await second.payments() == []
    assert await first.to_the_end() == "refunded"
    assert await first.payments() == [4500]


async def test_what_was_paid_back_is_not_paid_back_again_without_a_supervisor(house: House) -> None:
    """The return was refunded and closed: whoever asks for the same goods later comes to the desk."""
    first = await house.open("return_refund")
    assert await first.to_the_end() == "refunded"

    second = await house.beside(first, "parcel_lost", reason="lost")

    assert (await second.rest()).needs_human == "decide:goods_held"
    assert (await second.handle.query("explain"))["goods_held_by"] == [first.case_no]


async def test_a_customer_who_takes_his_second_request_back_leaves_nothing_at_the_desk(house: House) -> None:
    """While a person looks at whose goods they are, he withdraws: the case ends, the first goes on."""
    first = await house.open("return_refund")
    second = await house.beside(first, "refund_only")
    await second.run_until(needs_human="decide:goods_held")

    await second.say("customer_withdrew")

    assert await second.to_the_end() == "withdrawn"
    assert await holding(house, first, second) == [True, False]


async def test_a_question_is_no_claim_on_the_goods(house: House) -> None:
    """A late delivery, and a return of the same goods: neither waits for the other."""
    first = await house.open("courier_conduct", reason="service")
    second = await house.beside(first, "return_refund")
    assert (await second.rest()).needs_human == ""
    assert await holding(house, first, second) == [False, True]


@pytest.mark.parametrize("whole_first", [True, False], ids=["return_first", "difference_first"])
async def test_two_cases_of_one_order_never_pay_more_than_was_paid_for_it(house: House, whole_first: bool) -> None:
    """A return of all and a price difference: whichever pays first, the other goes to finance."""
    teas = {"lines": [{"sku": "TEA", "quantity": 2, "price": 4500}], "succeeded_at": timedelta(days=-1)}
    first = await house.open("return_refund", order=teas)
    lower = {"reason": "price_drop", "drop": {"prices": [{"sku": "TEA", "price": 2000}]}}
    if whole_first:
        assert await first.to_the_end() == "refunded"
    second = await house.beside(first, "price_difference", **lower)
    late = second if whole_first else first

    await late.run_until(needs_human="decide:refund_refused1", ball_with="finance")

    paid = [*await first.payments(), *await second.payments()]
    assert paid == ([4500] if whole_first else [500])
    row = await house.pool.fetchrow(
        "SELECT committed_minor, paid_minor FROM orders WHERE shop = $1 AND order_no = $2", first.shop, first.order_no
    )
    assert (row["committed_minor"], row["paid_minor"]) == (sum(paid), 4500)

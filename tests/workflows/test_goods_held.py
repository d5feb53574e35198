"""Several cases on one order: its goods and its money are given away once (R-N1)."""

from __future__ import annotations

import asyncio
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
    assert (await second.handle.query("explain"))["goods_held_by"] == []


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


LOST = {"reason": "not_received", "courier": {"state": "lost"}}


async def sent_again(house: House, *cases: LivedCase) -> list[int]:
    """How many parcels the warehouse really sent for each of them."""
    return [len(await case.ledger("goods_shipped")) for case in cases]


async def test_a_query_whose_parcel_is_lost_holds_its_goods_from_then_on(house: House) -> None:
    """R-LOST: he asked where it is and disposed of nothing; now another parcel is coming, and a return has to wait."""
    query = await house.open("tracking_query", **LOST)
    assert (await query.state()).became == "parcel_lost"
    assert await holding(house, query) == [True]

    late = await house.beside(query, "return_refund")

    assert (await late.rest()).needs_human == "decide:goods_held"
    assert (await late.handle.query("explain"))["goods_held_by"] == [query.case_no]
    await late.act("decide", resolution="same_affair")
    assert await query.to_the_end() == "reshipped"
    assert await sent_again(house, query, late) == [1, 0]


async def test_a_lost_parcel_whose_goods_are_in_another_case_is_seen_by_a_person_before_it_is_sent_again(
    house: House,
) -> None:
    """An exchange runs; its order's query turns out lost: `go_on` moves the goods, and the exchange learns of it."""
    first = await house.open("exchange")
    query = await house.beside(first, "tracking_query", **LOST)
    await house.hand_over()

    asked = await query.run_until(needs_human="decide:goods_held", ball_with="agent")

    assert asked.waiting_for == "decision_goods_held"
    assert (await query.one("goods_held_elsewhere")).data["cases"] == [first.case_no]
    assert (await query.handle.query("explain"))["goods_held_by"] == [first.case_no]
    assert await holding(house, first, query) == [True, False]
    await query.act("decide", by="supervisor:2", resolution="go_on")
    assert await holding(house, first, query) == [False, True]
    await house.hand_over()
    assert (await first.rest()).needs_human == "decide:goods_held", "whoever has lost them stands at the desk too"
    assert (await first.handle.query("explain"))["goods_held_by"] == [query.case_no]

    await first.act("decide", resolution="same_affair")

    assert await first.to_the_end() == "explained"
    assert len(await first.told("carried_on")) == 1
    assert await query.to_the_end() == "reshipped"
    assert await sent_again(house, first, query) == [0, 1]


async def test_of_two_queries_about_one_lost_parcel_one_is_sent_again(house: House) -> None:
    """He asked twice where it is, and both learn at the same moment that it is lost: one holds it, one is asked."""
    own = {"request_id": "asked-twice", "courier": {"state": "in_transit"}}
    first = await house.open("tracking_query", reason="not_received", **own)
    second = await house.beside(first, "tracking_query", reason="not_received")
    await first.run_until(waiting_for="delivery")
    await second.run_until(waiting_for="delivery")

    lost = {"waybill": first.request["order"]["waybill"], "state": "lost"}
    await asyncio.gather(first.say("parcel_update", **lost), second.say("parcel_update", **lost))
    await house.hand_over()

    held = await holding(house, first, second)
    assert sorted(held) == [False, True]
    holder, other = (first, second) if held[0] else (second, first)
    await other.run_until(needs_human="decide:goods_held")
    assert await holder.to_the_end() == "reshipped"
    await other.act("decide", resolution="same_affair")
    assert await other.to_the_end() == "explained"
    assert await sent_again(house, holder, other) == [1, 0]


async def test_nothing_leaves_for_a_complaint_that_another_case_holds(house: House) -> None:
    """A complaint holds no goods; an agent has them sent again while they are on their way back: he is asked first."""
    first = await house.open("return_refund")
    second = await house.beside(first, "bad_review", reason="service")
    await second.run_until(lambda now: now.needs_human.startswith("decide:"))
    await second.act("decide", resolution="reship")

    asked = await second.run_until(needs_human="decide:goods_held")

    assert asked.waiting_for == "decision_goods_held"
    assert (await second.handle.query("explain"))["goods_held_by"] == [first.case_no]
    assert await sent_again(house, second) == [0]
    assert await second.journal("shipment_ordered") == []
    with pytest.raises(Refused) as refused:
        await second.act("decide", resolution="go_on")
    assert refused.value.code == "not_supervisor"

    await second.act("decide", by="supervisor:2", resolution="go_on")

    await second.run_until(waiting_for="delivery")
    assert await sent_again(house, second) == [1]
    assert await holding(house, first, second) == [False, True]


async def test_a_case_taken_up_again_learns_that_its_goods_are_in_another_one(house: House) -> None:
    """R-REOPEN: withdrawn, then exchanged in a second case, then taken up again: whose goods they are comes first."""
    first = await house.open("return_refund")
    await first.say("customer_withdrew")
    await first.run_until(stage="closed")
    second = await house.beside(first, "exchange")
    assert await holding(house, first, second) == [False, True]

    await first.act("reopen_case", reason="called_again")
    await house.hand_over()

    await first.run_until(needs_human="decide:goods_held")
    assert (await first.handle.query("explain"))["goods_held_by"] == [second.case_no]
    await first.act("decide", by="supervisor:2", resolution="go_on")
    assert await holding(house, first, second) == [True, False]
    now = await first.rest()
    assert (now.needs_human, now.waiting_for, now.stage) == ("decide:reopened", "decision_reopened", "plan")
    await first.act("decide", resolution="explain_only")
    assert await first.to_the_end() == "rejected"


async def test_a_case_taken_up_again_whose_goods_are_free_is_asked_nothing_more(house: House) -> None:
    """R-REOPEN: nobody else has them: it holds them again, and a person decides about the case itself."""
    first = await house.open("return_refund")
    await first.say("customer_withdrew")
    await first.run_until(stage="closed")
    await first.act("reopen_case", reason="called_again")
    await house.hand_over()
    assert (await first.rest()).needs_human == "decide:reopened"
    assert await holding(house, first) == [True]
    assert await first.journal("goods_held_elsewhere") == []


async def test_a_case_with_the_goods_in_hand_does_not_leave_them_to_another(house: House) -> None:
    """They came back for the return, and a supervisor moved them to an exchange: the return goes on, or nobody does."""
    first = await house.open("return_refund")
    second = await house.beside(first, "exchange")
    await first.run_until(waiting_for="inspection")
    await second.act("decide", by="supervisor:2", resolution="go_on")
    await house.hand_over()
    await first.run_until(needs_human="decide:goods_held")
    with pytest.raises(Refused) as refused:
        await first.act("decide", by="supervisor:2", resolution="same_affair")
    assert (refused.value.code, refused.value.rule) == ("goods_here", "R-N1")

    await first.act("decide", by="supervisor:2", resolution="go_on")

    assert await holding(house, first, second) == [True, False]
    await house.hand_over()
    await second.run_until(needs_human="decide:goods_held")
    assert len(await second.journal("goods_taken_over")) == 1
    await second.act("decide", resolution="same_affair")
    assert await second.to_the_end() == "explained"
    assert await first.to_the_end() == "refunded"


async def test_the_question_outlasts_every_new_run(house: House) -> None:
    """A case that goes on in a new run at each rest is asked once whose goods they are, and escalated once a day."""
    first = await house.open("exchange")
    query = await house.beside(first, "tracking_query", request_id="anew-lost-query", **LOST)
    await house.hand_over()
    await query.run_until(needs_human="overdue:S-DECIDE")
    await query.pass_time(hours=1)

    assert len(await query.journal("decision_asked", question="goods_held")) == 1
    assert len(await query.journal("escalated", reason="overdue:S-DECIDE")) == 1
    await query.act("decide", by="supervisor:2", resolution="go_on")
    assert await query.to_the_end() == "reshipped"
    assert len(await query.journal("goods_taken_over")) == 1


async def test_a_case_whose_money_is_on_its_way_is_not_held_up(house: House) -> None:
    """R-REF-PATH: the refund was asked for when a supervisor moved the goods: what was paid bounds it, it goes on."""
    first = await house.open("return_refund", provider={"answer": "pending"})
    second = await house.beside(first, "exchange")
    await first.run_until(waiting_for="refund_notice")
    await second.act("decide", by="supervisor:2", resolution="go_on")
    await house.hand_over()
    assert (await first.rest()).needs_human == ""
    assert await first.to_the_end() == "refunded"
    assert await first.payments() == [4500]

"""少发 · 漏发: the warehouse is asked first; what is missing is sent, paid back, or goes free with his next order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import about

SET = {
    "paid": 7000, "freight": 1000,
    "lines": [{"sku": "TEAPOT", "quantity": 1, "price": 3000}, {"sku": "TEACUP", "quantity": 3, "price": 3000}],
}  # fmt: skip
TWO_CUPS = [{"sku": "TEACUP", "quantity": 2}]
MISSING: dict[str, Any] = {"reason": "missing_item", "order": SET, "lines": TWO_CUPS}


async def test_what_was_not_packed_is_sent(house: House) -> None:
    """R-MISSING: packing and weight say that it was not packed; two cups, and only they, are sent and arrive."""
    case = await house.open("missing_item", **MISSING)

    assert await case.to_the_end() == "reshipped"

    (asked,) = await case.ledger("question_asked")
    assert asked["about"] == "packing"
    assert (await case.one("packing_checked")).data == {"complete": False}
    (sent,) = await case.ledger("goods_shipped")
    assert sent["lines"] == TWO_CUPS
    assert await case.payments() == []


async def test_what_was_not_packed_is_paid_back(house: House) -> None:
    """Two of three cups cost 20.00 of the 60.00: that much goes back, the freight of what came does not."""
    case = await house.open("missing_item", **MISSING, customer={"choice": "part_refund"})

    assert await case.to_the_end() == "partially_refunded"

    assert await case.payments() == [2000]
    assert (await case.one("part_computed")).data == {"reason": "part_of_the_order", "amount": "20.00 CNY"}
    assert await case.ledger("goods_shipped") == []


async def test_when_all_of_it_is_missing_the_freight_goes_back_too(house: House) -> None:
    """An empty parcel: everything that was paid, with the postage, which serves nobody."""
    lines = [{"sku": "TEAPOT", "quantity": 1}, {"sku": "TEACUP", "quantity": 3}]
    case = await house.open("missing_item", **{**MISSING, "lines": lines}, customer={"choice": "part_refund"})

    await case.run_until(stage="approval")
    await case.act("approve", by="supervisor:1")
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [7000]


async def test_a_gift_that_is_missing_is_sent_and_never_paid_back(house: House) -> None:
    """A spoon at price nothing was not packed: no money is offered for it, and a word for money pays none."""
    lines = [{"sku": "TEAPOT", "quantity": 1, "price": 4500}, {"sku": "SPOON", "quantity": 1, "price": 0}]
    spoon = [{"sku": "SPOON", "quantity": 1}]
    order = {"paid": 4500, "lines": lines}
    case = await house.open(
        "missing_item", reason="missing_item", order=order, lines=spoon, customer={"agrees_after": "20h"}
    )

    await case.run_until(waiting_for="consent")
    assert (await case.one("plan_proposed")).data["choices"] == ["reship", "ship_together"]
    await case.say("customer_agreed", agreed=True, choice="part_refund")
    assert await case.to_the_end() == "reshipped"
    assert await case.payments() == []
    assert [one["lines"] for one in await case.ledger("goods_shipped")] == [spoon]


async def test_what_was_paid_back_meanwhile_is_not_paid_for_the_whole_order(house: House) -> None:
    """The sum that he was told counts, though goodwill in cash left less of the payment: never more than is left."""
    lines = [{"sku": "TEAPOT", "quantity": 1, "price": 500}, {"sku": "TEACUP", "quantity": 1, "price": 1000}]
    case = await house.open(
        "missing_item", reason="missing_item", order={"paid": 1500, "lines": lines},
        lines=[{"sku": "TEACUP", "quantity": 1}], request_id=f"{ANEW}missing-1",
        customer={"choice": "part_refund", "agrees_after": "40h", "goodwill": True},
    )  # fmt: skip

    await case.run_until(waiting_for="consent")
    await case.act("offer_compensation", form="cash", amount={"minor": 1000})
    assert await case.to_the_end() == "refunded"
    assert sorted(await case.payments()) == [500, 1000]
    assert (await case.one("refund_limited")).data == {"wanted": "10.00 CNY", "left": "5.00 CNY"}


async def test_what_is_missing_goes_free_with_his_next_order(house: House) -> None:
    """He buys again five days later: it goes together with that order, and what was owed is kept."""
    customer = {"choice": "ship_together", "orders_again_after": "5d"}
    case = await house.open("missing_item", **MISSING, customer=customer)

    await case.run_until(waiting_for="next_order")
    (owed,) = (await case.state()).open_promises()
    assert (owed.what, owed.amount) == ("reship", None)
    assert await case.to_the_end() == "reshipped"

    again, ordered = await case.one("ordered_again"), await case.one("shipment_ordered")
    assert about(ordered.at, again.at)
    (sent,) = await case.ledger("goods_shipped")
    assert sent["lines"] == TWO_CUPS
    assert sent["beside"] == again.data["order_no"]
    (kept,) = await case.records("promise")
    assert kept["state"] == "told"


async def test_without_a_next_order_it_goes_by_itself(house: House) -> None:
    """S-NEXTORDER: fifteen days without another order; it is sent free all the same, never nothing."""
    case = await house.open("missing_item", **MISSING, customer={"choice": "ship_together"})

    assert await case.to_the_end() == "reshipped"

    told, ran_out = (await case.told("next_order_told"))[0], await case.one("clock_breached", clock="S-NEXTORDER")
    assert about(ran_out.at, told.at + timedelta(days=15))
    (sent,) = await case.ledger("goods_shipped")
    assert "beside" not in sent


async def test_what_does_not_arrive_with_the_next_order_is_owed_no_more_when_it_is_paid_back(house: House) -> None:
    """The parcel is lost and an agent refunds: the case closes over no open promise (P-PROMISE)."""
    customer = {"choice": "ship_together", "orders_again_after": "2d"}
    case = await house.open("missing_item", **MISSING, customer=customer, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:missing_reship_failed")
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [2000]
    (released,) = await case.records("promise")
    assert released["state"] == "declined"


async def test_when_the_warehouse_says_all_was_packed_a_person_decides(house: House) -> None:
    """The weight speaks against him: an agent decides, and here believes the customer; only the cups are sent."""
    case = await house.open("missing_item", **MISSING, warehouse={"packed_all": True})

    await case.run_until(needs_human="decide:packing_complete")
    assert await case.journal("plan_proposed") == []
    await case.act("decide", resolution="reship")
    assert await case.to_the_end() == "reshipped"
    (sent,) = await case.ledger("goods_shipped")
    assert sent["lines"] == TWO_CUPS


async def test_the_customer_does_not_wait_for_a_silent_warehouse(house: House) -> None:
    """24 hours without an answer: it is taken for missing."""
    case = await house.open("missing_item", **MISSING, warehouse={"answers_after": "never"})

    assert await case.to_the_end() == "reshipped"

    unanswered = await case.one("packing_unanswered")
    assert about(unanswered.at, case.began + timedelta(hours=24))
    assert (await case.one("plan_proposed")).at >= unanswered.at


async def test_an_answer_that_our_door_has_in_time_wins_over_the_clock(house: House) -> None:
    """The warehouse answers in the very last minute: its word counts."""
    case = await house.open("missing_item", **MISSING, warehouse={"answers_after": "never"})

    await case.pass_time(hours=23, minutes=59)
    await case.say("packing_checked", complete=True)
    await case.run_until(needs_human="decide:packing_complete")
    assert await case.journal("packing_unanswered") == []
    await case.act("decide", resolution="explain_only")
    assert await case.to_the_end() == "rejected"


async def test_who_declines_or_is_silent_hears_from_a_person(house: House) -> None:
    """Neither of the three as proposed: an agent pays for the cups."""
    declines = await house.open("missing_item", **MISSING, customer={"agrees": False})
    silent = await house.open("missing_item", **MISSING, customer={"agrees_after": "never"})

    await declines.run_until(needs_human="decide:missing_plan_declined")
    await silent.run_until(needs_human="decide:missing_no_answer")
    for case in (declines, silent):
        await case.act("decide", resolution="part_refund")
        assert await case.to_the_end() == "partially_refunded"
        assert await case.payments() == [2000]


async def test_who_withdraws_before_his_next_order_is_owed_nothing_more(house: House) -> None:
    """They were to go with his next order, and he needs them no more: the case ends, nobody has to call it kept."""
    customer = {"choice": "ship_together", "orders_again_after": "never"}
    case = await house.open("missing_item", **MISSING, customer=customer)
    await case.run_until(waiting_for="next_order")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"

    (owed,) = await case.records("promise")
    assert (owed["what"], owed["state"]) == ("reship", "declined")

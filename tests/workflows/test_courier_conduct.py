"""快递服务质量差: mediated between courier and customer; who insists gets another courier (R-CONDUCT, M-COURIER)."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about


async def test_an_apology_and_a_new_delivery_settle_it(house: House) -> None:
    """The courier looks into it, the customer accepts a new delivery, and it arrives."""
    case = await house.open("courier_conduct", reason="service")

    assert await case.to_the_end() == "delivered"

    (told,) = await case.told("conduct_told")
    assert told.rule == "R-CONDUCT"
    assert about(told.at, case.began)
    assert len(await case.ledger("mediation_asked")) == 1
    assert (await case.one("mediated")).data["verdict"] == "apologised"
    assert len(await case.ledger("redelivery_ordered")) == 1
    assert await case.ledger("goods_shipped") == []


async def test_who_insists_gets_another_courier_at_the_first_ones_cost(house: House) -> None:
    """The original is called back at the courier's cost, and the new parcel goes by somebody else."""
    case = await house.open(
        "courier_conduct", reason="service", customer={"choice": "other_courier"}, order={"freight": 600},
        warehouse={"courier": "sf"},
    )  # fmt: skip

    assert await case.to_the_end() == "reshipped"

    freight = await case.one("freight_decided")
    assert (freight.rule, freight.data["inbound"]) == ("M-COURIER", "courier")
    assert len(await case.ledger("parcel_recalled")) == 1
    claimed = await case.claim()
    assert await claimed.to_the_end() == "reimbursed"
    (claim,) = await claimed.records("courier_claim")
    assert (claim["amount_minor"], claim["state"]) == (600, "paid")
    (sent,) = await case.ledger("goods_shipped")
    assert sent["leg"] == "reship"
    assert await case.payments() == []


async def test_a_free_postage_order_claims_the_return_by_the_couriers_own_bill(house: House) -> None:
    """Nobody knows the sum: the claim names none, and what he pays by his own bill is booked."""
    case = await house.open("courier_conduct", reason="service", customer={"choice": "other_courier"})

    assert await case.to_the_end() == "reshipped"

    claimed = await case.claim()
    assert await claimed.to_the_end() == "reimbursed"
    (claim,) = await claimed.records("courier_claim")
    assert (claim["amount_minor"], claim["state"]) == (800, "paid")


async def test_goods_that_are_there_leave_only_the_conduct_to_speak_of(house: House) -> None:
    """Delivered, with bad words: the courier's company hears of it, the customer hears what came of it."""
    case = await house.open("courier_conduct", reason="service", courier={"state": "delivered"})

    assert await case.to_the_end() == "explained"

    (told,) = await case.told("conduct_answered")
    assert told.at > case.began
    assert await case.ledger("redelivery_ordered") == []


async def test_a_silent_courier_does_not_hold_him_up_for_more_than_two_days(house: House) -> None:
    """No word from the courier's company in 48 hours (D-COURIER): he has his choice all the same."""
    courier = {"answers_after": "never"}
    case = await house.open("courier_conduct", reason="service", courier=courier, customer={"choice": "other_courier"})

    assert await case.to_the_end() == "reshipped"

    (proposed,) = await case.told("conduct_plan")
    assert about(proposed.at, case.began + timedelta(hours=48))
    assert (await case.one("mediated")).data["verdict"] == "silent"


async def test_silence_leaves_the_parcel_on_its_way(house: House) -> None:
    """He says no more: nothing is changed, and the delivery is followed."""
    case = await house.open("courier_conduct", reason="service", customer={"agrees_after": "never"})

    await case.run_until(waiting_for="delivery")
    assert await case.ledger("redelivery_ordered") == []
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"


async def test_it_is_delivered_before_he_answered(house: House) -> None:
    """The parcel comes while he thinks: the question is idle."""
    case = await house.open("courier_conduct", reason="service", customer={"agrees_after": "never"})

    await case.run_until(stage="consent")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert len(await case.journal("plan_overtaken")) == 1


async def test_who_declines_hears_from_a_person(house: House) -> None:
    """Neither a new delivery nor another courier: an agent decides on his money."""
    case = await house.open("courier_conduct", reason="service", customer={"agrees": False})

    await case.run_until(needs_human="decide:conduct_plan_declined")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]

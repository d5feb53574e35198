"""件留仓: a parcel held up on its way is chased; who waited too long gets another one, or his money (R-STUCK)."""

from __future__ import annotations

import itertools
from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about

STUCK = {"state": "stalled"}


async def test_a_chased_parcel_that_moves_again_is_followed_to_its_receipt(house: House) -> None:
    """The customer hears cause and apology at once, the courier finds it, and it arrives."""
    case = await house.open("parcel_stuck", reason="not_received", courier={**STUCK, "trace": "found"})

    assert await case.to_the_end() == "delivered"

    (told,) = await case.told("stuck_told")
    assert told.rule == "R-STUCK"
    assert about(told.at, case.began)
    assert (await case.one("courier_asked_trace")).rule == "R-STUCK"
    assert (await case.records("parcel_incident"))[0]["incident"] == "stuck"
    assert await case.ledger("goods_shipped") == []


async def test_it_has_news_every_day_until_it_is_there(house: House) -> None:
    """While others have the ball the customer hears once a day how it stands (R-DAILY)."""
    courier = {**STUCK, "trace": "found", "delivered_after": "5d"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier)

    assert await case.to_the_end() == "delivered"

    news = [entry.at for entry in await case.journal("progress_told", result="sent")]
    assert len(news) >= 4
    assert all(
        timedelta(hours=23) < later - earlier < timedelta(hours=25) for earlier, later in itertools.pairwise(news)
    )


async def test_too_long_means_another_parcel_and_the_original_is_called_back(house: House) -> None:
    """Seven days after the report it is still held: he agrees to another parcel, and the first one is recalled."""
    courier = {**STUCK, "trace": "unknown"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier)

    assert await case.to_the_end() == "reshipped"

    breached = await case.one("clock_breached", clock="S-STUCK")
    assert about(breached.at, case.began + timedelta(days=7))
    (proposed,) = await case.told("stuck_too_long")
    assert about(proposed.at, breached.at)
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["reship"]
    assert len(await case.ledger("parcel_recalled")) == 1
    assert await case.payments() == []


async def test_who_would_rather_have_his_money_gets_it(house: House) -> None:
    """Too long, and he wants no other parcel: the whole sum, once; a courier who will not recall it is claimed from."""
    courier = {**STUCK, "trace": "unknown"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier, customer={"choice": "full_refund"})
    await case.run_until(stage="consent")
    await house.fault(case, "refuse", partner="courier", operation="request", code="no_recall")

    assert await case.to_the_end() == "refunded"

    assert await case.payments() == [4500]
    assert await case.ledger("parcel_recalled") == []
    assert len(await (await case.claim()).ledger("claim_opened")) == 1


async def test_it_arrives_while_he_thinks_it_over(house: House) -> None:
    """The held parcel comes after all before he answered: nothing is sent, nothing is called back."""
    courier = {**STUCK, "trace": "unknown"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier, customer={"agrees_after": "never"})

    await case.run_until(stage="consent")
    waybill = case.request["order"]["waybill"]
    await case.say("parcel_update", waybill=waybill, state="delivered")

    assert await case.to_the_end() == "delivered"
    assert len(await case.journal("plan_overtaken")) == 1
    assert await case.ledger("goods_shipped") == []
    assert await case.ledger("parcel_recalled") == []


async def test_a_stuck_parcel_may_turn_out_lost(house: House) -> None:
    """The courier looks for it and gives up: from then on it is a lost parcel, with its choice and its claim."""
    courier = {**STUCK, "trace": "lost"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier, customer={"choice": "full_refund"})

    assert await case.to_the_end() == "refunded"

    assert (await case.one("type_changed")).data == {"before": "parcel_stuck", "type": "parcel_lost"}
    assert (await case.row())["case_type"] == "parcel_lost"
    assert len(await (await case.claim()).ledger("claim_opened")) == 1


async def test_a_push_that_says_lost_ends_the_waiting(house: House) -> None:
    """While he waits the courier reports the parcel lost: he has his choice at once, not a week later."""
    courier = {**STUCK, "trace": "moving", "delivered_after": "never"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier, customer={"choice": "full_refund"})

    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="lost")

    assert (await case.rest()).stage == "consent"
    assert await case.to_the_end() == "refunded"
    assert (await case.row())["case_type"] == "parcel_lost"


async def test_silence_and_a_no_are_put_before_a_person(house: House) -> None:
    """Neither another parcel nor money as proposed, or no word at all: an agent decides."""
    courier = {**STUCK, "trace": "unknown"}
    declined = await house.open("parcel_stuck", reason="not_received", courier=courier, customer={"agrees": False})
    silent = await house.open(
        "parcel_stuck", reason="not_received", courier=courier, customer={"agrees_after": "never"}
    )

    for case, question in ((declined, "stuck_plan_declined"), (silent, "stuck_no_answer")):
        await case.run_until(needs_human=f"decide:{question}")
        assert await case.ledger("goods_shipped") == []
        await case.act("decide", resolution="full_refund")
        assert await case.to_the_end() == "refunded"

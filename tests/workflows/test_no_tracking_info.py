"""发出无物流信息: shipped, but no scan shows. First our warehouse is asked, then the courier."""

from __future__ import annotations

import itertools
from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, about
from workflows.settle import KIND

KEPT = {"handed_over": False, "stock_after": "never"}


async def _noinfo_due(house: House, case: LivedCase) -> object:
    return await house.due(case.began, 2, "working_days")


async def test_our_own_fault_mended_in_time_ends_with_the_receipt(house: House) -> None:
    """It never left; asked, the warehouse hands it over within two working days, and it arrives."""
    case = await house.open("no_tracking_info", reason="late", warehouse={"handed_over": False})

    assert await case.to_the_end() == "delivered"

    assert (await case.one("handed_over_answer", handed_over=False)).rule == "R-NOINFO-OUR"
    assert len(await case.told("no_info_told")) == 1
    assert await case.told("delay_told") == []
    assert await case.payments() == []


async def test_a_parcel_that_never_leaves_is_told_honestly_and_decided_by_a_person(house: House) -> None:
    """No stock: after two working days the customer hears of it (P-HONEST), and an agent gives the money back."""
    warehouse = {"handed_over": False, "ships_after": "never"}
    case = await house.open("no_tracking_info", reason="late", warehouse=warehouse)

    await case.run_until(needs_human="decide:never_shipped")
    breached = await case.one("clock_breached", clock="D-NOINFO")
    answered = await case.one("warehouse_answered")
    assert about(breached.at, await house.due(answered.at, 2, "working_days"))
    (told,) = await case.told("delay_told")
    assert told.rule == "P-HONEST"
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_warehouse_that_never_answers_counts_as_not_handed_over(house: House) -> None:
    """Two working days of silence from our own warehouse are taken for our fault. Who waits for it meanwhile, from
    eight in the evening on, has his news once a day at ten in the morning, and never at night (R-DAILY)."""
    case = await house.open("no_tracking_info", reason="late", local_hour=20, warehouse={"answers_after": "never"})

    await case.run_until(needs_human="decide:never_shipped")
    assert (await case.one("handed_over_answer")).data["handed_over"] is False
    news = [entry.at for entry in await case.journal("progress_told", result="sent")]
    assert len(news) >= 3
    assert all(about(at, case.began + timedelta(days=day, hours=14)) for day, at in enumerate(news, start=1)), news
    sent = [one for one in await case.ledger("message_delivered") if one["template"] == "progress"]
    assert len(sent) == len(news)
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_news_that_do_not_reach_him_are_not_told_and_a_person_hears_of_it_once(house: House) -> None:
    """His client takes no messages: each day's news stand as not told, the first time before a person (R-FALLBACK)."""
    case = await house.open(
        "no_tracking_info", reason="late", warehouse={"answers_after": "never"}, customer={"im": "channel_blocked"}
    )

    await case.run_until(needs_human="contact_failing")
    (first,) = await case.journal("progress_not_told")
    heard = (await case.state()).last_told_at
    assert first.data == {"reason": "channel_blocked", "about": "warehouse_answer"}
    assert heard is not None
    assert about(first.at, heard + timedelta(days=1)), "he was called when it began"
    await case.run_until(needs_human="decide:never_shipped")

    tried = [entry.at for entry in await case.journal("progress_not_told")]
    assert len(tried) >= 3
    assert all(later - earlier >= timedelta(hours=23) for earlier, later in itertools.pairwise(tried))
    assert await case.journal("progress_told") == []
    assert (await case.one("escalated", reason="contact_failing")).rule == "R-FALLBACK"


async def test_a_parcel_that_the_courier_finds_is_followed_to_its_receipt(house: House) -> None:
    """It left, the courier finds it, it arrives: nobody pays and nobody sends again."""
    case = await house.open("no_tracking_info", reason="late", courier={"state": "no_info", "trace": "found"})

    assert await case.to_the_end() == "delivered"

    assert (await case.one("handed_over_answer", handed_over=True)).rule == "R-NOINFO-OUR"
    assert (await case.one("courier_asked_trace")).rule == "R-NOINFO-COURIER"
    assert await case.ledger("goods_shipped") == []


async def test_a_parcel_that_the_courier_lost_is_made_good(house: House) -> None:
    """It left and is lost: the customer chooses another parcel, and the courier is claimed from."""
    case = await house.open("no_tracking_info", reason="late", courier={"state": "no_info", "trace": "lost"})

    await case.run_until(stage="consent")
    assert (await case.row())["case_type"] == "parcel_lost"
    assert (await case.handle.describe()).typed_search_attributes[KIND] == "parcel_lost"
    assert await case.house.repeat(case) == "repeated"
    assert await case.to_the_end() == "reshipped"
    assert (await case.one("type_changed")).data == {"before": "no_tracking_info", "type": "parcel_lost"}

    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["reship"]
    assert len(await (await case.claim()).ledger("claim_opened")) == 1


async def test_a_silent_courier_costs_the_customer_48_hours_at_most(house: House) -> None:
    """24 hours after the question he hears the plan, 48 hours after it the parcel counts as lost."""
    case = await house.open(
        "no_tracking_info", reason="late", courier={"state": "no_info", "trace_after": "never"},
        customer={"choice": "full_refund"},
    )  # fmt: skip

    assert await case.to_the_end() == "refunded"

    asked, (plan,) = await case.one("courier_asked_trace"), await case.told("courier_plan_told")
    assert about(plan.at, asked.at + timedelta(hours=24))
    assert about((await case.one("clock_breached", clock="D-COURIER")).at, asked.at + timedelta(hours=48))
    assert await case.payments() == [4500]


async def test_a_courier_who_does_not_know_is_treated_as_a_loss_at_once(house: House) -> None:
    """ "Unknown" is an answer: the customer is not kept waiting for the rest of the 48 hours."""
    case = await house.open(
        "no_tracking_info", reason="late", courier={"state": "no_info", "trace": "unknown"},
        customer={"choice": "full_refund"},
    )  # fmt: skip

    assert await case.to_the_end() == "refunded"

    assert (await case.one("plan_proposed")).at - case.began < timedelta(hours=24)
    assert await case.told("courier_plan_told") == []


async def test_a_first_scan_while_the_courier_is_asked_ends_the_search(house: House) -> None:
    """The parcel shows up by itself before anybody answers: it is followed, nothing else is done."""
    case = await house.open("no_tracking_info", reason="late", courier={"state": "no_info", "trace_after": "never"})

    await case.run_until(waiting_for="courier_answer")
    waybill = (await case.ledger("question_asked"))[0]["waybill"]
    await case.say("parcel_update", waybill=waybill, state="in_transit")
    assert (await case.rest()).waiting_for == "delivery"
    await case.say("parcel_update", waybill=waybill, state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.told("courier_plan_told") == []


async def test_a_warehouse_that_refuses_the_question_counts_as_not_handed_over(house: House) -> None:
    """Our own warehouse will not look: a person hears of it, and the customer waits no longer than for our fault."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ask", "code": "not_served"}
    case = await house.open("no_tracking_info", reason="late", fault=fault)

    assert (await case.one("partner_refused")).rule == "R-ESC"
    await case.run_until(needs_human="decide:never_shipped")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"

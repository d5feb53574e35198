"""丢件: a parcel that cannot be found; the customer is made good at once, the claim runs beside."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about

GONE = {"state": "lost"}
STALLED = {"state": "stalled", "trace": "lost"}


async def test_a_parcel_known_lost_is_sent_again_on_the_customers_word(house: House) -> None:
    """The courier's own system says lost: no tracing, the customer agrees to another parcel, and it arrives."""
    case = await house.open("parcel_lost", reason="lost", courier=GONE)

    assert await case.to_the_end() == "reshipped"

    assert (await case.one("parcel_tracked", state="lost")).rule == "R-VERIFY"
    assert await case.ledger("trace_opened") == []
    proposed, (sent,) = await case.one("plan_proposed", plan="reship"), await case.ledger("goods_shipped")
    assert proposed.rule == "R-LOST"
    assert sent["leg"] == "reship"
    assert await case.payments() == []
    (incident,) = await case.records("parcel_incident")
    assert incident["incident"] == "lost"


async def test_a_parcel_traced_lost_is_refunded_where_he_chooses_so(house: House) -> None:
    """The courier looks for eight hours and gives up; the customer wants his money, once."""
    case = await house.open("parcel_lost", reason="lost", courier=STALLED, customer={"choice": "full_refund"})

    assert await case.to_the_end() == "refunded"

    traced, answered = await case.one("courier_asked_trace"), await case.one("courier_answered", verdict="lost")
    assert about(answered.at, traced.at + timedelta(hours=8))
    assert await case.payments() == [4500]
    assert await case.ledger("goods_shipped") == []


async def test_the_claim_never_delays_the_customer(house: House) -> None:
    """The courier's desk is silent about our claim for the whole case; he has his money all the same."""
    courier = {**STALLED, "answers_after": "never"}
    case = await house.open("parcel_lost", reason="lost", courier=courier, customer={"choice": "full_refund"})

    assert await case.to_the_end() == "refunded"

    (claim,) = await (await case.claim()).records("courier_claim")
    assert (claim["amount_minor"], claim["state"]) == (4500, "raised")
    (opened,) = await (await case.claim()).ledger("claim_opened")
    assert opened["amount_minor"] == 4500
    assert about((await case.one("refund_done")).at, (await case.journal("customer_agreed"))[0].at)


async def test_a_parcel_found_again_is_followed_to_its_receipt(house: House) -> None:
    """Traced, found and delivered two and a half days later: no second parcel, no money, no claim."""
    case = await house.open("parcel_lost", reason="lost", courier={"state": "stalled", "trace": "found"})

    assert await case.to_the_end() == "delivered"

    assert await case.ledger("goods_shipped") == []
    assert (await case.state()).claims == []
    assert await case.payments() == []


async def test_a_parcel_that_was_on_its_way_all_along_needs_no_trace(house: House) -> None:
    """The courier's system shows it moving; the case waits for its receipt."""
    case = await house.open("parcel_lost", reason="lost", courier={"state": "in_transit"})

    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=(await case.state()).parcels and next(iter((await case.state()).parcels)),
                   state="delivered")  # fmt: skip

    assert await case.to_the_end() == "delivered"
    assert await case.ledger("trace_opened") == []


async def test_a_found_parcel_that_never_arrives_is_made_good_after_all(house: House) -> None:
    """Found, and ten days later still not there: the customer gets his choice."""
    courier = {"state": "stalled", "trace": "found", "delivered_after": "never"}
    case = await house.open("parcel_lost", reason="lost", courier=courier, customer={"choice": "full_refund"})

    assert await case.to_the_end() == "refunded"

    waited = await case.one("clock_breached", clock="S-DELIVER")
    assert (await case.one("plan_proposed")).at >= waited.at
    assert await case.payments() == [4500]


async def test_a_courier_who_never_answers_is_taken_for_a_loss_after_48_hours(house: House) -> None:
    """At 24 hours the customer hears the plan, at 48 the parcel counts as lost (D-COURIER)."""
    courier = {"state": "stalled", "trace_after": "never"}
    case = await house.open("parcel_lost", reason="lost", courier=courier, customer={"choice": "full_refund"})

    assert await case.to_the_end() == "refunded"

    (plan,) = await case.told("courier_plan_told")
    assert about(plan.at, case.began + timedelta(hours=24))
    breached = await case.one("clock_breached", clock="D-COURIER")
    assert about(breached.at, case.began + timedelta(hours=48))
    assert (await case.one("plan_proposed")).at >= breached.at


async def test_who_declines_the_plan_hears_from_a_person(house: House) -> None:
    """He wants neither of the two as proposed: an agent decides, here for his money."""
    case = await house.open("parcel_lost", reason="lost", courier=GONE, customer={"agrees": False})

    await case.run_until(needs_human="decide:lost_plan_declined")
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_silence_is_no_consent_to_another_parcel(house: House) -> None:
    """72 hours of silence: nothing is sent, but a person decides, since he has neither goods nor money."""
    case = await house.open("parcel_lost", reason="lost", courier=GONE, customer={"agrees_after": "never"})

    await case.run_until(needs_human="decide:lost_no_answer")
    assert about((await case.one("no_consent")).at, case.began + timedelta(hours=72))
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_warehouse_that_does_not_hand_over_is_pressed(house: House) -> None:
    """24 hours after the order for another parcel nothing left: it escalates (S-SHIP) and arrives in the end."""
    case = await house.open("parcel_lost", reason="lost", courier=GONE, warehouse={"ships_after": "30h"})

    assert await case.to_the_end() == "reshipped"

    ordered, breached = await case.one("shipment_ordered"), await case.one("clock_breached", clock="S-SHIP")
    assert about(breached.at, ordered.at + timedelta(hours=24))
    assert (await case.one("escalated", reason="overdue:S-SHIP")).rule == "R-SHIP-24H"
    assert len(await case.ledger("goods_shipped")) == 1


async def test_a_second_parcel_that_is_lost_too_is_decided_by_a_person(house: House) -> None:
    """The parcel sent again never arrives: an agent has a third one sent, which really leaves, and then refunds."""
    case = await house.open("parcel_lost", reason="lost", courier={**GONE, "delivered_after": "never"})

    await case.run_until(needs_human="decide:lost_reship_failed")
    assert len(await case.ledger("goods_shipped")) == 1
    await case.act("decide", resolution="reship")
    await case.run_until(needs_human="decide:lost_reship_failed_2")
    assert len(await case.ledger("goods_shipped")) == 2
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_refund_for_a_lost_parcel_over_the_limit_is_approved_first(house: House) -> None:
    """150 yuan for a lost lamp: the supervisor's word, then the money."""
    order = {"paid": 15000, "lines": [{"sku": "LAMP", "quantity": 1, "price": 15000}]}
    case = await house.open("parcel_lost", reason="lost", courier=GONE, customer={"choice": "full_refund"}, order=order)

    await case.run_until(stage="approval", ball_with="supervisor")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [15000]


async def test_a_parcel_that_turns_up_while_he_chooses_is_made_good_no_more(house: House) -> None:
    """Counted lost, and delivered before he answered: he has it, and neither goods nor money go out, nor a claim."""
    case = await house.open("parcel_lost", reason="lost", courier=GONE, customer={"agrees_after": "never"})
    await case.run_until(stage="consent")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"

    assert (await case.ledger("goods_shipped"), await case.payments()) == ([], [])
    assert (await case.state()).claims == []


async def test_a_parcel_that_he_finds_himself_is_made_good_no_more(house: House) -> None:
    """Signed for by somebody, not found by the courier; his neighbour had it: he says so instead of choosing."""
    case = await house.open(
        "signed_not_received", reason="not_received", courier={"state": "delivered_by_proxy", "trace": "unknown"},
        customer={"agrees_after": "never", "looks_after": "never"},
    )  # fmt: skip
    await case.run_until(stage="consent")
    await case.say("customer_looked", found=True)

    assert await case.to_the_end() == "delivered"

    assert (await case.ledger("goods_shipped"), await case.payments()) == ([], [])

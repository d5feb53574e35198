"""派送不及时: a slot within two days; who insists over the courier's fault refuses the parcel (R-LATE-DELIV, X13)."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about

LATE = {"state": "in_transit"}


async def test_an_agreed_slot_is_a_promise_and_is_kept(house: House) -> None:
    """The courier names a slot within two days, the customer agrees, and the parcel is there before it is over."""
    case = await house.open("late_delivery", reason="late", courier=LATE)

    assert await case.to_the_end() == "delivered"

    (told,) = await case.told("late_delivery_told")
    assert about(told.at, case.began)
    (proposed,) = await case.told("slot_proposed")
    assert proposed.at - case.began < timedelta(days=2)
    (owed,) = await case.records("promise")
    assert (owed["what"], owed["state"]) == ("delivery", "told")
    assert await case.journal("escalated") == []
    assert await case.payments() == []


async def test_who_insists_refuses_it_and_is_paid_back_when_it_is_back(house: House) -> None:
    """The courier's sole fault, and he wants it no more: recalled at the courier's cost, then the whole sum, once."""
    case = await house.open("late_delivery", reason="late", courier=LATE, customer={"choice": "return_refund"})

    assert await case.to_the_end() == "refunded"

    assert (await case.one("delay_judged")).data == {"liability": "courier", "reason": "courier_late"}
    assert (await case.one("freight_decided")).data["inbound"] == "courier"
    (told,) = await case.told("return_agreed_told")
    back, paid = await case.one("return_received"), await case.one("refund_done")
    assert told.at < back.at < paid.at < back.at + timedelta(hours=72)
    assert (await case.one("inbound_expected")).data["inbound"] == "refused_return"
    assert await case.payments() == [4500]
    assert await case.records("promise") == []


async def test_a_parcel_that_we_shipped_late_comes_back_at_our_cost(house: House) -> None:
    """Handed over three days after it was paid: he may refuse it too, and the courier is not charged for it."""
    order = {"paid_at": timedelta(days=-7), "shipped_at": timedelta(days=-4)}
    case = await house.open(
        "late_delivery", reason="late", courier=LATE, order=order, customer={"choice": "return_refund"}
    )

    assert await case.to_the_end() == "refunded"

    assert (await case.one("delay_judged")).data == {"liability": "merchant", "reason": "shipped_late"}
    assert (await case.one("freight_decided")).rule == "M-QUAL"
    assert (await case.state()).claims == []
    assert await case.payments() == [4500]


async def test_a_missed_slot_breaks_the_promise_and_he_need_not_wait(house: House) -> None:
    """The courier does not come: the supervisor hears of the broken promise, and he has his choice at that hour."""
    case = await house.open("late_delivery", reason="late", courier={**LATE, "keeps_slot": False})

    assert await case.to_the_end() == "refunded"

    (told,) = await case.told("slot_missed_told")
    assert about(told.at, (await case.one("clock_breached", clock="S-DELIVER")).at)
    assert (await case.one("escalated", reason="promise_overdue")).rule == "P-PROMISE"
    (owed,) = await case.records("promise")
    assert owed["state"] == "declined"
    assert await case.payments() == [4500]


async def test_after_a_missed_slot_he_may_have_another_parcel(house: House) -> None:
    """He still wants the goods: they are sent again."""
    courier = {**LATE, "keeps_slot": False}
    case = await house.open("late_delivery", reason="late", courier=courier, customer={"agrees_after": "never"})

    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True)
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", agreed=True, choice="reship")

    assert await case.to_the_end() == "reshipped"
    assert await case.payments() == []


async def test_two_days_without_a_slot_go_to_a_person(house: House) -> None:
    """The courier names none: at the second day's end it is before a person (D-LATESLOT), who gives the money back."""
    case = await house.open("late_delivery", reason="late", courier={**LATE, "answers_after": "never"})

    await case.run_until(needs_human="decide:no_slot")
    assert about((await case.one("decision_asked")).at, case.began + timedelta(days=2))
    assert about((await case.one("clock_breached", clock="D-LATESLOT")).at, case.began + timedelta(days=2))
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_slot_not_agreed_within_two_days_escalates(house: House) -> None:
    """He does not answer: at the second day's end a supervisor hears of it; the parcel comes, and nobody need act."""
    courier = {**LATE, "slot_after": "46h"}
    case = await house.open("late_delivery", reason="late", courier=courier, customer={"agrees_after": "never"})

    await case.run_until(needs_human="overdue:D-LATESLOT")
    assert about((await case.one("clock_breached", clock="D-LATESLOT")).at, case.began + timedelta(days=2))

    assert await case.to_the_end() == "delivered"
    assert len(await case.journal("plan_overtaken")) == 1


async def test_a_courier_who_refuses_leaves_the_decision_to_a_person_at_once(house: House) -> None:
    """No slot at all: nobody waits for the two days to end."""
    case = await house.open("late_delivery", reason="late", courier={**LATE, "slot_after": "never"})

    await case.run_until(needs_human="decide:no_slot")
    assert (await case.one("decision_asked")).at - case.began < timedelta(hours=5)
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


async def test_a_parcel_that_waits_for_him_is_not_refused_at_our_cost(house: House) -> None:
    """The courier could not reach him: he is offered the slot only, and a no is put before a person."""
    courier = {"state": "unreachable"}
    case = await house.open("late_delivery", reason="late", courier=courier, customer={"agrees": False})

    await case.run_until(needs_human="decide:slot_declined")
    assert (await case.one("delay_judged")).data["liability"] == "customer"
    assert (await case.one("plan_proposed")).data["choices"] == ["redeliver"]
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_refused_parcel_that_is_lost_on_its_way_back_is_paid_for_all_the_same(house: House) -> None:
    """It never comes back, and the courier gives it up: the customer has his money, the courier is claimed from."""
    courier = {**LATE, "back_after": "never", "trace": "lost"}
    case = await house.open("late_delivery", reason="late", courier=courier, customer={"choice": "return_refund"})

    assert await case.to_the_end() == "refunded"

    assert len(await (await case.claim()).ledger("claim_opened")) == 1
    assert await case.payments() == [4500]


async def test_a_parcel_that_came_late_but_came_is_apologised_for(house: House) -> None:
    """It is there: an apology is what is left to say, and he confirms."""
    case = await house.open("late_delivery", reason="late", courier={"state": "delivered"})

    assert await case.to_the_end() == "explained"

    assert len(await case.told("late_apology")) == 1
    assert await case.ledger("redelivery_ordered") == []


async def test_who_gets_it_after_he_agreed_to_refuse_it_is_asked_about_the_return(house: House) -> None:
    """The slot was missed and he wanted his money; then it was handed out: a return costs him a way, so he is asked."""
    courier = {**LATE, "keeps_slot": False}
    case = await house.open("late_delivery", reason="late", courier=courier)
    waybill = case.request["order"]["waybill"]
    await case.run_until(lambda now: now.waiting_for == "courier_word")
    await case.say("parcel_update", waybill=waybill, state="delivered")

    await case.run_until(stage="consent")
    asked = await case.journal("plan_proposed", plan="return_refund")
    assert [one.rule for one in asked] == ["R-LATE-DELIV", "R-CONSENT"]


async def test_a_parcel_that_comes_before_a_slot_is_named_needs_none(house: House) -> None:
    """The courier is asked for a slot and simply delivers: nobody is asked anything any more."""
    case = await house.open("late_delivery", reason="late", courier={**LATE, "answers_after": "never"})
    await case.run_until(waiting_for="slot")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"

    assert await case.journal("decision_asked") == await case.journal("escalated") == []

"""未收到货的退货: held before it leaves, kept by a fair offer, called back, or refused at the door (R-CANCEL-*)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

UNSHIPPED = {"waybill": "", "shipped_at": None, "signed_at": None}
MOVING = {"signed_at": None}
FIRM = {"choice": "recall_parcel"}


def drop(price: int, gift: int = 0) -> dict[str, Any]:
    """A cup that cost 45 yuan costs less now; a gift came with it then."""
    order = {**MOVING, "lines": [{"sku": "CUP", "quantity": 1, "price": 4500}]}
    gifts = {"gifts": [{"sku": "SPOON", "value": {"minor": gift}}]} if gift else {}
    return {"order": order, "reason": "price_drop", "drop": {"prices": [{"sku": "CUP", "price": price}], **gifts}}


async def test_what_has_not_left_is_held_and_paid_back_directly(house: House) -> None:
    """The warehouse keeps it, the money goes back; no parcel, no inspection (R-CANCEL-UNSHIPPED)."""
    case = await house.open("cancel_before_receipt", order=UNSHIPPED)

    assert await case.to_the_end() == "refunded"

    assert len(await case.ledger("order_held")) == 1
    held, paid = await case.one("warehouse_answered"), await case.one("refund_done")
    assert about(held.at, paid.at)
    assert await case.payments() == [4500]
    assert await case.ledger("return_announced") == []


async def test_a_silent_warehouse_lands_with_a_person_after_eight_hours(house: House) -> None:
    """Nobody knows whether it leaves: a person decides before money and goods both go (S-HOLD)."""
    case = await house.open("cancel_before_receipt", order=UNSHIPPED, warehouse={"answers_after": "never"})

    await case.run_until(needs_human="decide:hold_unanswered")
    assert about((await case.one("clock_breached", clock="S-HOLD")).at, case.began + timedelta(hours=8))
    assert await case.payments() == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


@pytest.mark.parametrize(("answered", "outcome"), [("7h", "held"), ("9h", "late")])
async def test_the_warehouses_word_an_hour_before_and_after_its_time(house: House, answered: str, outcome: str) -> None:
    """After seven hours the money goes back by itself, after nine a person has been asked (S-HOLD)."""
    case = await house.open("cancel_before_receipt", order=UNSHIPPED, warehouse={"answers_after": answered})
    if outcome == "late":
        await case.run_until(needs_human="decide:hold_unanswered")
        await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert len(await case.journal("decide")) == (outcome == "late")


async def test_what_left_meanwhile_is_called_back(house: House) -> None:
    """Too late to hold it: it is treated as on its way, under the number that the warehouse names."""
    case = await house.open("cancel_before_receipt", order=UNSHIPPED, warehouse={"holds": False}, customer=FIRM)

    assert await case.to_the_end() == "refunded"

    (recalled,) = await case.ledger("parcel_recalled")
    assert recalled["waybill"] == (await case.one("warehouse_answered")).data["waybill"]
    assert await case.payments() == [4500]


async def test_a_refund_above_the_agents_limit_is_approved_first(house: House) -> None:
    """150 yuan not shipped: the supervisor's word, then the money (A-CAP)."""
    order = {**UNSHIPPED, "paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}
    case = await house.open("cancel_before_receipt", order=order)

    await case.run_until(stage="approval", ball_with="supervisor")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"


async def test_who_is_persuaded_waits_for_his_parcel(house: House) -> None:
    """A friendly offer is enough: he waits, it arrives, no money moves (R-CANCEL-SHIPPED)."""
    case = await house.open("cancel_before_receipt", order=MOVING)

    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.payments() == []
    assert await case.ledger("parcel_recalled") == []


async def test_who_is_away_gets_it_at_another_time(house: House) -> None:
    """He only could not be there: it is delivered again (R-CANCEL-AWAY)."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer={"choice": "redeliver"})

    assert await case.to_the_end() == "delivered"

    assert (await case.one("courier_asked_redeliver")).rule == "R-CANCEL-AWAY"


async def test_who_is_elsewhere_gets_it_there(house: House) -> None:
    """He wants it at another place: the case becomes a change of address, with one history (R-CANCEL-AWAY)."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer={"choice": "reroute"})

    assert await case.to_the_end() == "delivered"

    became = await case.one("type_changed")
    assert (became.rule, became.data["type"]) == ("R-CANCEL-AWAY", "address_change")
    assert (await case.row())["case_type"] == "address_change"
    assert len(await case.told("new_address_asked")) == 1
    assert len(await case.ledger("address_changed")) == 1


async def test_who_insists_has_it_called_back_and_is_paid_when_it_was_inspected(house: House) -> None:
    """Called back, received as an undelivered return, inspected twice, paid within the 72 hours (W-12, D-REFPAY)."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM)

    assert await case.to_the_end() == "refunded"

    assert (await case.one("inbound_expected")).data["inbound"] == "undelivered_return"
    assert len(await case.journal("inspected")) == 2
    received, paid = await case.one("return_received"), await case.one("refund_done")
    assert received.at <= paid.at <= received.at + timedelta(hours=72)
    assert len(await case.told("called_back_told")) == 1
    assert len(await case.told("undelivered_received")) == 1
    assert await case.told("return_received") == []
    (moved,) = await case.ledger("goods_moved")
    assert moved["disposition"] == "restock"
    assert await case.payments() == [4500]


@pytest.mark.parametrize("customer", [{"agrees": False}, {"agrees_after": "never"}])
async def test_no_answer_to_our_offer_is_no_consent_to_keep_it(house: House, customer: dict[str, Any]) -> None:
    """He declines, or says nothing for twelve hours: what he asked for is done (S-PERSUADE)."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer=customer)

    assert await case.to_the_end() == "refunded"

    if "agrees_after" in customer:
        asked = await case.one("courier_asked_recall")
        assert about(asked.at, case.began + timedelta(hours=12))


@pytest.mark.parametrize("courier", [{"recall": "refused"}, {"recall_after": "never"}])
async def test_what_cannot_be_called_back_is_refused_at_the_door(house: House, courier: dict[str, Any]) -> None:
    """The courier cannot turn it round, or does not answer: he is told to refuse it, it comes back, he is paid."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM, courier=courier)

    assert await case.to_the_end() == "refunded"

    told = [entry.data["channel"] for entry in await case.told("refuse_at_door_told")]
    assert told[0] == "im"
    assert len(told) >= 2
    assert (await case.one("inbound_expected")).data["inbound"] == "refused_return"
    assert (await case.one("parcel_update", state="rejected")).actor == "courier"
    (announced,) = await case.ledger("return_announced")
    assert announced["inbound"] == "refused_return"
    assert await case.payments() == [4500]


async def test_who_takes_it_at_the_door_after_all_has_a_return(house: House) -> None:
    """Not refused but signed for: the case becomes a return, whose rules hold now (R-VERIFY)."""
    customer = {**FIRM, "refuses_after": "never"}
    case = await house.open("cancel_before_receipt", order=MOVING, customer=customer, courier={"recall": "refused"})
    await case.run_until(waiting_for="parcel_back")
    taken = {**customer, "choice": "return_refund"}
    await house.control.post("/control/personas", json={"customers": {case.customer_ref: taken}})

    assert await case.to_the_end() == "refunded"

    assert (await case.one("type_changed")).data["type"] == "return_refund"
    assert len(await case.told("return_authorized")) == 1
    assert await case.payments() == [4500]


async def test_what_is_delivered_while_he_thinks_is_a_return(house: House) -> None:
    """The courier was quicker than his answer."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer={"agrees_after": "never"})
    await case.run_until(waiting_for="consent")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")
    assert (await case.one("type_changed")).data["type"] == "return_refund"

    assert await case.to_the_end() == "expired"


async def test_a_parcel_refused_at_the_door_before_he_wrote_is_only_waited_for(house: House) -> None:
    """It is on its way back already: no offer, no recall."""
    case = await house.open("cancel_before_receipt", order=MOVING, courier={"state": "rejected"})

    await case.run_until(waiting_for="parcel_back")
    assert await case.told("wait_proposed") == []
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="returned")
    await case.say("return_received")
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="pass", by=by)

    assert await case.to_the_end() == "refunded"
    assert (await case.one("inbound_expected")).data["inbound"] == "refused_return"


async def test_transit_damage_is_photographed_told_and_claimed_and_he_is_paid(house: House) -> None:
    """Broken on the way: an incident with photos, a claim beside, the customer told, his money untouched (W-12)."""
    case = await house.open(
        "cancel_before_receipt", order=MOVING, customer=FIRM, warehouse={"second": "transit_damage"}
    )

    assert await case.to_the_end() == "refunded"

    (incident,) = await case.records("parcel_incident")
    assert incident["incident"] == "transit_damage"
    assert incident["more"]["photos"]
    assert len(await case.told("transit_damage_told")) == 1
    assert len(await (await case.claim()).ledger("claim_opened")) == 1
    (moved,) = await case.ledger("goods_moved")
    assert moved["disposition"] == "quarantine"
    assert await case.payments() == [4500]


async def test_a_parcel_that_comes_back_incomplete_lands_with_a_person(house: House) -> None:
    """Something is missing from a parcel that he never had: a person decides."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM, warehouse={"second": "incomplete"})

    await case.run_until(needs_human="decide:inspection_incomplete")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_parcel_lost_on_its_way_back_is_paid_at_once(house: House) -> None:
    """Not back after ten days, and the courier's desk says lost: paid, and claimed (S-BACK, R-LOST)."""
    courier = {"back_after": "never", "trace": "lost"}
    case = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM, courier=courier)

    assert await case.to_the_end() == "refunded"

    recalled, breached = await case.one("courier_asked_recall"), await case.one("clock_breached", clock="S-BACK")
    assert about(breached.at, recalled.at + timedelta(hours=2, days=10))
    assert (await case.records("parcel_incident"))[0]["incident"] == "lost"
    assert await case.payments() == [4500]


async def test_a_parcel_of_which_nobody_knows_lands_with_a_person(house: House) -> None:
    """Not back, and the courier's desk does not know either."""
    courier = {"back_after": "never", "trace": "unknown"}
    case = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM, courier=courier)

    await case.run_until(needs_human="decide:never_came_back")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_who_was_persuaded_and_refuses_it_after_all_is_paid(house: House) -> None:
    """He waited, and did not take it at the door: it comes back, and the money follows the inspection."""
    case = await house.open("cancel_before_receipt", order=MOVING)
    await case.run_until(waiting_for="delivery")
    for state in ("rejected", "returned"):
        await case.say("parcel_update", waybill=case.request["order"]["waybill"], state=state)
    await case.say("return_received")
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="pass", by=by)

    assert await case.to_the_end() == "refunded"
    assert (await case.one("inbound_expected")).data["inbound"] == "refused_return"


async def test_who_waits_for_a_parcel_that_is_lost_is_paid_at_once(house: House) -> None:
    """The courier says lost while he waits: his money, and a claim (R-LOST)."""
    case = await house.open("cancel_before_receipt", order=MOVING)
    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="lost")

    assert await case.to_the_end() == "refunded"
    assert (await case.records("parcel_incident"))[0]["incident"] == "lost"


async def test_the_couriers_news_of_a_refusal_is_believed(house: House) -> None:
    """The courier's push opened the case: he is not asked to wait for what he has refused."""
    case = await house.open("cancel_before_receipt", order=MOVING, parcel_state="rejected")

    await case.run_until(waiting_for="parcel_back")
    assert await case.told("wait_proposed") == []
    assert (await case.one("inbound_expected")).data["inbound"] == "refused_return"


LIVES: dict[str, dict[str, Any]] = {
    "held": {"order": UNSHIPPED},
    "left": {"order": UNSHIPPED, "warehouse": {"holds": False}, "customer": FIRM},
    "called_back": {"order": MOVING, "customer": FIRM},
    "at_the_door": {"order": MOVING, "customer": FIRM, "courier": {"recall": "refused"}},
}


@pytest.mark.parametrize("name", LIVES)
async def test_a_new_run_at_every_rest_changes_nothing(house: House, name: str) -> None:
    """However long such a case takes, it goes on where it stood: each thing is asked and paid once."""
    case = await house.open("cancel_before_receipt", request_id=f"anew-cancel-{name}", **LIVES[name])

    assert await case.to_the_end() == "refunded"

    assert await case.payments() == [4500]
    assert len(await case.ledger("order_held")) == (name == "held")
    assert len(await case.ledger("parcel_recalled")) == (name in ("left", "called_back"))
    assert len(await case.journal("inbound_expected")) == (name != "held")


async def test_who_takes_his_request_back_while_it_comes_back_is_spoken_with(house: House) -> None:
    """It is turned round already: taken back by a word, he would have neither goods nor money."""
    case = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM)
    await case.run_until(waiting_for="parcel_back")

    await case.say("customer_withdrew")

    assert (await case.rest()).needs_human == "withdrew_too_late"
    assert (await case.one("escalated", reason="withdrew_too_late")).rule == "R-CANCEL-SHIPPED"
    with pytest.raises(Refused) as refused:
        await case.act("cancel_case", reason="called")
    assert refused.value.code == "coming_back"
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_who_takes_his_request_back_in_time_keeps_his_parcel(house: House) -> None:
    """He only considers our offer, or was only told to refuse it at the door: his word is enough."""
    asked = await house.open("cancel_before_receipt", order=MOVING, customer={"agrees_after": "never"})
    await asked.run_until(waiting_for="consent")
    told = await house.open("cancel_before_receipt", order=MOVING, customer=FIRM, courier={"recall": "refused"})
    await told.run_until(waiting_for="parcel_back")
    for case in (asked, told):
        await case.say("customer_withdrew")

        assert await case.to_the_end() == "withdrawn"
        assert await case.payments() == []


async def test_who_waits_in_vain_is_put_before_a_person(house: House) -> None:
    """Persuaded to wait, and nothing came in ten days."""
    case = await house.open("cancel_before_receipt", order=MOVING)

    await case.run_until(needs_human="decide:waited_in_vain")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_the_lower_price_he_saw_is_paid_as_a_difference(house: House) -> None:
    """45 yuan then, 36 now: he keeps his order and gets 9 back (R-CANCEL-PROMO)."""
    case = await house.open("cancel_before_receipt", **drop(3600))

    assert await case.to_the_end() == "price_adjusted"

    assert await case.sum_told("promo_explained") == "9.00 CNY"
    assert await case.payments() == [900]
    assert await case.ledger("parcel_recalled") == []


async def test_the_gift_that_came_with_it_is_counted(house: House) -> None:
    """9 yuan less now, and a spoon of 4 yuan came with it: 5 are due (M-GIFTS)."""
    case = await house.open("cancel_before_receipt", **drop(3600, gift=400))

    assert await case.to_the_end() == "price_adjusted"

    assert await case.payments() == [500]


async def test_who_understands_what_he_has_keeps_it(house: House) -> None:
    """Explained, and that was enough: no money."""
    case = await house.open("cancel_before_receipt", customer={"choice": "explain_only"}, **drop(3600))

    assert await case.to_the_end() == "explained"

    assert await case.payments() == []


async def test_where_the_gifts_outweigh_the_difference_no_sum_is_offered(house: House) -> None:
    """The spoon is worth more than the price dropped: explained, and he may still cancel."""
    case = await house.open("cancel_before_receipt", **drop(4300, gift=400))

    assert await case.sum_told("promo_explained") == ""
    assert await case.to_the_end() == "explained"


async def test_who_wants_to_cancel_all_the_same_does(house: House) -> None:
    """He does not want the difference: his order is cancelled like any other."""
    asked = drop(3600) | {"order": {**UNSHIPPED, "lines": [{"sku": "CUP", "quantity": 1, "price": 4500}]}}
    case = await house.open("cancel_before_receipt", customer={"choice": "full_refund"}, **asked)

    assert await case.to_the_end() == "refunded"

    assert len(await case.ledger("order_held")) == 1
    assert await case.payments() == [4500]


async def test_who_wants_his_order_after_all_gets_what_was_held(house: House) -> None:
    """Held, his money waits for a supervisor, and he takes it back: it leaves, else it would lie there for ever."""
    order = {**UNSHIPPED, "paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}
    case = await house.open("cancel_before_receipt", order=order)
    await case.run_until(waiting_for="approval")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "delivered"

    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], sent["lines"]) == ("original", [{"sku": "KETTLE", "quantity": 1}])
    assert await case.payments() == []

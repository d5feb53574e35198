"""改地址: sent to the right address before it leaves, changed by the courier on its way, or called back (R-ADDR)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, about

UNSHIPPED = {"waybill": "", "shipped_at": None, "signed_at": None}
MOVING = {"signed_at": None}
NEW = {"name": "测试顾客", "phone": "10000000001", "address": "示例市新造路2号"}


async def asked_address(case: LivedCase, effect: str) -> str:
    """Under which reference the partner looked the address up."""
    (done,) = await case.ledger(effect)
    return str(done.get("address_ref", ""))


async def channels(case: LivedCase, template: str) -> list[str]:
    """On which channels the customer was told."""
    return [str(entry.data["channel"]) for entry in await case.told(template)]


async def test_an_order_that_has_not_left_goes_to_the_new_address(house: House) -> None:
    """The warehouse confirms it within its eight hours; he hears it twice, and the parcel is followed to his door."""
    case = await house.open("address_change", order=UNSHIPPED, person=NEW)

    assert await case.to_the_end() == "delivered"

    assert await asked_address(case, "order_readdressed") == f"address/{case.case_no}"
    assert await channels(case, "address_changed_told") == ["im", "call"]
    assert (await case.told("on_the_way_told"))[0].rule == "R-ADDR"
    assert await case.ledger("address_changed") == []


async def test_the_new_address_stands_beside_the_old_one(house: House) -> None:
    """The address on file is not overwritten by a wish that the courier may refuse; histories hold neither."""
    case = await house.open("address_change", order=MOVING, person=NEW)

    kept = await house.pool.fetchval(
        "SELECT address FROM addresses WHERE shop = $1 AND address_ref = $2", case.shop, f"address/{case.case_no}"
    )
    on_file = await house.pool.fetchval(
        "SELECT address FROM customers WHERE shop = $1 AND customer_ref = $2", case.shop, case.customer_ref
    )
    assert (kept, on_file) == (NEW["address"], "")
    assert NEW["address"] not in (await case.handle.fetch_history()).to_json()


async def test_a_parcel_on_its_way_is_changed_by_the_courier(house: House) -> None:
    """Asked at once, confirmed after four hours, told clearly by message and call, followed to its receipt."""
    case = await house.open("address_change", order=MOVING, person=NEW)

    asked = await case.one("courier_asked_change_address")
    assert about(asked.at, case.began)
    assert await case.to_the_end() == "delivered"

    (told, called) = await case.told("address_changed_told")
    assert about(told.at, case.began + timedelta(hours=4))
    assert (told.data["channel"], called.data["channel"]) == ("im", "call")
    assert len(await case.ledger("address_changed")) == 1
    assert await case.ledger("goods_shipped") == []


async def test_he_is_texted_where_he_may_not_be_called(house: House) -> None:
    """The courier confirms at ten in the evening: nobody calls at that hour, a text goes out (P-HOURS, R-ADDR)."""
    case = await house.open("address_change", order=MOVING, person=NEW, local_hour=18)

    assert await case.to_the_end() == "delivered"

    results = [(entry.data["channel"], entry.data["result"]) for entry in await case.told("address_changed_told")]
    assert results == [("im", "sent"), ("call", "blocked_by_guard"), ("sms", "sent")]


async def test_who_takes_no_messages_is_called_once_and_texted(house: House) -> None:
    """His client blocks messages and nobody answers the telephone: one call, then a text (R-FALLBACK, P-CALLCAP)."""
    customer = {"im": "channel_blocked", "calls": ["no_answer"]}
    case = await house.open("address_change", order=MOVING, person=NEW, customer=customer)

    await case.run_until(waiting_for="delivery")

    results = [(entry.data["channel"], entry.data["result"]) for entry in await case.told("address_changed_told")]
    assert results == [("im", "channel_blocked"), ("call", "no_answer"), ("sms", "sent")]


async def test_a_customer_who_gave_no_address_is_asked_for_it(house: House) -> None:
    """A wrong address and no other one known: nothing is asked of the courier before he gave one."""
    case = await house.open("address_change", order=MOVING, person=None)

    assert await case.ledger("address_changed") == []
    assert await case.to_the_end() == "delivered"

    (asked,) = await case.told("new_address_asked")
    confirmed, changed = await case.one("address_confirmed"), await case.one("courier_asked_change_address")
    assert asked.at < confirmed.at <= changed.at


async def test_nobody_who_answers_where_it_shall_go_lands_with_a_person(house: House) -> None:
    """Seven days without an address: a person decides."""
    case = await house.open("address_change", order=MOVING, person=None, customer={"address_after": "never"})

    await case.run_until(needs_human="decide:address_unconfirmed")
    assert about((await case.one("clock_breached", clock="S-ADDRESS")).at, case.began + timedelta(days=7))
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_misrouted_parcel_goes_to_the_address_on_file(house: House) -> None:
    """The courier's own error: nobody asks the customer anything."""
    case = await house.open("address_change", order=MOVING, person=None, parcel_state="misrouted")

    assert await case.to_the_end() == "delivered"

    assert await case.told("new_address_asked") == []
    assert (await case.state()).address_ref == ""


async def test_his_own_change_for_a_fee_waits_for_his_word(house: House) -> None:
    """The courier wants 8 yuan: quoted, agreed to, recorded with its receiver, and only then changed (P-FEEQUOTE)."""
    case = await house.open("address_change", order=MOVING, person=NEW, courier={"fee": 800})

    await case.run_until(waiting_for="consent")
    assert await case.ledger("address_changed") == []
    assert await case.sum_told("fee_quoted") == "8.00 CNY"
    assert await case.to_the_end() == "delivered"

    (fee,) = await case.records("courier_fee")
    assert {name: fee[name] for name in ("what", "payer", "paid_to", "settlement", "agreed")} == {
        "what": "address_change", "payer": "customer", "paid_to": "yto", "settlement": "direct", "agreed": True,
    }  # fmt: skip
    (changed,) = await case.ledger("address_changed")
    assert changed["amount_minor"] == 800


async def test_a_fee_that_he_declines_is_not_paid(house: House) -> None:
    """He does not want to pay for it: the parcel is called back, and sent again free of charge."""
    case = await house.open(
        "address_change", order=MOVING, person=NEW, courier={"fee": 800}, customer={"agrees": [False, True]}
    )

    assert await case.to_the_end() == "reshipped"

    assert await case.ledger("address_changed") == []
    assert len(await case.ledger("parcel_recalled")) == 1
    assert (await case.records("courier_fee"))[0]["agreed"] is False
    assert await case.sum_told("address_too_late_told") == ""


async def test_the_couriers_fee_for_his_own_error_is_laid_out_and_claimed(house: House) -> None:
    """He misrouted it and wants 8 yuan: the customer hears of no fee, we claim it from the courier (M-COURIER)."""
    case = await house.open("address_change", order=MOVING, person=None, parcel_state="misrouted", courier={"fee": 800})

    assert await case.to_the_end() == "delivered"

    assert await case.told("fee_quoted") == []
    assert (await case.records("courier_fee"))[0]["payer"] == "courier"
    (claim,) = await (await case.claim()).ledger("claim_opened")
    assert claim["amount_minor"] == 800


async def test_a_fee_of_ours_above_an_agents_limit_is_approved_first(house: House) -> None:
    """Our own mistake costs 30 yuan: a supervisor says yes before the courier is told to go ahead (A-CAP)."""
    case = await house.open("address_change", order=MOVING, person=NEW, reason="service", courier={"fee": 3000})

    await case.run_until(waiting_for="approval")
    assert await case.ledger("address_changed") == []
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "delivered"
    assert (await case.records("courier_fee"))[0]["payer"] == "merchant"
    assert (await case.state()).promises == [], "what a courier gets is no promise to the customer"


@pytest.mark.parametrize("verdict", ["refused", "too_late"])
async def test_what_the_courier_cannot_change_comes_back_and_goes_out_again(house: House, verdict: str) -> None:
    """Refused or too late: called back, he chooses another parcel, which goes to the new address."""
    case = await house.open("address_change", order=MOVING, person=NEW, courier={"reroute": verdict})

    assert await case.to_the_end() == "reshipped"

    assert (await case.one("courier_answered", verdict=verdict)).actor == "courier"
    (sent,) = await case.ledger("goods_shipped")
    assert sent["leg"] == "reship"
    (expected,) = await case.ledger("return_announced")
    assert expected["inbound"] == "undelivered_return"


async def test_a_courier_who_never_answers_counts_as_a_no_after_24_hours(house: House) -> None:
    """No word by S-REROUTE: we do not wait on, the parcel is called back."""
    case = await house.open("address_change", order=MOVING, person=NEW, courier={"answers_after": "never"})

    assert await case.to_the_end() == "reshipped"

    breached = await case.one("clock_breached", clock="S-REROUTE")
    assert about(breached.at, case.began + timedelta(hours=24))
    assert (await case.one("courier_asked_recall")).at >= breached.at


@pytest.mark.parametrize(
    ("early", "outcome"), [(timedelta(minutes=-1), "delivered"), (timedelta(minutes=1), "reshipped")]
)
async def test_a_word_in_the_last_minute_counts_and_a_minute_later_does_not(
    house: House, early: timedelta, outcome: str
) -> None:
    """The courier's yes, received a minute before the due instant or after it (S-REROUTE)."""
    case = await house.open("address_change", order=MOVING, person=NEW, courier={"answers_after": "never"})
    await case.run_until(waiting_for="courier_word")
    (clock,) = [clock for clock in (await case.state()).clocks.values() if clock.id == "S-REROUTE"]

    await case.say("courier_answered", after=clock.due_at - (await case.rest()).at + early, verdict="accepted")
    if outcome == "delivered":
        await case.run_until(waiting_for="delivery")
        await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == outcome


async def test_he_may_take_his_money_instead_of_another_parcel(house: House) -> None:
    """Called back for nothing: he wants his money, which comes when the parcel was inspected."""
    case = await house.open(
        "address_change", order=MOVING, person=NEW, courier={"reroute": "refused"}, customer={"choice": "full_refund"}
    )

    assert await case.to_the_end() == "refunded"

    assert await case.payments() == [4500]
    assert (await case.one("return_received")).at <= (await case.one("refund_done")).at
    assert await case.ledger("goods_shipped") == []


async def test_sending_again_costs_him_only_where_postage_was_charged(house: House) -> None:
    """Sold with 6 yuan postage, and it was his change: the second freight is quoted, paid, and only then it is sent."""
    order = {**MOVING, "free_postage": False, "freight": 600, "paid": 5100}
    case = await house.open("address_change", order=order, person=NEW, courier={"reroute": "refused"})

    assert await case.to_the_end() == "reshipped"

    assert await case.sum_told("address_too_late_told") == "6.00 CNY"
    (quote,) = await case.records("fee_quote")
    assert quote["agreed"] is True
    assert [one["amount_minor"] for one in await case.ledger("money_received")] == [600]
    assert (await case.one("collection_paid")).at <= (await case.one("shipment_ordered")).at


async def test_a_second_freight_that_is_not_paid_lands_with_a_person(house: House) -> None:
    """He agreed to 6 yuan and does not pay them: nothing leaves before somebody decided, here for his money."""
    order = {**MOVING, "free_postage": False, "freight": 600, "paid": 5100}
    case = await house.open(
        "address_change", order=order, person=NEW, courier={"reroute": "refused"}, customer={"pays_after": "never"}
    )

    await case.run_until(needs_human="decide:second_freight_unpaid")
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="full_refund", amount={"minor": 4500})

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [4500]


async def test_silence_on_another_parcel_lands_with_a_person(house: House) -> None:
    """It is coming back and he says nothing: nothing is sent over his head."""
    courier = {"reroute": "refused"}
    case = await house.open(
        "address_change", order=MOVING, person=NEW, courier=courier, customer={"agrees_after": "never"}
    )

    await case.run_until(needs_human="decide:reship_unanswered")
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


async def test_a_parcel_that_cannot_be_changed_nor_called_back_lands_with_a_person(house: House) -> None:
    """Refused twice: a person decides, and sends another one."""
    courier = {"reroute": "refused", "recall": "refused"}
    case = await house.open("address_change", order=MOVING, person=NEW, courier=courier)

    await case.run_until(needs_human="decide:recall_refused")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_what_was_delivered_to_the_old_address_lands_with_a_person(house: House) -> None:
    """Handed out while the courier was being asked: nobody pretends that it was changed."""
    case = await house.open("address_change", order=MOVING, person=NEW, courier={"answers_after": "never"})
    await case.run_until(waiting_for="courier_word")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    await case.run_until(needs_human="decide:delivered_elsewhere")
    assert await case.told("address_changed_told") == []
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


async def test_an_order_that_left_meanwhile_is_changed_on_its_way(house: House) -> None:
    """The warehouse says that it had left: the courier is asked under the number that it names."""
    case = await house.open("address_change", order=UNSHIPPED, person=NEW, warehouse={"holds": False})

    assert await case.to_the_end() == "delivered"

    assert (await case.one("warehouse_answered")).data["handed_over"] is True
    (changed,) = await case.ledger("address_changed")
    assert changed["waybill"] == (await case.one("warehouse_answered")).data["waybill"]


@pytest.mark.parametrize("name", ["readdressed", "left", "for_a_fee", "refused"])
async def test_a_new_run_at_every_rest_changes_nothing(house: House, name: str) -> None:
    """However long such a case takes, it goes on where it stood: each thing is asked once."""
    lives: dict[str, dict[str, Any]] = {
        "readdressed": {"order": UNSHIPPED},
        "left": {"order": UNSHIPPED, "warehouse": {"holds": False}},
        "for_a_fee": {"order": MOVING, "courier": {"fee": 800}, "local_hour": 16},
        "refused": {"order": MOVING, "courier": {"reroute": "refused"}},
    }
    case = await house.open("address_change", person=NEW, request_id=f"anew-address-{name}", **lives[name])

    assert await case.to_the_end() == ("reshipped" if name == "refused" else "delivered")

    assert len(await case.ledger("address_changed")) == (name in ("left", "for_a_fee"))
    assert len(await case.ledger("goods_shipped")) == (name == "refused")
    told = await case.told("address_changed_told")
    assert len({(entry.data["channel"]) for entry in told}) == len(told)


async def test_a_silent_warehouse_lands_with_a_person_after_eight_hours(house: House) -> None:
    """No word by S-HOLD: a person decides before it leaves for the wrong address."""
    case = await house.open("address_change", order=UNSHIPPED, person=NEW, warehouse={"answers_after": "never"})

    await case.run_until(needs_human="decide:readdress_unanswered")
    assert about((await case.one("clock_breached", clock="S-HOLD")).at, case.began + timedelta(hours=8))
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_readdressed_parcel_that_never_arrives_lands_with_a_person(house: House) -> None:
    """Changed and not there after ten days: a person decides."""
    case = await house.open("address_change", order=MOVING, person=NEW, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:readdressed_not_delivered")
    await case.act("decide", resolution="reship")
    await case.run_until(needs_human="decide:readdressed_not_delivered_2")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]

"""超区件: collected by him, handed on at our cost, sent with another courier, or at his own wish for a quoted fee."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import MONDAY, SHOP, House
from tests.workflows.lived_case import LivedCase, Refused, about

THERE = {"signed_at": None}
CANNOT = {"choice": "reship"}
WISH = {"choice": "other_courier"}


async def test_he_is_asked_by_message_and_call_and_collects_it(house: House) -> None:
    """He says yes, the parcel waits for him at the depot, and he fetches it a day later (R-OOA-PICKUP)."""
    case = await house.open("out_of_area", order=THERE, customer={"calls": "reached"})

    assert [entry.data["channel"] for entry in await case.told("out_of_area_told")] == ["im"]
    assert [entry.data["channel"] for entry in await case.told("out_of_area_call")] == ["call"]
    assert await case.to_the_end() == "delivered"

    assert await case.ledger("parcel_relayed") == []
    assert await case.ledger("parcel_recalled") == []
    assert len(await case.told("pickup_told")) == 1


async def test_the_question_by_telephone_waits_for_the_hours_and_falls_away_when_he_answers(house: House) -> None:
    """At eight in the evening he is written to; he answers at night, and nobody calls him in the morning (P-HOURS)."""
    case = await house.open("out_of_area", order=THERE, local_hour=20, customer={"agrees_after": "2h"})

    assert await case.to_the_end() == "delivered"

    assert await case.ledger("call_made") == []
    assert [entry.data["result"] for entry in await case.told("out_of_area_call")] == ["blocked_by_guard"]


async def test_the_question_by_telephone_comes_in_the_morning(house: House) -> None:
    """He has not answered by ten: he is called then."""
    case = await house.open("out_of_area", order=THERE, local_hour=20, customer={"agrees_after": "20h"})

    assert await case.to_the_end() == "delivered"

    (_, called) = await case.told("out_of_area_call")
    assert about(called.at, case.began + timedelta(hours=14))


async def test_our_offer_names_no_courier_for_money(house: House) -> None:
    """A remote place is no reason to ask for postage: pick-up or another courier free of charge (P-FREEPOST)."""
    case = await house.open("out_of_area", order=THERE)

    assert await case.sum_told("out_of_area_told") == ""
    assert await case.told("fee_quoted") == []
    assert await case.records("fee_quote") == []


async def test_no_agent_quotes_a_courier_that_the_customer_did_not_ask_for(house: House) -> None:
    """Sold with free postage, and our courier fails: a quote is refused until he asks for another one himself."""
    case = await house.open("out_of_area", order=THERE, customer={"agrees_after": "never"})
    amount = {"minor": 1200}

    with pytest.raises(Refused) as refused:
        await case.act("quote_fee", what="courier_change", amount=amount)
    assert (refused.value.code, refused.value.rule) == ("our_courier_failed", "P-FREEPOST")

    paid = await house.open("out_of_area", order={**THERE, "free_postage": False}, customer={"agrees_after": "never"})
    await paid.act("quote_fee", what="courier_change", amount=amount)
    asked = await house.open("out_of_area", order=THERE, wants="other_courier", courier={"answers_after": "never"})
    await asked.act("quote_fee", what="courier_change", amount=amount)


@pytest.mark.parametrize("customer", [CANNOT, {"agrees": False}])
async def test_who_cannot_collect_it_gets_it_by_a_peer_courier(house: House, customer: dict[str, Any]) -> None:
    """He cannot, or says no: the service desk hands it on, and it arrives (R-OOA-RELAY)."""
    case = await house.open("out_of_area", order=THERE, customer=customer)

    assert await case.to_the_end() == "delivered"

    assert (await case.one("courier_asked_relay")).rule == "R-OOA-RELAY"
    assert len(await case.ledger("parcel_relayed")) == 1
    assert len(await case.told("relayed_told")) == 1


async def test_the_relays_fee_is_ours_and_goes_to_who_receives_it(house: House) -> None:
    """Our courier failed: the peer's 12 yuan are ours, paid to him directly; the customer hears of none (M-OOA)."""
    case = await house.open("out_of_area", order=THERE, customer=CANNOT, courier={"fee": 1200, "relay_to": "ems"})

    assert await case.to_the_end() == "delivered"

    (fee,) = await case.records("courier_fee")
    assert {name: fee[name] for name in ("what", "payer", "paid_to", "settlement", "agreed")} == {
        "what": "courier_change", "payer": "merchant", "paid_to": "ems", "settlement": "direct", "agreed": True,
    }  # fmt: skip
    assert await case.told("fee_quoted") == []
    assert (await case.ledger("parcel_relayed"))[0]["amount_minor"] == 1200


async def test_fees_are_settled_monthly_where_the_shop_says_so(house: House) -> None:
    """The shop's rulebook settles relays by the month: the fee's record says so (X10)."""
    case = await house.open("out_of_area", order=THERE, customer=CANNOT, courier={"fee": 1200})
    version = await house.keep('name = "monthly"\n[switches.X10]\nvalue = "monthly"\n')
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")

    assert await case.to_the_end() == "delivered"

    assert (await case.records("courier_fee"))[0]["settlement"] == "monthly"


async def test_a_relay_above_an_agents_limit_needs_a_supervisor(house: House) -> None:
    """A hired cart for 80 yuan: not before somebody with the limit says yes; no makes it come back instead (A-CAP)."""
    granted = await house.open("out_of_area", order=THERE, customer=CANNOT, courier={"fee": 8000})
    refused = await house.open("out_of_area", order=THERE, customer=CANNOT, courier={"fee": 8000})
    for case, word in ((granted, "approve"), (refused, "reject")):
        await case.run_until(waiting_for="approval")
        assert await case.ledger("parcel_relayed") == []
        await case.act(word, by="supervisor:1")

    assert await granted.to_the_end() == "delivered"
    assert await refused.to_the_end() == "reshipped"
    assert await refused.ledger("parcel_relayed") == []


@pytest.mark.parametrize("courier", [{"relay": "refused"}, {"answers_after": "never"}])
async def test_what_nobody_hands_on_comes_back_and_goes_out_with_another_courier(
    house: House, courier: dict[str, Any]
) -> None:
    """No relay, or no word by S-REROUTE: the original returns, and another courier brings the goods (R-OOA-PICKUP)."""
    case = await house.open("out_of_area", order=THERE, customer=CANNOT, courier=courier)

    assert await case.to_the_end() == "reshipped"

    assert len(await case.ledger("parcel_recalled")) == 1
    assert (await case.one("shipped")).data["courier"] == "sf"
    (expected,) = await case.ledger("return_announced")
    assert expected["inbound"] == "undelivered_return"
    assert await case.told("fee_quoted") == []


@pytest.mark.parametrize("request_", [{"wants": "other_courier"}, {"customer": WISH}])
async def test_the_courier_he_asks_for_is_quoted_before_the_transfer(house: House, request_: dict[str, Any]) -> None:
    """He asks for another courier, when he comes or when he is asked: quoted, agreed to, transferred (R-OOA-FEE)."""
    case = await house.open("out_of_area", order=THERE, courier={"fee": 1500, "relay_to": "sf"}, **request_)

    assert await case.to_the_end() == "delivered"

    assert await case.sum_told("fee_quoted") == "15.00 CNY"
    quoted, agreed = (await case.told("fee_quoted"))[0], (await case.journal("customer_agreed"))[-1]
    (done,) = await case.ledger("parcel_relayed")
    assert quoted.at < agreed.at
    assert done["amount_minor"] == 1500
    (fee,) = await case.records("courier_fee")
    assert (fee["payer"], fee["paid_to"], fee["agreed"]) == ("customer", "sf", True)


@pytest.mark.parametrize("customer", [{**WISH, "agrees": [True, False]}, {**WISH, "agrees": True}])
async def test_a_fee_that_he_does_not_accept_lands_with_a_person(house: House, customer: dict[str, Any]) -> None:
    """He asked for the courier and does not want the fee, or says nothing: nothing is transferred over his head."""
    case = await house.open("out_of_area", order=THERE, customer=customer, courier={"fee": 1500})
    if customer["agrees"] is True:
        await case.run_until(waiting_for="courier_word")
        silent = {case.customer_ref: {**customer, "agrees_after": "never"}}
        await house.control.post("/control/personas", json={"customers": silent})

    await case.run_until(needs_human="decide:courier_fee_declined")
    assert await case.ledger("parcel_relayed") == []
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


async def test_he_says_nothing_and_a_person_decides(house: House) -> None:
    """72 hours of silence on whether he can collect it (S-CONSENT)."""
    case = await house.open("out_of_area", order=THERE, customer={"agrees_after": "never"})

    await case.run_until(needs_human="decide:pickup_unanswered")
    assert about((await case.one("no_consent")).at, case.began + timedelta(hours=72))
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_parcel_that_he_does_not_collect_waits_five_days(house: House) -> None:
    """He said that he would: after five days a person decides (S-PICKUP)."""
    case = await house.open("out_of_area", order=THERE, customer={"collects_after": "never"})

    await case.run_until(waiting_for="pickup", ball_with="customer")
    told = (await case.told("pickup_told"))[0]
    await case.run_until(needs_human="decide:not_collected")
    assert about((await case.one("clock_breached", clock="S-PICKUP")).at, told.at + timedelta(days=5))
    (expected,) = await case.ledger("return_announced")
    assert expected["inbound"] == "undelivered_return"
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


@pytest.mark.parametrize(("collected", "outcome"), [("119h", "delivered"), ("121h", "refunded")])
async def test_collected_an_hour_before_or_after_the_time_is_up(house: House, collected: str, outcome: str) -> None:
    """An hour before the five days are over it counts; an hour later a person has it (S-PICKUP)."""
    case = await house.open("out_of_area", order=THERE, customer={"collects_after": collected})
    if outcome == "refunded":
        await case.run_until(needs_human="decide:not_collected")
        await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == outcome


@pytest.mark.parametrize("name", ["collected", "his_wish", "reshipped"])
async def test_a_new_run_at_every_rest_changes_nothing(house: House, name: str) -> None:
    """However long such a case takes, it goes on where it stood: each thing is asked once."""
    lives: dict[str, dict[str, Any]] = {
        "collected": {"local_hour": 20, "customer": {"agrees_after": "20h"}},
        "his_wish": {"wants": "other_courier", "courier": {"fee": 1500}},
        "reshipped": {"customer": CANNOT, "courier": {"relay": "refused"}},
    }
    case = await house.open("out_of_area", order=THERE, request_id=f"anew-ooa-{name}", **lives[name])

    assert await case.to_the_end() == ("reshipped" if name == "reshipped" else "delivered")

    assert len(await case.ledger("parcel_relayed")) == (name == "his_wish")
    assert len(await case.ledger("parcel_recalled")) == (name == "reshipped")
    assert len(await case.ledger("call_made")) == (name != "his_wish")


async def test_what_he_wants_instead_arrives_while_the_fee_is_quoted(house: House) -> None:
    """The courier delivers while he considers the fee: nothing is owed, the case is over."""
    case = await house.open("out_of_area", order=THERE, wants="other_courier", courier={"fee": 1500},
                            customer={"agrees_after": "never"})  # fmt: skip
    await case.run_until(waiting_for="consent")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert (await case.records("courier_fee"))[0]["agreed"] is False


async def test_a_parcel_that_arrives_all_the_same_ends_the_question(house: House) -> None:
    """The courier delivers while he is asked: the case is over."""
    case = await house.open("out_of_area", order=THERE, customer={"agrees_after": "never"})
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.ledger("goods_shipped") == []


async def test_what_can_neither_be_handed_on_nor_called_back_lands_with_a_person(house: House) -> None:
    """Both refused: a person decides."""
    courier = {"relay": "refused", "recall": "refused"}
    case = await house.open("out_of_area", order=THERE, customer=CANNOT, courier=courier)

    await case.run_until(needs_human="decide:recall_refused")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_relayed_parcel_that_never_arrives_lands_with_a_person(house: House) -> None:
    """Handed on, and not there after ten days: a person decides."""
    case = await house.open("out_of_area", order=THERE, customer=CANNOT, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:relayed_not_delivered")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


@pytest.mark.parametrize(
    ("state", "kind", "waits_for"),
    [
        ("out_of_area", "out_of_area", "consent"),
        ("bad_address", "address_change", "address"),
        ("rejected", "cancel_before_receipt", "parcel_back"),
    ],
)
async def test_the_couriers_trouble_code_opens_the_case(house: House, state: str, kind: str, waits_for: str) -> None:
    """Nobody has written: the courier's push opens the case of that trouble, which asks the customer at once."""
    order_no, waybill, at = f"PUSH-{state}", f"YT-PUSH-{state}", MONDAY + timedelta(hours=11)
    order = {
        "order_no": order_no, "customer_ref": f"c-push-{state}", "paid": {"minor": 4500}, "courier": "yto",
        "lines": [{"sku": "CUP", "quantity": 1, "price": {"minor": 4500}}], "waybill": waybill,
        "shipped_at": (at - timedelta(days=2)).isoformat(),
    }  # fmt: skip
    person = {"name": "测试顾客", "phone": "10000000000", "address": "示例市虚构路1号"}
    await house.tell("aftersales.order", f"order-{state}", at, {"shop": SHOP, "order": order, "person": person})
    await house.tell("aftersales.parcel_update", f"push-{state}", at, {"waybill": waybill, "state": state})
    case = LivedCase(house, SHOP, f"{order_no}-{kind}", order_no, f"c-push-{state}", at)
    while not await house.pool.fetchval("SELECT count(*) FROM cases WHERE case_no = $1", case.case_no):
        await asyncio.sleep(0.02)  # such news waits for a request that may come with it
        await house.hand_over()

    await case.run_until(waiting_for=waits_for)

    assert (await case.one("parcel_update")).data["state"] == state
    assert (await case.row())["case_type"] == kind

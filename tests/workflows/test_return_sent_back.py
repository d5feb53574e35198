"""退货寄回: what the inspection found no fault in, or he broke, goes back to him, and whose freight that is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House

PHOTOS = ["evidence/a", "evidence/b"]


async def test_no_fault_found_may_become_a_return_without_a_reason(house: House) -> None:
    """The claimed defect is not there: inside the window the customer turns it into an ordinary return (X15)."""
    found = {"first": "no_fault_found", "second": "no_fault_found"}
    order = {"paid": 5100, "freight": 600, "free_postage": False}
    case = await house.open("return_refund", reason="quality", evidence=PHOTOS, warehouse=found, order=order)

    assert await case.to_the_end() == "partially_refunded"

    assert await case.payments() == [4500], "the goods; the postage stays his"
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["restock"]


async def test_no_fault_found_goes_back_at_his_cost_after_quote_and_consent(house: House) -> None:
    """Goods made to order cannot come back without a reason: freight is quoted, agreed to, and the goods are sent."""
    lines = [{"sku": "CARVED", "quantity": 1, "price": 4500, "category": "custom_made"}]
    case = await house.open(
        "return_refund", reason="quality", evidence=PHOTOS, warehouse={"second": "no_fault_found"},
        order={"paid": 5100, "freight": 600, "lines": lines},
    )  # fmt: skip

    assert await case.to_the_end() == "no_fault_found"

    (quote,) = await case.records("fee_quote")
    assert (quote["amount_minor"], quote["agreed"]) == (600, True)
    assert await case.sum_told("no_fault_found") == "6.00 CNY", "the sum stands in the message (P-FEEQUOTE)"
    quoted, agreed = await case.one("plan_proposed", plan="send_back"), (await case.journal("customer_agreed"))[-1]
    (sent,) = await case.ledger("goods_shipped")
    assert quoted.at < agreed.at
    assert sent["leg"] == "send_back"
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["send_back"]
    assert await case.payments() == []
    paid, left = await case.one("collection_paid"), await case.one("shipment_ordered")
    assert (paid.rule, paid.data["amount"], paid.data["purpose"]) == ("M-NODEFECT", "6.00 CNY", "return_freight")
    assert agreed.at < paid.at <= left.at, "the goods leave when it is paid"


async def test_freight_that_is_not_paid_keeps_the_goods_here_until_a_person_decides(house: House) -> None:
    """He agreed and does not pay in time: asked twice, closed, and a supervisor has them sent all the same."""
    lines = [{"sku": "CARVED", "quantity": 1, "price": 4500, "category": "custom_made"}]
    case = await house.open(
        "return_refund", reason="quality", evidence=PHOTOS, warehouse={"second": "no_fault_found"},
        order={"paid": 5100, "freight": 600, "lines": lines}, customer={"pays_after": "never"},
    )  # fmt: skip

    await case.run_until(needs_human="decide:way_back_unpaid")
    assert (await case.one("clock_breached", clock="S-PAY")).rule
    assert (await case.one("collection_closed")).data["amount"] == "6.00 CNY"
    assert len(await case.told("payment_asked")) == 2
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", by="supervisor:2", resolution="send_back")

    assert await case.to_the_end() == "returned_to_customer"
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["send_back"]


async def test_the_customer_may_choose_to_have_faultless_goods_back(house: House) -> None:
    """Inside the window both ways are open (X15); he chooses to have the one of two cups back, and nothing is paid."""
    cups = [{"sku": "CUP", "quantity": 2, "price": 4500}]
    case = await house.open(
        "return_refund", reason="quality", evidence=PHOTOS, order={"lines": cups},
        lines=[{"sku": "CUP", "quantity": 1}],
    )  # fmt: skip

    await case.run_until(lambda now: now.waiting_for == "return_parcel")
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", choice="send_back")

    assert await case.to_the_end() == "no_fault_found"
    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], sent["lines"]) == ("send_back", [{"sku": "CUP", "quantity": 1}])
    assert await case.payments() == []


async def test_an_unanswered_choice_after_no_fault_found_is_a_persons_to_make(house: House) -> None:
    """The customer declines both ways: an agent decides, here a voucher as a gesture."""
    case = await house.open("return_refund", reason="quality", evidence=PHOTOS, customer={"agrees": [True, False]})

    await case.run_until(needs_human="decide:no_fault_unanswered")
    await case.act("decide", resolution="coupon", amount={"minor": 1000})
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    assert await case.ledger("goods_shipped") == []


async def test_damage_by_the_customer_is_decided_at_the_desk(house: House) -> None:
    """Goods that he damaged are not paid by the machine; an agent has them sent back, and they leave our shelves."""
    case = await house.open("return_refund", warehouse={"second": "customer_damage"})

    await case.run_until(needs_human="decide:inspection_customer_damage")
    assert await case.payments() == []
    await case.act("decide", resolution="send_back")

    assert await case.to_the_end() == "returned_to_customer"
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["send_back"]
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["send_back"]


POSTAGE = {"paid": 5100, "freight": 600, "free_postage": False}


async def test_what_a_person_sends_back_goes_when_its_way_is_paid(house: House) -> None:
    """M-MISUSE, P-FEEQUOTE: he damaged it, postage was charged: the way back is quoted, agreed to and paid first."""
    case = await house.open("return_refund", warehouse={"second": "customer_damage"}, order=POSTAGE)

    await case.run_until(needs_human="decide:inspection_customer_damage")
    await case.act("decide", resolution="send_back")
    await case.run_until(waiting_for="payment")
    assert await case.ledger("goods_shipped") == []

    assert await case.to_the_end() == "returned_to_customer"
    assert (await case.journal("freight_decided"))[-1].rule == "M-MISUSE"
    (quote,) = await case.records("fee_quote")
    assert (quote["amount_minor"], quote["agreed"]) == (600, True)
    paid, left = await case.one("collection_paid"), await case.one("shipment_ordered")
    assert (paid.rule, paid.data["purpose"]) == ("M-MISUSE", "return_freight")
    assert paid.at <= left.at
    assert await case.journal("clock_breached", clock="D-REFPAY") == [], "he has his goods back and not the money"


@pytest.mark.parametrize(
    ("customer", "quoted"), [({"agrees": [True, False]}, False), ({"pays_after": "never"}, True)], ids=["no", "unpaid"]
)
async def test_who_does_not_pay_the_way_back_is_asked_once(
    house: House, customer: dict[str, Any], quoted: bool
) -> None:
    """He says no, or does not pay: the goods stay until a person decides anew, and then they go at our cost."""
    case = await house.open(
        "return_refund", warehouse={"second": "customer_damage"}, order=POSTAGE, customer=customer,
        request_id=f"{ANEW}back-{quoted}",
    )  # fmt: skip
    await case.run_until(needs_human="decide:inspection_customer_damage")
    await case.act("decide", resolution="send_back")

    await case.run_until(needs_human="decide:inspection_customer_damage_2")
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", by="supervisor:2", resolution="send_back")

    assert await case.to_the_end() == "returned_to_customer"
    (quote,) = await case.records("fee_quote")
    assert quote["agreed"] is quoted
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["send_back"]

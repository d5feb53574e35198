"""换货差价: what is dearer is paid for before it leaves, what is cheaper is paid back, freight as it falls."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.exchanged import CHEAPER, DEARER, QUALITY, SOLD_WITH_POSTAGE, came_in, collections, shipped
from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about


async def test_without_a_reason_he_pays_the_freight_and_our_parcels_too_where_postage_was_charged(house: House) -> None:
    """A change of mind inside the window: the freight of the new parcel is quoted, agreed to and paid first (X4)."""
    case = await house.open("exchange", order=SOLD_WITH_POSTAGE)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("exchange_proposed") == "6.00 CNY"
    assert (await case.one("freight_decided")).rule == "M-NR-PAID"
    assert await came_in(case) == [600]
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["restock"]


async def test_no_postage_is_asked_for_goods_sold_without_it(house: House) -> None:
    """Sold with free postage: each side bears its own parcel, and nothing is collected (P-FREEPOST)."""
    case = await house.open("exchange")

    assert await case.to_the_end() == "exchanged"
    assert (await collections(case), await case.records("fee_quote")) == ([], [])


async def test_a_dearer_replacement_is_paid_for_before_it_leaves(house: House) -> None:
    """15 yuan more: quoted, agreed to, asked for after the inspections, paid, and only then shipped."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("exchange_proposed") == "15.00 CNY"
    (quote,) = await case.records("fee_quote")
    assert (quote["amount_minor"], quote["agreed"]) == (1500, True)
    paid, ordered = await case.one("collection_paid"), await case.one("shipment_ordered")
    assert paid.at <= ordered.at
    assert (await collections(case), await came_in(case)) == ([("paid", 1500)], [1500])
    assert await shipped(case) == [("exchange_out", [{"sku": "POT", "quantity": 1}])]
    assert await case.payments() == []


async def test_his_payment_is_no_part_of_our_24_hours(house: House) -> None:
    """He takes two days to pay: the clock of the exchange stands still, and goes on where it stood."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "48h"}})

    assert await case.to_the_end() == "exchanged"

    assert await case.journal("clock_breached", clock="D-EXSHIP") == []
    (stood,) = (await case.state()).clocks["D-EXSHIP"].pauses
    assert (stood.reason, stood.until is not None) == ("customers_turn", True)
    assert len(await case.told("payment_asked")) == 2, "and once more halfway"
    assert await came_in(case) == [1500]


async def test_what_is_not_paid_is_never_shipped(house: House) -> None:
    """72 hours without the money: nobody can pay it any more, and a person settles it, here by a plain return."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    await case.run_until(needs_human="decide:exchange_unpaid")
    asked, breached = await case.one("collection_open"), await case.one("clock_breached", clock="S-PAY")
    assert about(breached.at, asked.at + timedelta(hours=72))
    assert (await collections(case), await shipped(case)) == ([("closed", 1500)], [])
    await case.act("decide", resolution="return_refund")

    assert await case.to_the_end() == "refunded"
    assert (await case.payments(), await came_in(case), await shipped(case)) == ([4500], [], [])


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_payment_at_the_last_moment(house: House, hours: int) -> None:
    """An hour before the link ends it counts; an hour after it nobody can pay any more."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": f"{72 + hours}h"}})
    if hours < 0:
        assert await case.to_the_end() == "exchanged"
        return
    await case.run_until(needs_human="decide:exchange_unpaid")
    await case.pass_time(hours=20)
    assert await came_in(case) == []


async def test_a_lost_notice_of_a_payment_is_found_by_asking(house: House) -> None:
    """The provider's notice gets lost: when the time is over we ask him, hear that it was paid, and ship."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY)
    await house.fault(case, "drop", partner="payments", operation="payment_received")

    assert await case.to_the_end() == "exchanged"

    assert await case.journal("payment_received") == []
    assert (await collections(case), await came_in(case)) == ([("paid", 1500)], [1500])


async def test_a_notice_is_never_believed(house: House) -> None:
    """Somebody says that it was paid and it was not: the provider is asked, and nothing is shipped."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    await case.run_until(waiting_for="payment")
    (asked,) = (await case.state()).collections
    await case.say("payment_received", key=asked.key)
    assert (await case.rest()).waiting_for == "payment"
    assert await shipped(case) == []


@pytest.mark.parametrize("fault", ["timeout_before", "server_error_after", "malformed"])
async def test_a_provider_that_falters_asks_the_customer_once(house: House, fault: str) -> None:
    """No usable answer to our request for payment: it is repeated under its key, and he pays one sum once."""
    fault_ = {"kind": fault, "partner": "payments", "operation": "request", "seconds": 1}
    case = await house.open("exchange", replacement=DEARER, **QUALITY, fault=fault_)

    assert await case.to_the_end() == "exchanged"
    assert len(await case.ledger("payment_requested")) == 1
    assert await came_in(case) == [1500]


async def test_a_provider_that_cannot_collect_puts_it_before_a_person(house: House) -> None:
    """His final no: nothing was asked of the customer, nothing leaves, an agent decides."""
    fault = {"kind": "refuse", "partner": "payments", "operation": "request", "code": "not_supported"}
    case = await house.open("exchange", replacement=DEARER, **QUALITY, fault=fault)

    await case.run_until(needs_human="decide:exchange_unpaid")
    assert (await case.one("collection_refused")).data["code"] == "not_supported"
    assert await case.told("payment_asked") == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_who_withdraws_before_he_paid_is_asked_for_nothing_more(house: House) -> None:
    """He takes the exchange back while the link is open: it is closed; his goods are with us, so a person decides."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    await case.run_until(waiting_for="payment")
    await case.say("customer_withdrew")

    await case.run_until(needs_human="decide:exchange_unpaid")
    assert await collections(case) == [("closed", 1500)]
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_cheaper_replacement_pays_the_difference_back(house: House) -> None:
    """Five yuan less: said in the plan, paid back when the new bowl has left, once."""
    case = await house.open("exchange", replacement=CHEAPER, **QUALITY)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("exchange_cheaper") == "5.00 CNY"
    left, refunded = await case.one("shipped"), await case.one("refund_done")
    assert left.at <= refunded.at
    assert await case.payments() == [500]
    (refund,) = await case.refunds()
    assert refund["purpose"] == "price_difference"


async def test_an_exchange_that_a_person_decides_on_asks_before_it_costs_anything(house: House) -> None:
    """A return whose plan he declined becomes an exchange for a dearer pot: quoted, agreed to, paid, sent."""
    case = await house.open("return_refund", customer={"agrees": [False, True]})

    await case.run_until(needs_human="decide:plan_declined")
    foreign = [{"sku": "POT", "quantity": 1, "price": {"minor": 6000, "currency": "USD"}}]
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="exchange", replacement=foreign)
    assert refused.value.code == "currency"
    wanted = [{"sku": "POT", "quantity": 1, "price": {"minor": 6000}}]
    await case.act("decide", resolution="exchange", replacement=wanted)

    assert await case.to_the_end() == "exchanged"
    assert await came_in(case) == [1500]
    assert await shipped(case) == [("exchange_out", [{"sku": "POT", "quantity": 1}])]


async def test_who_would_rather_not_pay_is_asked_no_longer(house: House) -> None:
    """He says no to the price after all: nobody can pay it any more, and a person settles it at once."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    asked = await case.run_until(waiting_for="payment")
    await case.say("customer_agreed", agreed=False)
    now = await case.rest()
    assert (now.needs_human, about(now.at, asked.at)) == ("decide:exchange_unpaid", True)
    assert await collections(case) == [("closed", 1500)]
    await case.run_until(lambda _: True)
    assert (await case.state()).clocks["D-REFPAY"].running, "his money is due in 72 hours"
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_who_withdraws_after_he_paid_has_his_exchange(house: House) -> None:
    """His payment crossed his withdrawal, its notice was lost: closing tells of it, and what was paid for is sent."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY)
    await house.fault(case, "drop", partner="payments", operation="payment_received")

    await case.run_until(waiting_for="payment")
    await case.pass_time(hours=6)
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "exchanged"
    assert (await collections(case), await came_in(case)) == ([("paid", 1500)], [1500])


async def test_a_difference_that_cannot_be_paid_back_is_settled_by_a_person(house: House) -> None:
    """The provider refuses for good: the bowl arrives all the same, and an agent gives a coupon for the five yuan."""
    case = await house.open("exchange", replacement=CHEAPER, **QUALITY, provider={"answer": "refused"})

    await case.run_until(ball_with="finance")
    await case.act("decide", by="finance:5", resolution="explain_only")
    await case.run_until(needs_human="decide:exchange_not_refunded")
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out"]
    await case.act("decide", resolution="coupon", amount={"minor": 500})
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    assert await case.payments() == []

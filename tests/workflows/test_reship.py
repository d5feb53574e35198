"""补发: goods are sent again on his word, and followed until they arrive."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about


async def test_what_he_needs_again_is_sent_and_followed(house: House) -> None:
    """Two of three saucers are sent again, with a number told, and the case ends when they arrive."""
    order = {"lines": [{"sku": "SAUCER", "quantity": 3, "price": 4500}]}
    case = await house.open("reship", reason="damaged", order=order, lines=[{"sku": "SAUCER", "quantity": 2}])

    assert await case.to_the_end() == "reshipped"

    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], sent["lines"]) == ("reship", [{"sku": "SAUCER", "quantity": 2}])
    assert len(await case.told("shipped_told")) == 1
    assert await case.payments() == []


async def test_the_whole_order_goes_again_when_nothing_is_named(house: House) -> None:
    """Without lines a request is about everything."""
    case = await house.open("reship", reason="lost")

    assert await case.to_the_end() == "reshipped"
    (sent,) = await case.ledger("goods_shipped")
    assert [line["quantity"] for line in sent["lines"]] == [1]


async def test_nothing_is_sent_before_he_agreed(house: House) -> None:
    """P-CONSENT: he would rather have his money; an agent decides so."""
    case = await house.open("reship", reason="lost", customer={"agrees": False})

    await case.run_until(needs_human="decide:reship_declined")
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"


async def test_his_silence_goes_to_a_person(house: House) -> None:
    """72 hours without a word: nothing is sent, an agent decides."""
    case = await house.open("reship", reason="lost", customer={"agrees_after": "never"})

    await case.run_until(needs_human="decide:reship_no_answer")
    assert about((await case.one("no_consent")).at, case.began + timedelta(hours=72))
    await case.act("decide", resolution="reship")
    assert await case.to_the_end() == "reshipped"
    assert len(await case.ledger("goods_shipped")) == 1


async def test_a_warehouse_that_cannot_send_puts_it_before_a_person(house: House) -> None:
    """The warehouse refuses for good: an agent refunds."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "no_stock"}
    case = await house.open("reship", reason="lost", fault=fault)

    await case.run_until(needs_human="decide:reship_failed")
    assert (await case.one("shipment_refused")).data["code"] == "no_stock"
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"


async def test_a_parcel_that_does_not_arrive_goes_to_a_person(house: House) -> None:
    """Ten days after it left it is still not there (S-DELIVER)."""
    case = await house.open("reship", reason="lost", courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:reship_failed")
    assert (await case.one("clock_breached", clock="S-DELIVER")).rule == "R-LOST"
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"

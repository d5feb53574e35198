"""错发 · 发错货: the right goods go at once; the wrong ones come back at our cost, and never hold up the right ones."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.workflows.house import House
from tests.workflows.lived_case import about

SHIRTS = {"paid": 9000, "freight": 1000, "lines": [{"sku": "BLUE", "quantity": 2, "price": 8000}]}
WRONG: dict[str, Any] = {
    "reason": "wrong_item", "order": SHIRTS, "lines": [{"sku": "BLUE", "quantity": 1, "instead": "RED"}],
}  # fmt: skip
MONEY = {"choice": "return_refund"}


async def test_the_right_goods_go_first_and_the_wrong_ones_come_back(house: House) -> None:
    """R-WRONG: a photo, an apology, the blue shirt sent and delivered; then the red one comes back at our cost."""
    case = await house.open("wrong_item", **WRONG)

    assert await case.to_the_end() == "reshipped"

    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], sent["lines"]) == ("reship", [{"sku": "BLUE", "quantity": 1}])
    (announced,) = await case.ledger("return_announced")
    assert announced["lines"] == [{"sku": "RED", "quantity": 1}]
    freight = await case.one("freight_decided")
    assert (freight.rule, freight.data["inbound"]) == ("M-QUAL", "merchant")
    (moved,) = await case.ledger("goods_moved")
    assert moved["disposition"] == "restock"
    assert len(await case.told("wrong_goods_asked")) == 1
    assert [(e.data["round"], e.actor) for e in await case.journal("inspected")] == [(1, "warehouse:1"), (2, "qc:1")]
    assert await case.payments() == []
    assert await case.journal("clock_breached") == []


async def test_the_right_goods_do_not_wait_for_the_wrong_ones(house: House) -> None:
    """He never sends the red one: the blue one arrived long ago; a person writes the other off, and his case ends."""
    case = await house.open("wrong_item", **WRONG, customer={"ships_after": "never"})

    await case.run_until(needs_human="decide:wrong_goods_kept")
    asked, arrived = await case.told("wrong_goods_asked"), await case.journal("parcel_update", state="delivered")
    assert about(asked[0].at, arrived[0].at)
    assert about((await case.one("clock_breached", clock="S-TRACKING")).at, asked[0].at + timedelta(days=7))
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "reshipped"
    assert (await case.one("wrong_goods_closed")).rule == "R-WRONG"
    assert await case.told("refund_rejected") == []


async def test_wrong_goods_that_are_lost_on_their_way_go_to_a_person(house: House) -> None:
    """He sent it, and ten days later it is not here (S-RETURN): a person closes the matter."""
    case = await house.open("wrong_item", **WRONG, warehouse={"receives_after": "never"})

    await case.run_until(needs_human="decide:wrong_goods_kept")
    told, ran_out = await case.one("return_shipped"), await case.one("clock_breached", clock="S-RETURN")
    assert about(ran_out.at, told.at + timedelta(days=10))
    await case.act("decide", resolution="explain_only")
    assert await case.to_the_end() == "reshipped"


async def test_wrong_goods_that_come_back_spoilt_go_to_a_person(house: House) -> None:
    """The second inspection finds that it was worn: a person decides; the customer keeps what he has."""
    case = await house.open("wrong_item", **WRONG, warehouse={"second": "customer_damage"})

    await case.run_until(needs_human="decide:wrong_goods_inspection")
    assert await case.ledger("goods_moved") == []
    await case.act("decide", resolution="explain_only")
    assert await case.to_the_end() == "reshipped"


async def test_wrong_goods_with_a_defect_go_to_the_defect_zone(house: House) -> None:
    """What came back broken is no fault of his: quarantined, and nobody need speak with him (W-9)."""
    case = await house.open("wrong_item", **WRONG, warehouse={"second": "defect_confirmed"})

    assert await case.to_the_end() == "reshipped"
    (moved,) = await case.ledger("goods_moved")
    assert moved["disposition"] == "quarantine"


async def test_he_would_rather_have_his_money(house: House) -> None:
    """The red one comes back and is inspected; then what one blue shirt cost is paid, once."""
    case = await house.open("wrong_item", **WRONG, customer=MONEY)

    assert await case.to_the_end() == "partially_refunded"

    assert await case.payments() == [4000]
    assert await case.ledger("goods_shipped") == []
    received = await case.one("return_received")
    assert about((await case.state()).clocks["D-REFPAY"].due_at, received.at + timedelta(hours=72))


async def test_money_waits_for_the_goods(house: House) -> None:
    """He chose money and sends nothing in seven days: an agent decides, here to pay all the same."""
    case = await house.open("wrong_item", **WRONG, customer={**MONEY, "ships_after": "never"})

    await case.run_until(needs_human="decide:wrong_goods_kept")
    assert await case.payments() == []
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [4000]


async def test_what_came_instead_need_not_be_known(house: House) -> None:
    """Without a word on what came, the whole order is meant, and the permission names what was ordered."""
    case = await house.open("wrong_item", reason="wrong_item", order=SHIRTS)

    assert await case.to_the_end() == "reshipped"
    (announced,) = await case.ledger("return_announced")
    assert announced["lines"] == [{"sku": "BLUE", "quantity": 2}]


async def test_without_a_photo_a_person_decides(house: House) -> None:
    """R-EVID: no photo in 72 hours."""
    case = await house.open("wrong_item", **WRONG, customer={"photos": 0})

    await case.run_until(needs_human="decide:no_wrong_item_photo")
    assert about((await case.one("clock_breached", clock="S-EVIDENCE")).at, case.began + timedelta(hours=72))
    await case.act("decide", resolution="explain_only")
    assert await case.to_the_end() == "rejected"


async def test_who_declines_or_is_silent_hears_from_a_person(house: House) -> None:
    """Nothing is sent without his word (P-CONSENT)."""
    declines = await house.open("wrong_item", **WRONG, customer={"agrees": False})
    silent = await house.open("wrong_item", **WRONG, customer={"agrees_after": "never"})

    await declines.run_until(needs_human="decide:wrong_item_plan_declined")
    await silent.run_until(needs_human="decide:wrong_item_no_answer")
    for case in (declines, silent):
        assert await case.ledger("goods_shipped") == []
        await case.act("decide", resolution="part_refund")
        assert await case.to_the_end() == "partially_refunded"
        assert await case.payments() == [4000]


async def test_right_goods_that_do_not_arrive_go_to_a_person(house: House) -> None:
    """The blue one is lost on its way: an agent refunds it."""
    case = await house.open("wrong_item", **WRONG, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:wrong_item_reship_failed")
    assert await case.told("wrong_goods_asked") == []
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"


async def test_who_withdraws_when_the_right_goods_are_on_their_way_does_not_keep_both(house: House) -> None:
    """The blue shirt has left, and he takes it back: a person speaks with him, and the red one is asked for still."""
    case = await house.open("wrong_item", **WRONG)
    await case.run_until(waiting_for="delivery")
    await case.say("customer_withdrew")
    assert (await case.rest()).needs_human == "withdrew_too_late"

    assert await case.to_the_end() == "reshipped"
    assert len(await case.told("wrong_goods_asked")) == 1
    assert len(await case.ledger("goods_moved")) == 1


async def test_wrong_goods_that_turn_out_to_be_his_own_go_back_to_him(house: House) -> None:
    """What came back is a worn thing of his own: a person has it sent back, which is done before his case ends."""
    case = await house.open("wrong_item", **WRONG, warehouse={"second": "wrong_goods"})
    await case.run_until(needs_human="decide:wrong_goods_inspection")
    await case.act("decide", resolution="send_back")

    assert await case.to_the_end() == "reshipped"

    assert [one["leg"] for one in await case.ledger("goods_shipped")] == ["reship", "send_back"]
    (moved,) = await case.ledger("goods_moved")
    assert moved["disposition"] == "send_back"

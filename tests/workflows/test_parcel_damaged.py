"""破损件: broken on the way. He is made good at once, as he chooses; the claim runs beside and never delays him."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

PHOTOS = ["evidence/a", "evidence/b"]
ON_ITS_WAY = {"signed_at": None}
KEPT = {"choice": "partial_refund"}


async def test_what_broke_is_sent_again_on_his_word(house: House) -> None:
    """R-DMG-ACT: photos and a word on the packaging, an apology with a choice, another one sent and followed."""
    order = {"paid": 6000, "lines": [{"sku": "CUP", "quantity": 2, "price": 4000},
                                     {"sku": "TRAY", "quantity": 1, "price": 2000}]}  # fmt: skip
    case = await house.open("parcel_damaged", reason="damaged", order=order, lines=[{"sku": "CUP", "quantity": 1}])

    assert await case.to_the_end() == "reshipped"

    assert len(await case.told("damage_asked")) == 1
    judged = await case.one("damage_judged")
    assert (judged.rule, judged.data["liability"]) == ("R-DMG-CAUSE", "courier")
    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], sent["lines"]) == ("reship", [{"sku": "CUP", "quantity": 1}])
    (incident,) = await case.records("parcel_incident")
    more = incident["more"]
    assert (incident["incident"], more["packaging"], more["severity"]) == ("damage", "broken", "serious")
    assert await case.payments() == []
    assert len(await case.ledger("damage_confirmation_asked")) == 1
    (claimed,) = await (await case.claim()).ledger("claim_opened")
    assert claimed["amount_minor"] == 2000


async def test_he_keeps_it_for_a_part_of_the_money(house: House) -> None:
    """M-PARTIAL: half of what a seriously broken cup cost goes back, the courier accepts our claim, and it is over."""
    case = await house.open("parcel_damaged", reason="damaged", evidence=PHOTOS,
                            damage={"packaging": "broken", "severity": "serious"}, customer=KEPT)  # fmt: skip

    assert await case.to_the_end() == "partially_refunded"

    assert await case.payments() == [2250]
    assert await case.told("damage_asked") == []
    assert (await case.one("claim_answered")).data["accepted"] is True
    assert await case.told("claim_failed_told") == []
    assert await case.records("compensation") == []


async def test_a_small_damage_suggests_keeping_it(house: House) -> None:
    """A plain yes to a small damage means: keep it, a fifth of its value back (R-DMG-PARTIAL)."""
    case = await house.open("parcel_damaged", reason="damaged", customer={"severity": "minor"})

    assert await case.to_the_end() == "partially_refunded"

    assert (await case.one("plan_proposed")).data["choices"] == ["partial_refund", "reship"]
    assert await case.payments() == [900]


async def test_he_is_asked_once_whatever_is_left_of_his_payment(house: House) -> None:
    """A small damage; goodwill in cash takes all that is left before he answers: he is asked no second time."""
    lines = [{"sku": "CUP", "quantity": 1, "price": 500}]
    case = await house.open(
        "parcel_damaged", reason="damaged", order={"paid": 500, "lines": lines}, request_id=f"{ANEW}damaged-1",
        customer={"severity": "minor", "agrees_after": "40h", "goodwill": True},
    )  # fmt: skip
    await case.run_until(waiting_for="consent")
    await case.act("offer_compensation", form="cash", amount={"minor": 500})
    await case.run_until(needs_human="decide:damage_refund_failed")

    assert (await case.one("plan_proposed")).data["choices"] == ["partial_refund", "reship"]
    assert (await case.one("customer_agreed")).at > (await case.one("goodwill_paid")).at
    assert len(await case.told("damage_told")) == 1
    await case.act("decide", resolution="reship")
    assert await case.to_the_end() == "reshipped"
    assert await case.payments() == [500]


async def test_the_loss_is_shared_though_goodwill_made_up_for_it_meanwhile(house: House) -> None:
    """Kept for half; while the courier thinks, goodwill pays the other half: he hears of our effort all the same."""
    lines = [{"sku": "CUP", "quantity": 1, "price": 1000}]
    case = await house.open(
        "parcel_damaged", reason="damaged", order={"paid": 1000, "lines": lines}, request_id=f"{ANEW}damaged-2",
        customer={**KEPT, "goodwill": True}, courier={"answers_after": "never"},
    )  # fmt: skip
    await case.run_until(waiting_for="claim_answer")
    await case.act("offer_compensation", form="cash", amount={"minor": 500})
    await case.run_until(waiting_for="promises")

    assert sorted(await case.payments()) == [500, 500]
    assert len(await case.told("claim_failed_told")) == 1
    await case.keep_promises()
    assert await case.to_the_end() == "partially_refunded"


async def test_a_failed_claim_is_explained_and_the_loss_is_shared(house: House) -> None:
    """R-DMG-SIGNED: he kept it, the courier refuses to pay; he hears of our effort and gets a coupon."""
    case = await house.open("parcel_damaged", reason="damaged", customer=KEPT, courier={"claim": "refused"})

    await case.run_until(lambda now: now.waiting_for == "promises")
    assert len(await case.told("claim_failed_told")) == 1
    (coupon,) = await case.records("compensation")
    assert (coupon["form"], coupon["amount_minor"], coupon["occasion"]) == ("coupon", 1000, "lost_claim")
    await case.keep_promises()

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [2250]
    (claim,) = await (await case.claim()).records("courier_claim")
    assert (claim["state"], claim["amount_minor"]) == ("rejected", 4500)


async def test_a_courier_who_is_silent_on_the_claim_is_taken_for_one_who_refuses(house: House) -> None:
    """S-CLAIM: his money came at once; seven days later the loss is shared all the same."""
    case = await house.open("parcel_damaged", reason="damaged", customer=KEPT, courier={"answers_after": "never"})

    await case.run_until(lambda now: now.waiting_for == "promises")
    breached, paid = await case.one("clock_breached", clock="S-CLAIM"), await case.one("refund_done")
    assert about(breached.at, paid.at + timedelta(days=7))
    await case.keep_promises()
    assert await case.to_the_end() == "partially_refunded"


async def test_an_intact_packaging_speaks_for_a_defect(house: House) -> None:
    """R-DMG-CAUSE: nothing is claimed from the courier; the customer is made good all the same."""
    case = await house.open("parcel_damaged", reason="damaged", customer={"packaging": "intact"})

    assert await case.to_the_end() == "reshipped"

    assert (await case.one("damage_judged")).data == {"reason": "defect", "liability": "supplier"}
    assert (await case.state()).claims == []
    assert await case.ledger("damage_confirmation_asked") == []


async def test_a_parcel_that_nobody_signed_for_is_refused_at_the_door(house: House) -> None:
    """R-DMG-REFUSE: the courier says damaged; he refuses it, another one comes, the broken one goes back."""
    case = await house.open("parcel_damaged", reason="damaged", order=ON_ITS_WAY, parcel_state="damaged")

    assert await case.to_the_end() == "reshipped"

    assert len(await case.told("damaged_at_door")) == 1
    assert await case.told("damage_asked") == []
    assert len(await case.ledger("parcel_recalled")) == 1
    (claim,) = await (await case.claim()).ledger("claim_opened")
    assert claim["amount_minor"] == 4500
    (incident,) = await case.records("parcel_incident")
    assert (incident["incident"], incident["more"]["liability"]) == ("damage", "courier")


async def test_what_he_refused_is_paid_back_where_he_chooses_so(house: House) -> None:
    """His money instead of another parcel, once, and the courier's silence on our claim delays nothing."""
    case = await house.open("parcel_damaged", reason="damaged", order=ON_ITS_WAY, parcel_state="damaged",
                            customer={"choice": "full_refund"}, courier={"answers_after": "never"})  # fmt: skip

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert about((await case.one("refund_done")).at, (await case.one("customer_agreed")).at)


async def test_what_the_courier_shows_delivered_counts_as_signed_for(house: House) -> None:
    """The order tells no signature: the courier's system does, and so photos are asked for."""
    case = await house.open("parcel_damaged", reason="damaged", order=ON_ITS_WAY, courier={"state": "delivered"})

    await case.run_until(waiting_for="photos")
    assert await case.told("damaged_at_door") == []
    assert await case.to_the_end() == "reshipped"


async def test_photos_without_a_word_are_looked_at_by_a_person(house: House) -> None:
    """Two photos and no description: an agent says what he sees on them, and the customer gets his choice."""
    case = await house.open("parcel_damaged", reason="damaged", evidence=PHOTOS)

    await case.run_until(needs_human="describe_damage", ball_with="agent")
    await case.handle.signal("damage_described", {"by": "agent:7", "packaging": "broken", "severity": "minor"})
    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [900]


async def test_when_nobody_looks_he_does_not_wait_for_it(house: House) -> None:
    """24 hours later it escalates, and the case goes on: in doubt a serious damage on the way."""
    case = await house.open("parcel_damaged", reason="damaged", evidence=PHOTOS)

    assert await case.to_the_end() == "reshipped"

    late = await case.one("escalated", reason="overdue:S-DECIDE")
    assert about(late.at, case.began + timedelta(hours=24))
    assert (await case.one("damage_judged")).data["reason"] == "packaging_unknown"


async def test_without_photos_a_person_decides(house: House) -> None:
    """He sent no photo in 72 hours: an agent decides, here for a coupon."""
    case = await house.open("parcel_damaged", reason="damaged", customer={"photos": 0})

    await case.run_until(needs_human="decide:no_damage_evidence")
    assert about((await case.one("clock_breached", clock="S-EVIDENCE")).at, case.began + timedelta(hours=72))
    await case.act("decide", resolution="coupon", amount={"minor": 500})
    await case.run_until(lambda now: now.waiting_for == "promises")
    await case.keep_promises()
    assert await case.to_the_end() == "goodwill_only"


@pytest.mark.parametrize(("agrees", "need"), [(False, "damage_plan_declined"), (True, "damage_no_answer")])
async def test_never_nothing(house: House, agrees: bool, need: str) -> None:
    """X5: who showed his damage and takes no plan, or is silent, gets a person's answer, and that is never nothing."""
    customer = {"agrees": False} if not agrees else {"agrees_after": "never"}
    case = await house.open("parcel_damaged", reason="damaged", customer=customer)

    await case.run_until(needs_human=f"decide:{need}")
    with pytest.raises(Refused, match="never_nothing") as refused:
        await case.act("decide", resolution="explain_only")
    assert refused.value.rule == "X5"
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_second_parcel_that_never_arrives_goes_to_a_person(house: House) -> None:
    """What was sent again is lost too: an agent refunds."""
    case = await house.open("parcel_damaged", reason="damaged", courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:damage_reship_failed")
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"


async def test_a_dear_part_is_approved_first(house: House) -> None:
    """Half of a lamp of 300 yuan: the supervisor's word, then the money (A-CAP)."""
    order = {"paid": 30000, "lines": [{"sku": "LAMP", "quantity": 1, "price": 30000}]}
    case = await house.open("parcel_damaged", reason="damaged", order=order, customer=KEPT)

    await case.run_until(stage="approval", ball_with="supervisor")
    await case.act("approve", by="supervisor:1")
    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [15000]


async def test_a_couriers_push_opens_the_case(house: House) -> None:
    """The courier reports a damaged parcel that nobody has complained about: the case begins with the door."""
    seed = await house.open("refund_only", reason="quality", order=ON_ITS_WAY)
    order = seed.request["order"] | {"order_no": f"{seed.order_no}D", "waybill": f"YTD{seed.order_no}"}
    await house.tell("aftersales.order", f"order-{order['order_no']}", seed.began, {"shop": seed.shop, "order": order})
    push = {"waybill": order["waybill"], "state": "damaged"}
    await house.tell("aftersales.parcel_update", f"push-{order['order_no']}", seed.began, push)

    note = ""
    while note != "opened":
        await house.hand_over()
        note = str(await house.pool.fetchval("SELECT note FROM inbox WHERE id = $1", f"push-{order['order_no']}"))
    row = await house.pool.fetchrow("SELECT case_type FROM cases WHERE order_no = $1", order["order_no"])
    assert row is not None
    assert row["case_type"] == "parcel_damaged"


async def test_who_took_it_before_he_chose_shows_what_broke(house: House) -> None:
    """He was asked to refuse it and signed for it instead: photos and his choice, no second parcel unseen."""
    case = await house.open(
        "parcel_damaged", reason="damaged", order=ON_ITS_WAY, courier={"state": "in_transit"},
        customer={"agrees_after": "never"},
    )  # fmt: skip
    await case.run_until(stage="consent")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    await case.run_until(lambda now: now.stage == "consent")
    assert len(await case.told("damage_asked")) == 1
    assert await case.ledger("parcel_recalled") == await case.ledger("goods_shipped") == []
    await case.say("customer_agreed", agreed=True, choice="reship")

    assert await case.to_the_end() == "reshipped"
    assert len(await case.ledger("goods_shipped")) == 1
    assert len((await case.state()).claims) == 1

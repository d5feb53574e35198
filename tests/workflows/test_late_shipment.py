"""发货不及时: chased and told honestly; a number that nobody scanned in four days is no shipping (R-FAKESHIP)."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about

UNSHIPPED = {"waybill": "", "shipped_at": None, "signed_at": None}
NUMBERED = {"shipped_at": timedelta(hours=-2), "signed_at": None}
NO_SCAN = {"state": "info_received"}


async def test_a_chased_order_leaves_and_is_followed(house: House) -> None:
    """No number yet: we ask why it is urgent, press the warehouse, tell him the number, and it arrives."""
    case = await house.open(
        "late_shipment", reason="late", order=UNSHIPPED, warehouse={"handed_over": False},
        courier={"transit_after": "2h"},
    )  # fmt: skip

    assert await case.to_the_end() == "delivered"

    (told,) = await case.told("late_shipment_told")
    assert told.rule == "R-LATE-SHIP"
    assert (await case.one("warehouse_pressed")).rule == "R-LATE-SHIP"
    (left,) = await case.told("on_the_way_told")
    assert about(left.at, (await case.one("parcel_update", state="in_transit")).at)
    assert await case.journal("complaint_upheld") == []


async def test_a_number_without_a_scan_is_not_shipped_after_four_days(house: House) -> None:
    """After one day a person is alarmed and he hears of the delay; after four days his complaint is upheld."""
    case = await house.open(
        "late_shipment", reason="late", order=NUMBERED, courier=NO_SCAN, customer={"choice": "full_refund"}
    )
    filled_in = case.began - timedelta(hours=2)

    await case.run_until(needs_human="no_scan")
    alarmed = await case.one("escalated", reason="no_scan")
    assert about(alarmed.at, filled_in + timedelta(days=1))
    (honest,) = await case.told("delay_told")
    assert (honest.rule, about(honest.at, alarmed.at)) == ("P-HONEST", True)

    assert await case.to_the_end() == "refunded"
    upheld = await case.one("complaint_upheld")
    assert about(upheld.at, filled_in + timedelta(days=4))
    assert about((await case.one("clock_breached", clock="D-FAKESHIP")).at, upheld.at)
    (incident,) = await case.records("parcel_incident")
    assert incident["incident"] == "not_shipped"
    assert await case.payments() == [4500]
    assert len(await case.ledger("order_held")) == 1, "nothing leaves for goods that are paid back"


async def test_a_scan_just_before_the_four_days_are_over_counts(house: House) -> None:
    """The first scan comes an hour before: it is shipped, the alarm is over, and it is followed to its receipt."""
    case = await house.open("late_shipment", reason="late", order=NUMBERED, courier=NO_SCAN)
    waybill = case.request["order"]["waybill"]

    await case.run_until(needs_human="no_scan")
    await case.pass_time(days=2, hours=23)
    await case.say("parcel_update", waybill=waybill, state="picked_up")
    now = await case.rest()
    assert (now.waiting_for, now.needs_human) == ("delivery", "")
    await case.say("parcel_update", waybill=waybill, state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.journal("complaint_upheld") == []


async def test_a_number_that_is_older_than_four_days_is_upheld_at_once(house: House) -> None:
    """Filled in five days ago, never scanned: nobody waits any longer."""
    order = {"shipped_at": timedelta(days=-5), "signed_at": None}
    case = await house.open("late_shipment", reason="late", order=order, courier=NO_SCAN)

    assert about((await case.one("complaint_upheld")).at, case.began)

    assert await case.to_the_end() == "reshipped"
    assert [sent["leg"] for sent in await case.ledger("goods_shipped")] == ["reship"]


async def test_a_scan_while_he_thinks_it_over_makes_the_question_idle(house: House) -> None:
    """Upheld, and then it does leave before he answered: it is followed, nothing is sent a second time."""
    order = {"shipped_at": timedelta(days=-5), "signed_at": None}
    case = await house.open(
        "late_shipment", reason="late", order=order, courier=NO_SCAN, customer={"agrees_after": "never"}
    )
    waybill = case.request["order"]["waybill"]

    await case.run_until(stage="consent")
    await case.say("parcel_update", waybill=waybill, state="in_transit")
    await case.say("parcel_update", waybill=waybill, state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.ledger("goods_shipped") == []


async def test_an_order_that_does_not_leave_within_a_day_of_chasing_is_upheld(house: House) -> None:
    """No number and no scan 24 hours after we pressed (R-SHIP-24H): sent now or his money, as he likes."""
    warehouse = {"handed_over": False, "ships_after": "never"}
    case = await house.open(
        "late_shipment", reason="late", order=UNSHIPPED, warehouse=warehouse, customer={"choice": "full_refund"}
    )

    assert await case.to_the_end() == "refunded"

    assert about((await case.one("complaint_upheld")).at, case.began + timedelta(hours=24))
    assert await case.payments() == [4500]


async def test_why_it_is_urgent_is_read_by_a_person(house: House) -> None:
    """He says what he needs it for: an agent sees that he wrote and answers him (R-FALLBACK)."""
    case = await house.open("late_shipment", reason="late", order=NUMBERED, courier=NO_SCAN)

    await case.say("customer_replied", text_ref="words/wedding")
    assert (await case.rest()).needs_human == "customer_wrote"
    await case.act("add_note", note_ref="text/answer")
    assert (await case.rest()).needs_human == ""

    assert await case.to_the_end() == "reshipped"


async def test_a_call_that_was_logged_leaves_nothing_to_answer(house: House) -> None:
    """Who has just spoken with the customer and logs the call is not told that the customer waits for an answer."""
    case = await house.open("late_shipment", reason="late", order=NUMBERED, courier=NO_SCAN)

    await case.act("log_call", by="agent:7", result="reached", note_ref="text/call")
    assert (await case.rest()).needs_human == ""
    assert await case.journal("customer_wrote") == []

    assert await case.to_the_end() == "reshipped"


async def test_an_order_that_has_left_already_is_followed(house: House) -> None:
    """The courier has it: he hears so, and nobody presses the warehouse."""
    case = await house.open("late_shipment", reason="late", order=NUMBERED, courier={"state": "picked_up"})

    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert len(await case.told("on_the_way_told")) == 1
    assert await case.journal("warehouse_pressed") == []


async def test_who_wants_neither_hears_from_a_person(house: House) -> None:
    """He declines both: an agent decides."""
    order = {"shipped_at": timedelta(days=-5), "signed_at": None}
    case = await house.open("late_shipment", reason="late", order=order, courier=NO_SCAN, customer={"agrees": False})

    await case.run_until(needs_human="decide:unshipped_plan_declined")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_goods_that_leave_while_he_chooses_them_are_not_sent_twice(house: House) -> None:
    """He wants them sent; asked to hold the old order, the warehouse says that it has just left: it is followed."""
    warehouse = {"answers_after": "2h", "handed_over": True, "holds": False}
    case = await house.open("late_shipment", reason="late", order=UNSHIPPED, warehouse=warehouse)

    assert await case.to_the_end() == "delivered"

    assert len(await case.journal("complaint_upheld")) == 1
    assert await case.ledger("goods_shipped") == []


async def test_goods_that_leave_while_he_wants_his_money_are_called_back(house: House) -> None:
    """Too late to hold it: it is a cancellation on its way, called back, and paid when it is back."""
    warehouse = {"answers_after": "2h", "holds": False}
    case = await house.open(
        "late_shipment", reason="late", order=UNSHIPPED, warehouse=warehouse, customer={"choice": "full_refund"}
    )

    assert await case.to_the_end() == "refunded"

    assert (await case.one("type_changed")).data["type"] == "cancel_before_receipt"
    assert len(await case.ledger("parcel_recalled")) == 1
    assert await case.payments() == [4500]


async def test_a_warehouse_that_does_not_say_whether_it_holds_the_order_lands_with_a_person(house: House) -> None:
    """He wants his money, and nobody knows whether the order leaves: no money before a person looked (S-HOLD)."""
    order = {"shipped_at": timedelta(days=-5), "signed_at": None}
    case = await house.open(
        "late_shipment", reason="late", order=order, courier=NO_SCAN, warehouse={"answers_after": "never"},
        customer={"choice": "full_refund"},
    )  # fmt: skip

    await case.run_until(needs_human="decide:hold_unanswered")
    assert await case.payments() == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_late_parcel_that_gets_lost_is_offered_anew(house: House) -> None:
    """Its first scan came while he thought it over, then it was lost: he hears so and is asked, what he was asked
    before is no answer (R-LOST, P-CONSENT)."""
    order = {"shipped_at": timedelta(days=-5), "signed_at": None}
    case = await house.open(
        "late_shipment", reason="late", order=order, courier=NO_SCAN, customer={"agrees_after": "never"}
    )
    waybill = case.request["order"]["waybill"]
    await case.run_until(stage="consent")
    await case.say("parcel_update", waybill=waybill, state="in_transit")
    await case.say("parcel_update", waybill=waybill, state="lost")

    await case.run_until(stage="consent")
    assert len(await case.told("parcel_lost_told")) == 1
    assert await case.ledger("goods_shipped") == []
    await case.say("customer_agreed", agreed=True, choice="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.ledger("goods_shipped") == []


async def test_who_wants_it_after_all_once_it_was_held_gets_it(house: House) -> None:
    """The warehouse's word that it left was on our chasing; it is held. His money waits for a supervisor, and he takes
    it back: what was held for him leaves (R-CANCEL-UNSHIPPED)."""
    order = {"paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}
    case = await house.open(
        "late_shipment", reason="late", order={"shipped_at": timedelta(days=-5), "signed_at": None} | order,
        courier=NO_SCAN, customer={"choice": "full_refund"},
    )  # fmt: skip
    await case.run_until(waiting_for="approval")
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "delivered"
    (sent,) = await case.ledger("goods_shipped")
    assert (sent["leg"], await case.payments()) == ("original", [])

"""查件: where is my parcel? Looked up, answered, followed; where something is wrong it is that case (R-VERIFY)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.house import House


async def test_a_parcel_on_its_way_is_told_noted_and_followed(house: House) -> None:
    """He hears where it is at once; a note stays with the case; he has word again when it is there (R-PROACT)."""
    case = await house.open("tracking_query", reason="not_received", courier={"state": "in_transit"})

    (told,) = await case.told("parcel_told")
    assert told.rule == "R-VERIFY"
    (remark,) = await case.records("case_remark")
    assert remark["written_by"] == "system"
    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.journal("type_changed") == []


@pytest.mark.parametrize(
    ("state", "kind", "more", "outcome"),
    [
        ("stalled", "parcel_stuck", {"trace": "found"}, "delivered"),
        ("misrouted", "parcel_stuck", {"trace": "found"}, "delivered"),
        ("delivered_by_proxy", "signed_not_received", {"trace": "unknown"}, "reshipped"),
        ("no_info", "no_tracking_info", {"trace": "found"}, "delivered"),
        ("lost", "parcel_lost", {}, "reshipped"),
        ("delivery_failed", "customer_unreachable", {}, "delivered"),
        ("bad_address", "address_change", {}, "delivered"),
        ("out_of_area", "out_of_area", {}, "delivered"),
        ("damaged", "parcel_damaged", {}, "reshipped"),
    ],
)
async def test_a_query_that_finds_trouble_becomes_that_case(
    house: House, state: str, kind: str, more: dict[str, str], outcome: str
) -> None:
    """Nobody asks him to come again with another request: the same case goes on as what it is (R-N1)."""
    case = await house.open("tracking_query", reason="not_received", courier={"state": state, **more})

    assert await case.to_the_end() == outcome

    first = (await case.journal("type_changed"))[0]
    assert first.data == {"before": "tracking_query", "type": kind}
    assert await case.told("parcel_told") == []


async def test_an_order_without_a_number_was_never_shipped(house: House) -> None:
    """Nothing to look up: it is a late shipment of ours."""
    order = {"waybill": "", "shipped_at": None, "signed_at": None}
    case = await house.open("tracking_query", reason="not_received", order=order, warehouse={"handed_over": False})

    assert await case.to_the_end() == "delivered"
    assert (await case.one("type_changed")).data["type"] == "late_shipment"


async def test_a_parcel_that_goes_back_is_told_and_decided_by_a_person(house: House) -> None:
    """It will not come by itself: he hears so, and an agent decides what he gets instead."""
    case = await house.open("tracking_query", reason="not_received", courier={"state": "returning"})

    await case.run_until(needs_human="decide:parcel_not_coming")
    assert len(await case.told("parcel_told")) == 1
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


async def test_he_hears_of_every_change_without_asking_again(house: House) -> None:
    """Out for delivery, then at the pick-up point: each told once, however often the courier says it (R-PROACT)."""
    case = await house.open("tracking_query", reason="not_received", courier={"state": "in_transit"})
    waybill = case.request["order"]["waybill"]

    await case.run_until(waiting_for="delivery")
    for state in ("out_for_delivery", "in_transit", "out_for_delivery", "at_pickup_point", "delivered"):
        await case.say("parcel_update", waybill=waybill, state=state)

    assert await case.to_the_end() == "delivered"
    assert [told.rule for told in await case.told("parcel_told")] == ["R-VERIFY", "R-PROACT", "R-PROACT"]


async def test_trouble_on_the_way_makes_it_that_case(house: House) -> None:
    """On its way when he asked, held at a depot the next day: it is chased as a stuck parcel, nobody asks him again."""
    courier = {"state": "in_transit", "trace": "found"}
    case = await house.open("tracking_query", reason="not_received", courier=courier)

    await case.run_until(waiting_for="delivery")
    await case.pass_time(days=1)
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="misrouted")
    assert (await case.one("type_changed")).data["type"] == "parcel_stuck"
    (incident,) = await case.records("parcel_incident")
    assert incident["more"]["cause"] == "misrouted"

    assert await case.to_the_end() == "delivered"


async def test_a_parcel_that_never_comes_is_made_good(house: House) -> None:
    """Ten days on its way and not there (S-DELIVER): another parcel or his money."""
    case = await house.open("tracking_query", reason="not_received", customer={"choice": "full_refund"})

    assert await case.to_the_end() == "refunded"

    assert (await case.one("clock_breached", clock="S-DELIVER")).at - case.began >= timedelta(days=10)
    assert await case.payments() == [4500]


async def test_who_is_not_content_with_what_he_signed_for_himself_hears_from_a_person(house: House) -> None:
    """He signed himself and says that it is not solved: that is no search, an agent asks what is wrong."""
    case = await house.open(
        "tracking_query", reason="not_received", courier={"state": "in_transit"}, customer={"solved": [False, True]}
    )

    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")
    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "rejected"
    assert await case.told("look_around_asked") == []


async def test_a_query_about_a_parcel_that_then_disappears_is_made_good(house: House) -> None:
    """On its way when he asked, reported lost two days later: his choice, without another request of his."""
    case = await house.open("tracking_query", reason="not_received", courier={"state": "in_transit"})

    await case.run_until(waiting_for="delivery")
    await case.pass_time(days=2)
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="lost")

    assert await case.to_the_end() == "reshipped"
    assert len(await (await case.claim()).ledger("claim_opened")) == 1

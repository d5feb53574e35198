"""换货: goods come back, others leave within a day (R-EX-24H); what else may come of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.exchanged import (
    DEARER,
    FAULTY,
    PHOTOS,
    QUALITY,
    SOLD_WITH_POSTAGE,
    announced_as,
    came_in,
    collections,
    shipped,
)
from tests.workflows.house import House
from tests.workflows.lived_case import about


async def test_a_faulty_item_is_exchanged_within_a_day_at_our_cost(house: House) -> None:
    """Photos, his word, the goods as an exchange, two inspections; another one leaves 24 hours after the receipt."""
    case = await house.open("exchange", **QUALITY, order={"invoice": "INV-1"})

    assert await case.to_the_end() == "exchanged"

    assert [(entry.event, entry.rule) for entry in await case.journal() if entry.event != "progress_told"] == [
        ("case_opened", "R-INTAKE"),
        ("exchange_window", "R-EX-QUALITY"),
        ("freight_decided", "M-QUAL"),
        ("plan_proposed", "R-EX-QUALITY"),
        ("customer_contacted", "R-EX-QUALITY"),
        ("customer_agreed", "R-CONSENT"),
        ("return_authorized", "R-RET-ADDR"),
        ("customer_contacted", "R-RET-SLIP"),
        ("return_shipped", "R-RET-TRACK"),
        ("return_received", "W-3"),
        ("customer_contacted", "R-PROACT"),
        ("inspected", "W-6"),
        ("inspected", "W-6"),
        ("shipment_ordered", "R-EX-24H"),
        ("clock_warning", "R-EX-24H"),
        ("shipped", "R-PROACT"),
        ("customer_contacted", "R-EX-24H"),
        ("parcel_update", "R-PROACT"),
        ("parcel_update", "R-PROACT"),
        ("customer_contacted", "R-EXPLAINBACK"),
        ("customer_confirmed", "R-CLOSECONF"),
        ("case_closed", "R-CLOSECONF"),
        ("customer_contacted", "R-SURVEY"),
        ("survey_answered", "R-SURVEY"),
    ]
    (sku,) = (line["sku"] for line in case.request["order"]["lines"])
    assert await shipped(case) == [("exchange_out", [{"sku": sku, "quantity": 1}])]
    assert await announced_as(case) == ["HHRK"]
    received, left = await case.one("return_received"), await case.one("shipped")
    assert left.at - received.at < timedelta(hours=24), "D-EXSHIP"
    warned = await case.one("clock_warning", clock="D-EXSHIP")
    assert about(warned.at, received.at + timedelta(hours=12)), "X14"
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["quarantine"]
    (ordered,), (invoice,) = await case.records("exchange_order"), await case.records("invoice_action")
    assert (ordered["paid"], ordered["refunded"], invoice["action"]) == ("0.00 CNY", "0.00 CNY", "endorsement")
    assert (await case.payments(), await collections(case)) == ([], [])


async def test_without_photos_a_quality_exchange_is_decided_by_a_person(house: House) -> None:
    """No photos in 72 hours: an agent has it exchanged all the same, and it is."""
    case = await house.open("exchange", reason="quality", customer={"photos": 0}, warehouse=FAULTY)

    await case.run_until(needs_human="decide:no_evidence")
    await case.act("decide", resolution="exchange")

    assert await case.to_the_end() == "exchanged"
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out"]


async def test_late_inspections_breach_the_24_hours_and_it_is_exchanged_all_the_same(house: House) -> None:
    """A day after the receipt nothing has left: it escalates (R-EX-24H), and what leaves later settles it."""
    case = await house.open("exchange", **QUALITY | {"warehouse": {**FAULTY, "inspects_after": "22h"}})

    await case.run_until(needs_human="overdue:D-EXSHIP")
    received, breached = await case.one("return_received"), await case.one("clock_breached", clock="D-EXSHIP")
    assert about(breached.at, received.at + timedelta(hours=24))
    assert (await case.one("escalated", reason="overdue:D-EXSHIP")).rule == "R-EX-24H"

    assert await case.to_the_end() == "exchanged"
    assert (await case.row())["needs_human"] == ""


async def test_after_the_return_window_a_month_stays_for_quality_and_he_pays_his_parcel(house: House) -> None:
    """Three weeks after the receipt: an exchange for quality, in by the customer, out by us (M-EXQ)."""
    case = await house.open("exchange", order={"signed_at": timedelta(days=-21)}, **QUALITY)

    assert await case.to_the_end() == "exchanged"

    assert (await case.one("freight_decided", inbound="customer", outbound="merchant")).rule == "M-EXQ"


@pytest.mark.parametrize(
    ("reason", "days", "rule"), [("quality", 40, "R-EX-QUALITY"), ("no_reason", 21, "R-NR-WINDOW")]
)
async def test_a_closed_window_is_explained(house: House, reason: str, days: int, rule: str) -> None:
    """After a month for quality, after the return window without a reason: told why, and nothing moves."""
    case = await house.open("exchange", reason=reason, evidence=PHOTOS, order={"signed_at": timedelta(days=-days)})

    assert await case.to_the_end() == "rejected"

    assert (await case.one("exchange_window", allowed=False)).rule == rule
    assert len(await case.told("window_closed")) == 1
    assert await case.ledger("return_announced") == []


async def test_goods_of_a_kind_that_never_comes_back_are_said_to_be_so(house: House) -> None:
    """Made to order: no exchange without a reason, and the customer does not hear that he was late."""
    lines = [{"sku": "CARVED", "quantity": 1, "price": 4500, "category": "custom_made"}]
    case = await house.open("exchange", order={"lines": lines})

    assert await case.to_the_end() == "rejected"
    assert (await case.told("window_closed"), len(await case.told("refund_rejected"))) == ([], 1)


async def test_a_declined_exchange_is_negotiated_and_silence_is_no_consent(house: House) -> None:
    """Declined: a person decides. Silent: nothing moves, and the request expires."""
    declined = await house.open("exchange", customer={"agrees": False})
    silent = await house.open("exchange", customer={"agrees_after": "never"})

    await declined.run_until(needs_human="decide:plan_declined")
    await declined.act("decide", resolution="partial_refund", amount={"minor": 900})
    assert await declined.to_the_end() == "partially_refunded"
    assert await silent.to_the_end() == "expired"
    assert await silent.ledger("return_announced") == []


async def test_goods_that_are_never_sent_end_the_exchange(house: House) -> None:
    """Seven days without a parcel of his: the request expires, nothing left our house."""
    case = await house.open("exchange", customer={"ships_after": "never"})

    assert await case.to_the_end() == "expired"
    assert await shipped(case) == []


async def test_a_replacement_that_is_out_of_stock_becomes_all_his_money(house: House) -> None:
    """The difference is paid, then the warehouse has none: said honestly, and price and difference go back."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "out_of_stock"}
    case = await house.open("exchange", replacement=DEARER, **QUALITY, fault=fault)

    now = await case.run_until(stage="approval", ball_with="supervisor")  # 60 yuan are above an agent's limit
    assert now.needs_human == "" or now.needs_human.startswith("approve")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"
    assert await case.sum_told("exchange_out_of_stock") == "60.00 CNY"
    assert (await came_in(case), await case.payments()) == ([1500], [6000])
    assert await shipped(case) == []


async def test_out_of_stock_and_no_refund_wanted_is_a_persons_to_solve(house: House) -> None:
    """He would rather have something else: an agent has the same goods sent once they are there again."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "out_of_stock"}
    case = await house.open("exchange", **QUALITY | {"customer": {"agrees": [True, False]}}, fault=fault)

    await case.run_until(needs_human="decide:exchange_not_in_stock")
    await case.act("decide", resolution="exchange")

    assert await case.to_the_end() == "exchanged"
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out"]


async def test_no_fault_found_may_become_an_exchange_without_a_reason(house: House) -> None:
    """Nothing is wrong with it: he exchanges it as a change of mind, and pays our parcel that was quoted (W-8, X15)."""
    warehouse = {"first": "no_fault_found", "second": "no_fault_found"}
    case = await house.open("exchange", **QUALITY | {"warehouse": warehouse}, order=SOLD_WITH_POSTAGE)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("no_fault_exchange") == "6.00 CNY"
    assert (await came_in(case), await case.payments()) == ([600], [])
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["restock"]


async def test_no_fault_found_may_become_a_plain_return(house: House) -> None:
    """He would rather have his money: a return without a reason, of another type in the same history."""
    case = await house.open("exchange", **QUALITY | {"warehouse": {}})

    await case.run_until(waiting_for="inspection")
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", choice="return_refund")

    assert await case.to_the_end() == "refunded"
    assert (await case.one("type_changed", type="return_refund")).rule == "X15"
    assert (await case.payments(), await shipped(case)) == ([4500], [])
    assert await case.journal("clock_breached", clock="D-EXSHIP") == []


async def test_no_fault_found_after_the_window_goes_back_at_his_cost(house: House) -> None:
    """Three weeks later no return without a reason is open: quoted, agreed to, sent back."""
    order = {**SOLD_WITH_POSTAGE, "signed_at": timedelta(days=-21)}
    case = await house.open("exchange", **QUALITY | {"warehouse": {"second": "no_fault_found"}}, order=order)

    assert await case.to_the_end() == "no_fault_found"
    assert [leg for leg, _ in await shipped(case)] == ["send_back"]


@pytest.mark.parametrize(
    ("warehouse", "need"),
    [({"second": "customer_damage"}, "inspection_customer_damage"), ({**FAULTY, "short": 1}, "inspection_incomplete")],
)
async def test_damaged_or_missing_goods_are_no_machines_to_exchange(
    house: House, warehouse: dict[str, Any], need: str
) -> None:
    """He broke it, or a piece is missing: nothing leaves by itself, a person decides."""
    lines = [{"sku": "TRIO", "quantity": 3, "price": 4500}]
    case = await house.open("exchange", **QUALITY | {"warehouse": warehouse}, order={"lines": lines})

    await case.run_until(needs_human=f"decide:{need}")
    assert await shipped(case) == []
    await case.act("decide", resolution="send_back")

    assert await case.to_the_end() == "returned_to_customer"


async def test_an_exchange_that_never_arrives_is_decided_by_a_person(house: House) -> None:
    """Ten days on the way: an agent has it sent again."""
    case = await house.open("exchange", **QUALITY, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:exchange_not_delivered")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_only_some_goods_of_an_order_are_exchanged(house: House) -> None:
    """One of two cups: one is announced, one is inspected, one leaves."""
    lines = [{"sku": "MUG", "quantity": 2, "price": 4500}]
    case = await house.open("exchange", **QUALITY, order={"lines": lines}, lines=[{"sku": "MUG", "quantity": 1}])

    assert await case.to_the_end() == "exchanged"
    assert await shipped(case) == [("exchange_out", [{"sku": "MUG", "quantity": 1}])]
    (told,) = await case.ledger("return_announced")
    assert told["lines"] == [{"sku": "MUG", "quantity": 1}]


async def test_an_exchange_that_could_not_be_carried_out_is_asked_about_again(house: House) -> None:
    """He never sends the old one: the agent is asked anew and explains."""
    case = await house.open("return_refund", customer={"agrees": [False], "ships_after": "never"})

    await case.run_until(needs_human="decide:plan_declined")
    await case.act("decide", resolution="exchange")
    await case.run_until(needs_human="decide:plan_declined_2")
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"


async def test_an_exchange_that_fails_too_is_exchanged_once_more(house: House) -> None:
    """The new one is faulty as well: reopened, an agent decides on another exchange, under a number of its own."""
    case = await house.open("exchange", **QUALITY | {"customer": {"solved": [False, True]}})

    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="exchange")
    await case.run_until(waiting_for="return_number")
    first, second = (entry.data["rma"] for entry in await case.journal("return_authorized"))
    assert (second.removeprefix(first), (await case.state()).goods.received) == ("-2", {})
    await case.say("return_shipped", waybill="YT-AGAIN", courier="yto")
    await case.say("return_received", lines=[])
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="defect_confirmed", by=by)

    assert await case.to_the_end() == "exchanged"
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out", "exchange_out"]

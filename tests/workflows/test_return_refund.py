"""退货退款: how goods come back and are inspected, and what ends a return before that."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import about

PHOTOS = ["evidence/a", "evidence/b"]
FAULTY = {"first": "defect_confirmed", "second": "defect_confirmed"}


async def test_a_return_without_a_reason_is_paid_once_after_two_inspections(house: House) -> None:
    """A customer changes his mind inside the window, sends the cup back at his cost and gets his 45 yuan, once."""
    case = await house.open("return_refund")

    assert await case.to_the_end() == "refunded"

    assert [(entry.event, entry.rule) for entry in await case.journal() if entry.event != "progress_told"] == [
        ("case_opened", "R-INTAKE"),
        ("return_window", "R-NR-WINDOW"),
        ("freight_decided", "M-NR-FREE"),
        ("plan_proposed", "R-CONSENT"),
        ("customer_contacted", "R-CONSENT"),
        ("customer_agreed", "R-CONSENT"),
        ("return_authorized", "R-RET-ADDR"),
        ("customer_contacted", "R-RET-SLIP"),
        ("return_shipped", "R-RET-TRACK"),
        ("return_received", "W-3"),
        ("customer_contacted", "R-PROACT"),
        ("inspected", "W-6"),
        ("inspected", "W-6"),
        ("refund_computed", "R-REF-72H"),
        ("refund_done", "R-REF-72H"),
        ("customer_contacted", "R-PROMISE"),
        ("customer_contacted", "R-EXPLAINBACK"),
        ("customer_confirmed", "R-CLOSECONF"),
        ("case_closed", "R-CLOSECONF"),
        ("customer_contacted", "R-SURVEY"),
        ("survey_answered", "R-SURVEY"),
    ]
    assert await case.payments() == [4500]
    (refund,) = await case.refunds()
    assert (refund["status"], refund["amount_minor"], refund["approved_by"]) == ("done", 4500, "system")
    (moved,) = await case.ledger("goods_moved")
    assert moved["disposition"] == "restock"
    row = await case.row()
    assert (row["stage"], row["outcome"], row["refunded_minor"], row["entries_missing"]) == (
        "closed", "refunded", 4500, 0,
    )  # fmt: skip
    received, paid = await case.one("return_received"), await case.one("refund_done")
    assert paid.at - received.at < timedelta(hours=72), "D-REFPAY"
    assert [(one["id"], one["state"], one["missed"]) for one in await case.records("clock")] == [
        ("D-REFPAY", "met", False)
    ]


@pytest.mark.parametrize(
    ("reason", "warehouse", "rule", "inbound", "refunded"),
    [
        ("no_reason", {}, "M-NR-PAID", "customer", 4500),
        ("quality", FAULTY, "M-QUAL", "merchant", 5000),
    ],
    ids=["no_reason", "quality"],
)
async def test_freight_follows_the_reason(
    house: House, reason: str, warehouse: dict[str, Any], rule: str, inbound: str, refunded: int
) -> None:
    """Postage that was charged stays with a customer who changed his mind, and is paid back with faulty goods."""
    order = {"paid": 5000, "freight": 500, "free_postage": False}
    case = await house.open("return_refund", order=order, reason=reason, evidence=PHOTOS, warehouse=warehouse)

    await case.to_the_end()

    assert (await case.one("freight_decided", inbound=inbound)).rule == rule
    assert await case.payments() == [refunded]


async def test_a_closed_window_ends_the_request_with_an_explanation(house: House) -> None:
    """A month after the receipt nothing is asked of the warehouse; the customer hears why."""
    case = await house.open("return_refund", order={"signed_at": timedelta(days=-30)})

    assert await case.to_the_end() == "rejected"

    assert (await case.one("return_window", allowed=False)).rule == "R-NR-WINDOW"
    assert len(await case.told("window_closed")) == 1
    assert await case.ledger("return_announced") == []
    assert await case.payments() == []


async def test_faulty_goods_with_photos_are_not_asked_about_again(house: House) -> None:
    """Photos that came with the request suffice; the confirmed defect goes to the defect zone."""
    case = await house.open("return_refund", reason="quality", evidence=PHOTOS, warehouse=FAULTY)

    assert await case.to_the_end() == "refunded"

    assert await case.told("evidence_asked") == []
    assert len(await case.records("evidence_item")) == 2
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["quarantine"]
    (report,) = await case.records("return_quality_report")
    assert (report["result"], report["by"]) == ("defect_confirmed", "qc:1")
    (cause,) = await case.records("defect_cause")
    assert (cause["cause"], cause["to"]) == ("quality", ["qc", "purchasing"]), "W-7, R-QUAL-FEEDBACK"


async def test_photos_are_asked_for_once_and_waited_for(house: House) -> None:
    """Without photos we ask for two of them; the plan follows when they came."""
    case = await house.open("return_refund", reason="quality", warehouse=FAULTY, customer={"photos_after": "30h"})

    assert await case.to_the_end() == "refunded"

    (asked,) = await case.told("evidence_asked")
    proposed = await case.one("plan_proposed")
    assert about(proposed.at, asked.at + timedelta(hours=30))


async def test_photos_that_never_come_put_the_case_before_a_person(house: House) -> None:
    """After 72 hours without photos an agent decides; his refusal is explained and nothing is paid."""
    case = await house.open("return_refund", reason="quality", customer={"photos": 0})

    await case.run_until(needs_human="decide:no_evidence")
    breached = await case.one("clock_breached", clock="S-EVIDENCE")
    assert about(breached.at, case.began + timedelta(hours=72))
    await case.act("decide", resolution="explain_only", reason="no_evidence")

    assert await case.to_the_end() == "rejected"
    assert len(await case.told("refund_rejected")) == 1
    assert await case.payments() == []


async def test_a_declined_plan_is_negotiated_by_a_person(house: House) -> None:
    """The customer keeps the cup for ten yuan back, which an agent may grant alone."""
    case = await house.open("return_refund", customer={"agrees": [False]})

    await case.run_until(needs_human="decide:plan_declined")
    await case.act("decide", resolution="partial_refund", amount={"minor": 1000}, by="agent:7")

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [1000]
    (refund,) = await case.refunds()
    assert refund["approved_by"] == "agent:7"
    (consent,) = await case.records("consent")
    assert consent["agreed"] is False


async def test_silence_is_no_consent(house: House) -> None:
    """A customer who never answers the plan within 72 hours gets no return label, and his request expires."""
    case = await house.open("return_refund", customer={"agrees_after": "never"})

    assert await case.to_the_end() == "expired"

    assert about((await case.one("no_consent")).at, case.began + timedelta(hours=72))
    assert await case.ledger("return_announced") == []


async def test_a_missing_number_is_asked_for_halfway(house: House) -> None:
    """Half of the seven days passed without a tracking number: we ask, he tells it, the return goes on."""
    case = await house.open("return_refund", customer={"ships_after": "5d", "tracking": "when_asked"})

    assert await case.to_the_end() == "refunded"

    authorized, (asked,) = await case.one("return_authorized"), await case.told("tracking_asked")
    assert about(asked.at, authorized.at + timedelta(days=3.5))
    assert (await case.one("return_shipped")).at > asked.at


async def test_a_return_that_is_never_sent_expires(house: House) -> None:
    """Seven days after the permission without a parcel the request expires; nothing was received or paid."""
    case = await house.open("return_refund", customer={"ships_after": "never"})

    assert await case.to_the_end() == "expired"

    breached, authorized = await case.one("clock_breached", clock="S-TRACKING"), await case.one("return_authorized")
    assert about(breached.at, authorized.at + timedelta(days=7))
    assert await case.payments() == []


async def test_goods_that_arrive_without_a_number_are_taken_in_all_the_same(house: House) -> None:
    """The customer never told a number; the warehouse books the parcel in and he is paid."""
    case = await house.open("return_refund", customer={"tracking": "never"})

    assert await case.to_the_end() == "refunded"

    assert await case.journal("return_shipped") == []
    assert len(await case.journal("return_received")) == 1
    assert await case.payments() == [4500]


async def test_a_late_parcel_is_put_before_a_person_and_waited_for(house: House) -> None:
    """Ten days on the way: the case escalates (W-3), and is paid when the parcel comes."""
    case = await house.open("return_refund", warehouse={"receives_after": "12d"})

    await case.run_until(needs_human="overdue:S-RETURN")
    assert (await case.one("escalated", reason="overdue:S-RETURN")).rule == "W-3"

    assert await case.to_the_end() == "refunded"


async def test_a_partial_receipt_is_paid_to_the_fen(house: House) -> None:
    """Two of three pieces for ten yuan came back: 6.66 yuan, not a fen more or less."""
    lines = [{"sku": "TRIO", "quantity": 3, "price": 1000}]
    case = await house.open("return_refund", order={"paid": 1000, "lines": lines}, warehouse={"short": 1})

    assert await case.to_the_end() == "partially_refunded"

    assert await case.payments() == [666]
    assert (await case.one("refund_computed")).data["reason"] == "goods_received_in_part"


async def test_a_return_in_two_parcels_is_paid_whole_and_once(house: House) -> None:
    """The warehouse counts two pieces today and the third tomorrow: one inspection, one payment of ten yuan."""
    lines = [{"sku": "TRIO", "quantity": 3, "price": 1000}]
    case = await house.open(
        "return_refund", order={"paid": 1000, "lines": lines}, warehouse={"receives_after": "never"}
    )
    await case.run_until(waiting_for="return_parcel")

    await case.say("return_received", lines=[{"sku": "TRIO", "quantity": 2}])
    await case.pass_time(days=1)
    await case.say("return_received", lines=[{"sku": "TRIO", "quantity": 1}])
    await case.say("inspected", round=1, result="pass", by="warehouse:3")
    await case.say("inspected", round=2, result="pass", by="qc:4")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [1000]


async def test_one_person_cannot_make_both_inspections(house: House) -> None:
    """The second inspection by the first inspector does not count; the case waits for somebody else, and escalates."""
    case = await house.open("return_refund", warehouse={"inspectors": ["qc:1", "qc:1"]})

    await case.run_until(needs_human="overdue:S-INSPECT")
    refused = await case.one("inspection_by_same_person")
    assert (refused.rule, refused.actor) == ("A-SOD", "qc:1")
    assert await case.payments() == []
    await case.say("inspected", round=2, result="pass", by="qc:2")

    assert await case.to_the_end() == "refunded"


@pytest.mark.parametrize(("partner", "operation"), [("contact", "deliver"), ("warehouse", "dispose")])
async def test_a_partners_final_no_stops_nobodys_refund(house: House, partner: str, operation: str) -> None:
    """A message that its operator will not carry, a warehouse that refuses an order: noted, and the case goes on."""
    case = await house.open("return_refund", customer={"agrees_after": "never"})
    await house.fault(case, "refuse", partner=partner, operation=operation, code="not_served")
    await case.say("customer_agreed", agreed=True)

    assert await case.to_the_end() == "refunded"
    assert (await case.one("partner_refused")).data["code"] == "not_served"
    assert await case.payments() == [4500]


async def test_a_customer_whom_nobody_can_write_to_is_called(house: House) -> None:
    """His client takes no messages: every message becomes a call within his hours (R-FALLBACK)."""
    case = await house.open("refund_only", reason="duplicate", customer={"im": "channel_blocked"})

    assert await case.to_the_end() == "refunded"

    rang = await case.journal("customer_contacted", channel="call", result="reached")
    assert {entry.rule for entry in rang} == {"R-FALLBACK"}
    assert {entry.data["template"] for entry in rang} >= {"refund_paid", "closing"}


async def test_a_return_that_the_warehouse_would_not_hear_of_is_taken_in_all_the_same(house: House) -> None:
    """The warehouse refuses the announcement: a person speaks with it, the customer returns his cup and is paid."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "announce_return", "code": "not_served"}
    case = await house.open("return_refund", fault=fault)

    await case.run_until(waiting_for="return_parcel", needs_human="partner_refused:warehouse")
    await case.say("return_received", lines=[])
    await case.say("inspected", round=1, result="pass", by="warehouse:1")
    await case.say("inspected", round=2, result="pass", by="qc:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]

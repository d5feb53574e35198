"""退货退款: every way in which goods come back, are inspected and are paid for, or are not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from store.one_time_inputs import PostgresOneTimeInputs
from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

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


DEAR = {"paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}
DEARER = {"paid": 30000, "lines": [{"sku": "CABINET", "quantity": 1, "price": 30000}]}


async def test_over_fifty_yuan_a_supervisor_approves(house: House) -> None:
    """An agent may not approve 150 yuan; his supervisor does, and the ledger says who asked and who approved."""
    case = await house.open("return_refund", order=DEAR)

    await case.run_until(stage="approval", ball_with="supervisor")
    with pytest.raises(Refused) as refused:
        await case.act("approve", by="agent:7")
    assert (refused.value.code, refused.value.rule) == ("over_limit", "A-CAP")
    assert await case.payments() == []
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [15000]
    (refund,) = await case.refunds()
    assert (refund["requested_by"], refund["approved_by"]) == ("system", "supervisor:1")


async def test_a_rejected_payment_goes_to_the_desk_and_nobody_approves_his_own(house: House) -> None:
    """The supervisor rejects; an agent insists, and his own request is approved by somebody else (A-SOD)."""
    case = await house.open("return_refund", order=DEAR)

    await case.run_until(stage="approval")
    await case.act("reject", by="supervisor:1", reason="unclear")
    await case.run_until(needs_human="decide:refund_not_paid")
    await case.act("decide", by="supervisor:1", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"
    assert await case.payments() == []
    (approval,) = await case.records("approval")
    assert (approval["verdict"], approval["decided_by"]) == ("rejected", "supervisor:1")


async def test_over_two_hundred_yuan_a_manager_approves(house: House) -> None:
    """300 yuan are over a supervisor's limit; only the manager's word pays them."""
    case = await house.open("return_refund", order=DEARER)

    await case.run_until(stage="approval", ball_with="manager")
    with pytest.raises(Refused) as refused:
        await case.act("approve", by="supervisor:1")
    assert refused.value.rule == "A-CAP"
    await case.act("approve", by="manager:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [30000]


async def test_an_approval_that_nobody_gives_climbs_to_the_manager(house: House) -> None:
    """After 24 hours the supervisor's approval goes to the manager, who can still give it."""
    case = await house.open("return_refund", order=DEAR)

    asked = await case.run_until(stage="approval", ball_with="supervisor")
    await case.run_until(ball_with="manager")
    assert about((await case.one("clock_breached", clock="S-APPROVAL")).at, asked.at + timedelta(hours=24))
    await case.act("approve", by="manager:1")

    assert await case.to_the_end() == "refunded"


async def test_a_refund_overdue_over_late_inspections_is_paid_by_approval(house: House) -> None:
    """72 hours after the receipt nobody has inspected: the payment is put up for approval, and approved it is made."""
    case = await house.open("return_refund", warehouse={"inspects_after": "never"})

    await case.run_until(lambda now: now.needs_human.startswith("approve:"))
    received, breached = await case.one("return_received"), await case.one("clock_breached", clock="D-REFPAY")
    assert about(breached.at, received.at + timedelta(hours=72))
    assert len(await case.journal("escalated", reason="overdue:S-INSPECT")) >= 1
    assert await case.payments() == []
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    (refund,) = await case.refunds()
    assert refund["approved_by"] == "supervisor:1"


async def test_inspections_that_come_after_the_breach_still_decide(house: House) -> None:
    """Nobody approved the overdue payment, and then the inspections came: they decide, and it is paid once."""
    case = await house.open("return_refund", warehouse={"inspects_after": "never"})

    await case.run_until(lambda now: now.needs_human.startswith("approve:"))
    await case.say("inspected", round=1, result="pass", by="warehouse:1")
    await case.say("inspected", round=2, result="pass", by="qc:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert (await case.row())["needs_human"] == ""


async def test_a_pending_refund_is_done_when_the_provider_gives_notice(house: House) -> None:
    """The provider needs half an hour and says so: one payment, told to the customer only when it is done."""
    case = await house.open("return_refund", provider={"answer": "pending", "notice_after": "30m"})

    assert await case.to_the_end() == "refunded"

    pending, done, (told,) = (
        await case.one("refund_pending"), await case.one("refund_done"), await case.told("refund_paid"),
    )  # fmt: skip
    assert about(done.at, pending.at + timedelta(minutes=30))
    assert told.at >= done.at
    assert len(await case.journal("refund_notice")) == 1
    assert await case.payments() == [4500]


async def test_a_notice_that_never_comes_is_made_good_by_asking(house: House) -> None:
    """The provider's notice is lost on the way; we ask, and learn that it was paid."""
    case = await house.open("return_refund", provider={"answer": "pending", "notice_after": "90m"})
    await house.fault(case, "drop", partner="refunds", operation="refund_notice")

    assert await case.to_the_end() == "refunded"

    assert await case.journal("refund_notice") == []
    assert await case.payments() == [4500]


@pytest.mark.parametrize("need", ["sms_code", "balance", "card_dead", "permission", "version_changed"])
async def test_a_refund_that_needs_a_person_is_paid_once_he_has_acted(house: House, need: str) -> None:
    """The provider wants a code, money on the account, another card, a permission: finance gives it."""
    case = await house.open("return_refund", provider={"answer": "needs_human", "need": need, "expects": "246810"})

    await case.run_until(needs_human=f"refund:{need}", ball_with="finance")
    assert (await case.one("refund_needs_human", need=need)).rule == "R-REF-PATH"
    assert await case.payments() == []
    typed = need in ("sms_code", "version_changed")
    ref = await PostgresOneTimeInputs(house.pool).put("246810") if typed else ""
    await case.act("provide_input", by="finance:5", input_ref=ref)

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    history = await case.handle.fetch_history()
    assert "246810" not in history.to_json(), "the code is known to the history by reference only"


async def test_a_need_that_nobody_meets_escalates_and_stays_open(house: House) -> None:
    """A day without the code: the case escalates to finance (S-HUMAN) and is paid when somebody acts."""
    case = await house.open("return_refund", provider={"answer": "needs_human", "need": "permission"})

    asked = await case.run_until(needs_human="refund:permission")
    await case.run_until(stage="escalated")
    assert about((await case.one("escalated", reason="refund:permission")).at, asked.at + timedelta(hours=24))
    await case.pass_time(hours=60)
    assert (await case.rest()).needs_human == "refund:permission", "the missed 72 hours do not hide what is to be done"
    await case.act("provide_input", by="finance:5")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_refused_refund_is_tried_again_on_finances_word(house: House) -> None:
    """The provider refuses once; finance has it paid again under a new key, and it is paid once."""
    case = await house.open("return_refund")
    await house.fault(case, "refuse", partner="refunds", operation="pay", code="account_frozen")

    now = await case.run_until(ball_with="finance")
    assert now.needs_human.endswith("refused1")
    assert (await case.one("refund_refused")).data["code"] == "account_frozen"
    await case.act("decide", by="finance:5", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert sorted(refund["status"] for refund in await case.refunds()) == ["done", "refused"]


async def test_a_refund_refused_for_good_is_settled_another_way(house: House) -> None:
    """The provider will not pay; a person settles it otherwise, and the books show no payment."""
    case = await house.open("return_refund", provider={"answer": "refused"})

    await case.run_until(ball_with="finance")
    await case.act("decide", by="finance:5", resolution="explain_only")
    await case.run_until(needs_human="decide:refund_not_paid")
    await case.act("decide", resolution="coupon", amount={"minor": 1000})
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    assert await case.payments() == []
    assert (await case.row())["refunded_minor"] == 0


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

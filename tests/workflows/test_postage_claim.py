"""退运费, 加邮费: freight that a customer laid out, and postage that he should never have been asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

RECEIPT = ["evidence/receipt"]


async def test_freight_of_faulty_goods_is_paid_back_on_its_receipt(house: House) -> None:
    """He sent a faulty cup back at 12 yuan: one photo of the receipt, and the 12 yuan go back without anybody."""
    case = await house.open("postage_claim", reason="quality", amount=1200, evidence=RECEIPT)

    assert await case.to_the_end() == "partially_refunded"

    assert (await case.one("postage_judged", allowed=True)).rule == "M-QUAL"
    assert await case.told("evidence_asked") == []
    assert await case.payments() == [1200]
    (refund,) = await case.refunds()
    assert (refund["purpose"], refund["rule"], refund["approved_by"]) == ("freight", "M-QUAL", "system")


async def test_without_a_receipt_he_is_asked_for_one(house: House) -> None:
    """One photo is enough, and it is waited for; who sends none hears from a person."""
    sends = await house.open("postage_claim", reason="wrong_item", amount=1200, customer={"photos": 1})
    none = await house.open("postage_claim", reason="wrong_item", amount=1200, customer={"photos": 0})

    assert await sends.to_the_end() == "partially_refunded"
    assert len(await sends.told("evidence_asked")) == 1
    assert await sends.payments() == [1200]

    await none.run_until(needs_human="decide:no_receipt")
    breached = await none.one("clock_breached", clock="S-EVIDENCE")
    assert about(breached.at, none.began + timedelta(hours=72))
    assert await none.payments() == []
    await none.act("decide", resolution="explain_only", reason="no_evidence")
    assert await none.to_the_end() == "rejected"


@pytest.mark.parametrize(
    ("request_", "rule"),
    [
        ({"reason": "no_reason"}, "M-NR-FREE"),
        ({"reason": "size", "order": {"paid": 5000, "freight": 500, "free_postage": False}}, "M-NR-PAID"),
        ({"reason": "quality", "fault": "none"}, "M-NODEFECT"),
    ],
    ids=["free_postage", "postage_charged", "no_defect"],
)
async def test_freight_that_is_his_is_explained(house: House, request_: dict[str, Any], rule: str) -> None:
    """He changed his mind, or the defect was not found: no receipt is asked for, he hears whose it is."""
    case = await house.open("postage_claim", amount=1200, **request_)

    assert await case.to_the_end() == "explained"

    assert (await case.one("postage_judged", allowed=False)).rule == rule
    assert len(await case.told("postage_explained")) == 1
    assert await case.told("evidence_asked") == []
    assert await case.payments() == []


async def test_freight_by_the_couriers_fault_is_claimed_from_it_beside_the_case(house: House) -> None:
    """M-COURIER: he has his money at once; what the courier owes us is our matter."""
    case = await house.open(
        "postage_claim",
        reason="damaged",
        fault="courier",
        amount=1500,
        evidence=RECEIPT,
        courier={"answers_after": "9d"},
    )

    assert await case.to_the_end() == "partially_refunded"

    claimed = await case.claim()
    assert await claimed.to_the_end() == "reimbursed"
    (claim,) = await claimed.records("courier_claim")
    assert (claim["amount_minor"], claim["state"]) == (1500, "paid")
    paid = await case.one("refund_done")
    assert paid.at - case.began < timedelta(hours=1)


@pytest.mark.parametrize("amount", [2001, None], ids=["over_the_cap", "no_sum"])
async def test_a_person_looks_at_a_sum_above_the_cap_and_where_none_is_named(house: House, amount: int | None) -> None:
    """More than 20 yuan, or just a receipt: an agent reads it and says how much."""
    asked: dict[str, Any] = {"amount": amount} if amount else {}
    case = await house.open("postage_claim", reason="quality", evidence=RECEIPT, **asked)

    await case.run_until(needs_human="decide:postage_sum")
    assert await case.payments() == []
    await case.act("decide", resolution="freight_refund", amount={"minor": 1800})

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [1800]


async def test_postage_asked_for_by_us_on_free_postage_goes_back_in_full(house: House) -> None:
    """P-FREEPOST: known to be our breach, 35 yuan go back above any cap, with an apology, a record, the supervisor."""
    case = await house.open("postage_claim", reason="freight", fault="merchant", amount=3500, evidence=RECEIPT)

    now = await case.run_until(waiting_for="confirmation")
    assert (now.needs_human, now.ball_with) == ("postage_asked", "supervisor")
    assert len(await case.told("postage_apology")) == 1
    assert await case.payments() == [3500]
    (breach,) = await case.records("breach")
    assert (breach["what"], breach["liability"], breach["amount"]["minor"]) == ("extra_postage", "merchant", 3500)
    assert (await case.one("escalated", reason="postage_asked")).rule == "P-FREEPOST"
    await case.act("add_note", note_ref="note/agent")
    assert (await case.rest()).needs_human == "postage_asked", "an agent's note does not do"
    await case.act("add_note", by="supervisor:2", note_ref="note/spoken-with-the-agent")
    assert (await case.rest()).needs_human == ""

    assert await case.to_the_end() == "partially_refunded"


async def test_a_person_sees_first_whether_we_asked_for_it(house: House) -> None:
    """What only he says is looked at: confirmed it is our breach and goes back in full, else nothing is admitted."""
    ours = await house.open("postage_claim", reason="freight", amount=900, evidence=RECEIPT)
    not_ours = await house.open("postage_claim", reason="freight", evidence=RECEIPT)

    await ours.run_until(needs_human="decide:extra_postage")
    assert await ours.told("postage_apology") == []
    await ours.act("decide", resolution="freight_refund")
    assert await ours.to_the_end() == "partially_refunded"
    assert await ours.payments() == [900]
    (refund,) = await ours.refunds()
    assert refund["approved_by"] == "agent:7"
    assert len(await ours.records("breach")) == 1

    await not_ours.run_until(needs_human="decide:extra_postage")
    with pytest.raises(Refused) as refused:
        await not_ours.act("decide", resolution="freight_refund")
    assert refused.value.code == "no_amount"
    await not_ours.act("decide", resolution="explain_only", reason="not_covered")
    assert await not_ours.to_the_end() == "rejected"
    assert await not_ours.records("breach") == []
    assert await not_ours.payments() == []


async def test_freight_of_an_order_that_was_paid_back_whole_is_given_another_way(house: House) -> None:
    """Σ refunds never exceed what was paid: with the 45 yuan gone back, a person gives the freight otherwise."""
    returned = await house.open("return_refund")
    assert await returned.to_the_end() == "refunded"
    case = await house.open(
        "postage_claim",
        reason="quality",
        amount=1200,
        evidence=RECEIPT,
        order={"order_no": returned.order_no},
        request_id=f"{returned.order_no}-freight",
    )

    await case.run_until(waiting_for="decision_refund_refused1")
    await case.act("decide", resolution="explain_only", reason="already_refunded")
    await case.run_until(needs_human="decide:postage_not_paid")
    await case.act("decide", resolution="gift", amount={"minor": 1200})
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    assert await case.payments() == []

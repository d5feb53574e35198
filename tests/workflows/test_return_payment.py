"""退货退款的付款: who approves it, what the provider answers, and what finance does about it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from store.one_time_inputs import PostgresOneTimeInputs
from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

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


async def test_goods_that_came_before_we_agreed_are_paid_in_time_too(house: House) -> None:
    """He sends his goods before his photos: the 72 hours run from the day they came, not from the day we agreed."""
    case = await house.open(
        "return_refund", reason="quality", customer={"photos": 0}, warehouse={"inspects_after": "never"}
    )

    came = (await case.run_until(waiting_for="photos")).at
    await case.say("return_received", waybill="SF-EARLY", lines=case.request["order"]["lines"])
    await case.pass_time(hours=40)
    await case.say("evidence_received", items=["evidence/a", "evidence/b"])

    await case.run_until(lambda now: now.needs_human.startswith("approve:"))
    breached = await case.one("clock_breached", clock="D-REFPAY")
    assert about(breached.at, came + timedelta(hours=72))


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

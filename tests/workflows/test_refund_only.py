"""仅退款: money back without goods coming back, decided in time by the reason or by a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import Refused, about

UNSHIPPED = {"waybill": "", "courier": "", "shipped_at": None, "signed_at": None}


async def test_what_never_left_is_paid_back_at_once(house: House) -> None:
    """An order that is not shipped is held and refunded directly, whatever the reason, and nothing comes back."""
    case = await house.open("refund_only", order=UNSHIPPED, reason="late")

    assert await case.to_the_end() == "refunded"

    assert (await case.one("refund_reason_judged", allowed=True)).rule == "R-CANCEL-UNSHIPPED"
    assert about((await case.one("refund_done")).at, (await case.one("warehouse_answered")).at)
    assert len(await case.ledger("order_held")) == 1, "nothing leaves for goods that are paid back"
    assert await case.payments() == [4500]
    assert await case.journal("clock_breached") == []


async def test_what_left_as_he_asked_for_his_money_is_called_back_first(house: House) -> None:
    """Not shipped by the order's word, on its way by the warehouse's: no money for goods that he is to receive."""
    firm = {"choice": "recall_parcel"}
    case = await house.open("refund_only", order=UNSHIPPED, reason="late", warehouse={"holds": False}, customer=firm)

    assert await case.to_the_end() == "refunded"

    assert (await case.one("type_changed")).data["type"] == "cancel_before_receipt"
    assert len(await case.ledger("parcel_recalled")) == 1
    assert (await case.one("return_received")).at <= (await case.one("refund_done")).at


async def test_a_part_of_the_money_keeps_no_order_from_leaving(house: House) -> None:
    """Ten yuan back for the delay of an order that he still wants: paid, and nothing is held."""
    case = await house.open("refund_only", order=UNSHIPPED, reason="late", amount=1000)

    assert await case.to_the_end() == "partially_refunded"
    assert await case.ledger("order_held") == []


async def test_a_reason_that_is_clear_is_accepted_at_once(house: House) -> None:
    """Ordered twice: no person is asked, and the customer is told within minutes."""
    case = await house.open("refund_only", reason="duplicate")

    assert await case.to_the_end() == "refunded"

    assert (await case.one("refund_reason_judged", allowed=True)).rule == "R-REFREASON"
    assert await case.journal("decision_asked") == []
    assert await case.payments() == [4500]


async def test_only_what_was_asked_for_is_paid(house: House) -> None:
    """He asks for ten of his 45 yuan: ten are paid, and the case says so."""
    case = await house.open("refund_only", reason="duplicate", amount=1000)

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [1000]


async def test_an_agent_decides_in_time_where_the_reason_does_not(house: House) -> None:
    """Faulty goods that he keeps: an agent pays within 24 hours, in his own name and limit."""
    case = await house.open("refund_only", reason="quality")

    await case.run_until(needs_human="decide:refund_only", ball_with="agent")
    await case.pass_time(hours=20)
    await case.act("decide", by="agent:7", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert await case.journal("clock_breached") == []
    (refund,) = await case.refunds()
    assert refund["approved_by"] == "agent:7"


async def test_a_decision_that_nobody_makes_escalates_and_is_still_made(house: House) -> None:
    """24 hours after the application the supervisor has the ball; both instants are on record, and he decides."""
    case = await house.open("refund_only", reason="quality")

    await case.run_until(stage="escalated", ball_with="supervisor")
    breached = await case.one("clock_breached", clock="D-REFDEC")
    assert breached.data["due_at"] == (case.began + timedelta(hours=24)).isoformat()
    assert about(breached.at, case.began + timedelta(hours=24))
    await case.act("decide", by="supervisor:1", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_the_platforms_own_deadline_is_never_exceeded(house: House) -> None:
    """The platform gives six hours: so do we, whatever our own rulebook says."""
    case = await house.open("refund_only", reason="quality", deadline=timedelta(hours=6))

    await case.run_until(stage="escalated")

    assert about((await case.one("clock_breached", clock="D-REFDEC")).at, case.began + timedelta(hours=6))
    await case.act("decide", by="supervisor:1", resolution="full_refund")
    assert await case.to_the_end() == "refunded"


async def test_an_application_that_reached_us_late_is_overdue_at_once(house: House) -> None:
    """The clock runs from the application, not from the moment in which we heard of it."""
    case = await house.open("refund_only", reason="quality", requested_at=timedelta(hours=-30))

    await case.run_until(stage="escalated")

    assert about((await case.one("clock_breached", clock="D-REFDEC")).at, case.began)
    await case.act("decide", by="supervisor:1", resolution="full_refund")
    assert await case.to_the_end() == "refunded"


async def test_a_rejection_is_explained_with_its_reason(house: House) -> None:
    """The agent rejects: the customer hears why, his own reason is left as it was (X16), and nothing is paid."""
    case = await house.open("refund_only", reason="service", platform_reason="七天无理由")

    await case.run_until(needs_human="decide:refund_only")
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"
    assert len(await case.told("refund_rejected")) == 1
    assert await case.payments() == []
    assert (await case.one("case_opened")).data["reason"] == "service"


async def test_an_agents_decision_over_his_limit_needs_his_supervisor(house: House) -> None:
    """An agent grants 150 yuan: the request goes up, nobody approves his own, and it is paid once approved."""
    lines = [{"sku": "LAMP", "quantity": 1, "price": 15000}]
    case = await house.open("refund_only", reason="quality", order={"paid": 15000, "lines": lines})

    await case.run_until(needs_human="decide:refund_only")
    await case.act("decide", by="agent:7", resolution="full_refund")
    await case.run_until(stage="approval", ball_with="supervisor")
    with pytest.raises(Refused) as own:
        await case.act("approve", by="supervisor:7")
    assert (own.value.code, own.value.rule) == ("own_request", "A-SOD")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"
    (refund,) = await case.refunds()
    assert (refund["requested_by"], refund["approved_by"]) == ("agent:7", "supervisor:1")


async def test_a_rejected_approval_asks_for_another_decision(house: House) -> None:
    """The supervisor will not pay 150 yuan; the agent then grants 30, which is within his own limit."""
    lines = [{"sku": "LAMP", "quantity": 1, "price": 15000}]
    case = await house.open("refund_only", reason="quality", order={"paid": 15000, "lines": lines})

    await case.run_until(needs_human="decide:refund_only")
    await case.act("decide", by="agent:7", resolution="full_refund")
    await case.run_until(stage="approval")
    await case.act("reject", by="supervisor:1", reason="too_much")
    await case.run_until(needs_human="decide:refund_only_2")
    await case.act("decide", by="agent:7", resolution="partial_refund", amount={"minor": 3000})

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [3000]


async def test_a_clear_reason_over_the_limit_is_approved_before_it_is_paid(house: House) -> None:
    """Ordered twice for 300 yuan: clear, but beyond what the machine may pay; a manager approves (A-CAP)."""
    lines = [{"sku": "DESK", "quantity": 1, "price": 30000}]
    case = await house.open("refund_only", reason="duplicate", order={"paid": 30000, "lines": lines})

    await case.run_until(stage="approval", ball_with="manager")
    assert await case.payments() == []
    await case.act("approve", by="manager:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [30000]


async def test_two_cases_of_one_order_never_pay_more_than_was_paid(house: House) -> None:
    """He asks for the same order twice under two numbers: the second payment is refused by the ledger itself."""
    first = await house.open("refund_only", reason="duplicate", request_id="RA-1")
    assert await first.to_the_end() == "refunded"
    second = await house.open(
        "refund_only", reason="duplicate", request_id="RA-2", order={"order_no": first.order_no},
        same_customer_as=first,
    )  # fmt: skip

    await second.run_until(ball_with="finance")
    assert (await second.one("refund_refused")).data["code"] == "over_refund"
    await second.act("decide", by="finance:5", resolution="explain_only")
    await second.run_until(needs_human="decide:refund_not_paid")
    await second.act("decide", resolution="explain_only", reason="already_refunded")

    assert await second.to_the_end() == "rejected"
    assert await second.payments() == []
    assert await first.payments() == [4500]

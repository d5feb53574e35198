"""投诉和重大纠纷: heard at once, solved or scheduled within 24 hours; logged, packed and reported when it is major."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

PHOTOS = ["evidence/a", "evidence/b"]
DEAR = {"paid": 15000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 15000}]}


async def complained(house: House, **request: object) -> LivedCase:
    """A complaint that waits for an agent's decision."""
    case = await house.open("complaint", reason="service", **request)  # type: ignore[arg-type]
    await case.run_until(waiting_for="decision_complaint")
    return case


async def test_a_complaint_is_heard_at_once_decided_agreed_and_carried_out(house: House) -> None:
    """He hears the apology and the deadline first; one decision and his yes suffice for his money."""
    case = await complained(house)

    (heard,) = await case.told("complaint_heard")
    assert about(heard.at, case.began)
    assert heard.rule == "R-ABUSE"
    await case.act("decide", resolution="full_refund")
    assert await case.payments() == [], "nothing is paid before he agrees (P-CONSENT)"

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    clock = (await case.state()).clocks["D-COMPL"]
    assert (clock.state, clock.rule) == ("met", "R-COMPL-24H")
    events = await case.events()
    assert events.index("order_log_read") < events.index("decision_asked")


async def test_an_explanation_with_an_apology_can_be_what_he_wanted(house: House) -> None:
    """Nothing to carry out, so nothing to agree to: he hears the cause and says at the closing whether that will do."""
    case = await complained(house)
    await case.act("decide", resolution="explain_only", reason="courier_slow")

    assert await case.to_the_end() == "explained"
    assert len(await case.told("cause_explained")) == 1
    assert await case.journal("plan_proposed") == []
    assert (await case.state()).clocks["D-COMPL"].state == "met"


async def test_goodwill_is_owed_at_once(house: House) -> None:
    """A coupon needs no consent before: he is told, it is a promise, and the case closes when it is kept."""
    case = await complained(house)
    await case.act("decide", resolution="coupon", amount={"minor": 1000})
    await case.run_until(waiting_for="confirmation")
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"


async def test_what_is_undecided_for_24_hours_is_the_supervisors(house: House) -> None:
    """D-COMPL, A-SUPQ: at the last instant it is still the agent's, then the supervisor has the ball."""
    case = await complained(house)
    await case.pass_time(hours=23, minutes=50)
    assert (await case.rest()).ball_with == "agent"

    now = await case.run_until(needs_human="overdue:D-COMPL")
    assert about(now.at, case.began + timedelta(hours=24))
    assert (now.ball_with, now.stage) == ("supervisor", "escalated")
    assert (await case.one("clock_breached", clock="D-COMPL")).rule == "R-COMPL-24H"
    await case.act("decide", by="supervisor:1", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert (await case.state()).clocks["D-COMPL"].state == "breached"


async def test_proposed_is_not_accepted(house: House) -> None:
    """X8: the clock goes on while he has not answered; his silence brings it before the supervisor, his yes settles it.

    What was proposed meanwhile stays proposed.
    """
    case = await complained(house, customer={"agrees_after": "30h"})
    await case.act("decide", resolution="reship")

    now = await case.run_until(needs_human="overdue:D-COMPL")
    assert about(now.at, case.began + timedelta(hours=24))
    assert (now.ball_with, now.waiting_for) == ("supervisor", "consent")

    assert await case.to_the_end() == "reshipped"
    assert len(await case.journal("plan_proposed")) == 1


async def test_a_scheduled_solution_is_waited_for(house: House) -> None:
    """X8: promised for the day after tomorrow, the complaint is not overdue tomorrow."""
    case = await complained(house)
    due = case.began + timedelta(hours=48)
    await case.act("promise", what="call_back", due_at=due.isoformat())
    await case.pass_time(hours=30)
    assert await case.journal("clock_breached", clock="D-COMPL") == []
    assert about((await case.state()).clocks["D-COMPL"].due_at, due)
    await case.keep_promises()
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_the_platforms_deadline_is_never_passed(house: House) -> None:
    """A complaint that the platform wants answered within six hours is overdue after six."""
    case = await complained(house, deadline=timedelta(hours=6))
    now = await case.run_until(needs_human="overdue:D-COMPL")
    assert about(now.at, case.began + timedelta(hours=6))
    await case.act("decide", by="supervisor:1", resolution="explain_only")

    assert await case.to_the_end() == "explained"


async def test_more_than_ones_limit_is_granted_before_it_is_proposed(house: House) -> None:
    """A-CAP: 150 yuan are the supervisor's word first; refused, nothing was promised and the agent decides again."""
    case = await complained(house, order=DEAR)
    await case.act("decide", resolution="full_refund")
    assert (await case.run_until(waiting_for="approval")).ball_with == "supervisor"
    assert await case.journal("plan_proposed") == []
    with pytest.raises(Refused) as own:
        await case.act("approve", by="supervisor:7")
    assert own.value.rule == "A-SOD"
    await case.act("reject", by="supervisor:1", reason="too_much")
    await case.run_until(waiting_for="decision_complaint_2")
    await case.act("decide", resolution="partial_refund", amount={"minor": 9000})
    await case.run_until(waiting_for="approval")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [9000]
    assert len(await case.journal("plan_proposed")) == 1
    (refund,) = await case.refunds()
    assert refund["approved_by"] == "supervisor:1"


async def test_what_he_refuses_twice_is_a_dispute_with_pack_log_and_report(house: House) -> None:
    """R-DISPUTE-LOG: the second no changes the type; a supervisor goes on; the written report comes before the end."""
    case = await complained(house, evidence=PHOTOS, customer={"agrees": [False, False, True]})
    await case.act("decide", resolution="partial_refund", amount={"minor": 500})
    await case.run_until(waiting_for="decision_complaint_2")
    assert (await case.row())["case_type"] == "complaint"
    await case.act("decide", resolution="reship")

    now = await case.run_until(waiting_for="decision_complaint_3")
    assert now.ball_with == "supervisor"
    assert (await case.row())["case_type"] == "dispute"
    (pack,) = await case.records("evidence_pack")
    assert pack["evidence"] == PHOTOS
    assert pack["journal"] > 10
    with pytest.raises(Refused) as talk:
        await case.act("log_call", by="supervisor:1", result="reached")
    assert (talk.value.code, talk.value.rule) == ("no_note", "R-DISPUTE-LOG")
    await case.act("log_call", by="supervisor:1", result="reached", note_ref="text/1", outcome="adjourned")
    await case.act("decide", by="supervisor:1", resolution="full_refund")

    now = await case.run_until(waiting_for="report")
    assert (now.needs_human, now.ball_with) == ("report:dispute", "supervisor")
    assert await case.payments() == [4500], "the customer does not wait for our paper"
    await case.act("file_report", by="supervisor:1", note_ref="text/2")

    assert await case.to_the_end() == "refunded"
    outcomes = [one["outcome"] for one in await case.records("negotiation_entry")]
    assert sorted(outcomes) == ["adjourned", "agreed", "refused", "refused"]
    (report,) = await case.records("dispute_report")
    assert (report["note_ref"], report["outcome"], report["pack"]) == ("text/2", "refunded", "pack-1")


async def test_an_abused_agent_hands_the_case_over(house: House) -> None:
    """P-STAFF: with the reason, to the supervisor, who decides; as a major one it is a dispute from here on."""
    case = await complained(house)
    await case.act("hand_over", by="agent:7", reason="abuse", note_ref="text/1", major=True)
    now = await case.rest()
    assert (now.ball_with, now.needs_human) == ("supervisor", "decide:complaint")
    (note,) = await case.records("handover_note")
    assert (note["by"], note["to"], note["reason"]) == ("agent:7", "supervisor", "abuse")
    await case.act("decide", by="supervisor:1", resolution="explain_only")
    await case.run_until(waiting_for="report")
    await case.act("file_report", by="supervisor:1", note_ref="text/2")

    assert await case.to_the_end() == "explained"
    assert (await case.row())["case_type"] == "dispute"
    assert len(await case.records("evidence_pack")) == 1


async def test_a_dispute_knows_the_orders_other_cases_and_waits_for_its_report(house: House) -> None:
    """The pack lists what the order's other case holds; a missing report is asked for again after a day."""
    first = await house.open("refund_only", reason="duplicate", amount=1000)
    assert await first.to_the_end() == "partially_refunded"
    case = await house.open(
        "dispute", reason="service", request_id=f"{first.order_no}-D", order={"order_no": first.order_no}, amount=500
    )

    now = await case.run_until(waiting_for="decision_dispute")
    assert now.ball_with == "supervisor"
    assert (await case.one("order_log_read")).data["cases"] == [first.case_no]
    (pack,) = await case.records("evidence_pack")
    assert [(one["case_no"], one["outcome"]) for one in pack["cases"]] == [(first.case_no, "partially_refunded")]
    await case.act("decide", by="supervisor:1", resolution="partial_refund")
    done = await case.run_until(waiting_for="report")
    await case.pass_time(hours=25)
    breached = await case.one("clock_breached", clock="S-REPORT")
    assert about(breached.at, done.at + timedelta(hours=24))
    await case.act("file_report", by="supervisor:1", note_ref="text/2")

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [500]


async def test_a_customer_who_came_too_often_is_offered_something_in_a_complaint(house: House) -> None:
    """R-OURMESS stands: three contacts without a solution, and the customary gesture is put before an agent."""
    case = await complained(house)
    for turn in range(3):
        await case.say("customer_replied", text_ref=f"words/{turn}")
        await case.act("add_note", note_ref=f"text/{turn}")
    proposed = await case.one("our_mess")
    assert proposed.data["form"] == "coupon"
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "explained"


async def test_an_exchange_can_be_the_solution(house: House) -> None:
    """Agreed, the old cup comes back and another one goes out."""
    case = await complained(house)
    cup = {"sku": "CUP-BLUE", "quantity": 1, "price": {"minor": 4500}}
    await case.act("decide", resolution="exchange", replacement=[cup])

    assert await case.to_the_end() == "exchanged"
    assert await case.payments() == []


async def test_the_proposal_names_the_sum(house: House) -> None:
    """Decided without one, he still hears how much he gets."""
    case = await complained(house)
    await case.act("decide", resolution="full_refund")
    await case.run_until(waiting_for="consent")
    assert await case.sum_told("plan_proposed") == "45.00 CNY"

    assert await case.to_the_end() == "refunded"


async def test_a_withdrawn_complaint_ends(house: House) -> None:
    """He takes it back: nothing more is decided or reported."""
    case = await complained(house)
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"


async def test_a_complaint_goes_on_however_often_it_begins_anew(house: House) -> None:
    """New runs at every rest: one proposal each, one pack, one payment, one report."""
    case = await house.open(
        "complaint", reason="service", request_id=f"{ANEW}complaint-1", customer={"agrees": [False, False, True]}
    )
    for turn in ("complaint", "complaint_2", "complaint_3"):
        await case.run_until(needs_human=f"decide:{turn}")
        await case.act("decide", by="supervisor:1", resolution="full_refund")
    await case.run_until(waiting_for="report")
    await case.act("file_report", by="supervisor:1", note_ref="text/2")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert len(await case.journal("plan_proposed")) == 3
    assert len(await case.journal("type_changed")) == 1
    assert len(await case.records("evidence_pack")) == 1
    assert len(await case.told("complaint_heard")) == 1

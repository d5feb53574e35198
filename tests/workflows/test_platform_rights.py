"""平台介入: the evidence is there in time, the verdict is obeyed, and the platform's deadline is never passed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

PHOTOS = ["evidence/a", "evidence/b"]
DEAR = {"paid": 150000, "lines": [{"sku": "CAMERA", "quantity": 1, "price": 150000}]}


async def asked(house: House, **request: Any) -> LivedCase:
    """A customer went to the platform; our evidence is wanted. It rules when the test says so."""
    usual = {"evidence": PHOTOS, "customer": {"ruled_after": "never"}}
    case = await house.open("platform_rights", reason="quality", **(usual | request))
    now = await case.run_until(waiting_for="evidence_pack")
    assert (now.needs_human, now.ball_with, now.stage) == ("submit:evidence_pack", "agent", "evidence")
    return case


async def submitted(house: House, **request: Any) -> LivedCase:
    """And it was submitted."""
    case = await asked(house, **request)
    await case.act("submit_evidence", receipt="TB-88")
    return case


async def test_the_pack_goes_in_and_the_platform_is_waited_for(house: House) -> None:
    """One input of an agent: the receipt. Then the ball is with the platform, under a clock."""
    case = await submitted(house)
    now = await case.rest()
    assert (now.stage, now.waiting_for, now.ball_with) == ("waiting_platform", "ruling", "platform")
    (pack,) = await case.records("evidence_pack")
    assert pack["evidence"] == PHOTOS
    (sent,) = await case.records("evidence_submission")
    assert sent["receipt"] == "TB-88"
    assert len(await case.told("platform_answered")) == 1
    await case.say("platform_ruled", verdict="for_shop")

    assert await case.to_the_end() == "explained"
    assert len(await case.told("ruling_explained")) == 1
    assert await case.payments() == []


async def test_a_verdict_for_the_customer_is_paid_at_once_whatever_our_limits(house: House) -> None:
    """1,500 yuan: no approval of ours is asked, since the arbiter decided; he is paid within the same minute."""
    case = await submitted(house, order=DEAR)
    await case.say("platform_ruled", verdict="for_customer")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [150000]
    assert await case.journal("approval_asked") == []
    ruled, paid = await case.one("platform_ruled"), await case.one("refund_done")
    assert about(ruled.at, paid.at)
    (refund,) = await case.refunds()
    assert (refund["approved_by"], refund["rule"]) == ("platform", "T-RIGHTS")


async def test_the_verdicts_own_sum_is_paid_and_never_more_than_was_paid(house: House) -> None:
    """A part where he gave a part; and what is left of the order where the verdict names more."""
    part, more = await submitted(house), await submitted(house)
    await part.say("platform_ruled", verdict="for_customer", amount={"minor": 1200})
    await more.say("platform_ruled", verdict="for_customer", amount={"minor": 999900})

    assert (await part.to_the_end(), await part.payments()) == ("partially_refunded", [1200])
    assert (await more.to_the_end(), await more.payments()) == ("refunded", [4500])


async def test_a_verdict_that_staff_told_has_staffs_authority(house: House) -> None:
    """Typed in by an agent, nobody signed it for the platform: his own limit holds, above it a manager approves."""
    case = await submitted(house, order=DEAR)
    await case.handle.signal("platform_ruled", {"by": "agent:7", "verdict": "for_customer"})

    assert (await case.run_until(waiting_for="approval")).ball_with == "manager"
    assert await case.payments() == []
    with pytest.raises(Refused) as refused:
        await case.act("approve", by="agent:7")
    assert refused.value.rule == "A-SOD"
    await case.act("approve", by="manager:1")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [150000]


async def test_our_deadline_is_never_later_than_the_platforms(house: House) -> None:
    """The platform gives six hours: ours are these six; then it is the supervisor's, and it is still handed in."""
    case = await asked(house, deadline=timedelta(hours=6))
    clock = (await case.state()).clocks["S-RIGHTS/1.1"]
    assert about(clock.due_at, case.began + timedelta(hours=6))
    assert [entry.data["clock"] for entry in await case.journal("clock_warning")] == []
    now = await case.run_until(ball_with="supervisor", needs_human="submit:evidence_pack")
    assert about(now.at, case.began + timedelta(hours=6))
    await case.act("submit_evidence", by="supervisor:1")
    await case.say("platform_ruled", verdict="for_shop")

    assert await case.to_the_end() == "explained"


async def test_a_deadline_that_is_over_alarms_at_once_and_goes_on(house: House) -> None:
    """The request came after the platform's deadline: escalated at once, asked for once a day, and not in circles."""
    case = await house.open(
        "platform_rights", reason="quality", requested_at=timedelta(hours=-30), deadline=timedelta(hours=-2)
    )
    now = await case.rest()
    assert (now.ball_with, now.waiting_for) == ("supervisor", "evidence_pack")
    await case.pass_time(hours=25)
    assert len(await case.journal("clock_breached", clock="S-RIGHTS")) == 2
    await case.say("platform_ruled", verdict="for_customer")

    assert await case.to_the_end() == "refunded"
    assert await case.records("evidence_submission") == [], "he ruled without us"


async def test_more_evidence_is_handed_in_again_by_its_own_deadline(house: House) -> None:
    """Asked again with twelve hours: a second pack with what came meanwhile, then the verdict."""
    case = await submitted(house, evidence=PHOTOS[:1])
    await case.say("evidence_received", items=["evidence/new"])
    now = await case.rest()
    await case.say("platform_ruled", verdict="more_evidence", due_at=(now.at + timedelta(hours=12)).isoformat())

    assert (await case.rest()).waiting_for == "evidence_pack"
    clock = (await case.state()).clocks["S-RIGHTS/2.1"]
    assert about(clock.due_at, now.at + timedelta(hours=12))
    await case.act("submit_evidence", receipt="TB-89")
    await case.say("platform_ruled", verdict="for_customer", amount={"minor": 900})

    assert await case.to_the_end() == "partially_refunded"
    first, second = await case.records("evidence_pack")
    assert (first["evidence"], second["evidence"]) == (["evidence/a"], ["evidence/a", "evidence/new"])
    assert [one["receipt"] for one in await case.records("evidence_submission")] == ["TB-88", "TB-89"]


async def test_a_silent_platform_is_asked_by_a_person(house: House) -> None:
    """Seven days without a verdict: somebody is told, the customer has his daily news, and the wait stays open."""
    case = await submitted(house)
    sent = (await case.rest()).at
    now = await case.run_until(needs_human="overdue:S-RULING")
    assert about(now.at, sent + timedelta(days=7))
    assert len(await case.journal("progress_told")) >= 6
    await case.say("platform_ruled", verdict="for_shop")
    assert (await case.rest()).needs_human == ""

    assert await case.to_the_end() == "explained"


async def test_a_verdict_that_cannot_be_paid_is_a_persons_matter(house: House) -> None:
    """The provider refuses finally: finance decides whether to try again or another way."""
    case = await submitted(house, provider={"answer": "refused"})
    await case.say("platform_ruled", verdict="for_customer")
    await case.run_until(needs_human="decide:refund_refused1")
    await case.act("decide", by="finance:5", resolution="explain_only")
    await case.run_until(needs_human="decide:ruling_not_paid")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="reroute")
    assert refused.value.code == "not_executable"
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"


async def test_a_customer_who_takes_it_back_ends_it(house: House) -> None:
    """Withdrawn while the platform looks at it: nothing more is submitted or paid."""
    case = await submitted(house)
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "withdrawn"
    assert await case.payments() == []


async def test_a_verdict_is_paid_once_however_often_the_case_begins_anew(house: House) -> None:
    """New runs at every rest, evidence wanted twice: two packs, one payment."""
    case = await asked(house, request_id=f"{ANEW}rights-1")
    await case.act("submit_evidence", receipt="TB-1")
    await case.say("platform_ruled", verdict="more_evidence")
    await case.run_until(waiting_for="evidence_pack")
    await case.act("submit_evidence", receipt="TB-2")
    await case.say("platform_ruled", verdict="for_customer")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert len(await case.records("evidence_pack")) == 2
    assert len(await case.told("platform_answered")) == 1


async def test_a_verdict_that_comes_when_we_thought_it_over_takes_the_case_up_again(house: House) -> None:
    """For us first, then reversed: before the customer confirmed, and after the case was closed."""
    early, late = await submitted(house), await submitted(house)
    for case in (early, late):
        await case.say("platform_ruled", verdict="for_shop")
    await early.run_until(waiting_for="confirmation")
    await late.run_until(stage="closed")
    for case in (early, late):
        await case.say("platform_ruled", verdict="for_customer")
        await case.run_until(needs_human="decide:reopened")
        await case.act("decide", resolution="full_refund")
        assert await case.to_the_end() == "refunded"
        assert await case.payments() == [4500]
    assert len(await early.journal("overruled")) == 1
    assert (await late.one("case_reopened")).data["reason"] == "platform_ruled"


async def test_a_verdict_on_a_case_that_knows_nothing_of_it_is_put_before_a_person(house: House) -> None:
    """The customer complained here and went to the platform as well: nothing is paid by itself, somebody sees to it."""
    case = await house.open("complaint", reason="service")
    await case.run_until(waiting_for="decision_complaint")
    await case.act("decide", resolution="reship")
    await case.run_until(waiting_for="consent")
    await case.say("platform_ruled", verdict="for_customer")

    assert (await case.rest()).needs_human == "platform_ruled"
    assert (await case.one("escalated", reason="platform_ruled")).rule == "T-RIGHTS"
    await case.act("add_note", note_ref="text/1")
    assert (await case.rest()).needs_human == ""
    assert await case.payments() == []
    assert await case.to_the_end() == "reshipped"


async def test_the_platforms_own_days_are_lived_through(house: House) -> None:
    """Over the wire: after three days more evidence, handed in within three more, then for the customer."""
    case = await asked(house, customer={"verdicts": ["more_evidence", "for_customer"]})
    for receipt in ("TB-1", "TB-2"):
        await case.run_until(waiting_for="evidence_pack")
        await case.act("submit_evidence", receipt=receipt)

    assert await case.to_the_end() == "refunded"
    first, second = await case.journal("platform_ruled")
    assert about(first.at, case.began + timedelta(days=3))
    assert about(second.at, case.began + timedelta(days=6))
    assert first.actor == "platform"
    assert (await case.state()).clocks["S-RIGHTS/2.1"].due_at < second.at

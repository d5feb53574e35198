"""中差评: contacted at the first moment, to solve what is wrong; nothing is traded for the review (R-REV-NOTRADE)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from domain.compensation import FORMS
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about


async def reviewed(house: House, **request: Any) -> LivedCase:
    """A case about a review."""
    return await house.open("bad_review", reason="service", **request)


async def no_goodwill(case: LivedCase) -> None:
    """Nothing of it stands anywhere: no gesture, no promise, no payment but refunds, no record."""
    state = await case.state()
    assert (state.gestures, state.promises, state.compensation_minor) == ([], [], 0)
    assert await case.records("compensation") == []
    assert all(refund["purpose"] == "goods" for refund in await case.refunds())


async def test_who_answers_while_he_is_online_has_a_proposal_within_the_hour(house: House) -> None:
    """Written to at once and asked; he answers after ten minutes, and the agent's proposal is due an hour later."""
    case = await reviewed(house, customer={"surfaces_after": "10m"})

    (asked,) = await case.told("trouble_asked")
    assert about(asked.at, case.began)
    assert asked.rule == "R-REV-FIRST"
    now = await case.run_until(waiting_for="decision_bad_review")
    assert about((await case.state()).clocks["S-ONLINE"].due_at, now.at + timedelta(hours=1))
    assert await case.told("trouble_call") == []
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"
    await no_goodwill(case)


async def test_who_does_not_answer_is_called_and_somebody_decides_all_the_same(house: House) -> None:
    """Two hours of silence, one call within the hours; then an agent decides, here for an apology."""
    case = await reviewed(house, customer={"calls": "no_answer"})

    await case.run_until(waiting_for="decision_bad_review")
    (called,) = await case.told("trouble_call")
    assert about(called.at, case.began + timedelta(hours=2))
    await case.act("decide", resolution="explain_only")

    assert await case.to_the_end() == "explained"
    await no_goodwill(case)


async def test_an_answer_in_the_last_minute_is_in_time_and_one_after_it_is_not_lost(house: House) -> None:
    """S-REVIEW: at two hours less a minute he needs no call; later he is called, and his answer waits for the agent."""
    early = await reviewed(house, customer={"surfaces_after": "119m"})
    await early.run_until(waiting_for="decision_bad_review")
    assert await early.told("trouble_call") == []
    late = await reviewed(house, customer={"surfaces_after": "121m", "calls": "no_answer"})
    await late.run_until(waiting_for="decision_bad_review")
    assert len(await late.told("trouble_call")) == 1
    for case in (early, late):
        await case.act("decide", resolution="explain_only")
        assert await case.to_the_end() == "explained"


async def test_at_night_he_is_written_to_and_called_in_the_morning_unless_he_answers_before(house: House) -> None:
    """P-HOURS: at eight in the evening a message, at ten in the morning the call; an answer at eleven makes it idle."""
    silent = await reviewed(house, local_hour=20, customer={"calls": "no_answer"})
    owl = await reviewed(house, local_hour=20, customer={"surfaces_after": "3h"})
    now = await owl.run_until(waiting_for="decision_bad_review")
    assert about(now.at, owl.began + timedelta(hours=3))
    assert about((await owl.state()).clocks["S-ONLINE"].due_at, now.at + timedelta(hours=1))
    assert {entry.data["result"] for entry in await owl.told("trouble_call")} <= {"blocked_by_guard"}
    await silent.run_until(waiting_for="decision_bad_review")
    called = (await silent.told("trouble_call"))[-1]
    assert about(called.at, silent.began + timedelta(hours=14))
    for case in (owl, silent):
        await case.act("decide", resolution="explain_only")
        assert await case.to_the_end() == "explained"


async def test_nobody_proposing_in_time_is_the_supervisors_matter(house: House) -> None:
    """S-ONLINE runs out: escalated, and the question stays open."""
    case = await reviewed(house, customer={"surfaces_after": "10m"})
    now = await case.run_until(needs_human="overdue:S-ONLINE")
    assert (now.ball_with, now.waiting_for) == ("supervisor", "decision_bad_review")
    await case.act("decide", by="supervisor:1", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    (refund,) = await case.refunds()
    assert not refund["rule"].startswith("R-REV"), "the ledger takes no money under a rule about reviews"


async def test_every_door_to_goodwill_is_shut_from_the_first_moment_to_the_last(house: House) -> None:
    """Offers, decisions, promises, signals and his own wish for it; while it is decided, at its closing, reopened."""
    case = await reviewed(house, customer={"surfaces_after": "10m", "solved": [False, True]})
    five = {"minor": 500}

    async def all_shut() -> None:
        doors: list[tuple[str, dict[str, Any]]] = [
            ("offer_compensation", {"form": form, "amount": five}) for form in ("coupon", "cash", "red_packet", "gift")
        ]
        doors += [("offer_compensation", {"form": "coupon", "amount": five, "occasion": "flaw"})]
        doors += [("promise", {"what": "compensation_coupon"}), ("promise", {"what": "gift", "amount": five})]
        if (await case.rest()).waiting_for.startswith("decision_"):
            doors += [("decide", {"resolution": str(one), "amount": five}) for one in FORMS]
        for kind, fields in doors:
            for by in ("agent:7", "manager:1"):
                with pytest.raises(Refused) as refused:
                    await case.act(kind, by=by, **fields)
                assert (refused.value.code, refused.value.rule) == ("review_case", "P-NOTRADE"), kind

    await all_shut()
    await case.run_until(waiting_for="decision_bad_review")
    await all_shut()
    with pytest.raises(Refused) as words:
        await case.act("decide", resolution="partial_refund", amount=five, reason="deletes_the_review")
    assert (words.value.code, words.value.rule) == ("review_named", "P-NOTRADE")
    await case.handle.signal("offer_compensation", {"by": "agent:7", "form": "coupon", "amount": five})
    await case.rest()
    assert (await case.one("command_refused", command="offer_compensation")).rule == "P-NOTRADE"
    for turn in range(4):
        await case.say("customer_replied", text_ref=f"words/{turn}")
        await case.act("add_note", note_ref=f"text/{turn}")
    assert await case.journal("our_mess") == []
    await case.act("decide", resolution="explain_only")
    await case.run_until(waiting_for="confirmation")
    await all_shut()
    await case.run_until(needs_human="decide:reopened")
    await all_shut()
    await case.act("decide", resolution="reship")

    assert await case.to_the_end() == "reshipped"
    await no_goodwill(case)


async def test_the_database_takes_no_goodwill_of_such_a_case(house: House) -> None:
    """P-NOTRADE: not by code alone. A gesture's record and a payment of goodwill are refused by the tables."""
    case = await reviewed(house)
    record = """INSERT INTO compensations (shop, case_no, key, at, rule, form, amount_minor, currency)
                VALUES ($1, $2, 'G1', now(), 'M-COMP-LADDER', 'coupon', 500, 'CNY')"""
    with pytest.raises(asyncpg.RestrictViolationError, match="P-NOTRADE"):
        await house.pool.execute(record, case.shop, case.case_no)
    payment = """INSERT INTO refunds (key, shop, case_no, order_no, amount_minor, currency, purpose, rule, channel,
                                      requested_by, approved_by, intended_at)
                 VALUES ('R-x', $1, $2, $3, 500, 'CNY', 'compensation', 'M-COMP-LADDER', 'provider', 'agent:1',
                         'agent:2', now())"""
    with pytest.raises(asyncpg.RestrictViolationError, match="P-NOTRADE"):
        await house.pool.execute(payment, case.shop, case.case_no, case.order_no)
    await house.pool.execute("UPDATE cases SET case_type = 'complaint' WHERE case_no = $1", case.case_no)
    with pytest.raises(asyncpg.RestrictViolationError, match="P-NOTRADE"):
        await house.pool.execute(record, case.shop, case.case_no)


async def test_a_dispute_of_the_order_does_not_name_the_review(house: House) -> None:
    """P-NOTRADE: the paper that goes to an arbiter names neither the review's case nor any goodwill."""
    review = await reviewed(house)
    case = await house.open(
        "dispute", reason="service", request_id=f"{review.order_no}-D", order={"order_no": review.order_no}
    )
    await case.run_until(waiting_for="decision_dispute")
    await case.act("offer_compensation", by="supervisor:1", form="coupon", amount={"minor": 500})
    (pack,) = await case.records("evidence_pack")
    assert pack["cases"] == []
    assert not {"compensation", "promise"} & pack["records"].keys()
    assert (await case.one("order_log_read")).data.get("cases", []) == []

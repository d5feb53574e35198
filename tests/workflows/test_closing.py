"""The end of every case: told, confirmed, never closed over the customer's head, looked after for a while (P-CLOSE)."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

SILENT = {"confirms_after": "never"}


async def paid(house: House, **customer: Any) -> LivedCase:
    """A case whose money was paid and whose customer was told: it waits for his word."""
    case = await house.open("refund_only", reason="duplicate", amount=1000, customer=customer or None)
    await case.run_until(waiting_for="confirmation")
    return case


async def test_his_word_closes_the_case_and_three_days_later_he_is_asked_how_it_was(house: House) -> None:
    """He confirms after twelve hours; the survey goes out after three days, his answer is kept."""
    case = await paid(house, score=2)

    assert await case.to_the_end() == "partially_refunded"

    confirmed, closed = await case.one("customer_confirmed"), await case.one("case_closed")
    assert closed.data["ending"] == "confirmed"
    assert about(closed.at, confirmed.at)
    (survey,) = await case.told("survey")
    assert about(survey.at, closed.at + timedelta(days=3))
    (answer,) = await case.records("survey_response")
    assert answer["score"] == 2


async def test_who_answers_the_survey_before_it_is_sent_is_not_asked(house: House) -> None:
    """He says how it was on the day of the closing: his answer is kept, and the case ends when its door shuts."""
    case = await paid(house, **SILENT)
    await case.say("customer_confirmed", solved=True)
    await case.say("survey_answered", score=5)

    assert await case.to_the_end() == "partially_refunded"

    assert await case.told("survey") == []
    assert [answer["score"] for answer in await case.records("survey_response")] == [5]


async def test_a_word_that_came_before_he_was_asked_closes_nothing(house: House) -> None:
    """ "Solved", he writes while somebody still decides: he hears how it ended and is asked all the same (P-CLOSE)."""
    case = await house.open("refund_only", reason="quality", customer={"confirms_after": "never"})
    await case.say("customer_confirmed", solved=True)
    await case.act("decide", resolution="full_refund")

    await case.run_until(waiting_for="confirmation")
    assert (await case.one("confirmed_too_early")).rule == "P-CLOSE"
    assert await case.to_the_end() == "refunded"
    assert len(await case.told("closing_reminder")) == 1


async def test_silence_closes_only_after_a_second_notice(house: House) -> None:
    """72 hours, a reminder, 72 hours more: only then does his silence count."""
    case = await paid(house, **SILENT)

    await case.run_until(stage="closed")

    (first,), (second,) = await case.told("closing"), await case.told("closing_reminder")
    closed = await case.one("case_closed")
    assert about(second.at, first.at + timedelta(hours=72))
    assert about(closed.at, second.at + timedelta(hours=72))
    assert closed.data["ending"] == "silent"


async def test_who_is_not_satisfied_is_taken_up_again_by_a_person(house: House) -> None:
    """ "Not solved": the case reopens, an agent adds five yuan, and it is closed on his word."""
    case = await paid(house, solved=[False, True])

    await case.run_until(needs_human="decide:reopened")
    assert (await case.one("not_solved")).rule == "R-REOPEN"
    assert (await case.row())["closed_at"] is None
    await case.act("decide", by="agent:7", resolution="partial_refund", amount={"minor": 500})

    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [1000, 500]
    assert len(await case.journal("case_closed")) == 1


async def test_a_late_word_counts_while_the_case_has_not_closed_over_his_silence(house: House) -> None:
    """ "Not solved", received after the 72 hours but seen before they were acted on (the worker was down): it is heard,
    since silence is only taken for agreement where he said nothing (P-CLOSE)."""
    case = await paid(house, **SILENT)

    await case.say("customer_confirmed", solved=False, after=timedelta(hours=73))

    await case.run_until(needs_human="decide:reopened")
    assert await case.journal("case_closed") == []
    assert await case.journal("clock_breached", clock="S-CONFIRM") == []
    assert await case.told("closing_reminder") == []


async def test_a_promise_keeps_the_case_open_until_it_is_kept(house: House) -> None:
    """An agent promised a call: the case does not close on the customer's word, nor over a broken promise."""
    case = await paid(house)
    await case.act("promise", by="agent:7", what="call_back")

    await case.run_until(waiting_for="promises")
    assert (await case.row())["closed_at"] is None
    await case.run_until(needs_human="promise_overdue")
    assert about(
        (await case.one("clock_breached", clock="D-PROMISE")).at, (await case.one("promise")).at + timedelta(days=1)
    )
    await case.pass_time(hours=5)
    assert (await case.row())["closed_at"] is None
    with pytest.raises(Refused) as refused:
        await case.act("pause_clock", by="supervisor:1", clock=await promise_clock(case), reason="busy")
    assert refused.value.rule == "P-PROMISE"
    (owed,) = (await case.state()).open_promises()
    await case.act("keep_promise", by="agent:7", promise=owed.id)

    assert await case.to_the_end() == "partially_refunded"
    (promise,) = await case.records("promise")
    assert promise["state"] == "told"
    (ended,) = [one for one in await case.records("clock") if one["id"] == "D-PROMISE"]
    assert (ended["state"], ended["missed"]) == ("met", True), "kept at last, and late all the same"


async def promise_clock(case: LivedCase) -> str:
    """The key of the promise's clock."""
    return next(key for key in (await case.state()).clocks if key.startswith("D-PROMISE"))


async def test_a_compensation_is_a_debt_like_any_other(house: House) -> None:
    """Ten yuan of goodwill, within the agent's limit: owed until it is given, twenty need his supervisor."""
    case = await paid(house)
    offered = await case.act(
        "offer_compensation", by="agent:7", form="coupon", amount={"minor": 1000}, occasion="our_mess"
    )
    assert offered["did"] == "promised"
    more = await case.act("offer_compensation", by="agent:7", form="coupon", amount={"minor": 1000})
    assert more["did"].startswith("asked_for_approval")
    await case.act("approve", by="supervisor:1")

    await case.run_until(waiting_for="promises")
    await case.keep_promises()

    assert await case.to_the_end() == "partially_refunded"
    assert [promise["amount_minor"] for promise in await case.records("promise")] == [1000, 1000]


async def test_a_closed_case_is_reopened_by_a_member_of_staff(house: House) -> None:
    """He calls again after a week: an agent reopens, the round begins anew and ends with another closing."""
    case = await paid(house)
    await case.run_until(stage="closed")
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="full_refund")
    assert refused.value.rule == "P-CLOSE"
    await case.pass_time(days=7)

    await case.act("reopen_case", by="agent:7", reason="called_again")
    await case.run_until(needs_human="decide:reopened")
    row = await case.row()
    assert (row["closed_at"], row["outcome"]) == (None, "")
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"
    assert len(await case.journal("case_closed")) == 2
    assert (await case.one("case_reopened")).data["reason"] == "called_again"


async def test_the_customer_himself_reopens_within_fifteen_days(house: House) -> None:
    """He writes that it is not solved after all, ten days after the closing."""
    case = await paid(house)
    await case.run_until(stage="closed")
    await case.pass_time(days=10)

    await case.say("customer_confirmed", solved=False)
    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="coupon", amount={"minor": 1000})
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"


async def test_the_door_for_reopening_shuts_after_fifteen_days(house: House) -> None:
    """Fifteen days after the closing nothing of the case is left to wait for (S-REOPEN)."""
    case = await paid(house)
    await case.to_the_end()

    closed = await case.one("case_closed")
    ended = (await case.handle.describe()).close_time
    assert ended is not None
    assert about(ended, closed.at + timedelta(days=15))


async def test_an_agent_closes_on_his_spoken_word_only_with_its_note(house: House) -> None:
    """The word given on the telephone closes the case, if the note of it is given; before the end nothing does."""
    early = await house.open("return_refund")
    with pytest.raises(Refused) as not_yet:
        await early.act("close_case", note_ref="note/word")
    assert not_yet.value.rule == "R-CLOSECONF"

    case = await paid(house, **SILENT)
    with pytest.raises(Refused) as without:
        await case.act("close_case")
    assert (without.value.code, without.value.rule) == ("no_word", "P-CLOSE")
    await case.act("close_case", note_ref="note/word")

    assert (await case.one("case_closed")).data["ending"] == "on_his_word"
    assert await case.to_the_end() == "partially_refunded"


WITHDRAWN_AT: list[tuple[str, str, dict[str, Any]]] = [
    ("return_refund", "photos", {"reason": "quality", "customer": {"photos": 0}}),
    ("return_refund", "consent", {"customer": {"agrees_after": "never"}}),
    ("return_refund", "return_number", {}),
    ("return_refund", "return_parcel", {}),
    ("refund_only", "decision_refund_only", {"reason": "quality"}),
    ("refund_only", "approval",
     {"reason": "duplicate", "order": {"paid": 9000, "lines": [{"sku": "X", "quantity": 1, "price": 9000}]}}),
    ("customer_unreachable", "customer_to_surface", {"customer": {"calls": "no_answer"}}),
    ("customer_unreachable", "parcel_back", {"customer": {"calls": "no_answer"}}),
    ("no_tracking_info", "warehouse_answer", {"reason": "late"}),
    ("no_tracking_info", "courier_answer", {"reason": "late", "courier": {"state": "no_info"}}),
    ("parcel_lost", "delivery", {"reason": "lost"}),
]  # fmt: skip


@pytest.mark.parametrize(("case_type", "at", "request_"), WITHDRAWN_AT, ids=[at for _, at, _ in WITHDRAWN_AT])
async def test_a_request_may_be_withdrawn_wherever_it_rests(
    house: House, case_type: str, at: str, request_: dict[str, Any]
) -> None:
    """He takes it back: work stops, no clock of it fires any more, nothing is paid, and he is told how it ended."""
    case = await house.open(case_type, **request_)
    await case.run_until(waiting_for=at)

    await case.say("customer_withdrew")
    withdrawn = await case.one("request_withdrawn")
    assert (await case.rest()).waiting_for == "confirmation"

    assert await case.to_the_end() == "withdrawn"
    assert await case.payments() == []
    assert [entry for entry in await case.journal("clock_breached") if entry.at > withdrawn.at] == []
    assert (await case.row())["needs_human"] == ""


async def test_a_withdrawal_after_the_outcome_changes_nothing_any_more(house: House) -> None:
    """His request was rejected, he is asked whether that is settled, and withdraws: the case ends as it stood."""
    case = await house.open("return_refund", order={"signed_at": timedelta(days=-30)}, customer=SILENT)
    await case.run_until(waiting_for="confirmation")

    await case.say("customer_withdrew")

    assert await case.to_the_end() == "rejected"


async def test_a_withdrawal_while_money_is_on_its_way_does_not_undo_the_payment(house: House) -> None:
    """The provider is paying already: the case follows the payment to its end and says refunded."""
    case = await house.open("refund_only", reason="duplicate", provider={"answer": "pending", "notice_after": "30m"})
    await case.run_until(waiting_for="refund_notice")

    await case.say("customer_withdrew")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_staff_cancel_on_his_word_but_not_after_money_was_paid(house: House) -> None:
    """An agent cancels for the customer while nothing is paid; afterwards the command is refused."""
    case = await house.open("refund_only", reason="quality")
    await case.run_until(needs_human="decide:refund_only")
    await case.act("cancel_case", by="agent:7", reason="customer_called")
    assert await case.to_the_end() == "withdrawn"

    other = await paid(house)
    with pytest.raises(Refused) as refused:
        await other.act("cancel_case", by="agent:7", reason="customer_called")
    assert (refused.value.code, refused.value.rule) == ("paid", "R-REF-PATH")
    assert await other.to_the_end() == "partially_refunded"


async def test_the_request_that_comes_again_changes_nothing(house: House) -> None:
    """The platform sends the same request twice: one case, one payment, one remark."""
    case = await house.open("refund_only", reason="quality", request_id="RA-9")
    again = await house.repeat(case)

    assert again == "repeated"
    await case.rest()
    assert len(await case.journal("request_repeated")) == 1
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_who_withdraws_when_his_goods_are_with_us_is_not_left_without_goods_and_money(house: House) -> None:
    """While they are inspected he takes the return back: a person speaks with him, and it goes on to his money."""
    case = await house.open("return_refund")
    await case.run_until(waiting_for="inspection")

    await case.say("customer_withdrew")

    assert (await case.rest()).needs_human == "withdrew_too_late"
    with pytest.raises(Refused) as refused:
        await case.act("cancel_case", reason="customer_withdrew")
    assert refused.value.code == "coming_back"
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_promise_outlives_a_reopening_with_its_time(house: House) -> None:
    """A call was promised, and he says "not solved": it is still owed, and overdue the supervisor hears (P-PROMISE)."""
    case = await paid(house)
    await case.act("promise", by="agent:7", what="call_back")
    await case.say("customer_confirmed", solved=False)
    await case.run_until(needs_human="decide:reopened")
    await case.pass_time(hours=30)

    assert (await case.one("clock_breached", clock="D-PROMISE")).rule == "R-PROMISE"
    assert (await case.one("escalated", reason="promise_overdue")).rule == "P-PROMISE"


@pytest.mark.parametrize("in_one_breath", [True, False])
async def test_saying_twice_that_it_is_not_solved_reopens_once(house: House, in_one_breath: bool) -> None:
    """Two such messages: one more round, whose end he is asked about before anybody goes on."""
    case = await paid(house)
    await case.run_until(stage="closed")
    await case.rest()
    said = [{"id": f"again-{n}", "solved": False} for n in range(2)]
    if in_one_breath:
        await asyncio.gather(*(case.handle.signal("customer_confirmed", one) for one in said))
        await case.run_until(needs_human="decide:reopened")
    else:
        for one in said:
            await case.handle.signal("customer_confirmed", one)
            await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"
    assert len(await case.journal("case_reopened")) == 1

"""Goodwill lived through: the ladder, its sizes, answers, money paid once, and what is offered unasked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

YUAN = 100


async def waiting(house: House, **request: Any) -> LivedCase:
    """A refund of a shipped order that waits for a person's decision."""
    case = await house.open("refund_only", reason="quality", **request)
    await case.run_until(waiting_for="decision_refund_only")
    return case


async def offer(case: LivedCase, form: str, yuan: int, by: str = "agent:7", **more: Any) -> str:
    """Offer so much; the answer is what it did."""
    return str((await case.act("offer_compensation", by=by, form=form, amount={"minor": yuan * YUAN}, **more))["did"])


async def shown(case: LivedCase) -> dict[str, Any]:
    """What the case explains of itself."""
    told: dict[str, Any] = await case.handle.query("explain")
    return told


async def settled(case: LivedCase) -> str:
    """The rest of the case: an explanation, his word, the end."""
    await case.act("decide", resolution="explain_only", reason="not_covered")
    return await case.to_the_end()


async def test_what_is_offered_is_told_owed_and_given(house: House) -> None:
    """A customary coupon is a promise with a due instant; the customer hears of it; finance keeps it."""
    case = await waiting(house)
    assert await offer(case, "coupon", 10, occasion="our_mess") == "promised"

    (told,) = await case.told("goodwill_offered")
    (owed,) = (await case.state()).open_promises()
    assert about(owed.due_at, told.at + timedelta(days=1))
    assert await case.sum_told("goodwill_offered") == "10.00 CNY"
    await case.act("keep_promise", by="finance:5", promise=owed.id)

    assert await settled(case) == "rejected"
    (record,) = await case.records("compensation")
    assert (record["form"], record["state"], record["custom"]) == ("coupon", "given", "customary")
    assert (record["least_minor"], record["most_minor"]) == (500, 1000)
    said = await case.one("offer_compensation")
    assert (said.data["custom"], said.data["least"], said.data["most"]) == ("customary", "5.00 CNY", "10.00 CNY")
    assert await case.payments() == []


async def test_a_declined_gesture_is_owed_no_more_and_the_next_rung_is_shown(house: House) -> None:
    """He does not want the coupon: the debt is gone and the ladder goes on; the cash that he takes is paid once."""
    case = await waiting(house)
    await offer(case, "coupon", 10)
    assert (await shown(case))["next_goodwill"] == "coupon"
    await case.say("customer_agreed", agreed=False)

    told = await shown(case)
    assert (told["next_goodwill"], told["open_promises"]) == ("member_price", [])
    assert (await case.state()).compensation_minor == 0
    (promise,) = await case.records("promise")
    assert promise["state"] == "declined"

    assert await offer(case, "cash", 10) == "promised"
    assert await case.payments() == [], "no money goes out before he wants it or it is due"
    await case.say("customer_agreed", agreed=True)

    assert await case.payments() == [1000]
    (refund,) = await case.refunds()
    assert (refund["purpose"], refund["rule"], refund["status"]) == ("compensation", "M-COMP-LADDER", "done")
    assert len(await case.told("promise_kept")) == 1
    assert (await shown(case))["open_promises"] == []
    assert await settled(case) == "rejected"
    assert [one["state"] for one in await case.records("compensation")] == ["declined", "given"]


async def test_a_word_that_came_before_the_offer_is_no_answer_to_it(house: House) -> None:
    """He said no, and later yes, to something else: what is offered and quoted after it waits for words of its own."""
    case = await waiting(house)
    await case.say("customer_agreed", agreed=False)
    await offer(case, "coupon", 10)
    assert len((await shown(case))["open_promises"]) == 1
    await case.say("customer_agreed", agreed=False)
    assert (await shown(case))["open_promises"] == []

    await case.say("customer_agreed", agreed=True)
    await case.act("quote_fee", what="repair", amount={"minor": 800})

    (quoted,) = (await case.state()).proposals
    assert quoted.agreed is None
    assert [entry.rule for entry in await case.journal("consent_to_nothing")] == ["P-CONSENT"] * 2


async def test_his_silence_voids_no_promise_of_money(house: House) -> None:
    """Nobody answers the offer of ten yuan, and the provider is slow: it is paid within the day that was promised."""
    case = await waiting(house, provider={"answer": "pending", "notice_after": "3h"})
    await offer(case, "cash", 10)
    offered = (await case.one("offer_compensation")).at
    await case.run_until(waiting_for="refund_notice")
    await case.say("customer_agreed", agreed=False)  # too late: the money is on its way
    await case.pass_time(hours=25)

    assert await case.payments() == [1000]
    assert (await case.one("goodwill_paid")).at < offered + timedelta(days=1)
    assert (await shown(case))["open_promises"] == []
    assert await case.journal("clock_breached", clock="D-PROMISE") == []
    assert await settled(case) == "rejected"


async def test_goodwill_is_paid_once_however_often_the_case_begins_anew(house: House) -> None:
    """The provider takes his time, the case goes on in new runs meanwhile and is reopened: one payment, one message."""
    case = await house.open(
        "refund_only", reason="duplicate", amount=1000, request_id=f"{ANEW}goodwill-1",
        customer={"solved": [False, True], "confirms_after": "1h"},
        provider={"answer": "pending", "notice_after": "3h"},
    )  # fmt: skip
    await case.run_until(waiting_for="confirmation")
    await offer(case, "cash", 10)
    await case.say("customer_agreed", agreed=True)
    await case.run_until(waiting_for="refund_notice")
    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"
    assert await case.payments() == [1000, 1000], "the refund and the goodwill"
    assert [one["purpose"] for one in await case.refunds()] == ["goods", "compensation"]
    assert len(await case.told("promise_kept")) == 1


async def test_what_the_provider_refuses_to_pay_a_person_gives_another_way(house: House) -> None:
    """The refusal puts the debt before a person; kept by hand, it is settled, and no second payment is tried."""
    case = await waiting(house, provider={"answer": "refused"})
    await offer(case, "cash", 10)
    (owed,) = (await case.state()).open_promises()
    with pytest.raises(Refused) as refused:
        await case.act("keep_promise", by="finance:5", promise=owed.id)
    assert (refused.value.code, refused.value.rule) == ("paid_by_itself", "P-PROMISE")
    await case.say("customer_agreed", agreed=True, plan=owed.id)

    assert (await case.rest()).needs_human == "goodwill_not_paid"
    await case.act("keep_promise", by="finance:5", promise=owed.id)
    assert (await case.rest()).needs_human != "goodwill_not_paid"
    assert await settled(case) == "rejected"
    assert await case.payments() == []


async def test_above_the_custom_somebody_higher_grants_it(house: House) -> None:
    """Twelve yuan for a flaw are within an agent's limit but above custom: a supervisor grants the very form."""
    case = await waiting(house)
    assert (await offer(case, "gift", 12, occasion="flaw")).startswith("asked_for_approval")
    with pytest.raises(Refused) as refused:
        await case.act("approve", by="agent:8")
    assert (refused.value.code, refused.value.rule) == ("over_limit", "M-COMP-SIZE")
    with pytest.raises(Refused) as own:
        await case.act("approve", by="supervisor:7")
    assert own.value.code == "own_request"
    await case.act("approve", by="supervisor:2")

    (owed,) = (await case.state()).open_promises()
    assert (owed.what, str(owed.amount), owed.by) == ("compensation_gift", "12.00 CNY", "supervisor:2")
    assert (await case.records("compensation"))[0]["custom"] == "above_custom"
    assert await offer(case, "coupon", 12, by="supervisor:3", occasion="flaw") == "promised"
    for promise in (await case.state()).open_promises():
        await case.act("keep_promise", by="finance:5", promise=promise.id)
    assert await settled(case) == "rejected"


async def test_a_decision_for_goodwill_gives_it(house: House) -> None:
    """Deciding on a coupon names its sum; above the agent's limit it is granted first, else he decides again."""
    case = await waiting(house)
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="coupon")
    assert (refused.value.code, refused.value.rule) == ("no_amount", "M-COMP-SIZE")
    await case.act("decide", resolution="coupon", amount={"minor": 3000})
    await case.run_until(waiting_for="approval")
    await case.act("reject", by="supervisor:2", reason="too_much")
    await case.run_until(waiting_for="decision_refund_only_2")
    await case.act("decide", resolution="cash_goodwill", amount={"minor": 1000})

    assert await case.to_the_end() == "goodwill_only"
    assert await case.payments() == [1000]
    assert [one["state"] for one in await case.records("compensation")] == ["rejected", "given"]


async def test_goodwill_does_not_tie_him_to_his_request(house: House) -> None:
    """Ten yuan were paid for the trouble; he still may take his request back."""
    case = await waiting(house)
    await offer(case, "cash", 10)
    await case.say("customer_agreed", agreed=True)
    assert await case.payments() == [1000]
    await case.say("customer_withdrew")
    assert await case.to_the_end() == "withdrawn"


async def sending_back(house: House, **customer: Any) -> LivedCase:
    """A return whose customer takes his time to hand it over."""
    case = await house.open("return_refund", customer={"ships_after": "6d", **customer})
    await case.run_until(waiting_for="return_number")
    return case


async def test_who_had_to_come_three_times_is_offered_something_unasked(house: House) -> None:
    """Three contacts, answered and unsolved: a customary gesture lies before the agents, one click makes it owed."""
    case = await sending_back(house)
    for day in range(3):
        await case.say("customer_replied", text_ref=f"words/{day}")
        await case.say("customer_replied", text_ref=f"words/{day}-more")
        if day < 2:
            assert await case.journal("our_mess") == []
            await case.act("add_note", by=f"agent:{day}", note_ref=f"text/{day}")
    proposed = await case.one("our_mess")
    assert (proposed.data["reason"], proposed.data["contacts"]) == ("too_many_contacts", 3)
    assert (proposed.data["form"], proposed.data["amount"]) == ("coupon", "5.00 CNY")
    told = await shown(case)
    assert (told["contacts_unsolved"], told["spoke_with"]) == (3, ["agent:0", "agent:1"])
    assert (await case.state()).open_promises() == [], "no unasked payment"
    assert (await case.rest()).needs_human == f"approve:{proposed.data['approval']}"
    await case.act("approve", by="agent:2")
    assert (await case.rest()).needs_human == "customer_wrote", "and he is still to be answered"
    await case.act("add_note", by="agent:2", note_ref="text/2")

    (owed,) = (await case.state()).open_promises()
    assert (owed.what, str(owed.amount)) == ("compensation_coupon", "5.00 CNY")
    await case.act("keep_promise", by="finance:5", promise=owed.id)
    await case.say("customer_replied", text_ref="words/4")
    await case.act("add_note", by="agent:3", note_ref="text/4")
    assert await case.to_the_end() == "refunded"
    assert len(await case.journal("our_mess")) == 1


async def test_who_waits_for_days_since_he_came_is_offered_something_too(house: House) -> None:
    """One contact, seven days without a solution: proposed when the case next looks; refused, never again."""
    case = await sending_back(house)
    await case.say("customer_replied", text_ref="words/1")
    first = (await case.one("customer_replied")).at
    await case.act("add_note", by="agent:7", note_ref="text/1")
    await case.run_until(lambda now: now.needs_human.startswith("approve:"))
    await case.rest()  # its page is written by then
    proposed = await case.one("our_mess")
    assert proposed.data["reason"] == "too_many_days"
    assert timedelta(days=7) <= proposed.at - first < timedelta(days=8)
    await case.act("reject", by="agent:7", reason="talked_it_over")
    assert await case.to_the_end() == "refunded"
    assert len(await case.journal("our_mess")) == 1
    assert await case.records("promise") == []


async def test_a_request_that_nobody_granted_lapses_when_the_case_closes(house: House) -> None:
    """The customer is content before the supervisor looks: nothing was promised, and nothing keeps the case open."""
    case = await waiting(house)
    await offer(case, "coupon", 30)
    assert await settled(case) == "rejected"
    (approval,) = await case.records("approval")
    assert (approval["verdict"], approval["decided_by"]) == ("rejected", "system")
    assert await case.records("promise") == []


async def test_a_fee_is_quoted_by_telephone_when_nothing_else_reaches_him_even_over_night(house: House) -> None:
    """His client takes no messages and it is night: the quote waits for the hours of P-HOURS and is then told once."""
    case = await house.open("return_refund", local_hour=20, customer={"im": "channel_blocked", "agrees_after": "never"})
    await case.run_until(waiting_for="consent")
    await case.pass_time(hours=9)
    await case.act("quote_fee", what="courier_change", amount={"minor": 500})
    await offer(case, "coupon", 5)
    await case.run_until(waiting_for="consent")
    await case.pass_time(hours=20)
    assert len([one for one in await case.told("fee_quoted") if one.data["channel"] == "call"]) >= 1
    assert len([one for one in await case.told("goodwill_offered") if one.data["channel"] == "call"]) >= 1


async def test_a_plain_yes_is_no_consent_to_a_fee_where_goodwill_was_offered_too(house: House) -> None:
    """A coupon and a fee are open when he says yes: nobody takes it for his consent to pay (P-FEEQUOTE)."""
    case = await waiting(house)
    await case.act("quote_fee", what="courier_change", amount={"minor": 5 * YUAN})
    await offer(case, "coupon", 10)
    await case.say("customer_agreed", agreed=True)

    assert [one["agreed"] for one in await case.records("fee_quote")] == [None]
    assert await case.journal("goodwill_answered") == []
    assert [fact.kind for fact in (await case.state()).mailbox] == ["customer_agreed"], "kept for a person to ask"


async def test_goodwill_and_the_price_together_never_exceed_what_was_paid(house: House) -> None:
    """Ten yuan of goodwill in cash, then the cup comes back: what is left of its 45 yuan is paid, never 55 in all."""
    case = await house.open("return_refund")
    await case.run_until(waiting_for="return_parcel")
    await offer(case, "cash", 10)
    await case.say("customer_agreed", agreed=True)
    assert await case.payments() == [1000]

    assert await case.to_the_end() == "refunded"
    assert (await case.one("refund_limited")).data == {"wanted": "45.00 CNY", "left": "35.00 CNY"}
    assert await case.payments() == [1000, 3500]

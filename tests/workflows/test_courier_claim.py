"""快递索赔: a case of its own beside the customer's, followed until the courier pays or we bear the loss."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

LOST = {"state": "lost"}
KEPT = {"reason": "damaged", "customer": {"choice": "partial_refund"}}


async def opened(house: House, courier: dict[str, Any], **more: Any) -> tuple[LivedCase, LivedCase]:
    """A lost parcel whose customer has his money at once, and the claim that runs beside it."""
    asked = {"reason": "lost", "customer": {"choice": "full_refund"}} | more
    case = await house.open("parcel_lost", courier={**LOST, **courier}, **asked)
    await case.run_until(waiting_for="confirmation")
    return case, await case.claim()


async def the_record(claim: LivedCase) -> dict[str, Any]:
    """The only record of the claim."""
    (record,) = await claim.records("courier_claim")
    return record


async def test_an_accepted_claim_is_followed_until_it_is_paid(house: House) -> None:
    """M-COURIER: handed in with the sum, accepted after four hours, paid three days later; the record says so."""
    case, claim = await opened(house, {})

    assert await claim.to_the_end() == "reimbursed"

    (asked,) = await claim.ledger("claim_opened")
    assert asked["amount_minor"] == 4500
    record = await the_record(claim)
    assert (record["state"], record["amount_minor"], record["courier"]) == ("paid", 4500, "yto")
    assert record["more"]["parent"] == case.case_no
    heard, paid = await claim.one("claim_heard", word="accepted"), await claim.one("claim_paid")
    assert about(heard.at, claim.began + timedelta(hours=4))
    assert about(paid.at, heard.at + timedelta(days=3))
    assert await case.to_the_end() == "refunded"


async def test_it_is_a_case_like_any_other_and_known_from_both_sides(house: House) -> None:
    """R-N1: the register has it under its own number, with the customer's case, and finds it by order and parcel."""
    case, claim = await opened(house, {})

    row, parent = await claim.row(), await case.row()
    assert claim.case_no == f"{case.case_no}.claim"
    assert (row["parent_case_no"], row["case_type"], row["order_no"]) == (case.case_no, "courier_claim", case.order_no)
    assert (row["customer_ref"], parent["parent_case_no"]) == (case.customer_ref, "")
    assert (await case.one("claim_opened")).data["claim"] == claim.case_no
    told = await claim.handle.query("explain")
    assert (told["claim_of"], told["ball_with"], told["due_rule"]) == (case.case_no, "courier", "S-CLAIM")
    await claim.to_the_end()
    await case.to_the_end()


async def test_no_customer_hears_of_a_claim(house: House) -> None:
    """X5: no message, no daily news, no question whether it is solved and no survey, however long it takes."""
    _, claim = await opened(house, {"answers_after": "6d", "pays_after": "20d"})

    assert await claim.to_the_end() == "reimbursed"

    assert await claim.told() == []
    assert await claim.ledger("message_delivered") == []
    assert not {"progress_told", "progress_not_told"} & set(await claim.events())
    assert (await claim.one("case_closed")).data["ending"] == "settled"


async def test_it_outlives_the_case_of_the_customer(house: House) -> None:
    """The customer is content and his case ends, aftercare included; the claim goes on to its payment."""
    case, claim = await opened(house, {"pays_after": "25d"})

    assert await case.to_the_end() == "refunded"
    assert (await claim.rest()).waiting_for == "reimbursement"
    assert await claim.to_the_end() == "reimbursed"


async def test_a_refused_claim_goes_in_again_with_more_photos(house: House) -> None:
    """R-DMG-EVID: an agent adds what is missing and has it claimed again; the courier gives in."""
    _, claim = await opened(house, {"claim": ["refused", "accepted"]})

    now = await claim.run_until(needs_human="decide:claim_rejected")
    assert now.ball_with == "agent"
    assert (await the_record(claim))["state"] == "rejected"
    await claim.say("evidence_received", items=["evidence/scale"])
    await claim.act("decide", resolution="claim_again")

    assert await claim.to_the_end() == "reimbursed"
    first, second = await claim.ledger("claim_opened")
    assert first["key"] != second["key"]
    assert (await the_record(claim))["more"]["documents"] == ["evidence/scale"]


async def test_a_no_to_what_was_claimed_before_is_no_answer_to_what_is_claimed_now(house: House) -> None:
    """The courier's desk repeats its refusal without naming a request; the claim that goes in afterwards stands."""
    _, claim = await opened(house, {"claim": ["refused", "accepted"]})

    await claim.run_until(needs_human="decide:claim_rejected")
    await claim.say("courier_answered", verdict="rejected")
    await claim.act("decide", resolution="claim_again")

    assert await claim.to_the_end() == "reimbursed"
    heard = [one.data["word"] for one in await claim.journal("claim_heard")]
    assert heard == ["rejected", "claim_again", "accepted"]


async def test_what_is_not_paid_for_is_written_off_by_somebody_with_the_limit(house: House) -> None:
    """A-CAP: the loss of a whole parcel is more than an agent may give away; a supervisor may."""
    _, claim = await opened(house, {"claim": "refused"})

    await claim.run_until(needs_human="decide:claim_rejected")
    with pytest.raises(Refused) as refused:
        await claim.act("decide", resolution="write_off")
    assert (refused.value.code, refused.value.rule) == ("over_limit", "A-CAP")
    await claim.act("decide", by="manager:1", resolution="write_off")

    assert await claim.to_the_end() == "written_off"
    assert (await the_record(claim))["state"] == "written_off"


async def test_a_silent_courier_is_put_before_a_person_after_a_week(house: House) -> None:
    """S-CLAIM: seven days without a word; what nobody decides goes to the supervisor after a day."""
    _, claim = await opened(house, {"answers_after": "never"})

    await claim.run_until(needs_human="decide:claim_silent")
    assert about((await claim.one("clock_breached", clock="S-CLAIM")).at, claim.began + timedelta(days=7))
    now = await claim.run_until(ball_with="supervisor")
    assert now.stage == "escalated"
    await claim.act("decide", by="manager:1", resolution="write_off")
    assert await claim.to_the_end() == "written_off"


async def test_a_courier_who_comes_round_late_is_taken_at_his_word(house: House) -> None:
    """He accepts after two weeks, while the question lies on the desk: nobody need decide any more."""
    _, claim = await opened(house, {"answers_after": "8d"})

    await claim.run_until(needs_human="decide:claim_silent")
    await claim.run_until(waiting_for="reimbursement", needs_human="")
    assert await claim.to_the_end() == "reimbursed"


async def test_finance_books_what_came_in(house: House) -> None:
    """A payment of which the courier sent no notice is booked by finance; the rest is written off, and stands there."""
    case, claim = await opened(house, {"pays_after": "never"})
    await claim.run_until(waiting_for="reimbursement")

    with pytest.raises(Refused) as refused:
        await case.act("record_reimbursement", by="finance:5", amount={"minor": 3000})
    assert refused.value.code == "no_claim"
    await claim.act("record_reimbursement", by="finance:5", amount={"minor": 3000}, receipt_ref="bank/1")
    await claim.run_until(needs_human="decide:claim_short")
    await claim.act("decide", by="manager:1", resolution="write_off")

    assert await claim.to_the_end() == "reimbursed"
    record = await the_record(claim)
    assert (record["amount_minor"], record["state"]) == (3000, "paid")
    assert (record["more"]["claimed"], record["more"]["written_off"]) == ("45.00 CNY", "15.00 CNY")


@pytest.mark.parametrize("amount", [{"minor": 0}, {"minor": 4500, "currency": "USD"}, {"minor": 1}])
async def test_a_notice_of_less_than_was_claimed_settles_nothing(house: House, amount: dict[str, Any]) -> None:
    """A-CAP: nothing, another currency, a cent of the claim: a person with the limit for the rest says, no courier."""
    _, claim = await opened(house, {"pays_after": "never"})
    await claim.run_until(waiting_for="reimbursement")
    await claim.say("reimbursed", amount=amount, receipt_ref="his/1")

    await claim.run_until(needs_human="decide:claim_short")
    with pytest.raises(Refused) as refused:
        await claim.act("decide", resolution="write_off")
    assert (refused.value.code, refused.value.rule) == ("over_limit", "A-CAP")
    await claim.act("decide", by="manager:1", resolution="write_off")
    assert await claim.to_the_end() == ("reimbursed" if amount == {"minor": 1} else "written_off")


async def test_the_rest_is_claimed_again_and_what_came_counts(house: House) -> None:
    """He pays 30 of 45; the 15 are claimed; his notice and finance's of one receipt count once, the rest settles it."""
    _, claim = await opened(house, {"claim": ["accepted", "accepted"], "pays_after": "never"})
    await claim.run_until(waiting_for="reimbursement")
    await claim.say("reimbursed", amount={"minor": 3000}, receipt_ref="his/1")
    await claim.run_until(needs_human="decide:claim_short")
    await claim.act("record_reimbursement", by="finance:5", amount={"minor": 3000}, receipt_ref="his/1")
    await claim.run_until(needs_human="decide:claim_short")
    await claim.act("decide", resolution="claim_again")
    await claim.run_until(waiting_for="reimbursement")
    assert [one["amount_minor"] for one in await claim.ledger("claim_opened")] == [4500, 1500]
    await claim.say("reimbursed", amount={"minor": 1500}, receipt_ref="his/2")

    assert await claim.to_the_end() == "reimbursed"
    record = await the_record(claim)
    assert (record["amount_minor"], record["state"], record["more"].get("written_off")) == (4500, "paid", None)


async def test_what_is_small_of_the_rest_an_agent_writes_off(house: House) -> None:
    """A-CAP: the limit is held against what is not paid, and not against the whole claim."""
    _, claim = await opened(house, {"pays_after": "never"})
    await claim.run_until(waiting_for="reimbursement")
    await claim.say("reimbursed", amount={"minor": 4400})
    await claim.run_until(needs_human="decide:claim_short")
    await claim.act("decide", resolution="write_off")
    assert await claim.to_the_end() == "reimbursed"


async def test_a_freight_without_a_sum_is_claimed_as_he_accepts_it(house: House) -> None:
    """He accepts 12 for a freight of which he knows the bill, and pays 5: 7 are missing."""
    case = await house.open(
        "courier_conduct", reason="service", customer={"choice": "other_courier"}, courier={"claim": "refused"}
    )
    await case.run_until(waiting_for="confirmation")
    claim = await case.claim()
    await claim.run_until(waiting_for="decision_claim_rejected")
    await claim.say("courier_answered", verdict="accepted", amount={"minor": 1200})
    await claim.run_until(waiting_for="reimbursement")
    await claim.say("reimbursed", amount={"minor": 500})
    await claim.run_until(needs_human="decide:claim_short")
    await claim.act("decide", by="manager:1", resolution="write_off")

    assert await claim.to_the_end() == "reimbursed"
    record = await the_record(claim)
    assert (record["amount_minor"], record["more"]["written_off"]) == (500, "7.00 CNY")


async def test_what_he_accepted_and_does_not_pay_is_pressed_for(house: House) -> None:
    """S-CLAIMPAY: thirty days without the money; a person has it claimed again, and this time it comes."""
    _, claim = await opened(house, {"pays_after": "never"})

    await claim.run_until(needs_human="decide:claim_unpaid")
    accepted = await claim.one("claim_heard", word="accepted")
    assert about((await claim.one("clock_breached", clock="S-CLAIMPAY")).at, accepted.at + timedelta(days=30))
    await claim.act("decide", resolution="claim_again")
    await claim.run_until(waiting_for="reimbursement")
    await claim.say("reimbursed", amount={"minor": 4500})
    assert await claim.to_the_end() == "reimbursed"


async def test_a_claim_that_his_desk_does_not_take_is_refused(house: House) -> None:
    """The courier's system refuses the request itself: the same as a refusal, at once."""
    fault = {"kind": "refuse", "partner": "courier", "operation": "request", "code": "too_old"}
    case = await house.open("parcel_lost", reason="lost", courier=LOST, customer={"choice": "full_refund"})
    await house.control.post("/control/faults", json={"faults": [
        {**fault, "shop": case.shop, "case_no": f"{case.case_no}.claim"}]})  # fmt: skip
    await case.run_until(waiting_for="confirmation")
    claim = await case.claim()

    await claim.run_until(needs_human="decide:claim_rejected")
    assert (await claim.one("courier_refused_claim")).data["code"] == "too_old"
    assert (await claim.state()).clocks["S-CLAIM"].state == "cancelled"


@pytest.mark.parametrize(("verdict", "accepted"), [("accepted", True), ("refused", False)])
async def test_the_customers_case_is_told_what_came_of_it(house: House, verdict: str, accepted: bool) -> None:
    """R-DMG-SIGNED: the case that waits for the answer has it through the inbox, in time."""
    case = await house.open("parcel_damaged", **KEPT, courier={"claim": verdict})

    await case.run_until(lambda now: now.waiting_for not in ("claim_answer", "photos", "consent", ""))
    heard = await (await case.claim()).one("claim_heard")
    answered = await case.one("claim_answered")
    assert answered.data["accepted"] is accepted
    assert answered.at >= heard.at
    assert (await case.state()).clocks["S-CLAIM"].state == "met"
    assert await case.journal("courier_answered", verdict=verdict) == [] or verdict == "accepted"


async def test_an_answer_that_comes_twice_counts_once(house: House) -> None:
    """The courier says it again, to the claim and to the customer's case: one payment is awaited, and nothing moves."""
    case, claim = await opened(house, {})
    await claim.run_until(waiting_for="reimbursement")

    for _ in range(2):
        await claim.say("courier_answered", verdict="accepted")
        await case.say("claim_told", claim=claim.case_no, accepted=True)
    assert await claim.to_the_end() == "reimbursed"
    assert len(await claim.journal("claim_heard", word="accepted")) == 1
    assert len(await claim.ledger("claim_opened")) == 1
    assert await case.to_the_end() == "refunded"


async def test_the_answer_finds_the_claim_and_never_the_customers_case(house: House) -> None:
    """What the courier answers goes by the claim's number; news of the parcel reach both, a customer's word his own."""
    case, claim = await opened(house, {"answers_after": "never"})
    waybill = claim.request["order"]["waybill"]

    now = (await case.rest()).at
    await house.tell("aftersales.parcel_update", f"news-{waybill}", now, {"waybill": waybill, "state": "stalled"})
    await house.tell("aftersales.customer_replied", f"word-{waybill}", now, {"waybill": waybill, "text_ref": "words/1"})
    await case.rest()
    assert "customer_replied" not in await claim.events()
    assert len(await case.journal("customer_replied")) == 1
    assert len(await claim.journal("parcel_update", state="stalled")) == 1
    assert len(await case.journal("parcel_update", state="stalled")) == 1


async def test_news_of_a_parcel_open_a_case_although_a_claim_is_open(house: House) -> None:
    """R-NOTME: the customer's case has ended, the claim has not; he says that he has nothing, and a case opens."""
    case, claim = await opened(house, {"pays_after": "25d"})
    await case.to_the_end()
    waybill = claim.request["order"]["waybill"]

    now = (await claim.rest()).at
    await house.tell("aftersales.customer_looked", f"looked-{waybill}", now, {"waybill": waybill, "found": False})
    await claim.house.dispatcher.drain()
    found = await house.pool.fetchval("SELECT note FROM inbox WHERE id = $1", f"looked-{waybill}")
    assert found in ("opened", "second_look")


async def test_staff_do_on_a_claim_what_belongs_to_it(house: House) -> None:
    """M-COURIER: no goodwill, fee or promise on a claim, whose customer has his own case, and no refund."""
    _, claim = await opened(house, {"claim": "refused"})
    await claim.run_until(needs_human="decide:claim_rejected")

    for kind, command in (
        ("offer_compensation", {"form": "coupon", "amount": {"minor": 500}}),
        ("promise", {"what": "call_back"}),
        ("cancel_case", {"reason": "called"}),
        ("decide", {"resolution": "full_refund"}),
    ):
        with pytest.raises(Refused) as refused:
            await claim.act(kind, **command)
        assert (refused.value.code, refused.value.rule) == ("a_claim", "M-COURIER")
    await claim.act("add_note", note_ref="text/1")


async def test_a_claim_goes_on_in_new_runs(house: House) -> None:
    """Continue-as-new at every rest, of the case and of its claim: one request, one payment, the same end."""
    request_id = f"{ANEW}claim"
    case, claim = await opened(house, {"claim": ["refused", "accepted"]}, request_id=request_id)
    await claim.run_until(needs_human="decide:claim_rejected")
    await claim.act("decide", resolution="claim_again")

    assert await claim.to_the_end() == "reimbursed"
    assert len(await claim.ledger("claim_opened")) == 2
    assert len(await claim.journal("claim_paid")) == 1
    found = [run async for run in house.client.list_workflows(f'WorkflowId = "{claim.handle.id}"')]
    assert len(found) > 2
    assert await case.to_the_end() == "refunded"
    assert (await case.state()).claims == [claim.case_no]


async def test_nobody_opens_a_claim_from_outside(house: House) -> None:
    """A request for a claim is refused at the door with what to send instead; so is the event that cases use."""
    case, claim = await opened(house, {})
    request = {**case.request, "case_type": "courier_claim", "request_id": "X-1", "parent": case.case_no}
    for kind in ("aftersales.request", "aftersales.claim"):
        with pytest.raises(AssertionError, match="opened by the case of the customer"):
            await house.tell(kind, f"foreign-{kind}-{case.case_no}", case.began, request)
    await claim.to_the_end()


async def test_money_that_comes_after_the_loss_was_borne_is_booked_on_the_claim(house: House) -> None:
    """M-COURIER: the claim is over when the courier pays after all; the month has the money, the claim its outcome."""
    _, claim = await opened(house, {"claim": "refused"})
    await claim.run_until(needs_human="decide:claim_rejected")
    await claim.act("decide", by="manager:1", resolution="write_off")
    assert await claim.to_the_end() == "written_off"

    for _ in range(2):  # his system sends it twice
        await claim.say("reimbursed", amount={"minor": 4500}, receipt_ref="his/1")
    await claim.say("reimbursed", amount={"minor": 100}, receipt_ref="his/2")

    assert (await claim.row())["outcome"] == "reimbursed"
    states = [(one["state"], one["amount_minor"]) for one in await claim.records("courier_claim")]
    assert states == [("written_off", 4500), ("paid", 4500)]
    assert len(await claim.journal("reimbursed")) == 1
    (stopped,) = await house.pool.fetch(
        "SELECT problems FROM quarantine WHERE event_id IN (SELECT id FROM inbox WHERE lane = $1)",
        f"case:{claim.shop}/{claim.case_no}",
    )
    assert [one["code"] for one in stopped["problems"]] == ["not_booked"], "more than was lost: a person looks at it"


async def test_money_told_while_the_last_page_of_a_claim_waits_for_the_database_is_booked_too(house: House) -> None:
    """M-COURIER: written off, its last page cannot be written, and just then the courier pays: nothing is lost."""
    _, claim = await opened(house, {"claim": "refused"})
    await claim.run_until(needs_human="decide:claim_rejected")
    await house.pool.execute(f"""
        CREATE FUNCTION no_page() RETURNS trigger LANGUAGE plpgsql AS
            'BEGIN RAISE EXCEPTION USING ERRCODE = ''insufficient_resources''; END';
        CREATE TRIGGER no_page BEFORE INSERT ON journal_entries FOR EACH ROW WHEN (NEW.case_no = '{claim.case_no}')
            EXECUTE FUNCTION no_page()""")
    await claim.act("decide", by="manager:1", resolution="write_off")
    await claim.say("reimbursed", amount={"minor": 4500}, receipt_ref="his/1")
    await house.pool.execute("DROP FUNCTION no_page CASCADE")

    assert await claim.to_the_end() == "written_off"
    await house.hand_over()
    assert (await claim.row())["outcome"] == "reimbursed"
    states = [(one["state"], one["amount_minor"]) for one in await claim.records("courier_claim")]
    assert states == [("written_off", 4500), ("paid", 4500)]

"""小瑕疵: a small flaw, an apology, a coupon, and word to those who can see that it does not happen again."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, about

PHOTOS = ["evidence/a", "evidence/b"]
FAULTY = {"first": "defect_confirmed", "second": "defect_confirmed"}


async def promised(case: LivedCase) -> None:
    """The coupon is offered, and somebody gives it."""
    await case.run_until(waiting_for="goodwill")
    await case.keep_promises()


async def test_he_takes_the_coupon(house: House) -> None:
    """R-FLAW: apology first, then the customary 5 yuan as a promise, given; quality and purchasing know of it."""
    case = await house.open("minor_flaw", reason="quality", customer={"goodwill": True})

    assert (await case.run_until(waiting_for="goodwill")).ball_with == "customer"
    (owed,) = (await case.state()).open_promises()
    assert (owed.what, str(owed.amount)) == ("compensation_coupon", "5.00 CNY")
    told = [entry.data["template"] for entry in await case.told()]
    assert told == ["flaw_apology", "goodwill_offered"]
    await case.run_until(waiting_for="confirmation")
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    (gift,) = await case.records("compensation")
    assert (gift["occasion"], gift["state"], gift["custom"]) == ("flaw", "given", "customary")
    (cause,) = await case.records("defect_cause")
    assert (cause["cause"], cause["to"], len(cause["skus"])) == ("quality", ["qc", "purchasing"], 1)
    assert await case.payments() == []


async def test_his_silence_leaves_him_the_coupon(house: House) -> None:
    """He says nothing: three days are waited, the coupon was his and was given meanwhile."""
    silent = await house.open("minor_flaw", reason="quality")
    given = await house.open("minor_flaw", reason="quality")

    await silent.run_until(needs_human="promise_overdue")
    overdue = await silent.one("escalated", reason="promise_overdue")
    assert about(overdue.at, silent.began + timedelta(hours=24))
    await silent.run_until(waiting_for="confirmation")
    no_word = await silent.one("clock_breached", clock="S-CONSENT")
    assert about(no_word.at, silent.began + timedelta(hours=72))
    await silent.keep_promises()
    assert await silent.to_the_end() == "goodwill_only"

    await promised(given)
    assert (await given.rest()).waiting_for == "confirmation", "what is given waits for no word"
    assert await given.to_the_end() == "goodwill_only"


async def test_who_would_rather_not_keep_it_returns_it(house: House) -> None:
    """He declines the coupon: it is owed no more, and a return at our cost is offered; one history keeps both."""
    case = await house.open(
        "minor_flaw", reason="quality", evidence=PHOTOS, customer={"goodwill": False}, warehouse=FAULTY
    )

    assert await case.to_the_end() == "refunded"

    changed = await case.one("type_changed")
    assert (changed.rule, changed.data["type"]) == ("R-FLAW", "return_refund")
    assert (await case.one("freight_decided")).rule == "M-QUAL"
    assert [one["state"] for one in await case.records("promise")] == ["declined"]
    assert await case.payments() == [4500]
    assert await case.journal("goodwill_declined") == []


async def test_a_return_that_he_does_not_want_either_is_a_persons_matter(house: House) -> None:
    """Neither coupon nor return: a person finds something else. After the window too."""
    neither = await house.open(
        "minor_flaw", reason="quality", evidence=PHOTOS, customer={"goodwill": False, "agrees": False}
    )
    late = await house.open(
        "minor_flaw", reason="quality", customer={"goodwill": False}, order={"signed_at": timedelta(days=-30)}
    )

    await neither.run_until(needs_human="decide:plan_declined")
    await neither.act("decide", resolution="partial_refund", amount={"minor": 1000})
    assert await neither.to_the_end() == "partially_refunded"

    await late.run_until(needs_human="decide:flaw")
    await late.act("decide", resolution="partial_refund", amount={"minor": 1000})
    assert await late.to_the_end() == "partially_refunded"
    assert await late.payments() == [1000]
    assert await late.told("window_closed") == []


async def test_an_order_in_a_currency_without_a_custom_is_decided_by_a_person(house: House) -> None:
    """No coupon of so many yuan fits an order in dollars: the apology goes out, the gesture an agent decides."""
    dollars = {"minor": 4500, "currency": "USD"}
    order = {"paid": dollars, "lines": [{"sku": "CUP", "quantity": 1, "price": dollars}]}
    case = await house.open("minor_flaw", reason="quality", order=order)

    await case.run_until(needs_human="decide:flaw")
    assert len(await case.told("flaw_apology")) == 1
    assert await case.records("compensation") == []
    await case.act("decide", resolution="explain_only")
    assert await case.to_the_end() == "rejected"


async def test_the_case_goes_on_anew_at_every_rest(house: House) -> None:
    """However often it begins a new run, one apology, one coupon, one record."""
    case = await house.open("minor_flaw", reason="quality", request_id="anew-flaw-1", customer={"goodwill": True})
    await case.run_until(waiting_for="confirmation")
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    assert [entry.data["template"] for entry in await case.told()][:2] == ["flaw_apology", "goodwill_offered"]
    assert len(await case.told("flaw_apology")) == 1
    assert len(await case.records("compensation")) == 1
    assert len(await case.journal("goodwill_offered")) == 1

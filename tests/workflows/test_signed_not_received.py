"""非本人签收: it shows as signed, he has nothing; both he and the courier look for it (R-NOTME)."""

from __future__ import annotations

from datetime import timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about

SIGNED = {"state": "delivered_by_proxy"}


async def test_it_was_with_the_neighbour(house: House) -> None:
    """He asks around and finds it: delivered, and nobody is claimed from."""
    case = await house.open("signed_not_received", reason="not_received", courier=SIGNED, customer={"finds": True})

    assert await case.to_the_end() == "delivered"

    (asked,) = await case.told("look_around_asked")
    assert asked.rule == "R-NOTME"
    assert len(await case.ledger("trace_opened")) == 1
    looked = await case.one("customer_looked", found=True)
    assert about(looked.at, asked.at + timedelta(hours=5))
    assert (await case.state()).claims == []
    assert await case.ledger("goods_shipped") == []


async def test_the_courier_is_asked_at_the_same_time(house: House) -> None:
    """Nobody waits for the other: question and request leave in the same minute."""
    case = await house.open("signed_not_received", reason="not_received", courier=SIGNED)

    asked, (told,) = await case.one("courier_asked_trace"), await case.told("look_around_asked")
    assert asked.rule == "R-NOTME"
    assert about(asked.at, told.at)
    await case.to_the_end()


async def test_what_the_courier_found_is_told_and_he_has_it(house: House) -> None:
    """He did not find it, the courier did: he is told the result and says that he has it now."""
    courier, customer = {**SIGNED, "trace": "found"}, {"finds": [False, True]}
    case = await house.open("signed_not_received", reason="not_received", courier=courier, customer=customer)

    assert await case.to_the_end() == "delivered"

    (told,) = await case.told("parcel_found_told")
    assert about(told.at, (await case.one("courier_answered", verdict="found")).at)
    assert len(await case.journal("customer_looked")) == 2
    assert (await case.state()).claims == []


async def test_found_says_the_courier_and_not_here_says_the_customer(house: House) -> None:
    """His word counts: the parcel is treated as lost, he chooses, and the courier is claimed from."""
    courier = {**SIGNED, "trace": "found"}
    case = await house.open(
        "signed_not_received", reason="not_received", courier=courier, customer={"choice": "full_refund"}
    )

    assert await case.to_the_end() == "refunded"

    assert (await case.one("type_changed")).data["type"] == "parcel_lost"
    assert len(await (await case.claim()).ledger("claim_opened")) == 1
    assert await case.payments() == [4500]


async def test_silence_about_what_was_found_is_asked_again_at_the_closing(house: House) -> None:
    """Three days without a word on whether he has it: nothing is paid, and the closing asks him."""
    courier, customer = {**SIGNED, "trace": "found"}, {"looks_after": "never"}
    case = await house.open("signed_not_received", reason="not_received", courier=courier, customer=customer)

    assert await case.to_the_end() == "delivered"

    (told,) = await case.told("parcel_found_told")
    assert about((await case.one("clock_breached", clock="S-LOOK")).at, told.at + timedelta(hours=72))
    assert await case.payments() == []


async def test_nobody_knows_where_it_is_so_it_is_lost(house: House) -> None:
    """The courier does not know: no more waiting, another parcel, and a claim beside the case."""
    case = await house.open("signed_not_received", reason="not_received", courier={**SIGNED, "trace": "unknown"})

    assert await case.to_the_end() == "reshipped"

    assert await case.told("courier_plan_told") == []
    assert len(await (await case.claim()).ledger("claim_opened")) == 1


async def test_a_silent_courier_costs_him_48_hours_at_most(house: House) -> None:
    """24 hours after the question he hears the plan, after 48 the parcel counts as lost (D-COURIER)."""
    case = await house.open("signed_not_received", reason="not_received", courier={**SIGNED, "trace_after": "never"})

    assert await case.to_the_end() == "reshipped"

    asked, (plan,) = await case.one("courier_asked_trace"), await case.told("courier_plan_told")
    assert about(plan.at, asked.at + timedelta(hours=24))
    assert about((await case.one("clock_breached", clock="D-COURIER")).at, asked.at + timedelta(hours=48))


async def test_a_parcel_that_nobody_signed_for_is_followed(house: House) -> None:
    """The courier's system shows it on its way: nobody looks anywhere, it is followed to its receipt."""
    case = await house.open("signed_not_received", reason="not_received", courier={"state": "out_for_delivery"})

    await case.run_until(waiting_for="delivery")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"
    assert await case.told("look_around_asked") == []


async def test_who_denies_what_somebody_else_signed_for_has_it_searched(house: House) -> None:
    """A stuck parcel ends in a locker, and he says that it is not solved: it is looked for without a person's leave."""
    courier = {"state": "stalled", "trace": ["found", "unknown"], "delivered_as": "delivered_by_proxy"}
    customer = {"solved": [False, True], "finds": True}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier, customer=customer)

    assert await case.to_the_end() == "delivered"

    assert (await case.one("type_changed")).data == {"before": "parcel_stuck", "type": "signed_not_received"}
    assert len(await case.told("look_around_asked")) == 1
    assert await case.journal("decision_asked") == []


async def test_a_denial_that_nobody_can_clear_up_is_made_good(house: House) -> None:
    """Signed for by somebody, denied, not found and the courier does not know: lost, with his choice and a claim."""
    courier = {"state": "stalled", "trace": ["found", "unknown"], "delivered_as": "delivered_by_proxy"}
    customer = {"solved": [False, True], "choice": "full_refund"}
    case = await house.open("parcel_stuck", reason="not_received", courier=courier, customer=customer)

    assert await case.to_the_end() == "refunded"

    changed = [entry.data["type"] for entry in await case.journal("type_changed")]
    assert changed == ["signed_not_received", "parcel_lost"]
    assert await case.payments() == [4500]
    assert len(await (await case.claim()).ledger("claim_opened")) == 1

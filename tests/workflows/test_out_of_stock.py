"""缺货: told by telephone within 24 hours and honestly; the rest leaves first; not just a refund is offered."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import about

ORDERED = {
    "paid": 9000, "waybill": "", "shipped_at": None, "signed_at": None,
    "lines": [{"sku": "LAMP", "quantity": 2, "price": 8000}, {"sku": "BULB", "quantity": 1, "price": 1000}],
}  # fmt: skip
MISSING: dict[str, Any] = {"reason": "out_of_stock", "order": ORDERED, "lines": [{"sku": "LAMP", "quantity": 1}]}
OTHER: dict[str, Any] = {**MISSING, "lines": [{"sku": "LAMP", "quantity": 1, "instead": "LANTERN"}]}
IN_FIVE_DAYS = {"stock_after": "5d"}
MONEY = {"choice": "part_refund"}
DEAF = {"calls": "no_answer"}


async def test_he_is_phoned_and_waits_for_the_new_date(house: House) -> None:
    """R-OOS-24H, P-HONEST: phoned, the new date told; the rest leaves first; the lamp comes, is sent and arrives."""
    case = await house.open("out_of_stock", **MISSING, warehouse=IN_FIVE_DAYS)

    assert await case.to_the_end() == "delivered"

    phoned = await case.one("phoned")
    assert phoned.rule == "R-OOS-24H"
    assert about(phoned.at, case.began)
    assert (await case.one("plan_proposed")).data["choices"] == ["wait_for_stock", "part_refund"]
    assert len(await case.told("delay_told")) == 1
    rest, lamp = await case.ledger("goods_shipped")
    assert rest["lines"] == [{"sku": "LAMP", "quantity": 1}, {"sku": "BULB", "quantity": 1}]
    assert lamp["lines"] == [{"sku": "LAMP", "quantity": 1}]
    arrived, ordered = await case.one("stock_arrived"), await case.journal("shipment_ordered")
    assert about(ordered[0].at, case.began)
    assert about(ordered[1].at, arrived.at)
    assert len(await case.told("rest_shipped_told")) == len(await case.told("stock_shipped_told")) == 1
    assert (await case.state()).clocks["D-OOS"].state == "met"


async def test_another_product_goes_with_a_discount(house: House) -> None:
    """R-OOS-OFFER: a lantern in place of the lamp, 4.00 off, paid back and told; nobody need be asked."""
    case = await house.open("out_of_stock", **OTHER, warehouse=IN_FIVE_DAYS)

    assert await case.to_the_end() == "exchanged"

    assert (await case.one("plan_proposed")).data["choices"] == ["substitute", "wait_for_stock", "part_refund"]
    _, lantern = await case.ledger("goods_shipped")
    assert (lantern["leg"], lantern["lines"]) == ("exchange_out", [{"sku": "LANTERN", "quantity": 1}])
    assert await case.payments() == [400]
    assert await case.journal("approval_asked") == []
    (given,) = await case.records("compensation")
    assert (given["form"], given["amount_minor"], given["state"]) == ("cash", 400, "given")


async def test_a_discount_above_the_limit_is_granted_by_a_leader_first(house: House) -> None:
    """A-DISCOUNT: ten percent of 400.00 are more than an agent may give: offered only once a supervisor said so."""
    order = {**ORDERED, "paid": 81000, "lines": [{"sku": "LAMP", "quantity": 2, "price": 80000}, ORDERED["lines"][1]]}  # type: ignore[index]
    case = await house.open("out_of_stock", **{**OTHER, "order": order})

    await case.run_until(stage="approval", ball_with="supervisor")
    assert await case.journal("plan_proposed") == []
    await case.act("approve", by="supervisor:1")
    assert await case.to_the_end() == "exchanged"
    assert await case.payments() == [4000]
    assert (await case.one("approval_asked")).rule == "A-DISCOUNT"


async def test_a_discount_that_no_leader_grants_is_not_offered(house: House) -> None:
    """He may still have the other product, without the discount."""
    order = {**ORDERED, "paid": 81000, "lines": [{"sku": "LAMP", "quantity": 2, "price": 80000}, ORDERED["lines"][1]]}  # type: ignore[index]
    case = await house.open("out_of_stock", **{**OTHER, "order": order})

    await case.run_until(stage="approval")
    await case.act("reject", by="supervisor:1", reason="too_much")
    assert await case.to_the_end() == "exchanged"
    assert await case.sum_told("oos_offer") == ""
    assert await case.payments() == []


async def test_he_may_have_his_money_for_what_there_is_not(house: House) -> None:
    """Nobody knows when it comes and nothing else is recommended: his money for one lamp, and the rest arrives."""
    case = await house.open("out_of_stock", **MISSING)

    assert await case.to_the_end() == "partially_refunded"

    assert (await case.one("plan_proposed")).data["choices"] == ["part_refund"]
    assert await case.payments() == [4000]
    (rest,) = await case.ledger("goods_shipped")
    assert rest["leg"] == "original"
    assert len(await case.told("rest_shipped_told")) == 1
    assert await case.told("delay_told") == []


async def test_when_nothing_is_in_stock_all_of_it_is_paid_back(house: House) -> None:
    """There is no rest to send; above the limit a supervisor says so first."""
    case = await house.open("out_of_stock", reason="out_of_stock", order=ORDERED, customer=MONEY)

    await case.run_until(stage="approval")
    await case.act("approve", by="supervisor:1")
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [9000]
    assert await case.ledger("goods_shipped") == []


async def test_who_does_not_answer_is_called_again_and_written_to(house: House) -> None:
    """The second call, four hours after the first and a message, reaches him: D-OOS is met."""
    case = await house.open("out_of_stock", **MISSING, customer={"calls": ["no_answer", "reached"]})

    await case.run_until(waiting_for="consent")
    first, written, second = await case.told("out_of_stock_told")
    assert (first.data["channel"], written.data["channel"], second.data["channel"]) == ("call", "im", "call")
    assert about(second.at, first.at + timedelta(hours=4))
    assert await case.journal("escalated") == []
    assert await case.to_the_end() == "partially_refunded"


async def test_nobody_phoned_him_within_24_hours(house: House) -> None:
    """D-OOS: all calls in vain, within hours and caps; it escalates at 24 h, and the offer goes out in writing."""
    case = await house.open("out_of_stock", **MISSING, customer=DEAF)

    await case.run_until(needs_human="overdue:D-OOS")
    breached = await case.one("clock_breached", clock="D-OOS")
    assert about(breached.at, case.began + timedelta(hours=24))
    calls = [entry for entry in await case.told("out_of_stock_told") if entry.data["channel"] == "call"]
    assert 2 <= len(calls) <= 5
    assert all(10 <= (entry.at + timedelta(hours=8)).hour < 18 for entry in calls)
    assert await case.to_the_end() == "partially_refunded"
    assert (await case.one("plan_proposed")).at >= breached.at
    assert (await case.state()).needs_human == ""


async def test_a_call_that_an_agent_made_counts(house: House) -> None:
    """He answers the agent's own telephone: logged as reached, he was phoned in time."""
    case = await house.open("out_of_stock", **MISSING, customer=DEAF)

    await case.run_until(waiting_for="customer_to_surface")
    await case.act("log_call", result="reached", note_ref="note/call-1")
    await case.run_until(waiting_for="consent")
    assert len(await case.journal("phoned")) == 1
    assert (await case.state()).clocks["D-OOS"].state == "met"
    assert await case.to_the_end() == "partially_refunded"


async def test_a_case_at_night_phones_in_the_morning(house: House) -> None:
    """P-HOURS: out of stock at eight in the evening is told at ten in the morning, in time."""
    case = await house.open("out_of_stock", local_hour=20, **MISSING)

    assert await case.to_the_end() == "partially_refunded"
    assert about((await case.one("phoned")).at, case.began + timedelta(hours=14))
    assert await case.journal("clock_breached", clock="D-OOS") == []


async def test_stock_that_does_not_come_is_told_honestly(house: House) -> None:
    """P-HONEST: the day passes without it; he is told, and a person decides (S-STOCK by the date that he was told)."""
    case = await house.open("out_of_stock", **MISSING, warehouse={**IN_FIVE_DAYS, "stock_late": "never"})

    await case.run_until(needs_human="decide:stock_never_came")
    ran_out = await case.one("clock_breached", clock="S-STOCK")
    assert about(ran_out.at, case.began + timedelta(days=5, hours=13))  # that day ends
    assert len(await case.told("delay_told")) == 2
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [4000]


async def test_his_silence_goes_to_a_person(house: House) -> None:
    """72 hours without his word: nothing is done over his head, an agent decides; he hears how the rest travels."""
    case = await house.open("out_of_stock", **OTHER, customer={"agrees_after": "never"})

    await case.run_until(needs_human="decide:oos_no_answer")
    assert await case.payments() == []
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"
    assert len(await case.told("rest_shipped_told")) == 1


async def test_who_wants_none_of_it_hears_from_a_person(house: House) -> None:
    """He declines all three: an agent pays for the lamp."""
    case = await house.open("out_of_stock", **OTHER, customer={"agrees": False})

    await case.run_until(needs_human="decide:oos_plan_declined")
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"
    assert await case.payments() == [4000]


async def test_a_substitute_that_does_not_arrive_goes_to_a_person(house: House) -> None:
    """The lantern is lost on its way: its price is paid back, what was given as discount stays his."""
    case = await house.open("out_of_stock", **OTHER, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:oos_substitute_failed")
    await case.act("decide", resolution="part_refund")
    assert await case.to_the_end() == "partially_refunded"
    assert sorted(await case.payments()) == [400, 4000]


async def test_a_warehouse_that_cannot_send_the_rest_is_put_before_a_person(house: House) -> None:
    """The rest is refused for good: a supervisor hears of it at once, and the customer is phoned all the same."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "no_stock"}
    case = await house.open("out_of_stock", **MISSING, fault=fault)

    assert (await case.one("escalated", reason="partner_refused:warehouse")).rule == "R-OOS-OFFER"
    await case.run_until(waiting_for="consent")
    assert len(await case.journal("phoned")) == 1


async def test_a_gift_of_which_nobody_knows_anything_is_decided_by_a_person(house: House) -> None:
    """There is no money to pay back for it, no date and nothing else: an agent finds something."""
    lines = [{"sku": "LAMP", "quantity": 1, "price": 4500}, {"sku": "BULB", "quantity": 1, "price": 0}]
    order = {**ORDERED, "paid": 4500, "lines": lines}
    case = await house.open("out_of_stock", reason="out_of_stock", order=order, lines=[{"sku": "BULB", "quantity": 1}])

    await case.run_until(needs_human="decide:oos_nothing_to_offer")
    assert await case.journal("plan_proposed") == []
    await case.act("decide", resolution="explain_only")
    assert await case.to_the_end() == "rejected"
    assert await case.payments() == []


async def test_what_he_was_offered_stands_under_another_rulebook(house: House) -> None:
    """He was told 4.00 off; the shop adopts a rulebook with twice that before he answers: 4.00 it is."""
    customer = {"agrees_after": "40h"}
    case = await house.open("out_of_stock", **OTHER, customer=customer, request_id=f"{ANEW}oos-1")
    await case.run_until(waiting_for="consent")
    version = await house.keep('name = "twice"\n[numbers.substitute_discount_percent]\nvalue = 20\n')
    await case.act("adopt_rulebook", by="supervisor:2", rulebook=version, reason="new_version")

    assert await case.to_the_end() == "exchanged"
    assert await case.payments() == [400]
    assert len(await case.journal("plan_proposed")) == 1

"""换货: goods come back, others leave within a day; what is dearer is paid for first, what is cheaper paid back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

PHOTOS = ["evidence/a", "evidence/b"]
FAULTY = {"first": "defect_confirmed", "second": "defect_confirmed"}
QUALITY: dict[str, Any] = {"reason": "quality", "evidence": PHOTOS, "warehouse": FAULTY}
DEARER = [{"sku": "POT", "quantity": 1, "price": 6000}]
CHEAPER = [{"sku": "BOWL", "quantity": 1, "price": 4000}]
SOLD_WITH_POSTAGE: dict[str, Any] = {"paid": 5100, "freight": 600, "free_postage": False}


async def collections(case: LivedCase) -> list[tuple[str, int]]:
    """What was asked of the customer in our books: status and sum."""
    rows = await case.house.pool.fetch(
        "SELECT status, amount_minor FROM collections WHERE case_no = $1 ORDER BY key", case.case_no
    )
    return [(row["status"], row["amount_minor"]) for row in rows]


async def came_in(case: LivedCase) -> list[int]:
    """The sums that the customer really paid at the provider."""
    return [one["amount_minor"] for one in await case.ledger("money_received")]


async def shipped(case: LivedCase) -> list[tuple[str, list[dict[str, Any]]]]:
    """What the warehouse really sent: leg and goods."""
    return [(one["leg"], one["lines"]) for one in await case.ledger("goods_shipped")]


async def announced_as(case: LivedCase) -> list[str]:
    """As what kind of return the warehouse was told of it: HHRK is an exchange."""
    which = {"shop": case.shop, "case_no": case.case_no}
    calls = (await case.house.control.get("/ledger", params=which)).json()["calls"]
    return [one["content"]["kind"] for one in calls if one["operation"] == "announce_return"]


async def test_a_faulty_item_is_exchanged_within_a_day_at_our_cost(house: House) -> None:
    """Photos, his word, the goods as an exchange, two inspections; another one leaves 24 hours after the receipt."""
    case = await house.open("exchange", **QUALITY, order={"invoice": "INV-1"})

    assert await case.to_the_end() == "exchanged"

    assert [(entry.event, entry.rule) for entry in await case.journal() if entry.event != "progress_told"] == [
        ("case_opened", "R-INTAKE"),
        ("exchange_window", "R-EX-QUALITY"),
        ("freight_decided", "M-QUAL"),
        ("plan_proposed", "R-EX-QUALITY"),
        ("customer_contacted", "R-EX-QUALITY"),
        ("customer_agreed", "R-CONSENT"),
        ("return_authorized", "R-RET-ADDR"),
        ("customer_contacted", "R-RET-SLIP"),
        ("return_shipped", "R-RET-TRACK"),
        ("return_received", "W-3"),
        ("customer_contacted", "R-PROACT"),
        ("inspected", "W-6"),
        ("inspected", "W-6"),
        ("shipment_ordered", "R-EX-24H"),
        ("clock_warning", "R-EX-24H"),
        ("shipped", "R-PROACT"),
        ("customer_contacted", "R-EX-24H"),
        ("parcel_update", "R-PROACT"),
        ("parcel_update", "R-PROACT"),
        ("customer_contacted", "R-EXPLAINBACK"),
        ("customer_confirmed", "R-CLOSECONF"),
        ("case_closed", "R-CLOSECONF"),
        ("customer_contacted", "R-SURVEY"),
        ("survey_answered", "R-SURVEY"),
    ]
    (sku,) = (line["sku"] for line in case.request["order"]["lines"])
    assert await shipped(case) == [("exchange_out", [{"sku": sku, "quantity": 1}])]
    assert await announced_as(case) == ["HHRK"]
    received, left = await case.one("return_received"), await case.one("shipped")
    assert left.at - received.at < timedelta(hours=24), "D-EXSHIP"
    warned = await case.one("clock_warning", clock="D-EXSHIP")
    assert about(warned.at, received.at + timedelta(hours=12)), "X14"
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["quarantine"]
    (ordered,), (invoice,) = await case.records("exchange_order"), await case.records("invoice_action")
    assert (ordered["paid"], ordered["refunded"], invoice["action"]) == ("0.00 CNY", "0.00 CNY", "endorsement")
    assert (await case.payments(), await collections(case)) == ([], [])


async def test_without_photos_a_quality_exchange_is_decided_by_a_person(house: House) -> None:
    """No photos in 72 hours: an agent has it exchanged all the same, and it is."""
    case = await house.open("exchange", reason="quality", customer={"photos": 0}, warehouse=FAULTY)

    await case.run_until(needs_human="decide:no_evidence")
    await case.act("decide", resolution="exchange")

    assert await case.to_the_end() == "exchanged"
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out"]


async def test_late_inspections_breach_the_24_hours_and_it_is_exchanged_all_the_same(house: House) -> None:
    """A day after the receipt nothing has left: it escalates (R-EX-24H), and what leaves later settles it."""
    case = await house.open("exchange", **QUALITY | {"warehouse": {**FAULTY, "inspects_after": "22h"}})

    await case.run_until(needs_human="overdue:D-EXSHIP")
    received, breached = await case.one("return_received"), await case.one("clock_breached", clock="D-EXSHIP")
    assert about(breached.at, received.at + timedelta(hours=24))
    assert (await case.one("escalated", reason="overdue:D-EXSHIP")).rule == "R-EX-24H"

    assert await case.to_the_end() == "exchanged"
    assert (await case.row())["needs_human"] == ""


async def test_after_the_return_window_a_month_stays_for_quality_and_he_pays_his_parcel(house: House) -> None:
    """Three weeks after the receipt: an exchange for quality, in by the customer, out by us (M-EXQ)."""
    case = await house.open("exchange", order={"signed_at": timedelta(days=-21)}, **QUALITY)

    assert await case.to_the_end() == "exchanged"

    assert (await case.one("freight_decided", inbound="customer", outbound="merchant")).rule == "M-EXQ"


@pytest.mark.parametrize(
    ("reason", "days", "rule"), [("quality", 40, "R-EX-QUALITY"), ("no_reason", 21, "R-NR-WINDOW")]
)
async def test_a_closed_window_is_explained(house: House, reason: str, days: int, rule: str) -> None:
    """After a month for quality, after the return window without a reason: told why, and nothing moves."""
    case = await house.open("exchange", reason=reason, evidence=PHOTOS, order={"signed_at": timedelta(days=-days)})

    assert await case.to_the_end() == "rejected"

    assert (await case.one("exchange_window", allowed=False)).rule == rule
    assert len(await case.told("window_closed")) == 1
    assert await case.ledger("return_announced") == []


async def test_goods_of_a_kind_that_never_comes_back_are_said_to_be_so(house: House) -> None:
    """Made to order: no exchange without a reason, and the customer does not hear that he was late."""
    lines = [{"sku": "CARVED", "quantity": 1, "price": 4500, "category": "custom_made"}]
    case = await house.open("exchange", order={"lines": lines})

    assert await case.to_the_end() == "rejected"
    assert (await case.told("window_closed"), len(await case.told("refund_rejected"))) == ([], 1)


async def test_without_a_reason_he_pays_the_freight_and_our_parcels_too_where_postage_was_charged(house: House) -> None:
    """A change of mind inside the window: the freight of the new parcel is quoted, agreed to and paid first (X4)."""
    case = await house.open("exchange", order=SOLD_WITH_POSTAGE)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("exchange_proposed") == "6.00 CNY"
    assert (await case.one("freight_decided")).rule == "M-NR-PAID"
    assert await came_in(case) == [600]
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["restock"]


async def test_no_postage_is_asked_for_goods_sold_without_it(house: House) -> None:
    """Sold with free postage: each side bears its own parcel, and nothing is collected (P-FREEPOST)."""
    case = await house.open("exchange")

    assert await case.to_the_end() == "exchanged"
    assert (await collections(case), await case.records("fee_quote")) == ([], [])


async def test_a_dearer_replacement_is_paid_for_before_it_leaves(house: House) -> None:
    """15 yuan more: quoted, agreed to, asked for after the inspections, paid, and only then shipped."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("exchange_proposed") == "15.00 CNY"
    (quote,) = await case.records("fee_quote")
    assert (quote["amount_minor"], quote["agreed"]) == (1500, True)
    paid, ordered = await case.one("collection_paid"), await case.one("shipment_ordered")
    assert paid.at <= ordered.at
    assert (await collections(case), await came_in(case)) == ([("paid", 1500)], [1500])
    assert await shipped(case) == [("exchange_out", [{"sku": "POT", "quantity": 1}])]
    assert await case.payments() == []


async def test_his_payment_is_no_part_of_our_24_hours(house: House) -> None:
    """He takes two days to pay: the clock of the exchange stands still, and goes on where it stood."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "48h"}})

    assert await case.to_the_end() == "exchanged"

    assert await case.journal("clock_breached", clock="D-EXSHIP") == []
    (stood,) = (await case.state()).clocks["D-EXSHIP"].pauses
    assert (stood.reason, stood.until is not None) == ("customers_turn", True)
    assert len(await case.told("payment_asked")) == 2, "and once more halfway"
    assert await came_in(case) == [1500]


async def test_what_is_not_paid_is_never_shipped(house: House) -> None:
    """72 hours without the money: nobody can pay it any more, and a person settles it, here by a plain return."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    await case.run_until(needs_human="decide:exchange_unpaid")
    asked, breached = await case.one("collection_open"), await case.one("clock_breached", clock="S-PAY")
    assert about(breached.at, asked.at + timedelta(hours=72))
    assert (await collections(case), await shipped(case)) == ([("closed", 1500)], [])
    await case.act("decide", resolution="return_refund")

    assert await case.to_the_end() == "refunded"
    assert (await case.payments(), await came_in(case), await shipped(case)) == ([4500], [], [])


@pytest.mark.parametrize("hours", [-1, 1])
async def test_a_payment_at_the_last_moment(house: House, hours: int) -> None:
    """An hour before the link ends it counts; an hour after it nobody can pay any more."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": f"{72 + hours}h"}})
    if hours < 0:
        assert await case.to_the_end() == "exchanged"
        return
    await case.run_until(needs_human="decide:exchange_unpaid")
    await case.pass_time(hours=20)
    assert await came_in(case) == []


async def test_a_lost_notice_of_a_payment_is_found_by_asking(house: House) -> None:
    """The provider's notice gets lost: when the time is over we ask him, hear that it was paid, and ship."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY)
    await house.fault(case, "drop", partner="payments", operation="payment_received")

    assert await case.to_the_end() == "exchanged"

    assert await case.journal("payment_received") == []
    assert (await collections(case), await came_in(case)) == ([("paid", 1500)], [1500])


async def test_a_notice_is_never_believed(house: House) -> None:
    """Somebody says that it was paid and it was not: the provider is asked, and nothing is shipped."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    await case.run_until(waiting_for="payment")
    (asked,) = (await case.state()).collections
    await case.say("payment_received", key=asked.key)
    assert (await case.rest()).waiting_for == "payment"
    assert await shipped(case) == []


@pytest.mark.parametrize("fault", ["timeout_before", "server_error_after", "malformed"])
async def test_a_provider_that_falters_asks_the_customer_once(house: House, fault: str) -> None:
    """No usable answer to our request for payment: it is repeated under its key, and he pays one sum once."""
    fault_ = {"kind": fault, "partner": "payments", "operation": "request", "seconds": 1}
    case = await house.open("exchange", replacement=DEARER, **QUALITY, fault=fault_)

    assert await case.to_the_end() == "exchanged"
    assert len(await case.ledger("payment_requested")) == 1
    assert await came_in(case) == [1500]


async def test_a_provider_that_cannot_collect_puts_it_before_a_person(house: House) -> None:
    """His final no: nothing was asked of the customer, nothing leaves, an agent decides."""
    fault = {"kind": "refuse", "partner": "payments", "operation": "request", "code": "not_supported"}
    case = await house.open("exchange", replacement=DEARER, **QUALITY, fault=fault)

    await case.run_until(needs_human="decide:exchange_unpaid")
    assert (await case.one("collection_refused")).data["code"] == "not_supported"
    assert await case.told("payment_asked") == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_who_withdraws_before_he_paid_is_asked_for_nothing_more(house: House) -> None:
    """He takes the exchange back while the link is open: it is closed; his goods are with us, so a person decides."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    await case.run_until(waiting_for="payment")
    await case.say("customer_withdrew")

    await case.run_until(needs_human="decide:exchange_unpaid")
    assert await collections(case) == [("closed", 1500)]
    await case.act("decide", resolution="full_refund")
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_a_cheaper_replacement_pays_the_difference_back(house: House) -> None:
    """Five yuan less: said in the plan, paid back when the new bowl has left, once."""
    case = await house.open("exchange", replacement=CHEAPER, **QUALITY)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("exchange_cheaper") == "5.00 CNY"
    left, refunded = await case.one("shipped"), await case.one("refund_done")
    assert left.at <= refunded.at
    assert await case.payments() == [500]
    (refund,) = await case.refunds()
    assert refund["purpose"] == "price_difference"


async def test_a_declined_exchange_is_negotiated_and_silence_is_no_consent(house: House) -> None:
    """Declined: a person decides. Silent: nothing moves, and the request expires."""
    declined = await house.open("exchange", customer={"agrees": False})
    silent = await house.open("exchange", customer={"agrees_after": "never"})

    await declined.run_until(needs_human="decide:plan_declined")
    await declined.act("decide", resolution="partial_refund", amount={"minor": 900})
    assert await declined.to_the_end() == "partially_refunded"
    assert await silent.to_the_end() == "expired"
    assert await silent.ledger("return_announced") == []


async def test_goods_that_are_never_sent_end_the_exchange(house: House) -> None:
    """Seven days without a parcel of his: the request expires, nothing left our house."""
    case = await house.open("exchange", customer={"ships_after": "never"})

    assert await case.to_the_end() == "expired"
    assert await shipped(case) == []


async def test_a_replacement_that_is_out_of_stock_becomes_all_his_money(house: House) -> None:
    """The difference is paid, then the warehouse has none: said honestly, and price and difference go back."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "out_of_stock"}
    case = await house.open("exchange", replacement=DEARER, **QUALITY, fault=fault)

    now = await case.run_until(stage="approval", ball_with="supervisor")  # 60 yuan are above an agent's limit
    assert now.needs_human == "" or now.needs_human.startswith("approve")
    await case.act("approve", by="supervisor:1")

    assert await case.to_the_end() == "refunded"
    assert await case.sum_told("exchange_out_of_stock") == "60.00 CNY"
    assert (await came_in(case), await case.payments()) == ([1500], [6000])
    assert await shipped(case) == []


async def test_out_of_stock_and_no_refund_wanted_is_a_persons_to_solve(house: House) -> None:
    """He would rather have something else: an agent has the same goods sent once they are there again."""
    fault = {"kind": "refuse", "partner": "warehouse", "operation": "ship", "code": "out_of_stock"}
    case = await house.open("exchange", **QUALITY | {"customer": {"agrees": [True, False]}}, fault=fault)

    await case.run_until(needs_human="decide:exchange_not_in_stock")
    await case.act("decide", resolution="exchange")

    assert await case.to_the_end() == "exchanged"
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out"]


async def test_no_fault_found_may_become_an_exchange_without_a_reason(house: House) -> None:
    """Nothing is wrong with it: he exchanges it as a change of mind, and pays our parcel that was quoted (W-8, X15)."""
    warehouse = {"first": "no_fault_found", "second": "no_fault_found"}
    case = await house.open("exchange", **QUALITY | {"warehouse": warehouse}, order=SOLD_WITH_POSTAGE)

    assert await case.to_the_end() == "exchanged"

    assert await case.sum_told("no_fault_exchange") == "6.00 CNY"
    assert (await came_in(case), await case.payments()) == ([600], [])
    assert [moved["disposition"] for moved in await case.ledger("goods_moved")] == ["restock"]


async def test_no_fault_found_may_become_a_plain_return(house: House) -> None:
    """He would rather have his money: a return without a reason, of another type in the same history."""
    case = await house.open("exchange", **QUALITY | {"warehouse": {}})

    await case.run_until(waiting_for="inspection")
    await case.run_until(waiting_for="consent")
    await case.say("customer_agreed", choice="return_refund")

    assert await case.to_the_end() == "refunded"
    assert (await case.one("type_changed", type="return_refund")).rule == "X15"
    assert (await case.payments(), await shipped(case)) == ([4500], [])
    assert await case.journal("clock_breached", clock="D-EXSHIP") == []


async def test_no_fault_found_after_the_window_goes_back_at_his_cost(house: House) -> None:
    """Three weeks later no return without a reason is open: quoted, agreed to, sent back."""
    order = {**SOLD_WITH_POSTAGE, "signed_at": timedelta(days=-21)}
    case = await house.open("exchange", **QUALITY | {"warehouse": {"second": "no_fault_found"}}, order=order)

    assert await case.to_the_end() == "no_fault_found"
    assert [leg for leg, _ in await shipped(case)] == ["send_back"]


@pytest.mark.parametrize(
    ("warehouse", "need"),
    [({"second": "customer_damage"}, "inspection_customer_damage"), ({**FAULTY, "short": 1}, "inspection_incomplete")],
)
async def test_damaged_or_missing_goods_are_no_machines_to_exchange(
    house: House, warehouse: dict[str, Any], need: str
) -> None:
    """He broke it, or a piece is missing: nothing leaves by itself, a person decides."""
    lines = [{"sku": "TRIO", "quantity": 3, "price": 4500}]
    case = await house.open("exchange", **QUALITY | {"warehouse": warehouse}, order={"lines": lines})

    await case.run_until(needs_human=f"decide:{need}")
    assert await shipped(case) == []
    await case.act("decide", resolution="send_back")

    assert await case.to_the_end() == "returned_to_customer"


async def test_an_exchange_that_never_arrives_is_decided_by_a_person(house: House) -> None:
    """Ten days on the way: an agent has it sent again."""
    case = await house.open("exchange", **QUALITY, courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:exchange_not_delivered")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_only_some_goods_of_an_order_are_exchanged(house: House) -> None:
    """One of two cups: one is announced, one is inspected, one leaves."""
    lines = [{"sku": "MUG", "quantity": 2, "price": 4500}]
    case = await house.open("exchange", **QUALITY, order={"lines": lines}, lines=[{"sku": "MUG", "quantity": 1}])

    assert await case.to_the_end() == "exchanged"
    assert await shipped(case) == [("exchange_out", [{"sku": "MUG", "quantity": 1}])]
    (told,) = await case.ledger("return_announced")
    assert told["lines"] == [{"sku": "MUG", "quantity": 1}]


async def test_an_exchange_that_a_person_decides_on_asks_before_it_costs_anything(house: House) -> None:
    """A return whose plan he declined becomes an exchange for a dearer pot: quoted, agreed to, paid, sent."""
    case = await house.open("return_refund", customer={"agrees": [False, True]})

    await case.run_until(needs_human="decide:plan_declined")
    foreign = [{"sku": "POT", "quantity": 1, "price": {"minor": 6000, "currency": "USD"}}]
    with pytest.raises(Refused) as refused:
        await case.act("decide", resolution="exchange", replacement=foreign)
    assert refused.value.code == "currency"
    wanted = [{"sku": "POT", "quantity": 1, "price": {"minor": 6000}}]
    await case.act("decide", resolution="exchange", replacement=wanted)

    assert await case.to_the_end() == "exchanged"
    assert await came_in(case) == [1500]
    assert await shipped(case) == [("exchange_out", [{"sku": "POT", "quantity": 1}])]


async def test_an_exchange_that_could_not_be_carried_out_is_asked_about_again(house: House) -> None:
    """He never sends the old one: the agent is asked anew and explains."""
    case = await house.open("return_refund", customer={"agrees": [False], "ships_after": "never"})

    await case.run_until(needs_human="decide:plan_declined")
    await case.act("decide", resolution="exchange")
    await case.run_until(needs_human="decide:plan_declined_2")
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"


async def test_who_would_rather_not_pay_is_asked_no_longer(house: House) -> None:
    """He says no to the price after all: nobody can pay it any more, and a person settles it at once."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY | {"customer": {"pays_after": "never"}})

    asked = await case.run_until(waiting_for="payment")
    await case.say("customer_agreed", agreed=False)
    now = await case.rest()
    assert (now.needs_human, about(now.at, asked.at)) == ("decide:exchange_unpaid", True)
    assert await collections(case) == [("closed", 1500)]
    await case.run_until(lambda _: True)
    assert (await case.state()).clocks["D-REFPAY"].running, "his money is due in 72 hours"
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_an_exchange_that_fails_too_is_exchanged_once_more(house: House) -> None:
    """The new one is faulty as well: reopened, an agent decides on another exchange, under a number of its own."""
    case = await house.open("exchange", **QUALITY | {"customer": {"solved": [False, True]}})

    await case.run_until(needs_human="decide:reopened")
    await case.act("decide", resolution="exchange")
    await case.run_until(waiting_for="return_number")
    first, second = (entry.data["rma"] for entry in await case.journal("return_authorized"))
    assert (second.removeprefix(first), (await case.state()).goods.received) == ("-2", {})
    await case.say("return_shipped", waybill="YT-AGAIN", courier="yto")
    await case.say("return_received", lines=[])
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await case.say("inspected", round=round_, result="defect_confirmed", by=by)

    assert await case.to_the_end() == "exchanged"
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out", "exchange_out"]


async def test_who_withdraws_after_he_paid_has_his_exchange(house: House) -> None:
    """His payment crossed his withdrawal, its notice was lost: closing tells of it, and what was paid for is sent."""
    case = await house.open("exchange", replacement=DEARER, **QUALITY)
    await house.fault(case, "drop", partner="payments", operation="payment_received")

    await case.run_until(waiting_for="payment")
    await case.pass_time(hours=6)
    await case.say("customer_withdrew")

    assert await case.to_the_end() == "exchanged"
    assert (await collections(case), await came_in(case)) == ([("paid", 1500)], [1500])


async def test_a_difference_that_cannot_be_paid_back_is_settled_by_a_person(house: House) -> None:
    """The provider refuses for good: the bowl arrives all the same, and an agent gives a coupon for the five yuan."""
    case = await house.open("exchange", replacement=CHEAPER, **QUALITY, provider={"answer": "refused"})

    await case.run_until(ball_with="finance")
    await case.act("decide", by="finance:5", resolution="explain_only")
    await case.run_until(needs_human="decide:exchange_not_refunded")
    assert [leg for leg, _ in await shipped(case)] == ["exchange_out"]
    await case.act("decide", resolution="coupon", amount={"minor": 500})
    await case.keep_promises()

    assert await case.to_the_end() == "goodwill_only"
    assert await case.payments() == []

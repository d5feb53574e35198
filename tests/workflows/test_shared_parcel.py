"""One parcel with the goods of two orders: each case gets its own, through the door as the warehouse tells it (W-3)."""

from __future__ import annotations

import itertools
from typing import Any

from tests.workflows.house import SHOP, House
from tests.workflows.lived_case import LivedCase

_numbers = itertools.count(1)


async def returned(house: House, waybill: str, lines: list[dict[str, Any]], **more: Any) -> LivedCase:
    """A return that the customer has put into the parcel of that number."""
    paid = sum(line["price"] for line in lines)
    case = await house.open(
        "return_refund", order={"lines": lines, "paid": paid}, customer={"ships_after": "never"}, **more
    )
    await case.run_until(waiting_for="return_number")
    await case.say("return_shipped", courier="yto", waybill=waybill)
    return case


async def warehouse_says(house: House, case: LivedCase, kind: str, **fact: Any) -> str:
    """The warehouse tells of the parcel by its waybill alone. The answer is the event's id."""
    id = f"shared-{next(_numbers)}"
    await house.tell(f"aftersales.{kind}", id, (await case.rest()).at, {"shop": SHOP, **fact})
    return id


async def passed(house: House, case: LivedCase, waybill: str) -> None:
    """Both inspections of the parcel."""
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        await warehouse_says(house, case, "inspected", waybill=waybill, round=round_, result="pass", by=by)


def line(sku: str, quantity: int, price: int) -> dict[str, Any]:
    """A line of an order; its price is of the whole line."""
    return {"sku": sku, "quantity": quantity, "price": price}


async def test_two_orders_come_back_in_one_parcel_and_each_is_paid_for_its_own(house: House) -> None:
    """Cups of one order and a lid of the other under one waybill: two refunds, of 40 and of 30 yuan."""
    first = await returned(house, "SH1", [line("CUP", 2, 4000)])
    second = await returned(house, "SH1", [line("LID", 1, 3000)], same_customer_as=first)

    lines = [{"sku": "LID", "quantity": 1}, {"sku": "CUP", "quantity": 2}]
    await warehouse_says(house, first, "return_received", waybill="SH1", lines=lines)
    for case in (first, second):
        await case.run_until(waiting_for="inspection")
    await passed(house, first, "SH1")

    assert await first.to_the_end() == await second.to_the_end() == "refunded"
    assert (await first.payments(), await second.payments()) == ([4000], [3000])
    (logged,) = [one for one in await second.records("inbound_parcel_log") if one["received"]]
    assert logged["received"] == {"LID": 1}


async def test_the_same_goods_of_two_orders_are_shared_out_and_what_is_too_much_is_seen_to(house: House) -> None:
    """Three cups for two cases of one each: each gets one, once though told twice; a person sees to the third."""
    first = await returned(house, "SH2", [line("CUP", 1, 3000)])
    second = await returned(house, "SH2", [line("CUP", 1, 3500)], same_customer_as=first)

    id = await warehouse_says(house, first, "return_received", waybill="SH2", lines=[{"sku": "CUP", "quantity": 3}])
    await house.pool.execute("UPDATE inbox SET status = 'new', attempts = 1, due_at = now() WHERE id = $1", id)
    await house.hand_over()

    for case in (first, second):
        await case.run_until(waiting_for="inspection")
        (received,) = [one["received"] for one in await case.records("inbound_parcel_log") if one.get("received")]
        assert received == {"CUP": 1}
    assert ((await first.rest()).needs_human, (await second.rest()).needs_human) == ("goods_beyond", "")
    (more,) = [one["beyond"] for one in await first.records("inbound_parcel_log") if "beyond" in one]
    assert more == {"CUP": 1}
    await first.act("add_note", note_ref="text/1")
    assert (await first.rest()).needs_human == ""

    await passed(house, first, "SH2")
    assert (await first.to_the_end(), await second.to_the_end()) == ("refunded", "refunded")
    assert (await first.payments(), await second.payments()) == ([3000], [3500])


async def test_parts_of_one_parcel_and_verdicts_on_one_order_reach_the_case_that_they_are_about(house: House) -> None:
    """First the lid alone is booked in, then the cup; the cup is broken, the lid is not: each case hears its own."""
    first = await returned(house, "SH3", [line("CUP", 1, 4000)])
    second = await returned(house, "SH3", [line("LID", 1, 3000)], same_customer_as=first)

    await warehouse_says(house, first, "return_received", waybill="SH3", lines=[{"sku": "LID", "quantity": 1}])
    await second.run_until(waiting_for="inspection")
    assert (await first.rest()).waiting_for == "return_parcel"
    await warehouse_says(
        house,
        first,
        "return_received",
        waybill="SH3",
        lines=[{"sku": "CUP", "quantity": 1, "order_no": first.order_no}],
    )
    await first.run_until(waiting_for="inspection")
    for case, result in ((first, "customer_damage"), (second, "pass")):
        for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
            await warehouse_says(
                house, first, "inspected", waybill="SH3", order_no=case.order_no, round=round_, result=result, by=by
            )

    await first.run_until(needs_human="decide:inspection_customer_damage")
    assert await second.to_the_end() == "refunded"


async def test_who_names_the_parcel_after_it_was_opened_and_looked_at_has_his_money_too(house: House) -> None:
    """W-3: cup and lid came under one case's number; the other names it a day later and waits no more."""
    first = await returned(house, "SH4", [line("CUP", 1, 4000)])
    second = await house.open(
        "return_refund", order={"lines": [line("LID", 1, 3000)], "paid": 3000}, customer={"ships_after": "never"}
    )
    await second.run_until(waiting_for="return_number")
    lines = [{"sku": "LID", "quantity": 1}, {"sku": "CUP", "quantity": 1}]
    await warehouse_says(house, first, "return_received", waybill="SH4", lines=lines)
    await passed(house, first, "SH4")
    assert (await first.rest()).needs_human == "goods_beyond", "nobody had named the lid yet"
    assert await first.to_the_end() == "refunded"
    (logged,) = [one for one in await first.records("inbound_parcel_log") if one.get("received")]
    assert logged["received"] == {"CUP": 1}

    await second.say("return_shipped", courier="yto", waybill="SH4")
    assert await second.to_the_end() == "refunded"
    assert (await first.payments(), await second.payments()) == ([4000], [3000])
    (logged,) = [one for one in await second.records("inbound_parcel_log") if one["received"]]
    assert logged["received"] == {"LID": 1}


async def test_whose_goods_were_not_in_the_parcel_that_he_names_stands_at_the_desk_until_they_come(
    house: House,
) -> None:
    """W-12: one cup came and is the first's; a person sees at once that the second's is missing, and it comes later."""
    first = await returned(house, "SH5", [line("CUP", 1, 4000)])
    second = await house.open(
        "return_refund", order={"lines": [line("CUP", 1, 3000)], "paid": 3000}, customer={"ships_after": "never"}
    )
    await second.run_until(waiting_for="return_number")
    await warehouse_says(house, first, "return_received", waybill="SH5", lines=[{"sku": "CUP", "quantity": 1}])

    await second.say("return_shipped", courier="yto", waybill="SH5")
    now = await second.rest()
    assert (now.waiting_for, now.needs_human, now.ball_with) == ("return_parcel", "not_in_parcel", "agent")
    await warehouse_says(house, second, "return_received", waybill="SH5", lines=[{"sku": "CUP", "quantity": 1}])
    assert (await second.run_until(waiting_for="inspection")).needs_human == ""

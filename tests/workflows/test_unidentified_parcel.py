"""无头件: a parcel that nobody announced is logged, finds its case, or comes before a supervisor (T-INBOUND, W-3)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workflows.house import SHOP, House
from tests.workflows.lived_case import LivedCase, Refused

PHONE = "10000000777"


async def sending(house: House, sku: str, **request: Any) -> LivedCase:
    """A customer whose return is authorised, and who tells no number."""
    order = {"lines": [{"sku": sku, "quantity": 1, "price": 4500}]}
    case = await house.open("return_refund", order=order, customer={"ships_after": "never"}, **request)
    await case.run_until(waiting_for="return_number")
    return case


async def log_of(case: LivedCase) -> dict[str, Any]:
    """Its entry in the Inbound Parcel Log."""
    return next(one for one in await case.records("inbound_parcel_log") if one.get("inbound") == "unidentified")


async def test_an_agent_says_whose_it_is_and_the_case_goes_on_with_it(house: House) -> None:
    """One digit was mistyped: the case stands first among the candidates, and is paid once the goods are inspected."""
    case = await sending(house, "VASE-1")
    parcel = await house.receive(f"X{case.order_no}", "VASE-1", slip=f"{case.order_no[:-1]}")

    shown = await parcel.handle.query("explain")
    assert (shown["needs_human"], shown["ball_with"], shown["due_rule"]) == ("parcel_owner", "agent", "S-UNCLAIMED")
    assert shown["candidates"][0].split()[0] == case.case_no
    assert {"slip", "goods", "awaited"} <= set(shown["candidates"][0].split())
    logged = await log_of(parcel)
    assert (logged["waybill"], logged["received"]) == (f"X{case.order_no}", {"VASE-1": 1})

    await parcel.act("match_parcel", case=case.case_no)
    await house.hand_over()

    assert await parcel.to_the_end() == "matched"
    assert (await log_of(parcel))["matched"] == case.case_no
    opened, closed = await parcel.one("case_opened"), await parcel.one("case_closed")
    assert (opened.data["reason"], closed.data["steps_missing"]) == ("", []), "no customer asked, none was passed over"
    await case.run_until(waiting_for="inspection")
    assert len(await case.journal("return_received")) == 1
    for round_, by in ((1, "warehouse:1"), (2, "qc:1")):
        at = (await case.rest()).at
        fact = {"shop": SHOP, "waybill": f"X{case.order_no}", "round": round_, "result": "pass", "by": by}
        await house.tell("aftersales.inspected", f"seen-{case.order_no}-{round_}", at, fact)
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]
    assert await parcel.told() == [], "no customer hears of a parcel that is nobody's"


async def test_a_customer_who_tells_the_number_later_gets_his_parcel_by_himself(house: House) -> None:
    """It lies in the warehouse for two days; he names its number, and what was said of it meanwhile is his case's."""
    case = await sending(house, "VASE-2")
    parcel = await house.receive("XY-22", "VASE-2")
    await house.tell(
        "aftersales.inspected", "seen-22", (await parcel.rest()).at,
        {"shop": SHOP, "waybill": "XY-22", "round": 1, "result": "pass", "by": "warehouse:1"},
    )  # fmt: skip

    await case.say("return_shipped", courier="yto", waybill="XY-22")

    assert await parcel.to_the_end() == "matched"
    assert (await parcel.one("parcel_matched")).data["case"] == case.case_no
    await house.hand_over()
    await case.run_until(waiting_for="inspection")
    assert (await case.one("inspected")).actor == "warehouse:1"
    await case.say("inspected", round=2, result="pass", by="qc:1")
    assert await case.to_the_end() == "refunded"


@pytest.mark.parametrize(("answer", "goes"), [("keep", "quarantine"), ("send_back", "send_back"), ("scrap", "scrap")])
async def test_what_nobody_claims_a_supervisor_decides(house: House, answer: str, goes: str) -> None:
    """After fifteen days nobody has claimed it: he keeps it, sends it back or scraps it, and the log says so."""
    parcel = await house.receive(f"XN-{answer}", "VASE-3")
    asked = await parcel.run_until(needs_human="decide:unclaimed", ball_with="supervisor")
    assert asked.at - parcel.began >= timedelta(days=15)
    with pytest.raises(Refused) as refused:
        await parcel.act("decide", by="agent:7", resolution=answer)
    assert (refused.value.code, refused.value.rule) == ("not_supervisor", "W-3")

    await parcel.act("decide", by="supervisor:2", resolution=answer)

    assert await parcel.to_the_end() == "unclaimed"
    logged = await log_of(parcel)
    assert (logged["decided"], logged["by"]) == (answer, "supervisor:2")
    (moved,) = await parcel.ledger("goods_moved")
    assert moved["disposition"] == goes


async def test_what_the_warehouse_will_not_do_is_not_done_until_somebody_says_so(house: House) -> None:
    """Its system refuses to send it back: the case stays open until a supervisor says what became of the parcel."""
    parcel = await house.receive("XR-no", "VASE-3")
    await parcel.run_until(needs_human="decide:unclaimed", ball_with="supervisor")
    await house.fault(parcel, "refuse", partner="warehouse", operation="dispose", code="not_served")
    await parcel.act("decide", by="supervisor:2", resolution="send_back")

    await parcel.run_until(needs_human="decide:unclaimed_by_hand", ball_with="supervisor")
    assert (await log_of(parcel))["decided"] == "send_back"
    with pytest.raises(Refused) as refused:
        await parcel.act("decide", by="supervisor:2", resolution="partial_refund")
    assert refused.value.code == "keep_or_not"
    await parcel.act("decide", by="supervisor:2", resolution="scrap")

    assert await parcel.to_the_end() == "unclaimed"
    (gone,) = await parcel.records("return_log")
    assert (gone["disposition"], (await log_of(parcel))["decided"]) == ("scrap", "scrap")


async def test_an_owner_found_late_is_better_than_a_decision(house: House) -> None:
    """The supervisor was asked already, and nobody decided for a day: whose it is can still be said."""
    case = await sending(house, "VASE-4")
    parcel = await house.receive("XL-4", "VASE-4")
    await parcel.run_until(needs_human="overdue:S-DECIDE")

    await parcel.act("match_parcel", by="supervisor:2", case=case.case_no)

    assert await parcel.to_the_end() == "matched"


async def test_the_senders_telephone_finds_him_and_stands_nowhere(house: House) -> None:
    """The label bears his telephone: his case is a candidate, and the number is in no history."""
    person = {"name": "虚构顾客", "phone": f"+86 {PHONE}", "address": "示例市虚构路2号"}
    case = await sending(house, "VASE-5", person=person)
    parcel = await house.receive("XP-5", sender_phone="100-0000-0777")

    (found, *_) = (await parcel.handle.query("explain"))["candidates"]
    assert (found.split()[0], "phone" in found.split()) == (case.case_no, True)
    history = [event.SerializeToString() async for event in parcel.handle.fetch_history_events()]
    assert not any(digits in event for event in history for digits in (PHONE.encode(), b"0000-0777"))


async def test_a_second_receipt_of_the_same_parcel_opens_no_second_case(house: House) -> None:
    """The warehouse books the rest of it in a day later: it lies with the first part, and both go to the owner."""
    case = await sending(house, "VASE-6")
    parcel = await house.receive("XS-6", "VASE-6")
    at = (await parcel.rest()).at
    more = {"shop": SHOP, "waybill": "XS-6", "lines": [{"sku": "VASE-6", "quantity": 0}]}
    await house.tell("aftersales.return_received", "rest-6", at, more)

    await parcel.act("match_parcel", case=case.case_no)

    assert await parcel.to_the_end() == "matched"
    await house.hand_over()
    await case.run_until(waiting_for="inspection")
    assert len(await case.journal("return_received")) == 2


async def test_such_a_parcel_has_no_customer_and_a_customers_case_is_no_such_parcel(house: House) -> None:
    """No refund, promise or quote on it; and nobody matches, keeps or scraps a customer's case."""
    case = await sending(house, "VASE-7")
    parcel = await house.receive("XC-7", "VASE-7")
    for one, kind, fields, code in (
        (parcel, "promise", {"what": "call_back"}, "nobodys_parcel"),
        (parcel, "match_parcel", {"case": "no number"}, "which_case"),
        (parcel, "match_parcel", {"case": parcel.case_no}, "which_case"),
        (case, "match_parcel", {"case": parcel.case_no}, "no_such_parcel"),
    ):
        with pytest.raises(Refused) as refused:
            await one.act(kind, **fields)
        assert (refused.value.code, refused.value.rule) == (code, "W-3")
    row = await parcel.row()
    assert (row["case_type"], row["refunded_minor"], row["customer_ref"]) == ("unidentified_parcel", 0, "nobody")


async def test_trouble_that_is_told_later_finds_the_parcel_that_came_back(house: House) -> None:
    """A refused parcel is on the table before the courier says so: his news open the customer's case, and it matches.

    An old case of that order, closed with nothing to wait for, is no home for the parcel but a candidate.
    """
    order = {"waybill": "XR-9", "signed_at": None, "lines": [{"sku": "VASE-9", "quantity": 1, "price": 4500}]}
    before = await house.open("courier_conduct", reason="service", order=order)
    await before.to_the_end()
    parcel = await house.receive("XR-9", "VASE-9", days=50)
    assert (await parcel.handle.query("explain"))["candidates"][0].startswith(f"{before.case_no} waybill")

    at = (await parcel.rest()).at
    case = LivedCase(house, SHOP, f"{before.order_no}-cancel_before_receipt", before.order_no, before.customer_ref, at)
    news = {"shop": SHOP, "waybill": "XR-9", "state": "rejected"}
    await house.tell("aftersales.parcel_update", "news-9", at, news)
    await house.settled("news-9")

    assert await parcel.to_the_end() == "matched"
    await house.hand_over()
    await case.run_until(waiting_for="inspection")
    assert len(await case.journal("return_received")) == 1

"""疑难件 · 联系不上: kept at for three days within the guard, then the parcel is called back (R-UNREACH-3D, X7)."""

from __future__ import annotations

from datetime import timedelta

from domain.events import Person
from store.address_book import PostgresAddressBook
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, about

DEAF = {"calls": "no_answer"}
THREE_DAYS = timedelta(days=3)


async def calls(case: LivedCase) -> list[int]:
    """The customer's own hour of each call that was really made."""
    made = list(await case.journal("customer_contacted", channel="call"))
    hours = [(entry.at + timedelta(hours=8)).hour for entry in made if entry.data["result"] != "blocked_by_guard"]
    assert len(hours) == len(await case.ledger("call_made"))
    return hours


async def test_reached_on_the_first_day_he_gets_his_parcel_again(house: House) -> None:
    """One call reaches him: address confirmed, delivered again, no recall."""
    case = await house.open("customer_unreachable", reason="not_received")

    assert await case.to_the_end() == "delivered"

    assert await calls(case) == [11]
    assert len(await case.ledger("redelivery_ordered")) == 1
    assert await case.ledger("parcel_recalled") == []


async def test_reached_on_the_second_day_the_recall_never_happens(house: House) -> None:
    """Nobody answers on Monday, he does on Tuesday; each day has one call and one message."""
    case = await house.open("customer_unreachable", reason="not_received", customer={"calls": ["no_answer", "reached"]})

    assert await case.to_the_end() == "delivered"

    assert len(await calls(case)) == 2
    assert len(await case.told("unreachable_notice")) == 1
    assert await case.ledger("parcel_recalled") == []
    assert await case.journal("clock_breached") == []


async def test_his_written_answer_counts_as_well(house: House) -> None:
    """He answers our message after 30 hours: the next call is not needed, the parcel goes out again."""
    case = await house.open("customer_unreachable", reason="not_received", customer={**DEAF, "surfaces_after": "30h"})

    assert await case.to_the_end() == "delivered"

    replied = await case.one("customer_replied")
    assert all(entry.at < replied.at for entry in await case.journal("customer_contacted", channel="call"))
    assert await case.ledger("parcel_recalled") == []


async def test_a_recall_needs_three_days_and_three_logged_attempts(house: House) -> None:
    """Never reached: the recall comes not before three days and not with fewer than three attempts (X7)."""
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF)

    await case.run_until(waiting_for="parcel_back")

    attempts = await case.journal("customer_contacted")
    recalled = await case.one("courier_asked_recall")
    assert recalled.rule == "R-UNREACH-3D"
    assert recalled.at - attempts[0].at >= THREE_DAYS
    assert about((await case.one("clock_breached", clock="D-UNREACH")).at, recalled.at)
    assert len(await calls(case)) >= 3
    assert len(await case.told("unreachable_notice")) >= 3
    assert len(await case.told("recall_told")) == 1
    (asked,) = await case.ledger("parcel_recalled")
    assert len({entry.at.date() for entry in attempts}) >= 3, "on three days"
    assert asked["waybill"]


async def test_calls_by_hand_do_not_shorten_the_three_days(house: House) -> None:
    """An agent logs three calls on the first day: they count as attempts, the three days run all the same."""
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF)

    for _ in range(3):
        await case.act("log_call", by="agent:7", result="no_answer", note_ref="note/call")
    await case.run_until(waiting_for="parcel_back")

    first, recalled = (await case.journal("customer_contacted"))[0], await case.one("courier_asked_recall")
    assert recalled.at - first.at >= THREE_DAYS
    assert len(await case.journal("log_call", result="no_answer")) == 3


async def test_an_agents_call_that_reaches_him_ends_the_search(house: House) -> None:
    """The agent gets through by hand: the case goes on to the address at once."""
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF)

    await case.run_until(waiting_for="customer_to_surface")
    await case.act("log_call", by="agent:7", result="reached", note_ref="note/call")
    assert (await case.rest()).waiting_for == "address"

    assert await case.to_the_end() == "delivered"
    assert len(await calls(case)) == 1


async def test_no_call_rings_outside_the_customers_hours(house: House) -> None:
    """A case that comes in at eight in the evening waits with its call until ten in the morning (P-HOURS)."""
    case = await house.open("customer_unreachable", reason="not_received", local_hour=20, customer=DEAF)

    blocked = await case.one("customer_contacted", channel="call", result="blocked_by_guard")
    assert about(blocked.at, case.began)
    await case.run_until(waiting_for="parcel_back")

    hours = await calls(case)
    assert hours[0] == 10
    assert all(10 <= hour < 18 for hour in hours)
    first = (await case.journal("customer_contacted", channel="call"))[1]
    assert about(first.at, case.began + timedelta(hours=14))


async def test_calls_of_all_his_cases_and_by_hand_count_together(house: House) -> None:
    """Three calls a day over two cases, those by hand included: the fourth waits for the next morning (P-CALLCAP)."""
    one = await house.open("customer_unreachable", reason="not_received", customer=DEAF)
    for _ in range(2):
        await one.act("log_call", by="agent:7", result="no_answer", note_ref="note/call")
    other = await house.open("customer_unreachable", reason="not_received", same_customer_as=one)

    (blocked,) = await other.journal("customer_contacted", channel="call")
    assert blocked.data["result"] == "blocked_by_guard"
    shown = await other.handle.query("explain")
    assert [(found["guard"], found["why"]) for found in shown["blocked"]] == [("P-CALLCAP", "calls_per_day")]
    await other.run_until(waiting_for="customer_to_surface")

    (rang,) = [e for e in await other.journal("customer_contacted", channel="call") if e != blocked]
    assert about(rang.at, other.began + timedelta(hours=23)), "ten o'clock of the next day"


async def test_a_parcel_that_came_back_is_sent_again_when_he_surfaces(house: House) -> None:
    """Recalled and back; on the eighth day he writes, confirms another address, and gets his goods there."""
    customer = {**DEAF, "surfaces_after": "8d", "address_ref": "addr/new"}
    case = await house.open("customer_unreachable", reason="not_received", customer=customer)
    there = Person(name="测试顾客", phone="10000000000", address="示例市虚构路2号")
    await PostgresAddressBook(house.pool).put_address(case.shop, "addr/new", case.customer_ref, there)

    assert await case.to_the_end() == "reshipped"

    back, replied = await case.one("parcel_update", state="returned"), await case.one("customer_replied")
    confirmed, (sent,) = await case.one("address_confirmed"), await case.ledger("goods_shipped")
    assert back.at < replied.at < confirmed.at
    assert sent["leg"] == "reship"
    assert (await case.state()).address_ref == "addr/new"


async def test_who_surfaces_while_the_parcel_is_on_its_way_back_is_served_first(house: House) -> None:
    """He writes on the fourth day: he is not asked to surface again, and his goods go out once they are back."""
    case = await house.open("customer_unreachable", reason="not_received", customer={**DEAF, "surfaces_after": "4d"})

    assert await case.to_the_end() == "reshipped"

    assert len(await case.ledger("goods_shipped")) == 1
    assert await case.journal("escalated") == []


async def test_who_never_surfaces_is_put_before_a_person(house: House) -> None:
    """The goods are back, a week passes in silence: an agent decides, here to pay the money back."""
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF)

    await case.run_until(needs_human="decide:customer_never_surfaced")
    back, breached = (
        await case.one("parcel_update", state="returned"),
        await case.one("clock_breached", clock="S-ADDRESS"),
    )
    assert about(breached.at, back.at + timedelta(days=7))
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_who_surfaces_but_confirms_no_address_gets_nothing_sent(house: House) -> None:
    """He writes a day after the week, before its end was acted on (the worker was down): he is heard all the same. But
    he never says where to: nothing is sent into the blue, a person decides."""
    case = await house.open("customer_unreachable", reason="not_received", customer={**DEAF, "address_after": "never"})
    await case.run_until(waiting_for="parcel_back")
    await case.run_until(waiting_for="customer_to_surface")

    await case.say("customer_replied", after=timedelta(days=8))

    assert (await case.rest()).waiting_for == "address"
    assert await case.journal("clock_breached", clock="S-ADDRESS") == []
    await case.run_until(needs_human="decide:customer_never_surfaced")
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_parcel_that_never_comes_back_is_traced_and_counted_lost(house: House) -> None:
    """Seven days after the recall it is not back (D-UNREACH-BACK): traced, lost, and decided by a person."""
    courier = {"back_after": "never", "trace": "lost"}
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF, courier=courier)

    await case.run_until(needs_human="decide:recalled_parcel_lost")
    recalled, breached = (
        await case.one("courier_asked_recall"),
        await case.one("clock_breached", clock="D-UNREACH-BACK"),
    )
    assert about(breached.at, recalled.at + timedelta(days=7))
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_refused_recall_is_chased_at_once(house: House) -> None:
    """The courier refuses to bring it back: nobody waits seven days, it is traced and found lost."""
    courier = {"recall": "refused", "trace": "lost"}
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF, courier=courier)

    await case.run_until(needs_human="decide:recalled_parcel_lost")
    recalled, traced = await case.one("courier_asked_recall"), await case.one("courier_asked_trace")
    assert traced.at - recalled.at < timedelta(hours=3)
    assert len(await case.journal("courier_answered", verdict="lost")) == 1
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_a_second_delivery_that_fails_too_is_put_before_a_person(house: House) -> None:
    """Reached, address confirmed, and ten days later still nothing: an agent decides."""
    case = await house.open("customer_unreachable", reason="not_received", courier={"delivered_after": "never"})

    await case.run_until(needs_human="decide:redelivery_failed")
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4500]


async def test_reached_without_an_address_a_person_decides(house: House) -> None:
    """He answers the call but never confirms where to: after a week an agent decides."""
    case = await house.open("customer_unreachable", reason="not_received", customer={"address_after": "never"})

    await case.run_until(needs_human="decide:address_unconfirmed")
    assert await case.ledger("redelivery_ordered") == []
    await case.act("decide", resolution="explain_only", reason="not_covered")

    assert await case.to_the_end() == "rejected"


async def test_an_address_that_nobody_kept_is_put_before_a_person(house: House) -> None:
    """He names an address that is not in the book: the parcel is not ordered again and again, an agent decides."""
    customer = {**DEAF, "surfaces_after": "8d", "address_ref": "addr/nowhere"}
    case = await house.open("customer_unreachable", reason="not_received", customer=customer)

    await case.run_until(needs_human="decide:reship_failed")
    assert (await case.one("shipment_refused")).data["code"] == "person_unknown"
    assert await case.ledger("goods_shipped") == []
    await case.act("decide", resolution="full_refund")

    assert await case.to_the_end() == "refunded"


async def test_who_is_silent_and_fetches_his_parcel_gets_no_second_one(house: House) -> None:
    """On the second day of silence the courier says that it is delivered: nobody calls it back or sends it again."""
    case = await house.open("customer_unreachable", reason="not_received", customer=DEAF)
    await case.run_until(waiting_for="customer_to_surface")
    await case.pass_time(hours=30)
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"

    assert await case.ledger("parcel_recalled") == await case.ledger("goods_shipped") == []
    assert await case.told("address_asked") == []


async def test_a_parcel_that_is_fetched_after_its_recall_is_not_sent_again(house: House) -> None:
    """The recall was ordered, and he had fetched it: neither seven days of waiting nor a second parcel."""
    case = await house.open(
        "customer_unreachable", reason="not_received", customer=DEAF, courier={"recall_after": "never"}
    )
    await case.run_until(waiting_for="parcel_back")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"

    assert await case.ledger("trace_opened") == await case.ledger("goods_shipped") == []
    assert await case.journal("clock_breached", clock="D-UNREACH-BACK") == []


async def test_a_recalled_parcel_counts_as_back_when_the_warehouse_has_it(house: House) -> None:
    """The courier never says that it came back, the warehouse books it in: nobody waits seven days or traces it."""
    case = await house.open(
        "customer_unreachable", reason="not_received", customer=DEAF, courier={"recall_after": "never"}
    )
    await case.run_until(waiting_for="parcel_back")
    await case.say("return_received", waybill=case.request["order"]["waybill"])

    assert (await case.rest()).waiting_for == "customer_to_surface"
    assert await case.ledger("trace_opened") == []


async def test_who_was_reached_and_fetched_it_need_confirm_no_address(house: House) -> None:
    """He answered the call, fetched the parcel, and never says where to: it is there, no courier is sent again."""
    case = await house.open("customer_unreachable", reason="not_received", customer={"address_after": "never"})
    await case.run_until(waiting_for="address")
    await case.say("parcel_update", waybill=case.request["order"]["waybill"], state="delivered")

    assert await case.to_the_end() == "delivered"

    assert await case.ledger("redelivery_ordered") == []
    assert await case.journal("decision_asked") == []

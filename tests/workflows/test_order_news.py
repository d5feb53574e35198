"""What the source of an order, or the platform, tells after he asked: a running case heeds it (R-VERIFY, T-RIGHTS)."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

from domain.money import Money
from tests.workflows.anew import ANEW
from tests.workflows.house import SHOP, House
from tests.workflows.lived_case import LivedCase, about

_numbers = itertools.count(1)


async def told(house: House, case: LivedCase, **order: Any) -> None:
    """The shop tells the order anew, with what is other now."""
    at = (await case.rest()).at
    notice = {"shop": SHOP, "order": case.request["order"] | order}
    await house.tell("aftersales.order", f"news-{next(_numbers)}", at, notice)
    await case.rest()


async def test_the_number_that_is_told_late_is_followed(house: House) -> None:
    """He asks where his parcel is, and it has no number yet; the export with it comes next day, then the courier."""
    case = await house.open("late_shipment", reason="not_received", order={"waybill": "", "signed_at": None})
    await case.run_until(waiting_for="first_scan")

    waybill = f"LATE-{case.order_no}"
    await told(house, case, waybill=waybill, courier="sf")
    scan = {"waybill": waybill, "state": "in_transit"}
    await house.tell("aftersales.parcel_update", f"scan-{waybill}", (await case.rest()).at, scan)
    await case.run_until(waiting_for="delivery")
    delivered = scan | {"state": "delivered"}
    await house.tell("aftersales.parcel_update", f"signed-{waybill}", (await case.rest()).at, delivered)
    assert await case.to_the_end() == "delivered"
    assert (await case.one("order_told")).data["waybill"] == waybill


async def test_it_is_known_in_every_later_run(house: House) -> None:
    """A case that goes on in a new run at every rest: number, payment and invoice stay as they were told last."""
    nobody_knew = {"waybill": "", "signed_at": None}
    case = await house.open("late_shipment", reason="not_received", order=nobody_knew, request_id=f"{ANEW}told")
    await case.run_until(waiting_for="first_scan")
    await told(house, case, waybill="ANEW-1", courier="sf", paid={"minor": 4000}, invoice="INV-8")
    await case.act("add_note", note_ref="text/1")

    for state in ("in_transit", "delivered"):
        at = (await case.rest()).at
        await house.tell("aftersales.parcel_update", f"anew-{state}", at, {"waybill": "ANEW-1", "state": state})
    assert await case.to_the_end() == "delivered"
    known = (await case.state()).order_told
    assert known is not None
    assert (known.waybill, known.paid, known.invoice) == ("ANEW-1", Money(minor=4000), "INV-8")
    assert len(await case.journal("order_told")) == 1


async def test_no_more_is_paid_back_than_was_paid_as_it_is_known_now(house: House) -> None:
    """R-REF-72H: the shop corrects what was paid from 45 to 40 yuan before the goods are back: 40 go back."""
    case = await house.open("return_refund")
    await told(house, case, paid={"minor": 4000})
    assert await case.to_the_end() == "refunded"
    assert await case.payments() == [4000]


async def test_a_window_that_a_wrong_day_closed_is_put_before_a_person(house: House) -> None:
    """X2: signed for a month ago, the export said; he got it two days ago. What was open for him stays open."""
    late = await house.open("return_refund", order={"signed_at": timedelta(days=-30)})
    in_time = await house.open("return_refund")
    await late.run_until(lambda now: bool(now.waiting_for))
    assert (await late.one("return_window")).data["allowed"] is False

    await told(house, late, signed_at=in_time.request["order"]["signed_at"])
    await told(house, in_time, signed_at=late.request["order"]["signed_at"])
    assert (await late.one("escalated", reason="window_open:D-NR")).rule == "R-NR-WINDOW"
    assert await in_time.to_the_end() == "refunded"


async def test_an_invoice_whose_number_comes_after_the_money_went_back_is_reversed(house: House) -> None:
    """R-INV-RET: nobody knew of an invoice when he was paid; finance has the task as soon as its number is told."""
    case = await house.open("return_refund")
    await case.run_until(waiting_for="confirmation")
    assert await case.records("invoice_action") == []

    await told(house, case, invoice="INV-7")
    (work,) = await case.records("invoice_action")
    assert (work["action"], work["invoice"], work["amount"]["minor"]) == ("red_letter", "INV-7", 4500)


async def test_a_platforms_deadline_that_is_told_late_pulls_ours_in(house: House) -> None:
    """T-RIGHTS: the handbook gives a day to decide; the platform says two hours later that it waits for six."""
    case = await house.open("customer_misuse", reason="quality")
    now = await case.run_until(waiting_for="decision_misuse_repair")
    deadline = now.at + timedelta(hours=6)
    case.request |= {"deadline": deadline.isoformat()}
    assert await house.repeat(case) == "repeated"
    assert await house.repeat(case) == "repeated"  # with the same deadline: nothing moves again

    await case.run_until(stage="escalated", ball_with="supervisor")
    assert about((await case.one("clock_breached", clock="S-DECIDE")).at, deadline)
    (moved,) = await case.journal("clock_moved", why="platform_deadline")
    assert moved.data["due_at"] == deadline.isoformat()
    await case.act("decide", by="supervisor:1", resolution="explain_only")
    assert await case.to_the_end() == "explained"

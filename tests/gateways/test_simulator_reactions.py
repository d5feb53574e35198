"""What simulated partners do about what we ask: the events that come back, and when in the case's time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.events import PREFIX, CloudEvent
from domain.messages.decoding import Message, decode
from domain.messages.facts import FACTS
from domain.money import Money
from domain.ports.courier import CourierRequest, CourierRequestKind
from domain.ports.customer import OutboundMessage
from domain.ports.partner import CaseKey, PartnerRefused
from domain.ports.refunds import RefundOrder, RefundStatus
from domain.ports.repair import RepairCancellation, RepairKind, RepairOrder
from domain.ports.warehouse import Line, PendingAction, PendingChange, ReturnOrder, ShipmentOrder, StockQuestion
from domain.vocabulary import Channel, ParcelState, ShipmentLeg
from tests.gateways.partners import START, Partners, person

ALL = timedelta(days=60)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


async def tell(
    partners: Partners, case: CaseKey, template: str, *,
    who: str = "someone", at: float = 0, call: bool = False, text: str = "您好",
) -> None:  # fmt: skip
    """Send a template, or call with it, so many hours after the start."""
    message = OutboundMessage(
        key=f"{template}-{at}-{case.case_no}", case=case, channel=Channel.CALL if call else Channel.IM,
        recipient=person(who), template=template, text=text, at=START + hours(at),
    )  # fmt: skip
    await partners.contact.deliver(message)


async def courier(partners: Partners, case: CaseKey, kind: CourierRequestKind, waybill: str, at: float = 0) -> None:
    asked = CourierRequest(
        key=f"{kind}-{at}-{case.case_no}", case=case, kind=kind, courier="yto", waybill=waybill, at=START + hours(at)
    )
    await partners.courier.request(asked)


async def announce(partners: Partners, case: CaseKey, *lines: Line, at: float = 0, waybill: str = "") -> None:
    order = ReturnOrder(
        key=f"A-{case.case_no}", case=case, rma=f"RMA-{case.case_no}", lines=lines or (Line(sku="SKU-1", quantity=1),),
        waybill=waybill, at=START + hours(at),
    )  # fmt: skip
    await partners.warehouse.announce_return(order)


def told(released: list[tuple[str, timedelta, dict[str, Any]]]) -> list[tuple[str, float]]:
    return [(kind, at / timedelta(hours=1)) for kind, at, _ in released]


async def test_a_repairer_tells_each_change_and_takes_no_done_work_back(partners: Partners, case: CaseKey) -> None:
    """Received, confirmed, repaired, done; then it can be called off no more, and the refusal says why."""
    lines = (Line(sku="SKU-1", quantity=1),)
    order = RepairOrder(key=f"F-{case.case_no}", case=case, kind=RepairKind.BENCH, rma="RMA-1", lines=lines, at=START)
    await partners.repair.order(order)
    released = await partners.release(case, ALL)
    assert [(data["state"], at / hours(1)) for _, at, data in released] == [
        ("received", 20), ("confirmed", 28), ("repairing", 40), ("done", 112),
    ]  # fmt: skip
    assert {data["request"] for _, _, data in released} == {order.key}
    off = RepairCancellation(key=f"X-{case.case_no}", case=case, order=order.key, at=START + ALL)
    with pytest.raises(PartnerRefused) as refused:
        await partners.repair.cancel(off)
    assert refused.value.code == "work_done"


async def test_customer_agrees(partners: Partners, case: CaseKey) -> None:
    """A plan is agreed to after six hours, by default."""
    await tell(partners, case, "plan_proposed")
    assert await partners.release(case, hours(5.9)) == []
    assert await partners.release(case, hours(6)) == [("customer_agreed", hours(6), {"agreed": True})]
    assert await partners.release(case, ALL) == []


async def test_goodwill_is_answered_by_who_has_something_to_say_to_it(partners: Partners, case: CaseKey) -> None:
    """By default a customer just takes what he is offered; one who would rather not says so."""
    await tell(partners, case, "goodwill_offered")
    assert await partners.release(case, ALL) == []
    await tell(partners, case, "goodwill_offered", who="proud", at=10)
    assert await partners.release(case, ALL) == [("customer_agreed", hours(16), {"agreed": False})]


async def test_a_customer_takes_his_request_back_once(partners: Partners, case: CaseKey) -> None:
    """So long after the first message that gets to him, whatever else he is told meanwhile."""
    rueful = {"customers": {"rueful": {"withdraws_after": "9h", "calls": "no_answer"}}}
    assert (await partners.control.post("/control/personas", json=rueful)).status_code == 200
    await tell(partners, case, "trouble_call", who="rueful", call=True)
    await tell(partners, case, "request_received", who="rueful", at=1)
    await tell(partners, case, "progress", who="rueful", at=3)
    assert told(await partners.release(case, hours(20))) == [("customer_withdrew", 10)]
    await tell(partners, case, "closing", who="rueful", at=20)
    assert told(await partners.release(case, ALL)) == [("customer_confirmed", 32)]


async def test_a_parcel_that_was_asked_about_arrives_by_itself(partners: Partners, case: CaseKey) -> None:
    """Nobody asked the courier for anything: it brings the parcel, when its persona says so, and reports that."""
    brings = {"couriers": {"W-rolling": {"arrives_after": "20h"}}}
    assert (await partners.control.post("/control/personas", json=brings)).status_code == 200
    for at in (0, 5):
        await tell(partners, case, "parcel_told", at=at, text="单号 W-rolling。")
    ((kind, at, data),) = await partners.release(case, ALL)
    assert (kind, at, data["waybill"], data["state"]) == ("parcel_update", hours(20), "W-rolling", "delivered")
    assert (await partners.courier.track("yto", "W-rolling", START + hours(21))).state is ParcelState.DELIVERED


async def test_reminder_does_not_make_him_answer_twice(partners: Partners, case: CaseKey) -> None:
    """Asked again while his answer is on its way, a customer answers once; asked later, he answers again."""
    await tell(partners, case, "closing")
    await tell(partners, case, "closing_reminder", at=2)
    assert told(await partners.release(case, hours(20))) == [("customer_confirmed", 12)]
    await tell(partners, case, "closing", at=30)
    assert told(await partners.release(case, ALL)) == [("customer_confirmed", 42)]


async def test_customer_declines_first_and_agrees_then(partners: Partners, case: CaseKey) -> None:
    """A picky customer declines the first plan, chooses in the second one, and takes two closings."""
    seen = []
    for template, at in (("plan_proposed", 0), ("fee_quoted", 10), ("closing", 20), ("closing", 40), ("survey", 60)):
        await tell(partners, case, template, who="picky", at=at)
        seen += [(kind, data) for kind, _, data in await partners.release(case, hours(at + 24))]
    assert seen == [
        ("customer_agreed", {"agreed": False}),
        ("customer_agreed", {"agreed": True, "choice": "full_refund"}),
        ("customer_confirmed", {"solved": False}),
        ("customer_confirmed", {"solved": True}),
        ("survey_answered", {"score": 2}),
    ]


async def test_customer_who_chooses_anew(partners: Partners, case: CaseKey) -> None:
    """Who wanted an exchange at first may want his money when he is asked again, and stays with it."""
    choices = []
    for template, at in (("exchange_proposed", 0), ("no_fault_exchange", 10), ("no_fault_found", 20)):
        await tell(partners, case, template, who="undecided", at=at)
        choices += [data["choice"] for _, _, data in await partners.release(case, hours(at + 8))]
    assert choices == ["exchange", "return_refund", "return_refund"]


async def test_silence(partners: Partners, case: CaseKey) -> None:
    """A silent customer never answers, nor does anybody to whom the message did not get."""
    for template in ("plan_proposed", "evidence_asked", "closing"):
        await tell(partners, case, template, who="silent")
    await tell(partners, case, "plan_proposed", who="blocks-messages", at=1)
    await tell(partners, case, "plan_proposed", who="never-answers", at=2, call=True)
    assert await partners.release(case, ALL) == []


async def test_photos_and_address(partners: Partners, case: CaseKey) -> None:
    """Two photos come when photos are asked for; an address is confirmed when it is asked for."""
    await tell(partners, case, "evidence_asked")
    await tell(partners, case, "address_asked")
    (address, photos) = await partners.release(case, ALL)
    assert address == ("address_confirmed", hours(3), {"address_ref": ""})
    assert (photos[0], photos[1], len(set(photos[2]["items"]))) == ("evidence_received", hours(4), 2)


async def test_template_of_ones_own(partners: Partners, case: CaseKey) -> None:
    """The persona file can tell which reaction a further template calls for; unknown templates call for none."""
    await tell(partners, case, "shop_greeting")
    await tell(partners, case, "progress")
    assert told(await partners.release(case, ALL)) == [("customer_confirmed", 12)]


async def test_unreachable_customer_surfaces(partners: Partners, case: CaseKey) -> None:
    """He turns up two days after the first message that looked for him, and once."""
    for at in (0, 24):
        await tell(partners, case, "unreachable_call", who="never-answers", at=at, call=True)
        await tell(partners, case, "unreachable_notice", who="never-answers", at=at)
    assert told(await partners.release(case, ALL)) == [("customer_replied", 48)]


async def test_call_that_reaches_him_makes_surfacing_needless(partners: Partners, case: CaseKey) -> None:
    """When the third call is answered he has been spoken to; no message of his follows."""
    for at in (0, 10, 20):
        await tell(partners, case, "unreachable_call", who="never-answers", at=at, call=True)
    assert await partners.release(case, ALL) == []


async def test_return_from_door_to_inspection(partners: Partners, case: CaseKey) -> None:
    """Announced and shipped, a return is received and inspected twice, by two persons;

    In whichever order we told whom.
    """
    await announce(partners, case)
    await tell(partners, case, "return_authorized")
    released = await partners.release(case, ALL)
    assert told(released) == [("return_shipped", 20), ("return_received", 50), ("inspected", 56), ("inspected", 60)]
    shipped, received, first, second = (data for _, _, data in released)
    assert received["waybill"] == shipped["waybill"]
    assert received["lines"] == [{"sku": "SKU-1", "quantity": 1, "quality": "ZP"}]
    assert [(data["round"], data["result"]) for data in (first, second)] == [(1, "pass"), (2, "pass")]
    assert first["by"] != second["by"]


async def test_return_that_is_announced_late(partners: Partners, case: CaseKey) -> None:
    """A parcel that came before the warehouse was told of it is booked in when it is told, not before."""
    await tell(partners, case, "return_authorized")
    await announce(partners, case, at=100)
    assert told(await partners.release(case, ALL))[:2] == [("return_shipped", 20), ("return_received", 100)]


async def test_damaged_and_incomplete_return(partners: Partners, case: CaseKey) -> None:
    """A line that comes short and broken is reported so, with photos."""
    await announce(partners, case, Line(sku="SKU-BROKEN", quantity=3))
    await tell(partners, case, "return_authorized")
    released = {kind: data for kind, _, data in await partners.release(case, ALL)}
    assert released["return_received"]["lines"] == [{"sku": "SKU-BROKEN", "quantity": 2, "quality": "CC"}]
    assert released["inspected"]["result"] == "defect_confirmed"
    assert len(released["inspected"]["photos"]) == 2


async def test_tracking_number_only_when_asked(partners: Partners, case: CaseKey) -> None:
    """A forgetful customer tells the number when asked; the warehouse may have the parcel before that."""
    await announce(partners, case)
    await tell(partners, case, "return_authorized", who="forgetful")
    assert told(await partners.release(case, hours(30))) == []
    await tell(partners, case, "tracking_asked", who="forgetful", at=48)
    assert told(await partners.release(case, hours(52))) == [("return_received", 50), ("return_shipped", 51)]


async def test_reship_travels_and_arrives(partners: Partners, case: CaseKey) -> None:
    """Goods that the warehouse sends get a number, move and arrive; tracking tells the same story."""
    lines = (Line(sku="SKU-1", quantity=1),)
    order = ShipmentOrder(
        key=f"S-{case.case_no}", case=case, leg=ShipmentLeg.RESHIP, lines=lines, address_ref="", at=START
    )
    await partners.warehouse.ship(order, person())
    released = await partners.release(case, ALL)
    assert told(released) == [("shipped", 10), ("parcel_update", 22), ("parcel_update", 58)]
    waybill = released[0][2]["waybill"]
    assert [(data["waybill"], data["state"]) for _, _, data in released[1:]] == [
        (waybill, "in_transit"),
        (waybill, "delivered"),
    ]
    assert (await partners.courier.track("yto", waybill, START + hours(30))).state is ParcelState.IN_TRANSIT
    assert (await partners.courier.track("yto", waybill, START + hours(58))).state is ParcelState.DELIVERED


async def test_trace_finds_a_parcel(partners: Partners, case: CaseKey) -> None:
    """A parcel that a trace finds goes on its way."""
    await courier(partners, case, CourierRequestKind.TRACE, "W-found")
    released = await partners.release(case, ALL)
    assert told(released) == [("courier_answered", 8), ("parcel_update", 20), ("parcel_update", 56)]
    assert (released[0][2]["verdict"], released[0][2]["request"]) == ("moving", f"trace-0-{case.case_no}")


async def test_second_trace_calls_it_lost(partners: Partners, case: CaseKey) -> None:
    """One courier first does not know, and says on the second question that the parcel is lost."""
    for at in (0, 24):
        await courier(partners, case, CourierRequestKind.TRACE, "lost-parcel", at)
    assert [data["verdict"] for _, _, data in await partners.release(case, ALL)] == ["unknown", "lost"]


async def test_recalled_parcel_comes_back(partners: Partners, case: CaseKey) -> None:
    """A recall is accepted, the parcel turns round and is back after three days; what was to be delivered is not."""
    await courier(partners, case, CourierRequestKind.REDELIVER, "W-back")
    await courier(partners, case, CourierRequestKind.RECALL, "W-back", at=10)
    await announce(partners, case, at=11, waybill="W-back")
    released = [(kind, at / hours(1), data.get("state") or data.get("verdict")) for kind, at, data in
                await partners.release(case, hours(90))]  # fmt: skip
    assert released == [
        ("courier_answered", 4, "accepted"),
        ("courier_answered", 12, "accepted"),
        ("parcel_update", 12, "returning"),
        ("parcel_update", 84, "returned"),
        ("return_received", 88, None),
    ]


async def test_recall_that_is_refused(partners: Partners, case: CaseKey) -> None:
    """A courier may refuse a recall, and must when the parcel was handed out already; then nothing is recalled."""
    await courier(partners, case, CourierRequestKind.RECALL, "stubborn")
    assert [data["verdict"] for _, _, data in await partners.release(case, ALL)] == ["refused"]
    await courier(partners, case, CourierRequestKind.REDELIVER, "W-gone", at=1500)
    await courier(partners, case, CourierRequestKind.RECALL, "W-gone", at=1600)
    verdicts = [data["verdict"] for _, _, data in await partners.release(case, 2 * ALL) if "verdict" in data]
    assert verdicts == ["accepted", "refused"]
    assert await partners.effects(case, "parcel_recalled") == []


async def test_parcel_that_never_left(partners: Partners, a_case: Callable[..., CaseKey]) -> None:
    """The warehouse admits that it never handed a parcel over, says when there is stock, and then sends it."""
    case = a_case("never-left")
    await partners.warehouse.ask(StockQuestion(key=f"Q-{case.case_no}", case=case, waybill="W-none", at=START))
    released = await partners.release(case, ALL)
    assert told(released) == [("warehouse_answered", 4), ("parcel_update", 46), ("parcel_update", 82)]
    assert released[0][2]["handed_over"] is False
    assert released[0][2]["stock_at"].startswith((START + hours(24)).isoformat()[:19])


async def test_pending_refund_is_paid_with_its_notice(partners: Partners, a_case: Callable[..., CaseKey]) -> None:
    """A refund that is pending moves money when its notice comes, once, however often it is asked for or paid again."""
    case = a_case("pending-pays")
    order = RefundOrder(key=f"R-{case.case_no}", case=case, amount=Money(minor=4200), channel="provider", at=START)
    assert (await partners.refunds.pay(order)).status is RefundStatus.PENDING
    assert (await partners.refunds.pay(order)).status is RefundStatus.PENDING
    found = await partners.refunds.find_refund(order.key, "provider")
    assert found is not None
    assert found.status is RefundStatus.PENDING
    assert await partners.effects(case, "payment") == []
    assert await partners.release(case, ALL) == [("refund_notice", hours(2), {"key": order.key})]
    assert (await partners.refunds.pay(order)).status is RefundStatus.DONE
    assert len(await partners.effects(case, "payment")) == 1


async def test_pending_refund_that_fails(partners: Partners, a_case: Callable[..., CaseKey]) -> None:
    """A pending refund can still be refused; then no money moved."""
    case = a_case("pending-fails")
    order = RefundOrder(key=f"R-{case.case_no}", case=case, amount=Money(minor=4200), channel="provider", at=START)
    await partners.refunds.pay(order)
    await partners.release(case, ALL)
    assert (await partners.refunds.pay(order)).status is RefundStatus.REFUSED
    assert await partners.effects(case, "payment") == []


async def test_every_event_is_one_that_a_case_understands(partners: Partners, case: CaseKey) -> None:
    """What partners post is a signed CloudEvent whose data decodes as a fact of the contract."""
    await announce(partners, case)
    for template in ("plan_proposed", "evidence_asked", "return_authorized", "unreachable_notice", "closing", "survey"):
        await tell(partners, case, template)
    await courier(partners, case, CourierRequestKind.RECALL, "W-any")
    await partners.warehouse.ask(StockQuestion(key=f"Q-{case.case_no}", case=case, waybill="W-any", at=START))
    await partners.release(case, ALL)
    events = [CloudEvent.model_validate(event) for event in partners.door.of(case)]
    assert len(events) >= 12
    assert partners.door.refused == []
    for event in events:
        kind = event.type.removeprefix(PREFIX)
        assert kind in FACTS
        assert isinstance(decode(kind, event.model_dump_json(include={"data"}).encode()[8:-1]), Message), event
    assert [event.time for event in events] == sorted(event.time for event in events if event.time)


async def test_personas_may_be_set_while_the_simulator_runs(partners: Partners, case: CaseKey) -> None:
    """A test gives its own customer his ways; what is wrong with them is said, and nothing changes then."""
    wrong = await partners.control.post("/control/personas", json={"customers": {"new-one": {"agrees": "perhaps"}}})
    assert wrong.status_code == 422
    assert "customer new-one: agrees" in wrong.text
    right = {"customers": {"new-one": {"agrees": False, "agrees_after": "2h"}}}
    assert (await partners.control.post("/control/personas", json=right)).status_code == 200

    await tell(partners, case, "plan_proposed", who="new-one")

    assert [(kind, at, data["agreed"]) for kind, at, data in await partners.release(case, ALL)] == [
        ("customer_agreed", hours(2), False)
    ]


async def test_a_fee_is_asked_before_the_parcel_goes_elsewhere(partners: Partners, case: CaseKey) -> None:
    """A courier who wants 8 yuan for a change of address does nothing before they were agreed to."""
    asked = CourierRequest(
        key=f"first-{case.case_no}", case=case, kind=CourierRequestKind.CHANGE_ADDRESS, courier="yto",
        waybill="wants-a-fee", at=START,
    )  # fmt: skip
    await partners.courier.request(asked, person())
    ((kind, at, said),) = await partners.release(case, ALL)
    assert (kind, at, said["verdict"]) == ("courier_answered", hours(4), "fee_asked")
    assert said["fee"] == {"minor": 800, "currency": "CNY"}
    assert await partners.effects(case, "address_changed") == []
    agreed = {"key": f"second-{case.case_no}", "amount": Money(minor=800), "at": START + hours(5)}
    await partners.courier.request(asked.model_copy(update=agreed), person())
    released = await partners.release(case, ALL)
    assert told(released) == [("courier_answered", 9), ("parcel_update", 21), ("parcel_update", 57)]
    assert len(await partners.effects(case, "address_changed")) == 1


async def test_a_parcel_refused_at_the_door_comes_back(partners: Partners, case: CaseKey) -> None:
    """He reads the number in the message, refuses the parcel a day later, and three days later it is with us."""
    message = OutboundMessage(
        key=f"door-{case.case_no}", case=case, channel=Channel.IM, recipient=person(), template="refuse_at_door_told",
        text="Hello, tracking number W-door. Please refuse it.", at=START,
    )  # fmt: skip
    await partners.contact.deliver(message)
    await announce(partners, case, waybill="W-door")
    released = await partners.release(case, ALL)
    assert told(released)[:3] == [("parcel_update", 24), ("parcel_update", 96), ("return_received", 100)]
    assert [data["state"] for _, _, data in released[:2]] == ["rejected", "returned"]


async def test_an_order_that_has_not_left_is_held_once(partners: Partners, case: CaseKey) -> None:
    """Held: nothing leaves. Too late: under which number it left."""
    held = PendingChange(key=f"H-{case.case_no}", case=case, action=PendingAction.HOLD, at=START)
    await partners.warehouse.change(held)
    answer = {"handed_over": False, "request": held.key}
    assert await partners.release(case, ALL) == [("warehouse_answered", hours(4), answer)]
    assert len(await partners.effects(case, "order_held")) == 1

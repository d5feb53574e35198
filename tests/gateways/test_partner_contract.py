"""The partner wire, kept by both sides: each gateway against partners over HTTP, in fair weather and in foul."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from domain.money import Money
from domain.ports.courier import CourierRequest, CourierRequestKind
from domain.ports.customer import ContactAnswer, OutboundMessage
from domain.ports.partner import CaseKey, OutcomeUnknown, PartnerRefused, PartnerUnavailable
from domain.ports.refunds import HumanNeed, RefundAnswer, RefundOrder, RefundStatus
from domain.ports.repair import RepairCancellation, RepairKind, RepairOrder, RepairQuestion
from domain.ports.warehouse import (
    Line,
    PendingAction,
    PendingChange,
    ReturnOrder,
    ShipmentOrder,
    StockDisposal,
    StockQuestion,
)
from domain.vocabulary import AttemptResult, Channel, ParcelState, ShipmentLeg
from tests.gateways.partners import SECRET, START, Partners, person

OTHER_SECRET = "whsec_c29tZWJvZHkgZWxzZSdzIHNlY3JldCwgbm90IG91cnM="


def refund(case: CaseKey, key: str = "", fen: int = 4200, **more: Any) -> RefundOrder:
    key = key or f"R-{case.case_no}"
    return RefundOrder(key=key, case=case, amount=Money(minor=fen), channel="provider", at=START, **more)


def message(case: CaseKey, key: str = "", **more: Any) -> OutboundMessage:
    fields: dict[str, Any] = {
        "channel": Channel.IM,
        "recipient": person(),
        "template": "progress",
        "text": "您好",
        "at": START,
    }
    return OutboundMessage(key=key or f"M-{case.case_no}", case=case, **(fields | more))


def recall(case: CaseKey, kind: CourierRequestKind = CourierRequestKind.RECALL) -> CourierRequest:
    return CourierRequest(
        key=f"K-{case.case_no}", case=case, kind=kind, courier="yto", waybill=f"W-{case.case_no}", at=START,
        amount=Money(minor=9900), documents=("evidence/1",),
    )  # fmt: skip


def shipment(case: CaseKey) -> ShipmentOrder:
    return ShipmentOrder(
        key=f"S-{case.case_no}", case=case, leg=ShipmentLeg.RESHIP, lines=(Line(sku="SKU-1", quantity=2),),
        address_ref="", at=START,
    )  # fmt: skip


def announcement(case: CaseKey) -> ReturnOrder:
    lines = (Line(sku="SKU-1", quantity=1),)
    return ReturnOrder(key=f"A-{case.case_no}", case=case, rma=f"RMA-{case.case_no}", lines=lines, at=START)


def repair(case: CaseKey) -> RepairOrder:
    lines = (Line(sku="SKU-1", quantity=1),)
    return RepairOrder(key=f"F-{case.case_no}", case=case, kind=RepairKind.ONSITE, lines=lines, at=START)


def readdressed(case: CaseKey) -> PendingChange:
    return PendingChange(
        key=f"H-{case.case_no}", case=case, action=PendingAction.READDRESS, customer_ref="c-1", address_ref="address/1",
        at=START,
    )  # fmt: skip


# What a call writes: how it is made, what it leaves behind, what a time-out after sending must be called.
Write = Callable[[Partners, CaseKey], Awaitable[Any]]
WRITES: dict[str, tuple[Write, str, str, str, type[Exception]]] = {
    "pay": (lambda p, c: p.refunds.pay(refund(c)), "refunds", "pay", "payment", OutcomeUnknown),
    "deliver": (lambda p, c: p.contact.deliver(message(c)), "contact", "deliver", "message_delivered", OutcomeUnknown),
    "recall": (lambda p, c: p.courier.request(recall(c)), "courier", "request", "parcel_recalled", PartnerUnavailable),
    "ship": (lambda p, c: p.warehouse.ship(shipment(c), person()), "warehouse", "ship", "goods_shipped",
    PartnerUnavailable),
    "repair": (
        lambda p, c: p.repair.order(repair(c), person()), "repair", "order", "repair_ordered", PartnerUnavailable,
    ),
    "announce": (
        lambda p, c: p.warehouse.announce_return(announcement(c)),
        "warehouse", "announce_return", "return_announced", PartnerUnavailable,
    ),
    "readdress": (
        lambda p, c: p.warehouse.change(readdressed(c), person()),
        "warehouse", "change", "order_readdressed", PartnerUnavailable,
    ),
    "reroute": (
        lambda p, c: p.courier.request(recall(c, CourierRequestKind.CHANGE_ADDRESS), person()),
        "courier", "request", "address_changed", PartnerUnavailable,
    ),
}  # fmt: skip
writes = pytest.mark.parametrize("name", WRITES)


@writes
async def test_does_it_once_however_often_it_is_asked(partners: Partners, case: CaseKey, name: str) -> None:
    """The same key, sent again and again and side by side, leaves one payment, one message, one parcel."""
    write, _, _, effect, _ = WRITES[name]
    first = await write(partners, case)
    again = await asyncio.gather(*(write(partners, case) for _ in range(5)))
    assert {answer.partner_ref for answer in again} == {first.partner_ref}
    assert len(await partners.effects(case, effect)) == 1


@writes
async def test_no_answer_after_it_was_done(partners: Partners, case: CaseKey, name: str) -> None:
    """A time-out after sending is never taken for a failure, and following it up leaves exactly one effect."""
    write, partner, operation, effect, error = WRITES[name]
    await partners.fault("timeout", partner=partner, operation=operation, case_no=case.case_no)
    with pytest.raises(error):
        await write(partners.impatient(), case)
    assert len(await partners.effects(case, effect)) == 1
    found = await _find(partners, case, name)
    if error is OutcomeUnknown:
        assert found is not None
        assert found == await write(partners, case)
    else:
        assert (await write(partners, case)).duplicate is True
    assert len(await partners.effects(case, effect)) == 1


@writes
async def test_no_answer_before_it_was_done(partners: Partners, case: CaseKey, name: str) -> None:
    """A time-out looks the same when nothing was done; asking tells it apart, and then it is done once."""
    write, partner, operation, effect, error = WRITES[name]
    await partners.fault("timeout_before", partner=partner, operation=operation, case_no=case.case_no)
    with pytest.raises(error):
        await write(partners.impatient(), case)
    assert await partners.effects(case, effect) == []
    assert await _find(partners, case, name) is None
    await write(partners, case)
    assert len(await partners.effects(case, effect)) == 1


@pytest.mark.parametrize("kind", ["reset", "malformed", "wrong_signature", "oversized", "server_error_after"])
@writes
async def test_no_usable_answer_is_no_answer(partners: Partners, case: CaseKey, name: str, kind: str) -> None:
    """A reset, a cut, a forged or a boundless answer and a proxy's error page prove nothing: it was done, and once."""
    write, partner, operation, effect, error = WRITES[name]
    await partners.fault(kind, partner=partner, operation=operation, case_no=case.case_no)
    with pytest.raises(error):
        await write(partners, case)
    await write(partners, case)
    assert len(await partners.effects(case, effect)) == 1


@pytest.mark.parametrize(("kind", "seconds"), [("unavailable", 7), ("rate_limit", 30)])
@writes
async def test_busy_partners_are_left_in_peace(
    partners: Partners, case: CaseKey, name: str, kind: str, seconds: int
) -> None:
    """Overload and rate limits are safe to repeat, after as long as the partner asked for; nothing was done."""
    write, partner, operation, effect, _ = WRITES[name]
    await partners.fault(kind, partner=partner, operation=operation, case_no=case.case_no, times=2, seconds=seconds)
    for _ in range(2):
        with pytest.raises(PartnerUnavailable) as caught:
            await write(partners, case)
        assert caught.value.retry_after == seconds
    assert await partners.effects(case, effect) == []
    await write(partners, case)
    assert len(await partners.effects(case, effect)) == 1


@pytest.mark.parametrize("name", [name for name in WRITES if name != "pay"])
async def test_a_final_no(partners: Partners, case: CaseKey, name: str) -> None:
    """A partner's refusal comes with its code, and nothing was done."""
    write, partner, operation, effect, _ = WRITES[name]
    await partners.fault("refuse", partner=partner, operation=operation, case_no=case.case_no, code="NOT_TODAY")
    with pytest.raises(PartnerRefused) as caught:
        await write(partners, case)
    assert caught.value.code == "NOT_TODAY"
    assert await partners.effects(case, effect) == []


async def _find(partners: Partners, case: CaseKey, name: str) -> RefundAnswer | ContactAnswer | None:
    if name == "pay":
        return await partners.refunds.find_refund(f"R-{case.case_no}", "provider")
    if name == "deliver":
        return await partners.contact.find_delivery(f"M-{case.case_no}")
    return None


@pytest.mark.parametrize("kind", ["timeout", "reset", "malformed", "wrong_signature", "oversized", "server_error"])
async def test_reading_is_always_safe_to_repeat(partners: Partners, case: CaseKey, kind: str) -> None:
    """Whatever goes wrong with a question, it may be asked again."""
    for partner, operation in (("refunds", "find"), ("contact", "find"), ("courier", "track")):
        await partners.fault(kind, partner=partner, operation=operation)
    asked = partners.impatient() if kind == "timeout" else partners
    with pytest.raises(PartnerUnavailable):
        await asked.refunds.find_refund("nobody", "provider")
    with pytest.raises(PartnerUnavailable):
        await asked.contact.find_delivery("nobody")
    with pytest.raises(PartnerUnavailable):
        await asked.courier.track("yto", "W-1", START)
    assert await partners.refunds.find_refund("nobody", "provider") is None
    assert await partners.contact.find_delivery("nobody") is None


async def test_partner_that_is_not_there(partners: Partners, case: CaseKey) -> None:
    """Nobody listens: nothing left us, so it may be sent again."""
    nowhere = partners.wire(url="http://127.0.0.1:1")
    with pytest.raises(PartnerUnavailable, match=r"refunds\.pay: not reached"):
        await type(partners.refunds)({"provider": nowhere}).pay(refund(case))


async def test_wrong_secret(partners: Partners, case: CaseKey) -> None:
    """With the wrong secret nothing is done, whichever side is wrong, and the text says where to look."""
    stranger = type(partners.refunds)({"provider": partners.wire(secret=OTHER_SECRET)})
    with pytest.raises(OutcomeUnknown, match="check the secret"):
        await stranger.pay(refund(case))
    assert await partners.refunds.find_refund(f"R-{case.case_no}", "provider") is None


async def test_clock_that_is_wrong(partners: Partners, case: CaseKey) -> None:
    """A machine whose clock is an hour off is refused before anything is done, and told."""
    from datetime import UTC, datetime, timedelta

    from domain.webhook_signature import SigningKeys
    from gateways.signed_json import PartnerWire

    keys = SigningKeys.parse(SECRET)
    late = PartnerWire(partners.http, partners.url, keys, clock=lambda: datetime.now(UTC) - timedelta(hours=1))
    with pytest.raises(OutcomeUnknown, match="clocks"):
        await type(partners.refunds)({"provider": late}).pay(refund(case))
    assert await partners.effects(case, "payment") == []


async def test_same_key_with_another_sum_is_refused(partners: Partners, case: CaseKey) -> None:
    """A key that comes back with another sum is a defect, and no second payment."""
    await partners.refunds.pay(refund(case, fen=4200))
    with pytest.raises(PartnerRefused) as caught:
        await partners.refunds.pay(refund(case, fen=4300))
    assert caught.value.code == "key_reused"
    assert [effect["data"]["amount_minor"] for effect in await partners.effects(case, "payment")] == [4200]


async def test_channel_that_nobody_set_up(partners: Partners, case: CaseKey) -> None:
    """An order whose way of paying back is not set up is refused at our own door, with what is set up."""
    order = refund(case).model_copy(update={"channel": "barter"})
    with pytest.raises(PartnerRefused, match="marketplace, provider"):
        await partners.refunds.pay(order)


async def test_refund_is_paid_by_the_channel_of_the_order(partners: Partners, case: CaseKey) -> None:
    """A marketplace order goes to the marketplace, an own-site order to the provider."""
    await partners.refunds.pay(refund(case).model_copy(update={"channel": "marketplace"}))
    assert [effect["data"]["channel"] for effect in await partners.effects(case, "payment")] == ["marketplace"]


async def test_refund_that_the_provider_refuses(partners: Partners, a_case: Callable[..., CaseKey]) -> None:
    """A business refusal is an answer with the provider's own code, not an error."""
    case = a_case("refuses")
    answer = await partners.refunds.pay(refund(case))
    assert (answer.status, answer.code) == (RefundStatus.REFUSED, "TRADE_HAS_FINISHED")
    assert await partners.effects(case, "payment") == []


@pytest.mark.parametrize("need", list(HumanNeed))
async def test_refund_that_needs_a_person(partners: Partners, case: CaseKey, need: HumanNeed) -> None:
    """Each thing that a person must do is named; once it is done the same key pays, and once."""
    await partners.fault("needs_human", partner="refunds", case_no=case.case_no, need=need.value)
    waiting = await partners.refunds.pay(refund(case))
    assert (waiting.status, waiting.need) == (RefundStatus.NEEDS_HUMAN, need)
    assert await partners.refunds.find_refund(f"R-{case.case_no}", "provider") == waiting
    typed = need in (HumanNeed.SMS_CODE, HumanNeed.VERSION_CHANGED)
    done = await partners.refunds.pay(refund(case, human_input="135790" if typed else None))
    assert done.status is RefundStatus.DONE
    assert len(await partners.effects(case, "payment")) == 1


async def test_wrong_code_is_asked_for_again(partners: Partners, a_case: Callable[..., CaseKey]) -> None:
    """A wrong or missing SMS code pays nothing and is asked for again."""
    case = a_case("code-needed")
    for given in (None, None, "000000"):
        answer = await partners.refunds.pay(refund(case, human_input=given))
        assert (answer.status, answer.need) == (RefundStatus.NEEDS_HUMAN, HumanNeed.SMS_CODE)
    assert (await partners.refunds.pay(refund(case, human_input="246810"))).status is RefundStatus.DONE


@pytest.mark.parametrize(
    ("waybill", "state", "raw"),
    [
        ("anything", ParcelState.IN_TRANSIT, "in_transit"),
        ("lost-parcel", ParcelState.UNREACHABLE, "206"),
        ("odd-code", ParcelState.UNKNOWN, "98765"),
    ],
)
async def test_parcel_states(partners: Partners, waybill: str, state: ParcelState, raw: str) -> None:
    """A courier's code becomes our word; one that nobody mapped is kept as it came and stops nothing."""
    report = await partners.courier.track("yto", waybill, START)
    assert (report.state, report.raw_code) == (state, raw)


@pytest.mark.parametrize(
    ("customer", "channel", "results"),
    [
        ("someone", Channel.CALL, ["reached", "reached"]),
        ("never-answers", Channel.CALL, ["no_answer", "no_answer", "reached", "reached"]),
        ("blocks-messages", Channel.IM, ["channel_blocked", "channel_blocked"]),
        ("blocks-messages", Channel.SMS, ["sent"]),
    ],
)
async def test_attempts_end_as_the_customer_lets_them(
    partners: Partners, case: CaseKey, customer: str, channel: Channel, results: list[str]
) -> None:
    """Calls ring out or are answered, messages arrive or bounce; each attempt has its own key and outcome."""
    for number, result in enumerate(results):
        answer = await partners.contact.deliver(
            message(case, f"M{number}-{case.case_no}", channel=channel, recipient=person(customer))
        )
        assert answer.result == AttemptResult(result)


async def test_every_warehouse_order_is_acknowledged(partners: Partners, case: CaseKey) -> None:
    """Announcing, disposing and asking are acknowledged and noted."""
    moved = StockDisposal(key=f"D-{case.case_no}", case=case, rma="RMA-1", disposition="restock", at=START)
    asked = StockQuestion(key=f"Q-{case.case_no}", case=case, waybill="W-1", at=START)
    assert not (await partners.warehouse.dispose(moved)).duplicate
    assert (await partners.warehouse.dispose(moved)).duplicate
    assert not (await partners.warehouse.ask(asked)).duplicate
    assert {effect["effect"] for effect in (await partners.ledger(case))["effects"]} == {
        "goods_moved",
        "question_asked",
    }


async def test_a_repair_is_asked_after_and_called_off_until_it_is_done(partners: Partners, case: CaseKey) -> None:
    """A repairer acknowledges question and cancellation; work that is done can be taken back no more."""
    order = repair(case)
    await partners.repair.order(order, person())
    question = RepairQuestion(key=f"Q-{case.case_no}", case=case, order=order.key, at=START)
    off = RepairCancellation(key=f"X-{case.case_no}", case=case, order=order.key, at=START)
    assert not (await partners.repair.ask(question)).duplicate
    assert not (await partners.repair.cancel(off)).duplicate
    assert (await partners.repair.cancel(off)).duplicate
    assert await partners.release(case, timedelta(days=30)) == []


@pytest.mark.parametrize("kind", list(CourierRequestKind))
async def test_every_courier_request_is_taken(partners: Partners, case: CaseKey, kind: CourierRequestKind) -> None:
    """All that a service desk can be asked for is acknowledged and leaves its mark."""
    receipt = await partners.courier.request(recall(case, kind))
    assert receipt.partner_ref
    assert len((await partners.ledger(case))["effects"]) == 1


async def test_persons_stay_out_of_partners_records_and_our_errors(partners: Partners, case: CaseKey) -> None:
    """Neither the ledger nor any error text shows who the customer is, what was written to him, or a secret."""
    await partners.contact.deliver(message(case, text="私密的话"))
    await partners.warehouse.ship(shipment(case), person())
    await partners.refunds.pay(refund(case, human_input="864209"))
    shown = str(await partners.ledger(case))
    for kind in (
        "timeout",
        "reset",
        "malformed",
        "wrong_signature",
        "oversized",
        "refuse",
        "unavailable",
        "rate_limit",
    ):
        await partners.fault(kind, partner="contact", operation="deliver", case_no=case.case_no)
        with pytest.raises((OutcomeUnknown, PartnerRefused, PartnerUnavailable)) as caught:
            await partners.impatient().contact.deliver(message(case, f"M-{kind}-{case.case_no}", text="私密的话"))
        assert caught.value.__cause__ is None
        shown += str(caught.value) + repr(caught.value)
    shown += (
        repr(partners.wire())
        + repr(partners.contact.__dict__)
        + repr(message(case))
        + repr(refund(case, human_input="864209"))
    )
    for secret in ("示例甲", "19900000000", "虚构路", "私密的话", "864209", SECRET[6:]):
        assert secret not in shown


async def test_error_text_of_a_partner_is_not_passed_on(partners: Partners, case: CaseKey) -> None:
    """A refusal whose code is free text could name a person: only its presence is told."""
    await partners.fault("refuse", partner="courier", code="call 示例甲 at 19900000000")
    with pytest.raises(PartnerRefused) as caught:
        await partners.courier.request(recall(case))
    assert caught.value.code == "unreadable_code"
    assert "示例甲" not in str(caught.value)


@pytest.mark.parametrize("url", ["ftp://partner.example", "partner.example", "https://user:pass@partner.example", ""])
async def test_addresses_are_checked_at_the_start(partners: Partners, url: str) -> None:
    """An unusable partner address is refused when the program starts, not at the first refund."""
    from domain.webhook_signature import SigningKeys
    from gateways.signed_json import PartnerWire

    with pytest.raises(ValueError, match="http"):
        PartnerWire(partners.http, url, SigningKeys.parse(SECRET))

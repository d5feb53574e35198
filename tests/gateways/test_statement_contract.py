"""What a partner's statement must say (docs/partner-wire.md, `refunds.statement`): all that moved, once, no more."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from domain.money import Money
from domain.ports.partner import CaseKey, PartnerRefused, PartnerUnavailable
from domain.ports.reconciliation import StatementLine
from domain.ports.refunds import RefundOrder
from gateways.refunds import SignedRefundGateway
from gateways.signed_json import PartnerWire
from tests.gateways.partners import START, Partners

DAY = timedelta(days=1)


def refund(case: CaseKey, number: int = 1, **more: Any) -> RefundOrder:
    fields = {"key": f"S-{case.case_no}-{number}", "case": case, "amount": Money(minor=4200), "channel": "provider"}
    return RefundOrder(**(fields | {"at": START} | more))


async def of(
    partners: Partners, case: CaseKey, channel: str = "provider", start: timedelta = -DAY
) -> list[StatementLine]:
    """The payments of a case in a statement from `start` after START to a day after it, over all its pages."""
    lines: list[StatementLine] = []
    cursor = ""
    while True:
        page = await partners.refunds.statement(channel, START + start, START + DAY, cursor)
        lines += page.lines
        cursor = page.next
        if not cursor:
            return [line for line in lines if line.order_no == case.order_no]


async def test_a_payment_stands_in_the_statement_as_it_was_made(partners: Partners, case: CaseKey) -> None:
    """With our key, the reference that the answer gave, the order, the sum and the instant; asked twice or not."""
    order = refund(case)
    answer = await partners.refunds.pay(order)
    await partners.refunds.pay(order)
    assert await of(partners, case) == [
        StatementLine(
            key=order.key, partner_ref=answer.partner_ref, shop=case.shop, order_no=case.order_no,
            amount=order.amount, at=order.at,
        )
    ]  # fmt: skip


async def test_what_did_not_move_is_not_in_it(partners: Partners, a_case: Callable[..., CaseKey]) -> None:
    """A refund that was refused, or that still waits, is no payment."""
    for case in (a_case("refuses"), a_case()):
        await partners.fault("needs_human", partner="refunds", case_no=case.case_no)
        await partners.refunds.pay(refund(case))
        assert await of(partners, case) == []


async def test_each_channel_has_a_statement_of_its_own(partners: Partners, case: CaseKey) -> None:
    """What the marketplace paid is not in the provider's books."""
    await partners.refunds.pay(refund(case, channel="marketplace"))
    assert await of(partners, case) == []
    assert len(await of(partners, case, "marketplace")) == 1


async def test_the_span_has_its_start_in_it_and_its_end_not(partners: Partners, case: CaseKey) -> None:
    """Two statements that meet hold every payment once."""
    for number, at in enumerate((START - DAY, START, START + DAY)):
        await partners.refunds.pay(refund(case, number, at=at))
    assert [line.at for line in await of(partners, case, start=timedelta())] == [START]
    assert [line.at for line in await of(partners, case)] == [START - DAY, START]


async def test_pages_hold_every_payment_once(partners: Partners, case: CaseKey) -> None:
    """However many pages a statement has, nothing is left out between them and nothing comes twice."""
    keys = [(await partners.refunds.pay(one), one.key)[1] for one in (refund(case, n) for n in range(130))]
    first = await partners.refunds.statement("provider", START - DAY, START + DAY)
    assert first.next
    assert sorted(line.key for line in await of(partners, case)) == sorted(keys)


@pytest.mark.parametrize("kind", ["reset", "malformed", "wrong_signature", "oversized", "server_error"])
async def test_reading_it_is_always_safe_to_repeat(partners: Partners, case: CaseKey, kind: str) -> None:
    """Whatever goes wrong with the question, it may be asked again."""
    await partners.fault(kind, partner="refunds", operation="statement")
    with pytest.raises(PartnerUnavailable):
        await of(partners, case)
    assert await of(partners, case) == []


async def test_a_channel_may_keep_no_books(partners: Partners, case: CaseKey) -> None:
    """It says so with a final no, and is told apart from one that was never set up."""
    await partners.fault("refuse", partner="refunds", operation="statement", code="no_statement")
    for channel, code in (("provider", "no_statement"), ("barter", "unknown_channel")):
        with pytest.raises(PartnerRefused) as caught:
            await of(partners, case, channel)
        assert caught.value.code == code


LINE = {"key": "K", "amount": {"minor": 1}, "at": "2026-11-02T02:00:00Z"}


class _Said:
    """A wire whose partner says this."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    async def call(self, *_: Any) -> dict[str, Any]:
        return self._document


async def read(document: dict[str, Any]) -> tuple[StatementLine, ...]:
    gateway = SignedRefundGateway({"provider": cast(PartnerWire, _Said(document))})
    return (await gateway.statement("provider", START, START + DAY)).lines


@pytest.mark.parametrize(
    ("document", "told"),
    [
        ({}, "no list of lines"),
        ({"lines": [LINE, "K"]}, "line 2 cannot be read: not an object"),
        ({"lines": [LINE | {"amount": {"minor": "a lot"}}]}, r"line 1 cannot be read: amount\.minor"),
        ({"lines": [LINE | {"amount": {"minor": -1}}]}, r"line 1 cannot be read: amount\.minor"),
        ({"lines": [LINE | {"at": "2026-11-02T02:00:00"}]}, "line 1 cannot be read: at has no zone"),
        ({"lines": [LINE], "next": 2}, "next cannot be read"),
        ({"lines": [LINE], "next": 0}, "next cannot be read"),
    ],
)
async def test_a_line_that_cannot_be_read_spoils_the_statement(document: dict[str, Any], told: str) -> None:
    """Half a statement would tell of differences that are none: it is asked for again, and somebody sees where."""
    with pytest.raises(PartnerUnavailable, match=told):
        await read(document)


@pytest.mark.parametrize("last", [{}, {"next": None}, {"next": ""}])
async def test_the_last_page_names_no_other(last: dict[str, Any]) -> None:
    """Nothing, none and an empty text all end a statement."""
    assert len(await read({"lines": [LINE]} | last)) == 1


async def test_no_person_comes_in_with_a_statement(partners: Partners) -> None:
    """A reference that is no code is dropped, and fields that nobody asked for are not kept (P-PRIV)."""
    (line,) = await read({"lines": [LINE | {"order_no": "示例甲 19900000000", "payer": "示例甲"}]})
    assert "示例甲" not in repr(line)
    assert line.order_no == "unreadable_code"

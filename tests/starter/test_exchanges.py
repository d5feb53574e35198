"""Exchanges come in at the doors: what the customer wants instead, and in which currency, is checked there."""

from __future__ import annotations

from typing import Any

import pytest

from domain.events import Request
from domain.money import Money
from starter.columns import ColumnMap
from starter.envelope import check
from starter.problem import BadEvent
from tests.starter.events import request

HEADERS = [
    "订单编号",
    "售后类型",
    "申请原因",
    "实付金额",
    "商家编码",
    "数量",
    "换货商品编码",
    "换货商品金额",
    "申请时间",
]


def row(*cells: str) -> Request:
    """A row of an export as the request that it tells."""
    asked = check(ColumnMap.read(shop="demo").table(HEADERS).event(list(cells)))
    assert isinstance(asked, Request)
    return asked


@pytest.mark.parametrize(
    ("word", "told", "kind", "reason"),
    [
        ("换货", "质量问题", "exchange", "quality"),
        ("色差", "", "colour_difference", "colour"),
        ("尺码不合适", "", "size_unsuitable", "size"),
    ],
)
def test_a_row_opens_such_a_case(word: str, told: str, kind: str, reason: str) -> None:
    """Colour and size say their reason by their type; an exchange says its own."""
    asked = row("2026030100001", word, told, "128.00", "TEA-01", "1", "", "", "2026-03-01 09:30:00")
    assert (asked.case_type, asked.reason, asked.replacement) == (kind, reason, ())


def test_a_row_tells_what_he_wants_instead() -> None:
    """Another tea at its own price, as many as he bought."""
    asked = row("2026030100001", "换货", "质量问题", "128.00", "TEA-01", "2", "TEA-02", "140.00", "2026-03-01 09:30:00")
    (wanted,) = asked.replacement
    assert (wanted.sku, wanted.quantity, wanted.price) == ("TEA-02", 2, Money(minor=14000))


def test_what_he_wants_instead_has_a_price() -> None:
    """Without one nobody could tell who pays whom: the row is refused with the column's name."""
    with pytest.raises(BadEvent) as refused:
        row("2026030100001", "换货", "质量问题", "128.00", "TEA-01", "1", "TEA-02", "", "2026-03-01 09:30:00")
    assert [problem.where for problem in refused.value.problems] == ["换货商品金额"]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"sku": "TEA-02", "quantity": 1, "price": {"minor": 100, "currency": "USD"}}, "order's currency CNY"),
        ({"sku": "TEA-02", "quantity": 0, "price": {"minor": 100}}, "at least 1"),
    ],
)
def test_a_wish_that_cannot_be_is_refused_with_the_reason(wanted: dict[str, Any], said: str) -> None:
    """Another currency, no pieces at all: refused at the door."""
    with pytest.raises(BadEvent) as refused:
        check(request(kind="exchange", reason="quality", replacement=[wanted]))
    told = [problem.text("en") for problem in refused.value.problems]
    assert any(said in text for text in told), told

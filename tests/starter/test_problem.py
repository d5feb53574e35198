"""What senders are told about a wrong event: every kind of mistake in both languages, and no value of theirs."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import ValidationError

from domain.events import Request
from starter.envelope import check
from starter.problem import BadEvent, problems_of
from tests.starter.events import request


@pytest.mark.parametrize(
    ("field", "value", "zh"),
    [
        ("evidence", ["e"] * 51, "evidence: 超过 50 项"),
        ("shop", None, "shop: 必须是文本"),
        ("requested_at", "yesterday", "requested_at: 必须是时间，例如 2026-03-01T09:30:00+08:00"),
        ("requested_at", "1926-03-01T09:30:00+08:00", "requested_at: 年份必须在 2000 至 2100 之间"),
    ],
)
def test_a_wrong_field_is_told_in_the_senders_language(field: str, value: Any, zh: str) -> None:
    """A field that does not fit is named with what it must be, in Chinese without English in it."""
    data = json.loads(json.dumps(request("2026030100001").data, default=str)) | {field: value}
    with pytest.raises(ValidationError) as failed:
        Request.model_validate(data)
    (problem,) = problems_of(failed.value)
    assert problem.text("zh") == zh
    assert problem.told()["what"].startswith(f"{field}: ")


@pytest.mark.parametrize(
    ("change", "zh", "en"),
    [
        (
            {"shop": "小城家居"},
            "shop 只能含字母、数字、“.”、“_”和“-”，最多 64 个字符",
            "shop may hold letters, digits, '.', '_' and '-' only, at most 64 characters",
        ),
        (
            {"case_type": "missing_item"},
            "lines 必须写明涉及哪些商品、各几件（sku, quantity）",
            "lines must say which goods it is about and how many (sku, quantity)",
        ),
        (
            {"amount": {"minor": 100, "currency": "USD"}},
            "amount 的币种必须是订单的 CNY",
            "amount must be in the order's currency CNY",
        ),
    ],
)
def test_what_does_not_go_together_is_told_in_one_language(change: dict[str, Any], zh: str, en: str) -> None:
    """A request whose parts contradict each other is explained in Chinese or in English, never in both at once."""
    data = json.loads(json.dumps(request("2026030100001").data, default=str)) | change
    with pytest.raises(ValidationError) as failed:
        Request.model_validate(data)
    (problem,) = problems_of(failed.value)
    assert (problem.text("zh"), problem.text("en")) == (zh, en)


@pytest.mark.parametrize("kind", ["aftersales.request", "aftersales.order"])
def test_an_order_names_its_sums_in_one_currency(kind: str) -> None:
    """Freight or a price in another currency than was paid is the sender's mistake: each is named, none guessed."""
    dollars = {"minor": 500, "currency": "USD"}
    lines = [{"sku": "TEA", "quantity": 1, "price": {"minor": 12800}}, {"sku": "CUP", "quantity": 1, "price": dollars}]
    event = request(order={"freight": dollars, "lines": lines}).model_copy(update={"type": kind})
    with pytest.raises(BadEvent) as refused:
        check(event)
    assert [problem.where for problem in refused.value.problems] == ["data.order.freight", "data.order.lines.1.price"]
    assert {problem.text("en").partition(": ")[2] for problem in refused.value.problems} == {
        "must be in CNY, the currency that the order was paid in"
    }

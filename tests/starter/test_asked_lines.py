"""Which goods a request is about is checked at the door against the order, and an export can tell it too."""

from __future__ import annotations

from typing import Any

import pytest

from domain.events import Request
from starter.columns import ColumnMap
from starter.envelope import check
from starter.problem import BadEvent
from tests.starter.events import request

HEADERS = ["订单编号", "售后类型", "实付金额", "商家编码", "数量", "少发数量", "申请时间"]


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "must say which goods"),
        ([{"sku": "KETTLE", "quantity": 1}], "lines.0 names goods"),
        ([{"sku": "TEA-01", "quantity": 1}, {"sku": "TEA-01", "quantity": 1}], "lines.1 names goods"),
        ([{"sku": "TEA-01", "quantity": 0}], "at least 1"),
    ],
    ids=["none", "never_ordered", "more_than_ordered", "none_of_them"],
)
def test_wrong_goods_are_refused_with_the_reason(lines: list[dict[str, Any]], said: str) -> None:
    """R-MISSING: what never was in the order, or not so often, cannot be missing from its parcel."""
    with pytest.raises(BadEvent) as refused:
        check(request(kind="missing_item", reason="missing_item", lines=lines))
    told = [problem.text("en") for problem in refused.value.problems]
    assert any(said in text for text in told), told


def test_a_row_tells_what_is_missing() -> None:
    """An export with a column of missing pieces opens such a case; the reason follows from its type."""
    table = ColumnMap.read(shop="demo").table(HEADERS)
    event = table.event(["2026030100001", "少件/漏发", "128.00", "TEA-01", "3", "2", "2026-03-01 09:30:00"])

    asked = check(event)

    assert isinstance(asked, Request)
    assert (asked.case_type, asked.reason) == ("missing_item", "missing_item")
    assert [(line.sku, line.quantity) for line in asked.lines] == [("TEA-01", 2)]


@pytest.mark.parametrize(("word", "kind"), [("破损件", "parcel_damaged"), ("发错货", "wrong_item"), ("补发", "reship"),
                                            ("缺货", "out_of_stock")])  # fmt: skip
def test_a_row_without_pieces_is_about_the_whole_order(word: str, kind: str) -> None:
    """Other types need no such column: then it is about everything."""
    table = ColumnMap.read(shop="demo").table([header for header in HEADERS if header != "少发数量"] + ["申请原因"])
    event = table.event(["2026030100001", word, "128.00", "TEA-01", "3", "2026-03-01 09:30:00", "丢件"])

    asked = check(event)

    assert isinstance(asked, Request)
    assert asked.case_type == kind
    assert [(line.sku, line.quantity) for line in asked.concerned] == [("TEA-01", 3)]

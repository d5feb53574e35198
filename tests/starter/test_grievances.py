"""Complaints, disputes, reviews and what goes to a platform come in by file and by event like everything else."""

from __future__ import annotations

from typing import Any

import pytest

from starter.columns import ColumnMap
from starter.envelope import check
from starter.problem import BadEvent
from tests.starter.events import request

HEADERS = ["订单编号", "售后类型", "实付金额", "超时时间", "申请时间"]
TYPES = ("complaint", "dispute", "bad_review", "platform_rights")


@pytest.mark.parametrize(
    ("word", "kind"),
    [
        ("投诉", "complaint"), ("重大纠纷", "dispute"), ("差评", "bad_review"), ("中差评", "bad_review"),
        ("维权", "platform_rights"), ("小二介入", "platform_rights"),
    ],
)  # fmt: skip
def test_a_row_opens_such_a_case(word: str, kind: str) -> None:
    """An export names the kind in the shop's words; the reason follows from it, the platform's deadline is carried."""
    table = ColumnMap.read(shop="demo").table(HEADERS)
    event = table.event(["2026030100001", word, "128.00", "2026-03-02 09:30:00", "2026-03-01 09:30:00"])
    assert event is not None
    told: dict[str, Any] = event.data
    assert (told["case_type"], told["reason"]) == (kind, "service")
    assert str(told["deadline"]).startswith("2026-03-02T")
    check(event)


@pytest.mark.parametrize("kind", TYPES)
def test_an_event_opens_such_a_case(kind: str) -> None:
    """A signed request of each of these types passes the door."""
    check(request(kind=kind, reason="service"))


def test_a_review_that_asks_for_a_sum_is_refused_at_the_door() -> None:
    """P-NOTRADE: whoever sends it is told that a refund is a request of its own."""
    with pytest.raises(BadEvent) as refused:
        check(request(kind="bad_review", reason="service", amount={"minor": 500}))
    assert any("P-NOTRADE" in problem.text("en") for problem in refused.value.problems)

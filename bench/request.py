"""Requests as the bench makes them, and the rules that bind their cases: the rulebook's with long rests shortened.

Deadlines are those of the packaged rulebook, since nothing is late on a plain path. Only what a case sits out to its
end is shortened: three days without the customer with a call and a note on each, the daily news, the survey and the
time of free reopening.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from bench.plain_path import PATHS
from bench.saying import instant
from domain import rulebook_file
from domain.events import Request
from domain.rules import ContactLimits, Rules
from domain.vocabulary import CaseType

SHOP = "bench"
UNREACHABLE = timedelta(seconds=10)  # three days
NEXT_ATTEMPT = timedelta(seconds=2.5)  # less than a day, as in the rulebook: the fourth attempt comes in time
DAILY = timedelta(seconds=4)
SURVEY = timedelta(seconds=1)
REOPEN = timedelta(seconds=2)
_SHORT = {"D-UNREACH": UNREACHABLE, "D-DAILY": DAILY, "D-SURVEY": SURVEY, "S-REOPEN": REOPEN}


def rules() -> Rules:
    """The packaged rulebook with its long rests shortened, and calls allowed at the hour of the measurement."""
    book = rulebook_file.default().rules()
    clocks = {
        id: rule.model_copy(update={"length": int(_SHORT[id].total_seconds())}) if id in _SHORT else rule
        for id, rule in book.clocks.items()
    }
    always = ContactLimits(call_from_hour=0, call_until_hour=24, calls_per_day=100, calls_per_week=100)
    numbers = book.numbers.model_copy(update={"next_attempt_hours": NEXT_ATTEMPT / timedelta(hours=1)})
    return book.model_copy(update={"clocks": clocks, "contact": always, "numbers": numbers})


def request(kind: CaseType, number: str, **facts: Any) -> Request:
    """A request of its own customer and order, of its type's plain path but for `facts`; `number` keeps them apart."""
    now, path = datetime.now(UTC), PATHS[kind]
    order = {
        "order_no": f"B{number}",
        "customer_ref": f"customer-{number}",
        "paid": {"minor": 4500},
        "lines": [{"sku": "SKU-1", "quantity": 1, "price": {"minor": 4500}}],
        "courier": "yto",
        "waybill": "in_transit-1",
        "shipped_at": timedelta(days=-4),
    } | dict(path.order)
    asked = {
        "shop": SHOP,
        "case_type": kind,
        "order": {name: instant(value, now) for name, value in order.items()},
        "reason": "no_reason",
        "requested_at": now,
        "person": {"name": "测试顾客", "phone": "10000000000", "address": "测试路 1 号"},
    } | dict(path.request) | facts  # fmt: skip
    return Request.model_validate({name: instant(value, now) for name, value in asked.items()})

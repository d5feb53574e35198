"""The plain path of each procedure: the request, what partners and customer say to what, and clocks that fit real time.

Deadlines are those of the packaged rulebook, since nothing is late on a plain path. Only what a case sits out to its
end is shortened: three days without the customer with a call and a note on each, the daily news, the survey and the
time of free reopening.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from domain import rulebook_file
from domain.events import Person, Request
from domain.money import Money
from domain.order import Order, OrderLine
from domain.rules import ContactLimits, Rules
from domain.vocabulary import CaseType, ReasonCode

SHOP = "bench"
UNREACHABLE = timedelta(seconds=10)  # three days
NEXT_ATTEMPT = timedelta(seconds=3)  # not quite a day, as in the rulebook: the fourth attempt comes in time
DAILY = timedelta(seconds=4)
SURVEY = timedelta(seconds=1)
REOPEN = timedelta(seconds=2)
_SHORT = {"D-UNREACH": UNREACHABLE, "D-DAILY": DAILY, "D-SURVEY": SURVEY, "S-REOPEN": REOPEN}


@dataclass(frozen=True)
class Saying:
    """A message to the case: its kind and payload."""

    kind: str
    payload: Mapping[str, Any]


Answers = Mapping[str, tuple[Saying, ...]]
"""What is said, one thing after the other, when a partner is asked that (`bench.partners` names the askings)."""

_CLOSING = {"closing": (Saying("customer_confirmed", {"solved": True}),)}
_SENT = {
    "warehouse.ship": (Saying("shipped", {"courier": "yto", "waybill": "NEW-1"}),),
    "shipped_told": (Saying("parcel_update", {"waybill": "NEW-1", "state": "delivered", "raw_code": "SIGNED"}),),
}

ANSWERS: Mapping[CaseType, Answers] = {
    CaseType.RETURN_REFUND: {
        "plan_proposed": (Saying("customer_agreed", {"agreed": True}),),
        "return_authorized": (
            Saying("return_shipped", {"courier": "yto", "waybill": "BACK-1"}),
            Saying("return_received", {"waybill": "BACK-1", "lines": [{"sku": "SKU-1", "quantity": 1}]}),
            Saying("inspected", {"round": 1, "result": "pass", "by": "qc:1"}),
            Saying("inspected", {"round": 2, "result": "pass", "by": "qc:2"}),
        ),
        **_CLOSING,
    },
    CaseType.REFUND_ONLY: _CLOSING,
    CaseType.CUSTOMER_UNREACHABLE: {
        "progress": (
            Saying("parcel_update", {"waybill": "OUT-1", "state": "returned", "raw_code": "BACK"}),
            Saying("customer_replied", {"text_ref": "t-1"}),
        ),
        "address_asked": (Saying("address_confirmed", {"address_ref": ""}),),
        **_SENT,
        **_CLOSING,
    },
    CaseType.NO_TRACKING_INFO: {
        "warehouse.ask": (Saying("warehouse_answered", {"handed_over": True}),),
        "courier.trace": (
            Saying("courier_answered", {"verdict": "found"}),
            Saying("parcel_update", {"waybill": "OUT-1", "state": "delivered", "raw_code": "SIGNED"}),
        ),
        **_CLOSING,
    },
    CaseType.PARCEL_LOST: {"parcel_lost_told": (Saying("customer_agreed", {"agreed": True}),), **_SENT, **_CLOSING},
}


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


def request(kind: CaseType, number: str, *, reason: ReasonCode = ReasonCode.NO_REASON) -> Request:
    """A request of its own customer and order; `number` keeps them apart."""
    now = datetime.now(UTC)
    return Request(
        shop=SHOP,
        case_type=kind,
        order=Order(
            order_no=f"B{number}",
            customer_ref=f"customer-{number}",
            paid=Money(minor=4500),
            lines=(OrderLine(sku="SKU-1", quantity=1, price=Money(minor=4500)),),
            courier="yto",
            waybill="OUT-1",
            shipped_at=now - timedelta(days=4),
            signed_at=now - timedelta(days=2) if kind is CaseType.RETURN_REFUND else None,
        ),
        reason=reason,
        requested_at=now,
        person=Person(name="测试顾客", phone="10000000000", address="测试路 1 号"),
    )


def messages(kind: CaseType, case_no: str, asked: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """What is said when a partner was asked `asked`: name and document, with id and stamp as our door makes them."""
    for place, saying in enumerate(ANSWERS[kind].get(asked, ())):
        id = f"{case_no}/{asked}/{place}"
        yield saying.kind, {**saying.payload, "id": id, "at": datetime.now(UTC).isoformat()}

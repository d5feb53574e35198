"""Invented events for the tests of the doors and the dispatcher."""

from __future__ import annotations

from typing import Any

from domain.events import CloudEvent
from starter.envelope import STRUCTURED, digest, encode, lane
from store.inbox import Arrival

SHOP = "demo"


def request(order_no: str = "2026030100001", *, id: str = "", kind: str = "return_refund", **data: Any) -> CloudEvent:
    """An after-sales request of an invented customer."""
    order = {
        "order_no": order_no,
        "customer_ref": f"c-{order_no}",
        "paid": {"minor": 12800},
        "lines": [{"sku": "TEA-01", "quantity": 1, "price": {"minor": 12800}}],
        "courier": "yto",
        "waybill": f"YT{order_no}",
    } | data.pop("order", {})
    body = {
        "shop": SHOP,
        "case_type": kind,
        "order": order,
        "reason": "no_reason",
        "requested_at": "2026-03-01T09:30:00+08:00",
        "person": {"name": "测试甲", "phone": "10000000001", "address": "测试省测试市测试路1号"},
    } | data
    return CloudEvent(
        specversion="1.0", id=id or f"req-{order_no}", source="test/shop", type="aftersales.request", data=body
    )


def fact(kind: str, *, id: str, subject: str = "", time: str | None = None, **data: Any) -> CloudEvent:
    """A fact, for the case named by `subject` or by its data."""
    return CloudEvent.model_validate(
        {
            "specversion": "1.0",
            "id": id,
            "source": "test/partner",
            "type": f"aftersales.{kind}",
            "subject": subject,
            "time": time,
            "data": data,
        }
    )


def arrival(event: CloudEvent, door: str = "test") -> Arrival:
    """The event as a door hands it to the inbox."""
    return Arrival(
        source=event.source,
        id=event.id,
        type=event.type,
        lane=lane(event),
        door=door,
        raw=encode(event),
        headers={"content-type": STRUCTURED},
        digest=digest(event),
    )

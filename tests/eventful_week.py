"""An invented shop's week: order events over the five procedures, with facts among them, and lines that are no events.

Every number begins with the shop's name, so that several shops can live through the same week in one house.
"""

from __future__ import annotations

import json
from typing import Any

LATER_THAN_LIMIT = 1_100_000  # bytes: a longer line than a file door reads

_PERSONAS = """
[warehouses."{shop}-2"]  # of two pieces one comes back
short = 1
first = "defect_confirmed"
second = "defect_confirmed"

[customers."{shop}-c5"]  # reached at the second call
calls = ["no_answer", "reached"]

[couriers."{shop}-YT6"]
state = "no_info"
trace = ["found"]

[couriers."{shop}-YT7"]
state = "lost"

[customers."{shop}-c7"]
choice = "full_refund"
"""


def personas(shop: str) -> str:
    """How the simulated partners treat this shop's cases: TOML."""
    return _PERSONAS.format(shop=shop)


def events(shop: str) -> list[dict[str, Any]]:
    """The week's events as they happened: eleven requests, three shipped orders, facts and couriers' pushes.

    They make nine cases, one per order. Each happened at an instant of its own, which it tells.
    """
    week = _Week(shop)
    return [
        week.request(1, "return_refund", "no_reason", day=2, signed=True),
        week.request(1, "return_refund", "no_reason", day=2, signed=True, id="again"),
        week.bare_request(1, "return_refund", "no_reason", day=2, signed=True),
        week.request(2, "return_refund", "quality", day=3, signed=True, paid=8000, quantity=2),
        week.fact("evidence_received", 2, day=3, hour=11, items=[f"evidence/{shop}-1", f"evidence/{shop}-2"]),
        week.request(3, "refund_only", "late", day=2, amount=1500),
        # An export tells the same request without the platform's number.
        week.request(3, "refund_only", "late", day=2, amount=1500, numbered=False),
        week.request(4, "refund_only", "quality", day=4, signed=True),
        week.request(5, "customer_unreachable", "not_received", day=5),
        # Nobody asks, the courier's push opens the case.
        week.shipped(6, day=1),
        week.push(6, "no_info", day=4, hour=8),
        # The courier's push and the customer's request are one affair.
        week.shipped(7, day=1),
        week.push(7, "lost", day=4, hour=9),
        week.request(7, "parcel_lost", "lost", day=4),
        # Of three scans the last one counts, in whatever order they come.
        week.shipped(8, day=1),
        week.request(8, "no_tracking_info", "not_received", day=3),
        week.push(8, "lost", day=4, hour=7),
        week.push(8, "in_transit", day=4, hour=8),
        week.push(8, "delivered", day=4, hour=15),
        week.request(9, "return_refund", "no_reason", day=5, signed=True),
        week.fact("customer_withdrew", 9, day=5, hour=12),
    ]


def garbage(shop: str) -> list[bytes]:
    """Lines that are no events, of every kind that files of operations have had."""
    good = _Week(shop).request(99, "refund_only", "late", day=2)
    line = json.dumps(good, ensure_ascii=False)

    def spoilt(**changes: Any) -> bytes:
        return json.dumps(good | changes, ensure_ascii=False).encode()

    def said(**changes: Any) -> bytes:
        return spoilt(data=good["data"] | changes)

    without_order = {key: value for key, value in good["data"].items() if key != "order"}
    return [
        bytes(range(1, 10)) + bytes(range(11, 32)) + bytes(range(128, 256)),  # binary
        line.encode()[: len(line) // 2],  # cut off
        line.encode() + line.encode(),  # two on one line
        line.encode("gb18030"),
        "——————— 3 月导出 ———————".encode(),
        b"order_no,paid\t12",
        b'{"specversion": "1.0", "junk": "' + b"x" * LATER_THAN_LIMIT + b'"}',
        b"[" * 10_000,
        b"null",
        b"{}",
        spoilt(type="aftersales.customer_sang"),
        spoilt(type=7),
        spoilt(id=None),
        spoilt(data="none"),
        spoilt(data=without_order),
        said(requested_at="2026-03-02 10:00"),
        said(case_type="money_please"),
        said(order=good["data"]["order"] | {"paid": {"minor": 31.99}}),
        said(order=good["data"]["order"] | {"order_no": "../../99"}),
        json.dumps(_Week(shop).fact("return_shipped", 1, day=4, hour=9)).encode(),  # without its number
    ]


class _Week:
    """Makes the events of one shop."""

    def __init__(self, shop: str) -> None:
        self.shop = shop

    def request(
        self, order: int, kind: str, reason: str, *, id: str = "", numbered: bool = True, **more: Any
    ) -> dict[str, Any]:
        """A request; with the platform's own number unless told otherwise."""
        data = self.bare_request(order, kind, reason, **more)
        if not numbered:
            del data["request_id"]
        return self._event("request", f"req-{order}{id}{'' if numbered else '-export'}", data)

    def bare_request(
        self, order: int, kind: str, reason: str, *, day: int, amount: int = 0, **more: Any
    ) -> dict[str, Any]:
        """The same as a line without an envelope."""
        return {
            "shop": self.shop,
            "case_type": kind,
            "request_id": f"{self.shop}-AS{order}",
            "order": self._order(order, **more),
            "reason": reason,
            "requested_at": _instant(day, 10, order),
            "person": {"name": "示例甲", "phone": "10000000001", "address": "示例省示例市示例路1号"},
            **({"amount": {"minor": amount}} if amount else {}),
        }

    def shipped(self, order: int, *, day: int) -> dict[str, Any]:
        """An order as the shop ships it."""
        told = self._event("order", f"ord-{order}", {"shop": self.shop, "order": self._order(order)})
        return told | {"time": _instant(day, 18, order)}

    def push(self, order: int, state: str, *, day: int, hour: int) -> dict[str, Any]:
        """A courier's push about an order's parcel."""
        data = {"waybill": f"{self.shop}-YT{order}", "state": state}
        return self._event("parcel_update", f"push-{order}-{state}", data) | {"time": _instant(day, hour, order)}

    def fact(self, kind: str, order: int, *, day: int, hour: int, **data: Any) -> dict[str, Any]:
        """A fact about the case of an order."""
        told = self._event(kind, f"{kind}-{order}", data)
        return told | {"subject": f"{self.shop}/{self.shop}-AS{order}", "time": _instant(day, hour, order)}

    def _order(self, order: int, *, paid: int = 3200, quantity: int = 1, signed: bool = False) -> dict[str, Any]:
        return {
            "order_no": f"{self.shop}-{order}",
            "customer_ref": f"{self.shop}-c{order}",
            "paid": {"minor": paid},
            "lines": [{"sku": f"{self.shop}-TEA{order}", "quantity": quantity, "price": {"minor": paid}}],
            "courier": "yto",
            "waybill": "" if order == 3 else f"{self.shop}-YT{order}",
            **({} if order == 3 else {"shipped_at": _instant(-1, 9, order)}),
            **({"signed_at": _instant(1, 9, order)} if signed else {}),
        }

    def _event(self, kind: str, id: str, data: dict[str, Any]) -> dict[str, Any]:
        source = f"{self.shop}/feed"
        return {"specversion": "1.0", "id": id, "source": source, "type": f"aftersales.{kind}", "data": data}


def _instant(day: int, hour: int, minute: int) -> str:
    return f"2026-03-{8 + day:02}T{hour:02}:{minute:02}:00+08:00"

"""差价与运费 · Price differences and postage: a life per ending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.workflows.lived_case import LivedCase
from tests.workflows.lives.acts import Acts, Lives, commands, decides
from tests.workflows.lives.asked import PHOTOS

TEAS: dict[str, Any] = {"lines": [{"sku": "TEA", "quantity": 2, "price": 4500}], "succeeded_at": timedelta(days=-3)}
CHEAPER = {"prices": [{"sku": "TEA", "price": 2000}]}


def _coupon(need: str) -> Acts:
    async def gives(case: LivedCase) -> None:
        await decides(need, "coupon", amount={"minor": 1000})(case)
        await case.keep_promises()

    return gives


LIVES: Lives = {
    "price_difference-paid": ("price_difference", {"order": TEAS, "drop": CHEAPER}, ()),
    "price_difference-gifts_counted": (
        "price_difference", {"order": TEAS, "drop": {**CHEAPER, "gifts": [{"value": {"minor": 300}}]}}, (),
    ),
    "price_difference-not_cheaper": (
        "price_difference", {"order": TEAS, "drop": {"prices": [{"sku": "TEA", "price": 2250}]}}, (),
    ),
    "price_difference-too_late": (
        "price_difference", {"order": {**TEAS, "succeeded_at": timedelta(days=-60)}, "drop": CHEAPER}, (),
    ),
    "price_difference-unknown": (
        "price_difference", {"order": TEAS}, (decides("price_unknown", "price_refund", amount={"minor": 700}),),
    ),
    "price_difference-not_approved": (
        "price_difference",
        {"order": {"paid": 15000, "lines": [{"sku": "TEA", "quantity": 2, "price": 15000}]}, "drop": CHEAPER},
        (commands("approval", "reject", "supervisor:1", reason="not_our_price"), _coupon("difference_not_paid")),
    ),
    "postage_claim-paid": ("postage_claim", {"reason": "quality", "amount": 1200, "evidence": PHOTOS[:1]}, ()),
    "postage_claim-his": ("postage_claim", {"reason": "size", "amount": 1200}, ()),
    "postage_claim-courier": (
        "postage_claim", {"reason": "damaged", "fault": "courier", "amount": 1200, "evidence": PHOTOS[:1]}, (),
    ),
    "postage_claim-over_cap": (
        "postage_claim", {"reason": "quality", "amount": 3000, "evidence": PHOTOS[:1]},
        (decides("postage_sum", "freight_refund", amount={"minor": 1800}),),
    ),
    "postage_claim-no_receipt": (
        "postage_claim", {"reason": "quality", "amount": 1200, "customer": {"photos": 0}},
        (decides("no_receipt", "explain_only"),),
    ),
    "postage_claim-breach": (
        "postage_claim", {"reason": "freight", "fault": "merchant", "amount": 3500, "evidence": PHOTOS[:1]}, (),
    ),
    "postage_claim-breach_seen": (
        "postage_claim", {"reason": "freight", "amount": 900, "evidence": PHOTOS[:1]},
        (decides("extra_postage", "freight_refund"),
         commands("confirmation", "add_note", "supervisor:2", note_ref="text/1")),
    ),
}  # fmt: skip

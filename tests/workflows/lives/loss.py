"""丢、破、少、错 · Goods that are lost, broken, missing or wrong: a life per ending."""

from __future__ import annotations

from typing import Any

from tests.workflows.lived_case import LivedCase
from tests.workflows.lives.acts import Lives, commands, decides, keeps_promises, parcel
from tests.workflows.lives.asked import DEAF, PHOTOS, UNSHIPPED

GONE = {"state": "lost"}
BROKEN = {"packaging": "broken", "severity": "serious"}
CLAIMED = {"courier": GONE, "customer": {"choice": "full_refund"}}
KEPT = {"choice": "partial_refund"}
PAIR = {"lines": [{"sku": "PAIR", "quantity": 2, "price": 4500}]}
ONE_OF_THEM = [{"sku": "PAIR", "quantity": 1}]
MISSING: dict[str, Any] = {"order": PAIR, "lines": ONE_OF_THEM}
WRONG: dict[str, Any] = {"order": PAIR, "lines": [{"sku": "PAIR", "quantity": 1, "instead": "ODD"}]}
DEAR_PAIR = {**PAIR, "paid": 80000, "lines": [{"sku": "PAIR", "quantity": 2, "price": 80000}]}
ONE_OR_ANOTHER = [{"sku": "PAIR", "quantity": 1, "instead": "OTHER"}]
WITH_A_GIFT = {"lines": [{"sku": "PAIR", "quantity": 1, "price": 4500}, {"sku": "GIFT", "quantity": 1, "price": 0}]}
THE_GIFT = [{"sku": "GIFT", "quantity": 1}]
OOS: dict[str, Any] = {"order": {**PAIR, **UNSHIPPED}, "lines": ONE_OF_THEM}


async def _describes(case: LivedCase) -> None:
    """An agent looks at photos that came without a word."""
    await case.run_until(needs_human="describe_damage")
    await case.handle.signal("damage_described", {"by": "agent:7", "packaging": "intact", "severity": "minor"})


LIVES: Lives = {
    "parcel_damaged-reshipped": ("parcel_damaged", {}, ()),
    "parcel_damaged-kept": ("parcel_damaged", {"evidence": PHOTOS, "damage": BROKEN, "customer": KEPT}, ()),
    "parcel_damaged-claim_failed": (
        "parcel_damaged", {"customer": KEPT, "courier": {"claim": "refused"}}, (keeps_promises,),
    ),
    "parcel_damaged-refused": ("parcel_damaged", {"order": {"signed_at": None}, "parcel_state": "damaged"}, ()),
    "parcel_damaged-refused_for_money": (
        "parcel_damaged",
        {"order": {"signed_at": None}, "parcel_state": "damaged", "customer": {"choice": "full_refund"}}, (),
    ),
    "parcel_damaged-described": ("parcel_damaged", {"evidence": PHOTOS}, (_describes,)),
    "parcel_damaged-no_photos": (
        "parcel_damaged", {"customer": {"photos": 0}}, (decides("no_damage_evidence", "explain_only"),),
    ),
    "parcel_damaged-declined": (
        "parcel_damaged", {"customer": {"agrees": False}}, (decides("damage_plan_declined", "full_refund"),),
    ),
    "parcel_damaged-lost_again": (
        "parcel_damaged", {"courier": {"delivered_after": "never"}}, (decides("damage_reship_failed", "full_refund"),),
    ),
    "missing_item-reshipped": ("missing_item", MISSING, ()),
    "missing_item-refunded": ("missing_item", {**MISSING, "customer": {"choice": "part_refund"}}, ()),
    "missing_item-next_order": (
        "missing_item", {**MISSING, "customer": {"choice": "ship_together", "orders_again_after": "5d"}}, (),
    ),
    "missing_item-no_next_order": ("missing_item", {**MISSING, "customer": {"choice": "ship_together"}}, ()),
    "missing_item-packed": (
        "missing_item", {**MISSING, "warehouse": {"packed_all": True}}, (decides("packing_complete", "explain_only"),),
    ),
    "missing_item-warehouse_silent": ("missing_item", {**MISSING, "warehouse": {"answers_after": "never"}}, ()),
    "missing_item-declined": (
        "missing_item", {**MISSING, "customer": {"agrees": False}}, (decides("missing_plan_declined", "part_refund"),),
    ),
    "missing_item-gift": ("missing_item", {"order": WITH_A_GIFT, "lines": THE_GIFT}, ()),
    "wrong_item-reshipped": ("wrong_item", WRONG, ()),
    "wrong_item-money": ("wrong_item", {**WRONG, "customer": {"choice": "return_refund"}}, ()),
    "wrong_item-kept": (
        "wrong_item", {**WRONG, "customer": {"ships_after": "never"}}, (decides("wrong_goods_kept", "explain_only"),),
    ),
    "wrong_item-spoilt": (
        "wrong_item", {**WRONG, "warehouse": {"second": "customer_damage"}},
        (decides("wrong_goods_inspection", "explain_only"),),
    ),
    "wrong_item-no_photo": (
        "wrong_item", {**WRONG, "customer": {"photos": 0}}, (decides("no_wrong_item_photo", "explain_only"),),
    ),
    "wrong_item-declined": (
        "wrong_item", {**WRONG, "customer": {"agrees": False}}, (decides("wrong_item_plan_declined", "part_refund"),),
    ),
    "out_of_stock-waited": ("out_of_stock", {**OOS, "warehouse": {"stock_after": "5d"}}, ()),
    "out_of_stock-substitute": ("out_of_stock", {**OOS, "lines": ONE_OR_ANOTHER}, ()),
    "out_of_stock-discount_granted": (
        "out_of_stock", {**OOS, "order": DEAR_PAIR, "lines": ONE_OR_ANOTHER},
        (commands("approval", "approve", "supervisor:1"),),
    ),
    "out_of_stock-refunded": ("out_of_stock", OOS, ()),
    "out_of_stock-never_came": (
        "out_of_stock", {**OOS, "warehouse": {"stock_after": "5d", "stock_late": "never"}},
        (decides("stock_never_came", "part_refund"),),
    ),
    "out_of_stock-not_phoned": ("out_of_stock", {**OOS, "customer": DEAF}, ()),
    "out_of_stock-silent": (
        "out_of_stock", {**OOS, "customer": {"agrees_after": "never"}}, (decides("oos_no_answer", "part_refund"),),
    ),
    "out_of_stock-gift": (
        "out_of_stock", {"order": {**WITH_A_GIFT, **UNSHIPPED}, "lines": THE_GIFT},
        (decides("oos_nothing_to_offer", "explain_only"),),
    ),
    "reship-reshipped": ("reship", {"order": PAIR, "lines": ONE_OF_THEM}, ()),
    "reship-declined": ("reship", {"customer": {"agrees": False}}, (decides("reship_declined", "full_refund"),)),
    "reship-silent": ("reship", {"customer": {"agrees_after": "never"}}, (decides("reship_no_answer", "reship"),)),
    "reship-failed": (
        "reship", {"courier": {"delivered_after": "never"}}, (decides("reship_failed", "full_refund"),),
    ),
    "parcel_lost-reshipped": ("parcel_lost", {"courier": GONE}, ()),
    "parcel_lost-refunded": (
        "parcel_lost", {"courier": {"state": "stalled", "trace": "lost"}, "customer": {"choice": "full_refund"}}, (),
    ),
    "parcel_lost-found": ("parcel_lost", {"courier": {"state": "stalled", "trace": "found"}}, ()),
    "parcel_lost-turned_up": (
        "parcel_lost", {"courier": GONE, "customer": {"agrees_after": "never"}}, (parcel("consent", "delivered"),),
    ),
    "parcel_lost-declined": (
        "parcel_lost", {"courier": GONE, "customer": {"agrees": False}},
        (decides("lost_plan_declined", "full_refund"),),
    ),
    "parcel_lost-sent_twice": (
        "parcel_lost", {"courier": {**GONE, "delivered_after": "never"}},
        (decides("lost_reship_failed", "reship"), decides("lost_reship_failed_2", "full_refund")),
    ),
    "courier_claim-paid": ("courier_claim", CLAIMED, ()),
    "courier_claim-refused_once": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "claim": ["refused", "accepted"]}},
        (decides("claim_rejected", "claim_again"),),
    ),
    "courier_claim-written_off": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "claim": "refused"}},
        (decides("claim_rejected", "write_off", "manager:1"),),
    ),
    "courier_claim-silent": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "answers_after": "never"}},
        (decides("claim_silent", "write_off", "manager:1"),),
    ),
    "courier_claim-came_round": ("courier_claim", {**CLAIMED, "courier": {**GONE, "answers_after": "8d"}}, ()),
    "courier_claim-booked": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "pays_after": "never"}},
        (
            commands("reimbursement", "record_reimbursement", "finance:5", amount={"minor": 3000}),
            decides("claim_short", "write_off", "manager:1"),
        ),
    ),
    "courier_claim-rest_again": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "pays": 3000}},
        (
            decides("claim_short", "claim_again"),
            commands("reimbursement", "record_reimbursement", "finance:5", amount={"minor": 1500}),
        ),
    ),
    "courier_claim-unpaid": (
        "courier_claim", {**CLAIMED, "courier": {**GONE, "pays_after": "never"}},
        (decides("claim_unpaid", "write_off", "manager:1"),),
    ),
}  # fmt: skip

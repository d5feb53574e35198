"""The plain path of each case type, as data: the facts of its request, and what is said when a partner is asked what.

On a plain path everybody answers at once and keeps his word; staff are asked only where the procedure always asks
them. The askings (`bench.partners`) are a contact's template or `<partner>.<asking>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from bench.saying import (
    AGREED,
    CLOSING,
    KEY,
    NOT_SOLVED,
    OPENED,
    PAID,
    SIGNED,
    Answers,
    Saying,
    decides,
    parcel,
    repaired,
    returned,
    sent,
)
from domain.vocabulary import CaseType, Outcome


@dataclass(frozen=True)
class PlainPath:
    """How a case of a type goes when nothing goes wrong."""

    ends: Outcome
    answers: Answers = field(default_factory=dict)
    order: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the order other than of one that left four days ago. A timedelta is an instant so long after now."""
    request: Mapping[str, Any] = field(default_factory=dict)
    """Facts of the request; its reason, for example."""


DAY = timedelta(days=1)
_RECEIVED = {"signed_at": -2 * DAY}
_UNSHIPPED = {"waybill": "", "shipped_at": None}
_PHOTOS = ["evidence/1", "evidence/2"]
_INSPECTED = {"photos": ["evidence/3", "evidence/4"]}
_TWO = {"lines": [{"sku": "SKU-1", "quantity": 2, "price": {"minor": 4500}}]}
_ANOTHER = [{"sku": "SKU-2", "quantity": 1, "price": {"minor": 4500}}]
_FEE = {"minor": 1800}

PATHS: Mapping[CaseType, PlainPath] = {
    CaseType.RETURN_REFUND: PlainPath(
        ends=Outcome.REFUNDED,
        order=_RECEIVED,
        answers={"plan_proposed": (AGREED,), "return_authorized": returned(), **CLOSING},
    ),
    CaseType.REFUND_ONLY: PlainPath(ends=Outcome.REFUNDED, answers=CLOSING),
    CaseType.CUSTOMER_UNREACHABLE: PlainPath(
        ends=Outcome.RESHIPPED,
        answers={
            "progress": (parcel("in_transit-1", "returned"), Saying("customer_replied", {"text_ref": "t-1"})),
            "address_asked": (Saying("address_confirmed", {"address_ref": ""}),),
            **sent(),
            **CLOSING,
        },
    ),
    CaseType.NO_TRACKING_INFO: PlainPath(
        ends=Outcome.DELIVERED,
        answers={
            "warehouse.ask": (Saying("warehouse_answered", {"handed_over": True}),),
            "courier.trace": (
                Saying("courier_answered", {"verdict": "found"}),
                parcel("in_transit-1", "delivered"),
            ),
            **CLOSING,
        },
    ),
    CaseType.PARCEL_LOST: PlainPath(
        ends=Outcome.RESHIPPED,
        order={"waybill": "lost-1"},
        answers={"parcel_lost_told": (AGREED,), **sent(), **CLOSING},
    ),
    CaseType.PARCEL_DAMAGED: PlainPath(
        ends=Outcome.RESHIPPED,
        order=_RECEIVED,
        request={
            "reason": "damaged", "evidence": _PHOTOS, "damage": {"packaging": "broken", "severity": "serious"},
        },
        answers={
            "damage_told": (AGREED,),
            "courier.confirm_damage": (Saying("courier_answered", {"request": KEY, "verdict": "accepted"}),),
            **sent(),
            **CLOSING,
        },
    ),
    CaseType.MISSING_ITEM: PlainPath(
        ends=Outcome.RESHIPPED,
        order={**_RECEIVED, **_TWO},
        request={"reason": "missing_item", "lines": [{"sku": "SKU-1", "quantity": 1}]},
        answers={
            "warehouse.ask": (Saying("packing_checked", {"complete": False}),),
            "missing_told": (AGREED,),
            **sent(),
            **CLOSING,
        },
    ),
    CaseType.WRONG_ITEM: PlainPath(
        ends=Outcome.RESHIPPED,
        order=_RECEIVED,
        request={
            "reason": "wrong_item", "evidence": _PHOTOS,
            "lines": [{"sku": "SKU-1", "quantity": 1, "instead": "SKU-3"}],
        },
        answers={"wrong_item_told": (AGREED,), "wrong_goods_asked": returned("SKU-3"), **sent(), **CLOSING},
    ),
    CaseType.RESHIP: PlainPath(
        ends=Outcome.RESHIPPED,
        request={"reason": "lost"},
        answers={"plan_proposed": (AGREED,), **sent(), **CLOSING},
    ),
    CaseType.OUT_OF_STOCK: PlainPath(
        ends=Outcome.DELIVERED,
        order=_UNSHIPPED,
        request={"reason": "out_of_stock"},
        answers={
            "out_of_stock_told": (Saying("stock_told", {"stock_at": 2 * DAY}),),
            "oos_offer": (AGREED, Saying("stock_arrived")),
            **sent("stock_shipped_told"),
            **CLOSING,
        },
    ),
    CaseType.WARRANTY_REPAIR: PlainPath(
        ends=Outcome.REPAIRED,
        order=_RECEIVED,
        request={"reason": "quality", "evidence": _PHOTOS},
        answers={**NOT_SOLVED, "repair_proposed": (AGREED, SIGNED), **repaired(), **CLOSING},
    ),
    CaseType.PAID_MAINTENANCE: PlainPath(
        ends=Outcome.REPAIRED,
        order={"shipped_at": -402 * DAY, "signed_at": -400 * DAY},
        request={"reason": "quality", "fee": _FEE},
        answers={**NOT_SOLVED, "maintenance_quoted": (AGREED, SIGNED), **repaired(), **PAID, **CLOSING},
    ),
    CaseType.TRACKING_QUERY: PlainPath(
        ends=Outcome.DELIVERED,
        request={"reason": "not_received"},
        answers={"parcel_told": (parcel("in_transit-1", "delivered"),), **CLOSING},
    ),
    CaseType.SIGNED_NOT_RECEIVED: PlainPath(
        ends=Outcome.DELIVERED,
        order={"waybill": "delivered_by_proxy-1"},
        request={"reason": "not_received"},
        answers={"look_around_asked": (Saying("customer_looked", {"found": True}),), **CLOSING},
    ),
    CaseType.PARCEL_STUCK: PlainPath(
        ends=Outcome.DELIVERED,
        order={"waybill": "stalled-1"},
        request={"reason": "not_received"},
        answers={
            "courier.trace": (Saying("courier_answered", {"verdict": "found"}), parcel("stalled-1", "delivered")),
            **CLOSING,
        },
    ),
    CaseType.COURIER_CONDUCT: PlainPath(
        ends=Outcome.DELIVERED,
        request={"reason": "service"},
        answers={
            "courier.mediate": (Saying("courier_answered", {"request": KEY, "verdict": "apologised"}),),
            "conduct_plan": (AGREED,),
            "courier.redeliver": (
                Saying("courier_answered", {"request": KEY, "verdict": "accepted"}),
                parcel("in_transit-1", "delivered"),
            ),
            **CLOSING,
        },
    ),
    CaseType.LATE_DELIVERY: PlainPath(
        ends=Outcome.DELIVERED,
        request={"reason": "late"},
        answers={
            "courier.redeliver": (
                Saying("courier_answered", {"request": KEY, "verdict": "accepted", "slot_at": DAY}),
            ),
            "slot_proposed": (AGREED, parcel("in_transit-1", "delivered")),
            **CLOSING,
        },
    ),
    CaseType.LATE_SHIPMENT: PlainPath(
        ends=Outcome.DELIVERED,
        order=_UNSHIPPED,
        request={"reason": "late"},
        answers={
            "warehouse.ask": (
                Saying("warehouse_answered", {"handed_over": False}),
                Saying("shipped", {"courier": "yto", "waybill": "NEW-1"}),
                parcel("NEW-1", "in_transit"),
            ),
            "on_the_way_told": (parcel("NEW-1", "delivered"),),
            **CLOSING,
        },
    ),
    CaseType.COMPLAINT: PlainPath(
        ends=Outcome.REFUNDED,
        order=_RECEIVED,
        request={"reason": "service"},
        answers={"complaint_heard": (decides("full_refund"),), "plan_proposed": (AGREED,), **CLOSING},
    ),
    CaseType.DISPUTE: PlainPath(
        ends=Outcome.REFUNDED,
        order=_RECEIVED,
        request={"reason": "service"},
        answers={
            "complaint_heard": (decides("full_refund", by="supervisor:1"),),
            "plan_proposed": (AGREED,),
            "refund_paid": (Saying("file_report", {"by": "supervisor:1", "note_ref": "text/1"}),),
            **CLOSING,
        },
    ),
    CaseType.BAD_REVIEW: PlainPath(
        ends=Outcome.REFUNDED,
        order=_RECEIVED,
        request={"reason": "service"},
        answers={
            "trouble_asked": (Saying("customer_replied", {"text_ref": "t-1"}), decides("full_refund")),
            "plan_proposed": (AGREED,),
            **CLOSING,
        },
    ),
    CaseType.PLATFORM_RIGHTS: PlainPath(
        ends=Outcome.REFUNDED,
        order=_RECEIVED,
        request={"reason": "quality", "deadline": DAY},
        answers={
            "platform_answered": (
                Saying("submit_evidence", {"by": "agent:1", "receipt": "PLATFORM-1"}),
                Saying("platform_ruled", {"verdict": "for_customer"}),
            ),
            **CLOSING,
        },
    ),
    CaseType.ADDRESS_CHANGE: PlainPath(
        ends=Outcome.DELIVERED,
        order=_UNSHIPPED,
        answers={
            "warehouse.readdress": (
                Saying("warehouse_answered", {"handed_over": False}),
                Saying("shipped", {"courier": "yto", "waybill": "NEW-1"}),
            ),
            "on_the_way_told": (parcel("NEW-1", "delivered"),),
            **CLOSING,
        },
    ),
    CaseType.OUT_OF_AREA: PlainPath(
        ends=Outcome.DELIVERED,
        request={"reason": "not_received"},
        answers={
            "out_of_area_told": (AGREED,),
            "pickup_told": (parcel("in_transit-1", "delivered"),),
            **CLOSING,
        },
    ),
    CaseType.CANCEL_BEFORE_RECEIPT: PlainPath(
        ends=Outcome.REFUNDED,
        order=_UNSHIPPED,
        answers={"warehouse.hold": (Saying("warehouse_answered", {"handed_over": False}),), **CLOSING},
    ),
    CaseType.PRICE_DIFFERENCE: PlainPath(
        ends=Outcome.PRICE_ADJUSTED,
        order={**_RECEIVED, "succeeded_at": -DAY},
        request={"reason": "price_drop", "drop": {"prices": [{"sku": "SKU-1", "price": {"minor": 4000}}]}},
        answers=CLOSING,
    ),
    CaseType.POSTAGE_CLAIM: PlainPath(
        ends=Outcome.PARTIALLY_REFUNDED,
        order=_RECEIVED,
        request={"reason": "quality", "amount": {"minor": 1200}, "evidence": _PHOTOS[:1]},
        answers=CLOSING,
    ),
    CaseType.MINOR_FLAW: PlainPath(
        ends=Outcome.GOODWILL_ONLY,
        order=_RECEIVED,
        request={"reason": "quality"},
        answers={
            "goodwill_offered": (AGREED, Saying("keep_promise", {"by": "finance:1", "promise": "P3"})),
            **CLOSING,
        },
    ),
    CaseType.CUSTOMER_MISUSE: PlainPath(
        ends=Outcome.REPAIRED,
        order=_RECEIVED,
        request={"reason": "quality", "evidence": _PHOTOS},
        answers={
            "misuse_sympathy": (decides("repair", amount=_FEE),),
            "misuse_repair_quoted": (AGREED, SIGNED),
            **repaired(),
            **PAID,
            **CLOSING,
        },
    ),
    CaseType.EXCHANGE: PlainPath(
        ends=Outcome.EXCHANGED,
        order=_RECEIVED,
        request={"reason": "quality", "evidence": _PHOTOS},
        answers={
            "exchange_proposed": (AGREED,),
            "exchange_authorized": returned(found="defect_confirmed", **_INSPECTED),
            **sent("exchange_shipped"),
            **CLOSING,
        },
    ),
    CaseType.COLOUR_DIFFERENCE: PlainPath(
        ends=Outcome.EXCHANGED,
        order=_RECEIVED,
        request={"reason": "colour", "replacement": _ANOTHER},
        answers={
            "colour_explained": (AGREED,),
            "exchange_authorized": returned(),
            **sent("exchange_shipped"),
            **CLOSING,
        },
    ),
    CaseType.SIZE_UNSUITABLE: PlainPath(
        ends=Outcome.EXCHANGED,
        order=_RECEIVED,
        request={"reason": "size"},
        answers={
            "request_received": (decides("exchange", liability="customer", replacement=_ANOTHER),),
            "size_explained": (AGREED,),
            "exchange_authorized": returned(),
            **sent("exchange_shipped"),
            **CLOSING,
        },
    ),
    CaseType.COURIER_CLAIM: PlainPath(
        ends=Outcome.REIMBURSED,
        request={"parent": "B-parcel_lost", "reason": "lost", "fault": "courier", "amount": {"minor": 4500}},
        answers={
            "courier.claim": (
                Saying("courier_answered", {"request": KEY, "verdict": "accepted"}),
                Saying("reimbursed", {"amount": {"minor": 4500}}),
            ),
        },
    ),
    CaseType.UNIDENTIFIED_PARCEL: PlainPath(
        ends=Outcome.MATCHED,
        answers={OPENED: (Saying("match_parcel", {"by": "agent:1", "case": "B-return_refund"}),)},
    ),
}  # fmt: skip

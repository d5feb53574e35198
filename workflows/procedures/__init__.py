"""One file per procedure, readable aloud. A procedure is an async function over the case that returns its outcome."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from domain.vocabulary import CaseType, Outcome
from workflows.course import Case
from workflows.procedures.address_change import address_change
from workflows.procedures.bad_review import bad_review
from workflows.procedures.cancel_before_receipt import cancel_before_receipt
from workflows.procedures.colour_difference import colour_difference
from workflows.procedures.complaint import complaint
from workflows.procedures.courier_conduct import courier_conduct
from workflows.procedures.customer_misuse import customer_misuse
from workflows.procedures.customer_unreachable import customer_unreachable
from workflows.procedures.dispute import dispute
from workflows.procedures.exchange import exchange
from workflows.procedures.late_delivery import late_delivery
from workflows.procedures.late_shipment import late_shipment
from workflows.procedures.minor_flaw import minor_flaw
from workflows.procedures.missing_item import missing_item
from workflows.procedures.no_tracking_info import no_tracking_info
from workflows.procedures.out_of_area import out_of_area
from workflows.procedures.out_of_stock import out_of_stock
from workflows.procedures.parcel_damaged import parcel_damaged
from workflows.procedures.parcel_lost import parcel_lost
from workflows.procedures.parcel_stuck import parcel_stuck
from workflows.procedures.platform_rights import platform_rights
from workflows.procedures.postage_claim import postage_claim
from workflows.procedures.price_difference import price_difference
from workflows.procedures.refund_only import refund_only
from workflows.procedures.repair import repair
from workflows.procedures.reship import reship
from workflows.procedures.return_refund import return_refund
from workflows.procedures.signed_not_received import signed_not_received
from workflows.procedures.size_unsuitable import size_unsuitable
from workflows.procedures.tracking_query import tracking_query
from workflows.procedures.wrong_item import wrong_item

PROCEDURES: dict[CaseType, Callable[[Case], Awaitable[Outcome]]] = {
    CaseType.RETURN_REFUND: return_refund,
    CaseType.REFUND_ONLY: refund_only,
    CaseType.CUSTOMER_UNREACHABLE: customer_unreachable,
    CaseType.NO_TRACKING_INFO: no_tracking_info,
    CaseType.PARCEL_LOST: parcel_lost,
    CaseType.TRACKING_QUERY: tracking_query,
    CaseType.SIGNED_NOT_RECEIVED: signed_not_received,
    CaseType.PARCEL_STUCK: parcel_stuck,
    CaseType.COURIER_CONDUCT: courier_conduct,
    CaseType.LATE_DELIVERY: late_delivery,
    CaseType.LATE_SHIPMENT: late_shipment,
    CaseType.ADDRESS_CHANGE: address_change,
    CaseType.OUT_OF_AREA: out_of_area,
    CaseType.CANCEL_BEFORE_RECEIPT: cancel_before_receipt,
    CaseType.PARCEL_DAMAGED: parcel_damaged,
    CaseType.RESHIP: reship,
    CaseType.MISSING_ITEM: missing_item,
    CaseType.WRONG_ITEM: wrong_item,
    CaseType.OUT_OF_STOCK: out_of_stock,
    CaseType.COMPLAINT: complaint,
    CaseType.DISPUTE: dispute,
    CaseType.BAD_REVIEW: bad_review,
    CaseType.PLATFORM_RIGHTS: platform_rights,
    CaseType.PRICE_DIFFERENCE: price_difference,
    CaseType.POSTAGE_CLAIM: postage_claim,
    CaseType.MINOR_FLAW: minor_flaw,
    CaseType.CUSTOMER_MISUSE: customer_misuse,
    CaseType.WARRANTY_REPAIR: repair,
    CaseType.PAID_MAINTENANCE: repair,
    CaseType.COLOUR_DIFFERENCE: colour_difference,
    CaseType.EXCHANGE: exchange,
    CaseType.SIZE_UNSUITABLE: size_unsuitable,
}

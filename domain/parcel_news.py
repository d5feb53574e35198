"""What a parcel's state means for a customer who asks where it is: which other case it is, if any (R-VERIFY)."""

from __future__ import annotations

from collections.abc import Mapping

from domain.vocabulary import CaseType, ParcelState

IN_PERSON = frozenset({ParcelState.DELIVERED, ParcelState.DELIVERED_BY_PROXY, ParcelState.DELIVERED_AFTER_EXCEPTION})

_MEANS: Mapping[ParcelState, CaseType] = {
    ParcelState.NO_INFO: CaseType.NO_TRACKING_INFO,
    ParcelState.INFO_RECEIVED: CaseType.NO_TRACKING_INFO,
    ParcelState.STALLED: CaseType.PARCEL_STUCK,
    ParcelState.MISROUTED: CaseType.PARCEL_STUCK,
    ParcelState.LOST: CaseType.PARCEL_LOST,
    ParcelState.DELIVERY_FAILED: CaseType.CUSTOMER_UNREACHABLE,
    ParcelState.UNREACHABLE: CaseType.CUSTOMER_UNREACHABLE,
    ParcelState.BAD_ADDRESS: CaseType.ADDRESS_CHANGE,
    ParcelState.OUT_OF_AREA: CaseType.OUT_OF_AREA,
    ParcelState.DAMAGED: CaseType.PARCEL_DAMAGED,
} | dict.fromkeys(IN_PERSON, CaseType.SIGNED_NOT_RECEIVED)  # who asks where it is has not got it

GOING_BACK = frozenset({ParcelState.REJECTED, ParcelState.RETURNING, ParcelState.RETURNED, ParcelState.CANCELLED})
"""States of a parcel that will not come by itself: a person decides."""


def case_of(seen: ParcelState, *, has_waybill: bool) -> CaseType:
    """The type of case that a query turns out to be; `tracking_query` while there is nothing wrong."""
    if not has_waybill:
        return CaseType.LATE_SHIPMENT
    return _MEANS.get(seen, CaseType.TRACKING_QUERY)


def on_its_way(seen: ParcelState) -> bool:
    """Whether nothing is wrong with a parcel that has not arrived."""
    return case_of(seen, has_waybill=True) is CaseType.TRACKING_QUERY and seen not in GOING_BACK

"""Partners' codes for a parcel's state, in our words: the table of ecosystem 1.1, as data.

Where several partner codes mean one thing to us they stand side by side. A code that is missing here maps to
`unknown`, the raw code is kept beside it, and the case goes on: partners add codes without asking.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.vocabulary import ParcelState as S

KUAIDI100: Mapping[S, str] = {
    S.NO_INFO: "abort",
    S.INFO_RECEIVED: "101 102",
    S.PICKED_UP: "1 103",
    S.IN_TRANSIT: "0 1001 1002 7 1003",
    S.STALLED: "202 208",
    S.OUT_FOR_DELIVERY: "5",
    S.AT_PICKUP_POINT: "501",
    S.PICKUP_OVERDUE: "205",
    S.DELIVERED: "3 301",
    S.DELIVERED_BY_PROXY: "303 304",
    S.DELIVERED_AFTER_EXCEPTION: "302",
    S.DELIVERY_FAILED: "2 201 204",
    S.UNREACHABLE: "206",
    S.OUT_OF_AREA: "207",
    S.DAMAGED: "209",
    S.REJECTED: "203 14",
    S.RETURNING: "6",
    S.RETURNED: "4",
    S.CANCELLED: "401 210",
    S.CUSTOMS: "8 10 11 12 13",
}
KDNIAO: Mapping[S, str] = {
    S.NO_INFO: "0 401",
    S.INFO_RECEIVED: "10",
    S.PICKED_UP: "1",
    S.IN_TRANSIT: "2 201 204 205 206 5",
    S.STALLED: "403 417",
    S.OUT_FOR_DELIVERY: "202 419",
    S.AT_PICKUP_POINT: "211",
    S.PICKUP_OVERDUE: "412",
    S.DELIVERED: "3 301",
    S.DELIVERED_BY_PROXY: "304 311",
    S.DELIVERED_AFTER_EXCEPTION: "302",
    S.DELIVERY_FAILED: "4 402 405",
    S.UNREACHABLE: "416 421",
    S.BAD_ADDRESS: "420",
    S.MISROUTED: "422",
    S.OUT_OF_AREA: "423",
    S.DAMAGED: "414",
    S.REJECTED: "404",
    S.RETURNING: "407",
    S.RETURNED: "406",
    S.CANCELLED: "413 415",
    S.CUSTOMS: "6 601 602 603 604",
}
# FAILED stands for a failed attempt and for a rejection alike: the weaker claim is taken.
TAOBAO: Mapping[S, str] = {
    S.INFO_RECEIVED: "CREATE CONSIGN",
    S.PICKED_UP: "GOT",
    S.IN_TRANSIT: "ARRIVAL DEPARTURE SENT_CITY",
    S.OUT_FOR_DELIVERY: "SENT_SCAN",
    S.DELIVERED: "SIGNED",
    S.DELIVERY_FAILED: "FAILED",
    S.LOST: "LOST",
}
AFTERSHIP: Mapping[S, str] = {
    S.NO_INFO: "Pending",
    S.INFO_RECEIVED: "InfoReceived",
    S.PICKED_UP: "InTransit_PickedUp",
    S.IN_TRANSIT: "InTransit",
    S.STALLED: "Expired Exception_Delayed",
    S.OUT_FOR_DELIVERY: "OutForDelivery",
    S.AT_PICKUP_POINT: "AvailableForPickup",
    S.DELIVERED: "Delivered",
    S.DELIVERED_BY_PROXY: "Delivered_005 Delivered_Other",
    S.DELIVERY_FAILED: "AttemptFail DeliveryFailure",
    S.UNREACHABLE: "DeliveryFailure_NoBody",
    S.BAD_ADDRESS: "DeliveryFailure_InvalidAddress",
    S.DAMAGED: "Exception_Damage",
    S.LOST: "Exception_Lost",
    S.REJECTED: "Exception_003 Exception_Rejected",
    S.RETURNING: "Exception_Returning",
    S.RETURNED: "Exception_Returned",
    S.CANCELLED: "Exception_Cancel",
    S.CUSTOMS: "Exception_004",
}


def _by_code(table: Mapping[S, str]) -> dict[str, S]:
    return {code: state for state, codes in table.items() for code in codes.split()}


_VOCABULARIES: Mapping[str, Mapping[str, S]] = {
    "kuaidi100": _by_code(KUAIDI100),
    "kdniao": _by_code(KDNIAO),
    "taobao": _by_code(TAOBAO),
    "aftership": _by_code(AFTERSHIP),
}


def parcel_state(vocabulary: str, code: str) -> S:
    """Our word for a partner's code; `unknown` for a vocabulary or a code that nobody mapped.

    AfterShip refines a tag by a suffix (`InTransit_007`): an unknown refinement falls back to its tag, except for
    `Exception`, which says nothing by itself.
    """
    codes = _VOCABULARIES.get(vocabulary.lower(), {})
    return codes.get(code) or codes.get(code.partition("_")[0], S.UNKNOWN)

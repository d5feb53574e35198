"""How a life begins: as an order event at the door, or as what another case, or the warehouse, makes of it."""

from __future__ import annotations

from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase
from tests.workflows.lives import LIVES

_REASONS = {
    "price_difference": "price_drop",
    "parcel_damaged": "damaged",
    "missing_item": "missing_item",
    "wrong_item": "wrong_item",
    "reship": "lost",
    "out_of_stock": "out_of_stock",
    "customer_unreachable": "not_received",
    "no_tracking_info": "late",
    "parcel_lost": "lost",
    "out_of_area": "not_received",
    "tracking_query": "not_received",
    "signed_not_received": "not_received",
    "parcel_stuck": "not_received",
    "late_delivery": "late",
    "late_shipment": "late",
    "courier_conduct": "service",
    "complaint": "service",
    "dispute": "service",
    "bad_review": "service",
    "platform_rights": "quality",
}
"""Why such a case is asked for, where a life does not say."""


async def begun(house: House, name: str) -> LivedCase:
    """Its case: of the warehouse, of a customer's case, `beside` another of the order, or like most."""
    case_type, given, _ = LIVES[name]
    request = {"reason": _REASONS.get(case_type, "no_reason")} | given
    if case_type == "courier_claim":  # the case of a customer opens it
        customers = await house.open("parcel_lost", **{**request, "reason": "lost"})
        await customers.run_until(waiting_for="confirmation")
        return await customers.claim()
    if case_type == "unidentified_parcel":
        return await house.receive(f"NOBODY-{name.partition('-')[2]}", "CUP")
    if first := request.get("beside"):
        asked = {key: value for key, value in request.items() if key != "beside"}
        return await house.beside(await house.open(first), case_type, **asked)
    return await house.open(case_type, **request)

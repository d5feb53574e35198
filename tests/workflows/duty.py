"""The plainest thing that anybody can do for whom a case waits, so that every case comes to its end."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from domain.case import CaseState, Verdict
from domain.ports.refunds import HumanNeed
from domain.vocabulary import Resolution


class Duty(NamedTuple):
    """A command or a fact, by whom, and what it says."""

    kind: str
    by: str
    fields: Mapping[str, Any]


ENDING = (Resolution.EXPLAIN_ONLY, Resolution.WRITE_OFF)
_REPLACEMENT = ({"sku": "ANOTHER", "quantity": 1, "price": {"minor": 4500}},)
_BY_HAND = {
    "report": Duty("file_report", "supervisor:9", {"note_ref": "text/9"}),
    "evidence_pack": Duty("submit_evidence", "agent:9", {"receipt": "PACK-9"}),
    **{f"refund_{need}": Duty("provide_input", "finance:9", {}) for need in HumanNeed},
}


def is_needed(shown: Mapping[str, Any]) -> bool:
    """Whether a case that shows this waits for a member of staff."""
    waits_for = str(shown["waiting_for"])
    asked = waits_for.startswith("decision_") or waits_for in _BY_HAND
    return bool(asked or shown["open_approvals"] or shown["open_promises"])


def of_staff(state: CaseState, turn: int) -> Iterator[list[Duty]]:
    """What staff are needed for, each with the ways to do it; the first that is not refused is the one.

    Who decides explains, or writes it off; where that is refused, each `turn` he begins with something else.
    """
    waits_for = state.waiting.code if state.waiting else ""
    for asked in state.approvals:
        if asked.verdict is Verdict.OPEN:
            yield [
                Duty("approve", "manager:9", {"request": asked.id}),
                Duty("reject", "manager:9", {"request": asked.id}),
            ]
    if waits_for.startswith("decision_") or state.needs_human.startswith("decide:"):
        others = [one for one in Resolution if one not in ENDING]
        others = others[turn % len(others) :] + others[: turn % len(others)]
        yield [_decide(one) for one in (*ENDING, *others)]
    if waits_for in _BY_HAND:
        yield [_BY_HAND[waits_for]]
    for owed in state.open_promises():
        yield [Duty("keep_promise", "manager:9", {"promise": owed.id})]


def _decide(resolution: Resolution) -> Duty:
    more = {"replacement": _REPLACEMENT} if resolution is Resolution.EXCHANGE else {}
    return Duty(
        "decide", "manager:8", {"resolution": resolution, "reason": "not_covered", "liability": "customer", **more}
    )


def from_outside(state: CaseState, order_waybill: str) -> list[Duty]:
    """What those outside say at last, whom somebody rang up because the case waited for them so long."""
    waits_for = state.waiting.code if state.waiting else ""
    parcels = {*state.parcels, *([order_waybill] if order_waybill else [])}
    match waits_for:
        case "return_parcel":
            return [Duty("return_received", "warehouse:9", {})]
        case "inspection":
            return [
                Duty("inspected", "warehouse:9", {"round": 1, "result": "pass"}),
                Duty("inspected", "qc:9", {"round": 2, "result": "pass"}),
            ]
        case "ruling":
            return [Duty("platform_ruled", "platform", {"verdict": "for_shop"})]
        case "shipment":
            return [Duty("shipped", "warehouse:9", {"courier": "yto", "waybill": "YT-AT-LAST"})]
        case "first_scan" | "delivery" | "parcel_back":
            return [Duty("parcel_update", "courier", {"waybill": one, "state": "delivered"}) for one in sorted(parcels)]
        case _ if waits_for.startswith("repair_"):
            return [Duty("repair_status", "service_center", {"state": "done"})]
    return []

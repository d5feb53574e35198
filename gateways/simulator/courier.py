"""How simulated couriers show parcels, answer requests and bring parcels on their way."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.ports.courier import CourierRequest, CourierRequestKind
from domain.vocabulary import ParcelState
from gateways.simulator import parcels, warehouse
from gateways.simulator.personas import Courier, nth
from gateways.simulator.world import World

_WHO = "courier"
_EFFECTS = {
    CourierRequestKind.TRACE: "trace_opened",
    CourierRequestKind.RECALL: "parcel_recalled",
    CourierRequestKind.REDELIVER: "redelivery_ordered",
    CourierRequestKind.CHANGE_ADDRESS: "address_changed",
    CourierRequestKind.CLAIM: "claim_opened",
}


def track(world: World, waybill: str, at: datetime) -> dict[str, Any]:
    """What the courier's system shows at that instant."""
    scan = world.ledger.parcel_now(waybill, at)
    if scan:
        return {"state": scan["state"], "code": scan["state"], "last_scan_at": scan["scanned_at"], "place": ""}
    persona = world.personas.courier(waybill)
    if persona.code:
        return {"code": persona.code, "vocabulary": persona.vocabulary, "last_scan_at": None, "place": ""}
    return {"state": persona.state.value, "code": "", "last_scan_at": None, "place": ""}


def request(world: World, asked: CourierRequest) -> dict[str, Any]:
    """Take a request; the service desk answers later by an event."""
    persona = world.personas.courier(asked.waybill, asked.case.order_no)
    effect = _EFFECTS[asked.kind]
    if asked.kind is CourierRequestKind.TRACE:
        _trace(world, persona, asked, len(world.ledger.effects(asked.case, effect)))
    elif asked.kind is CourierRequestKind.RECALL:
        if not _recall(world, persona, asked):
            return world.receipt(asked.key)
    else:
        answered_at = world.later(asked.at, persona.answers_after)
        _answer(world, asked, answered_at, "accepted")
        if asked.kind is not CourierRequestKind.CLAIM:
            parcels.moves(world, asked.key, asked.case, asked.waybill, since=answered_at, persona=persona)
    data: dict[str, Any] = {"waybill": asked.waybill}
    if asked.amount:
        data |= {"amount_minor": asked.amount.minor, "currency": asked.amount.currency}
    world.ledger.effect(_WHO, effect, asked.key, asked.case, asked.at, **data)
    if asked.kind is CourierRequestKind.RECALL:
        warehouse.expect_return(world, asked.case)
    return world.receipt(asked.key)


def _trace(world: World, persona: Courier, asked: CourierRequest, number: int) -> None:
    verdict = nth(persona.trace, number)
    answered_at = world.later(asked.at, persona.trace_after)
    _answer(world, asked, answered_at, verdict)
    if verdict in ("found", "moving"):
        parcels.moves(world, asked.key, asked.case, asked.waybill, since=answered_at, persona=persona)


def _recall(world: World, persona: Courier, asked: CourierRequest) -> bool:
    """Turn the parcel round, unless the courier refuses or it has been handed out already."""
    scan = world.ledger.parcel_now(asked.waybill, asked.at)
    too_late = scan is not None and scan["state"] == ParcelState.DELIVERED
    answered_at = world.later(asked.at, persona.recall_after)
    verdict = "refused" if too_late else persona.recall
    _answer(world, asked, answered_at, verdict)
    if verdict != "accepted" or answered_at is None:
        return False
    for row in world.ledger.plans(asked.case, "parcel_update"):
        if row["waybill"] == asked.waybill:
            world.ledger.end(row["id"], "cancelled")
    parcels.scan(world, asked.key, asked.case, asked.waybill, at=answered_at, state=ParcelState.RETURNING)
    back_at = world.later(answered_at, persona.back_after)
    parcels.scan(world, asked.key, asked.case, asked.waybill, at=back_at, state=ParcelState.RETURNED)
    return True


def _answer(world: World, asked: CourierRequest, at: datetime | None, verdict: str) -> None:
    world.plan(
        asked.key, asked.case, at, _WHO, "courier_answered",
        request=asked.key, verdict=verdict, waybill=asked.waybill,
    )  # fmt: skip

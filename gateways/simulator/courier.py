"""How simulated couriers show parcels, answer requests and bring parcels on their way."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from domain.ports.courier import CourierRequest, CourierRequestKind
from domain.vocabulary import ParcelState
from gateways.simulator import parcels, warehouse
from gateways.simulator.ledger import instant
from gateways.simulator.personas import Courier, nth
from gateways.simulator.world import World, reference

_WHO = "courier"
FREIGHT = 800  # minor units of a freight
_EFFECTS = {
    CourierRequestKind.TRACE: "trace_opened",
    CourierRequestKind.RECALL: "parcel_recalled",
    CourierRequestKind.REDELIVER: "redelivery_ordered",
    CourierRequestKind.CHANGE_ADDRESS: "address_changed",
    CourierRequestKind.RELAY: "parcel_relayed",
    CourierRequestKind.CLAIM: "claim_opened",
    CourierRequestKind.MEDIATE: "mediation_asked",
    CourierRequestKind.CONFIRM_DAMAGE: "damage_confirmation_asked",
}


def track(world: World, waybill: str, at: datetime) -> dict[str, Any]:
    """What the courier's system shows at that instant."""
    scan = world.ledger.parcel_now(waybill, at)
    if scan:
        return {"state": scan["state"], "code": scan["state"], "last_scan_at": scan["scanned_at"]}
    persona = world.personas.courier(waybill)
    if persona.code:
        return {"code": persona.code, "vocabulary": persona.vocabulary, "last_scan_at": None}
    return {"state": persona.state.value, "code": "", "last_scan_at": None}


def request(world: World, asked: CourierRequest) -> dict[str, Any]:
    """Take a request; the service desk answers later by an event."""
    persona = world.personas.courier(asked.waybill, asked.case.order_no)
    effect = _EFFECTS[asked.kind]
    if asked.kind is CourierRequestKind.TRACE:
        _trace(world, persona, asked, len(world.ledger.effects(asked.case, effect)))
    elif asked.kind is CourierRequestKind.RECALL:
        if not _recall(world, persona, asked):
            return world.receipt(asked.key)
    elif asked.kind is CourierRequestKind.REDELIVER and asked.due_at is not None:
        _name_slot(world, persona, asked)
    elif asked.kind is CourierRequestKind.MEDIATE:
        _answer(world, asked, world.later(asked.at, persona.answers_after), persona.mediates)
    elif asked.kind in (CourierRequestKind.CHANGE_ADDRESS, CourierRequestKind.RELAY):
        if not _reroute(world, persona, asked):
            return world.receipt(asked.key)
    elif asked.kind is CourierRequestKind.CLAIM:
        _claim(world, persona, asked, len(world.ledger.effects(asked.case, effect)))
    else:
        answered_at = world.later(asked.at, persona.answers_after)
        _answer(world, asked, answered_at, "accepted")
        if asked.kind is not CourierRequestKind.CONFIRM_DAMAGE:
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


def _claim(world: World, persona: Courier, asked: CourierRequest, number: int) -> None:
    """Say whether he pays, and pay: what was claimed, or the bill of a freight that only he knows."""
    verdict = nth(persona.claim, number)
    answered_at = world.later(asked.at, persona.answers_after)
    _answer(world, asked, answered_at, verdict)
    if verdict == "accepted":
        claimed = asked.amount.model_dump() if asked.amount else {"minor": FREIGHT, "currency": "CNY"}
        minor = claimed["minor"] if persona.pays is None else persona.pays
        world.plan(
            asked.key, asked.case, world.later(answered_at, persona.pays_after), _WHO, "reimbursed",
            request=asked.key, amount=claimed | {"minor": minor}, receipt_ref=reference("PAY", asked.key),
        )  # fmt: skip


def _name_slot(world: World, persona: Courier, asked: CourierRequest) -> None:
    """Say by when it is delivered, and keep it or not; who has no slot says no."""
    answered_at = world.later(asked.at, persona.answers_after)
    slot_at = world.later(answered_at, persona.slot_after)
    if answered_at is None or slot_at is None:
        _answer(world, asked, answered_at, "refused")
        return
    _answer(world, asked, answered_at, "accepted", slot_at=instant(slot_at))
    if persona.keeps_slot:
        there_at = world.later(slot_at, -timedelta(hours=1))
        parcels.scan(world, asked.key, asked.case, asked.waybill, at=there_at, state=ParcelState.DELIVERED)


def _reroute(world: World, persona: Courier, asked: CourierRequest) -> bool:
    """Take the parcel elsewhere, or hand it on; for a fee only when it was agreed to, and not when handed out."""
    scan = world.ledger.parcel_now(asked.waybill, asked.at)
    answered_at = world.later(asked.at, persona.answers_after)
    verdict = persona.reroute if asked.kind is CourierRequestKind.CHANGE_ADDRESS else persona.relay
    if scan is not None and scan["state"] == ParcelState.DELIVERED:
        verdict = "too_late"
    to = {"courier": persona.relay_to} if asked.kind is CourierRequestKind.RELAY else {}
    if verdict == "accepted" and persona.fee and asked.amount is None:
        fee = {"minor": persona.fee, "currency": "CNY"}
        _answer(world, asked, answered_at, "fee_asked", fee=fee, **to)
        return False
    _answer(world, asked, answered_at, verdict, **to)
    if verdict != "accepted" or answered_at is None:
        return False
    for row in world.ledger.plans(asked.case, "parcel_update"):
        if row["waybill"] == asked.waybill:
            world.ledger.end(row["id"], "cancelled")
    parcels.moves(world, asked.key, asked.case, asked.waybill, since=answered_at, persona=persona)
    return True


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


def _answer(world: World, asked: CourierRequest, at: datetime | None, verdict: str, **more: Any) -> None:
    world.plan(
        asked.key, asked.case, at, _WHO, "courier_answered",
        request=asked.key, verdict=verdict, waybill=asked.waybill, **more,
    )  # fmt: skip

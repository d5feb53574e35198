"""How simulated customers answer telephone calls and messages."""

from __future__ import annotations

import re
from datetime import datetime

from domain.ports.customer import OutboundMessage
from domain.ports.partner import CaseKey
from domain.vocabulary import AttemptResult, Channel, ParcelState, PlatformVerdict
from gateways.simulator import parcels, payments, warehouse
from gateways.simulator.personas import Customer, nth
from gateways.simulator.world import World, reference

_WHO = "customer"
_UNDERSTOOD = (AttemptResult.SENT, AttemptResult.REACHED)
_NUMBER = re.compile(r"(?:单号|tracking number) ([0-9A-Za-z-]+)")


def deliver(world: World, message: OutboundMessage) -> dict[str, str]:
    """One attempt: what comes of it, and what the customer will do about it."""
    persona = world.personas.customer(message.recipient.customer_ref)
    case = message.case
    if message.channel is Channel.CALL:
        effect = "call_made"
        result = nth(persona.calls, len(world.ledger.effects(case, effect)))
    else:
        effect = "message_delivered"
        result = persona.im if message.channel is Channel.IM else persona.sms
    if effect == "call_made" or result is AttemptResult.SENT:
        world.ledger.effect(
            "contact", effect, message.key, case, message.at,
            template=message.template, channel=message.channel.value, result=result.value,
            customer_ref=message.recipient.customer_ref,
        )  # fmt: skip
    _react(world, persona, message, result)
    if result in _UNDERSTOOD:
        _withdraws(world, persona, message.case, message.at)
    return {"result": result.value, "partner_ref": reference("SIM", message.key)}


def _react(world: World, persona: Customer, message: OutboundMessage, result: AttemptResult) -> None:
    reaction = world.personas.reaction(message.template)
    if reaction == "surfaces":
        _surfaces(world, persona, message, result)
    elif reaction in _OF_PARCELS and result in _UNDERSTOOD:
        if number := _NUMBER.search(message.text):  # he reads it in the message
            _OF_PARCELS[reaction](world, persona, message, number[1])
    elif reaction and result in _UNDERSTOOD:
        _REACTIONS[reaction](world, persona, message.case, message.key, message.at)


def _surfaces(world: World, persona: Customer, message: OutboundMessage, result: AttemptResult) -> None:
    """He turns up so long after we began to look for him, unless a call reaches him first."""
    rows = world.ledger.plans(message.case, "customer_replied")
    if result is AttemptResult.REACHED:
        for row in rows:
            world.ledger.end(row["id"], "cancelled")
    elif not rows:
        at = world.later(message.at, persona.surfaces_after)
        words = f"words/{message.case.case_no}"
        world.plan(message.key, message.case, at, _WHO, "customer_replied", text_ref=words)


def _withdraws(world: World, persona: Customer, case: CaseKey, at: datetime) -> None:
    """He takes his request back, once."""
    withdrawn_at = world.later(at, persona.withdraws_after)
    if withdrawn_at is not None and not world.ledger.plans(case, "customer_withdrew"):
        world.plan("withdraws", case, withdrawn_at, _WHO, "customer_withdrew")


def _agrees(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if world.coming(case, "customer_agreed"):
        return
    turn = len(world.ledger.plans(case, "customer_agreed"))
    agreed = nth(persona.agrees, turn)
    choice = {"choice": nth(persona.choice, turn).value} if persona.choice and agreed else {}
    world.plan(key, case, world.later(at, persona.agrees_after), _WHO, "customer_agreed", agreed=agreed, **choice)


def _answers_goodwill(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if persona.goodwill is not None and not world.coming(case, "customer_agreed"):
        answered_at = world.later(at, persona.agrees_after)
        world.plan(key, case, answered_at, _WHO, "customer_agreed", agreed=persona.goodwill)


def _sends_photos(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if persona.photos and not world.coming(case, "evidence_received"):
        items = [f"evidence/{key}-{number}" for number in range(1, persona.photos + 1)]
        world.plan(key, case, world.later(at, persona.photos_after), _WHO, "evidence_received", items=items)


def _describes_damage(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    """He says how it looks, in the same breath as he sends the photos."""
    if persona.photos and persona.packaging and not world.coming(case, "damage_described"):
        world.plan(
            key, case, world.later(at, persona.photos_after), _WHO, "damage_described",
            packaging=persona.packaging.value, severity=persona.severity.value,
        )  # fmt: skip
    _sends_photos(world, persona, case, key, at)


def _orders_again(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if not world.coming(case, "ordered_again"):
        ordered_at = world.later(at, persona.orders_again_after)
        world.plan(key, case, ordered_at, _WHO, "ordered_again", order_no=reference("NEXT", case.shop, case.case_no))


def _tries(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    """He tries what he was told and says whether it helped."""
    if not world.coming(case, "customer_confirmed"):
        tried_at = world.later(at, persona.tries_after)
        world.plan(key, case, tried_at, _WHO, "customer_confirmed", solved=persona.guidance_helps)


def _looks(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    """He looks around and says whether he has it."""
    if not world.coming(case, "customer_looked"):
        found = nth(persona.finds, len(world.ledger.plans(case, "customer_looked")))
        world.plan(key, case, world.later(at, persona.looks_after), _WHO, "customer_looked", found=found)


def _ships_return(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    """He hands the return over once, and tells the number or not."""
    sent_at = world.later(at, persona.ships_after)
    if sent_at is None or world.ledger.effects(case, "return_sent"):
        return
    waybill = reference("RET", case.shop, case.case_no)
    world.ledger.effect(_WHO, "return_sent", key, case, sent_at, courier=persona.courier, waybill=waybill)
    if persona.tracking == "at_once":
        world.plan(key, case, sent_at, _WHO, "return_shipped", courier=persona.courier, waybill=waybill)
    warehouse.expect_return(world, case)


def _tells_tracking(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    told_at = world.later(at, persona.tracking_after)
    if told_at is None or persona.tracking == "never" or world.coming(case, "return_shipped"):
        return
    for sent in world.ledger.effects(case, "return_sent"):
        told_at = max(told_at, sent["at"])
        world.plan(key, case, told_at, _WHO, "return_shipped", courier=sent["courier"], waybill=sent["waybill"])


def _confirms_address(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if not world.coming(case, "address_confirmed"):
        confirmed_at = world.later(at, persona.address_after)
        world.plan(key, case, confirmed_at, _WHO, "address_confirmed", address_ref=persona.address_ref)


def _confirms(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if not world.coming(case, "customer_confirmed"):
        solved = nth(persona.solved, len(world.ledger.plans(case, "customer_confirmed")))
        world.plan(key, case, world.later(at, persona.confirms_after), _WHO, "customer_confirmed", solved=solved)


def _is_ruled_on(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    """He went to the platform, whose arbiter decides by his own days, whatever we do meanwhile."""
    ruled_at: datetime | None = at
    for turn, verdict in enumerate(persona.verdicts):
        ruled_at = world.later(ruled_at, persona.ruled_after)
        wants = world.later(ruled_at, persona.ruled_after) if verdict is PlatformVerdict.MORE_EVIDENCE else None
        by = {"due_at": wants.isoformat()} if wants else {}
        world.plan(f"{key}-{turn}", case, ruled_at, "platform", "platform_ruled", verdict=verdict.value, **by)


def _answers_survey(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    if not world.coming(case, "survey_answered"):
        world.plan(key, case, world.later(at, persona.survey_after), _WHO, "survey_answered", score=persona.score)


def _pays(world: World, persona: Customer, case: CaseKey, key: str, at: datetime) -> None:
    payments.pays(world, persona, case, at)


def _collects(world: World, persona: Customer, told: OutboundMessage, waybill: str) -> None:
    """He fetches it."""
    there_at = world.later(told.at, persona.collects_after)
    parcels.scan(world, told.key, told.case, waybill, at=there_at, state=ParcelState.DELIVERED)


def _awaits(world: World, persona: Customer, told: OutboundMessage, waybill: str) -> None:
    """He waits for it; the courier brings it by himself, when he does."""
    courier = world.personas.courier(waybill, told.case.order_no)
    there_at = world.later(told.at, courier.arrives_after)
    if not world.ledger.plans(told.case, "parcel_update"):
        parcels.scan(world, told.key, told.case, waybill, at=there_at, state=courier.delivered_as)


def _refuses_at_door(world: World, persona: Customer, told: OutboundMessage, waybill: str) -> None:
    """The courier comes: he refuses the parcel, and it goes back; or he takes it after all."""
    if told.channel is Channel.CALL or world.ledger.plans(told.case, "parcel_update"):  # he was told before
        return
    refused_at = world.later(told.at, persona.refuses_after)
    courier = world.personas.courier(waybill, told.case.order_no)
    if refused_at is None:
        delivered_at = world.later(told.at, courier.delivered_after)
        parcels.scan(world, told.key, told.case, waybill, at=delivered_at, state=ParcelState.DELIVERED)
        return
    parcels.goes_back(world, told.key, told.case, waybill, at=refused_at, persona=courier)


_OF_PARCELS = {"awaits": _awaits, "collects": _collects, "refuses_at_door": _refuses_at_door}
_REACTIONS = {
    "pays": _pays,
    "agrees": _agrees,
    "answers_goodwill": _answers_goodwill,
    "looks": _looks,
    "sends_photos": _sends_photos,
    "describes_damage": _describes_damage,
    "orders_again": _orders_again,
    "ships_return": _ships_return,
    "tries": _tries,
    "tells_tracking": _tells_tracking,
    "confirms_address": _confirms_address,
    "confirms": _confirms,
    "is_ruled_on": _is_ruled_on,
    "answers_survey": _answers_survey,
}

"""Parcels on the road: what couriers report of them without being asked."""

from __future__ import annotations

from datetime import datetime

from domain.ports.partner import CaseKey
from domain.vocabulary import ParcelState
from gateways.simulator.ledger import instant
from gateways.simulator.personas import Courier
from gateways.simulator.world import World


def moves(world: World, trigger: str, case: CaseKey, waybill: str, *, since: datetime | None, persona: Courier) -> None:
    """The parcel goes on its way and is delivered."""
    scan(world, trigger, case, waybill, at=world.later(since, persona.transit_after), state=ParcelState.IN_TRANSIT)
    scan(world, trigger, case, waybill, at=world.later(since, persona.delivered_after), state=persona.delivered_as)


def goes_back(
    world: World, trigger: str, case: CaseKey, waybill: str, *, at: datetime | None, persona: Courier
) -> None:
    """Refused at the door, and on its way to us."""
    scan(world, trigger, case, waybill, at=at, state=ParcelState.REJECTED)
    scan(world, trigger, case, waybill, at=world.later(at, persona.back_after), state=ParcelState.RETURNED)


def scan(world: World, trigger: str, case: CaseKey, waybill: str, *, at: datetime | None, state: ParcelState) -> None:
    """Report a scan of the parcel at an instant, or never."""
    if at is not None:
        world.plan(
            f"{trigger}:{state}", case, at, "courier", "parcel_update",
            waybill=waybill, state=state.value, raw_code="", scanned_at=instant(at),
        )  # fmt: skip

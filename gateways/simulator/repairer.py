"""How the simulated repairer takes goods on, works, waits for parts, and gives them back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.ports.partner import CaseKey
from domain.ports.repair import RepairCancellation, RepairOrder, RepairQuestion
from domain.vocabulary import RepairState
from gateways.simulator.personas import Repairer
from gateways.simulator.world import World

_WHO = "repair"


class WorkDone(Exception):
    """The repair is done: it cannot be called off any more."""


def order(world: World, asked: RepairOrder) -> dict[str, Any]:
    """Take an order on; each step of the work is reported."""
    persona = world.personas.repairer(asked.case.order_no, *(line.sku for line in asked.lines))
    fee = {"fee_minor": asked.fee.minor} if asked.fee else {}
    world.ledger.effect(
        _WHO, "repair_ordered", asked.key, asked.case, asked.at, kind=asked.kind.value, rma=asked.rma, **fee
    )
    at: datetime | None = asked.at
    paid = asked.fee is not None
    for state, delay in _course(persona, paid=paid):
        at = world.later(at, delay)
        told = {"fee": {"minor": persona.fee, "currency": "CNY"}} if state is RepairState.NOT_COVERED else {}
        _says(world, asked.case, asked.key, at, state, **told)
    return world.receipt(asked.key)


def _course(persona: Repairer, *, paid: bool) -> list[tuple[RepairState, Any]]:
    """The states in order, each with its delay after the one before."""
    ends = RepairState.DONE if paid and persona.ends is RepairState.NOT_COVERED else persona.ends
    course = [(RepairState.RECEIVED, persona.receives_after)]
    if ends is RepairState.DONE:
        course.append((RepairState.CONFIRMED, persona.confirms_after))
        if persona.parts_after is not None:
            course.append((RepairState.WAITING_PARTS, persona.begins_after))
            course.append((RepairState.REPAIRING, persona.parts_after))
        else:
            course.append((RepairState.REPAIRING, persona.begins_after))
        course.append((ends, persona.done_after))
    else:
        course.append((ends, persona.confirms_after))
    return course


def ask(world: World, question: RepairQuestion) -> dict[str, Any]:
    """Say how it stands; nothing new where nothing was done."""
    world.ledger.effect(_WHO, "repair_asked", question.key, question.case, question.at, request=question.order)
    return world.receipt(question.key)


def cancel(world: World, cancellation: RepairCancellation) -> dict[str, Any]:
    """Stop the work, unless it is done.

    Raises:
        WorkDone: it is.
    """
    plans = [row for row in world.ledger.plans(cancellation.case, "repair_status") if cancellation.order in row["data"]]
    if any(row["state"] == "delivered" and f'"{RepairState.DONE}"' in row["data"] for row in plans):
        raise WorkDone
    for row in plans:
        world.ledger.end(row["id"], "cancelled")
    world.ledger.effect(
        _WHO, "repair_cancelled", cancellation.key, cancellation.case, cancellation.at, request=cancellation.order
    )
    return world.receipt(cancellation.key)


def _says(world: World, case: CaseKey, key: str, at: datetime | None, state: RepairState, **told: Any) -> None:
    world.plan(f"{key}:{state}", case, at, _WHO, "repair_status", request=key, state=state.value, **told)

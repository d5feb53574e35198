"""The simulator's own doors, for tests, demo and bench:

What was done, what comes next, let it come, let it go wrong.
"""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, HTTPException
from pydantic import AwareDatetime, BaseModel, ConfigDict

from gateways.simulator.delivery import Delivery, DoorFailed
from gateways.simulator.faults import Fault, Faults
from gateways.simulator.personas import personas_of
from gateways.simulator.world import World


class Release(BaseModel):
    """Which events to post: those of a case up to an instant of its own time."""

    model_config = ConfigDict(extra="forbid")

    shop: str
    case_no: str
    until: AwareDatetime


class SetFaults(BaseModel):
    """Faults to add, or to put in the place of all that wait."""

    model_config = ConfigDict(extra="forbid")

    faults: tuple[Fault, ...]
    replace: bool = False


def control_routes(world: World, faults: Faults, delivery: Delivery) -> APIRouter:
    """`/healthz`, `/ledger` and `/control/*`."""
    routes = APIRouter()

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @routes.get("/ledger")
    async def ledger(
        shop: str = "", case_no: str = "", order_no: str = "", partner: str = "", key: str = ""
    ) -> dict[str, list[dict[str, Any]]]:
        return world.ledger.read(shop=shop, case_no=case_no, order_no=order_no, partner=partner, key=key)

    @routes.get("/control/next")
    async def following(shop: str | None = None, case_no: str | None = None) -> dict[str, Any]:
        first, planned = world.ledger.following(shop, case_no)
        return {
            "next": first["deliver_at"] if first else None,
            "type": f"aftersales.{first['kind']}" if first else None,
            "subject": f"{first['shop']}/{first['case_no']}" if first else None,
            "planned": planned,
        }

    @routes.post("/control/release")
    async def release(wanted: Release) -> dict[str, Any]:
        try:
            posted = await delivery.release(wanted.shop, wanted.case_no, wanted.until)
        except DoorFailed as failure:
            raise HTTPException(502, f"{failure}; release again when the door is open") from None
        return {"posted": posted}

    @routes.post("/control/personas")
    async def set_personas(wanted: dict[str, dict[str, Any]]) -> dict[str, str]:
        try:
            world.personas = world.personas.beside(personas_of(wanted))
        except ValueError as problem:
            raise HTTPException(422, str(problem)) from None
        return {"status": "ok"}

    @routes.get("/control/faults")
    async def waiting() -> dict[str, Any]:
        return {"faults": faults.waiting}

    @routes.post("/control/faults")
    async def set_faults(wanted: SetFaults) -> dict[str, Any]:
        faults.waiting = [*([] if wanted.replace else faults.waiting), *wanted.faults]
        return {"faults": faults.waiting}

    return routes

"""How simulated providers take money from customers: a link per key, paid once or not at all, until it is closed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import AwareDatetime, BaseModel, Field

from domain.ports.collection import CollectionOrder
from domain.ports.partner import CaseKey
from gateways.simulator.personas import Customer
from gateways.simulator.provider import Statement, page
from gateways.simulator.world import World, reference

WHO = "payments"
_ASKED, _NOTICE, _CAME = "payment_requested", "payment_received", "money_received"


class Close(BaseModel):
    """Let nobody pay it any more."""

    key: str = Field(min_length=1, max_length=64)
    channel: str
    at: AwareDatetime


def request(world: World, order: CollectionOrder) -> dict[str, Any]:
    """Make a link that can be paid once."""
    world.ledger.effect(
        WHO, _ASKED, order.key, order.case, order.at,
        amount_minor=order.amount.minor, currency=order.amount.currency, purpose=order.purpose, channel=order.channel,
    )  # fmt: skip
    return {
        "status": "open",
        "partner_ref": reference("IN", order.key),
        "link": f"https://pay.example/{reference('p', order.key)}",
        "code": "",
        "case": order.case.model_dump(),
        "amount": order.amount.model_dump(),
        "channel": order.channel,
    }


def pays(world: World, persona: Customer, case: CaseKey, at: datetime) -> None:
    """The customer pays what he is asked for, after his time."""
    for asked in world.ledger.effects(case, _ASKED):
        kept = world.ledger.answer(WHO, asked["key"])
        if kept and kept[1]["status"] == "open" and _planned(world, case, asked["key"]) is None:
            paid_at = world.later(at, persona.pays_after)
            world.plan(asked["key"], case, paid_at, WHO, _NOTICE, key=asked["key"])


def statement(world: World, asked: Statement) -> dict[str, Any]:
    """One page of what customers paid."""
    return page(world, asked, _CAME, "IN")


def settled(world: World, key: str, earlier: dict[str, Any], *, now: bool = False) -> dict[str, Any]:
    """How it stands: paid once the customer's instant has come in the case's time, or `now`."""
    case = CaseKey.model_validate(earlier["case"])
    row = _planned(world, case, key)
    if earlier["status"] != "open" or row is None:
        return earlier
    if not (now or row["state"] != "planned" or world.ledger.latest(case) >= row["deliver_at"]):
        return earlier
    amount, paid_at = earlier["amount"], datetime.fromisoformat(row["deliver_at"])
    world.ledger.effect(
        WHO, _CAME, key, case, paid_at,
        amount_minor=amount["minor"], currency=amount["currency"], channel=earlier["channel"],
    )  # fmt: skip
    return _kept(world, key, earlier | {"status": "paid"})


def close(world: World, asked: Close, earlier: dict[str, Any]) -> dict[str, Any]:
    """Nobody can pay it any more, unless somebody has."""
    stands = settled(world, asked.key, earlier)
    if stands["status"] != "open":
        return stands
    row = _planned(world, CaseKey.model_validate(earlier["case"]), asked.key)
    if row is not None:
        world.ledger.end(row["id"], "cancelled")
    return _kept(world, asked.key, earlier | {"status": "closed"})


def _planned(world: World, case: CaseKey, key: str) -> Any:
    """The customer's payment of that key, if there is one."""
    return next((row for row in world.ledger.plans(case, _NOTICE) if f'"{key}"' in row["data"]), None)


def _kept(world: World, key: str, answer: dict[str, Any]) -> dict[str, Any]:
    found = world.ledger.answer(WHO, key)
    world.ledger.keep_answer(WHO, key, found[0] if found else "", answer)
    return answer

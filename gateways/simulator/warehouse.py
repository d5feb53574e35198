"""How the simulated warehouse sends goods, books returns in, inspects them and answers questions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.ports.partner import CaseKey
from domain.ports.warehouse import (
    WXRK,
    About,
    PendingAction,
    PendingChange,
    ReturnOrder,
    ShipmentOrder,
    StockDisposal,
    StockQuestion,
)
from domain.vocabulary import Inspection, ParcelState
from gateways.simulator import parcels
from gateways.simulator.ledger import instant
from gateways.simulator.personas import Warehouse
from gateways.simulator.world import World, reference

_WHO = "warehouse"


def announce_return(world: World, order: ReturnOrder) -> dict[str, Any]:
    """Expect a return."""
    lines = [line.model_dump(mode="json", include={"sku", "quantity"}) for line in order.lines]
    world.ledger.effect(
        _WHO,
        "return_announced",
        order.key,
        order.case,
        order.at,
        rma=order.rma,
        waybill=order.waybill,
        lines=lines,
        inbound=order.inbound.value,
        kind=order.kind,
    )
    expect_return(world, order.case)
    return world.receipt(order.key)


def ship(world: World, order: ShipmentOrder) -> dict[str, Any]:
    """Send goods; the parcel's number follows when it leaves."""
    persona = world.personas.warehouse(order.case.order_no, *(line.sku for line in order.lines))
    left_at = world.later(order.at, persona.ships_after)
    waybill = reference("OUT", order.case.shop, order.key)
    lines = [line.model_dump(mode="json", include={"sku", "quantity"}) for line in order.lines]
    beside = {"beside": order.beside} if order.beside else {}
    world.ledger.effect(
        _WHO, "goods_shipped", order.key, order.case, order.at,
        waybill=waybill, leg=order.leg.value, lines=lines, **beside,
    )  # fmt: skip
    carrier = persona.other_courier if persona.courier == order.not_by else persona.courier
    world.plan(order.key, order.case, left_at, _WHO, "shipped", courier=carrier, waybill=waybill, request=order.key)
    parcel = world.personas.courier(waybill, order.case.order_no)
    parcels.moves(world, order.key, order.case, waybill, since=left_at, persona=parcel)
    return world.receipt(order.key)


def dispose(world: World, disposal: StockDisposal) -> dict[str, Any]:
    """Move inspected goods, all or some of a return."""
    lines = [line.model_dump(mode="json", include={"sku", "quantity"}) for line in disposal.lines]
    world.ledger.effect(
        _WHO, "goods_moved", disposal.key, disposal.case, disposal.at,
        rma=disposal.rma, disposition=disposal.disposition, **({"lines": lines} if lines else {}),
    )  # fmt: skip
    return world.receipt(disposal.key)


def ask(world: World, question: StockQuestion) -> dict[str, Any]:
    """Look after a parcel, its packing or missing stock; the answer follows."""
    persona = world.personas.warehouse(question.case.order_no, question.waybill)
    about = {} if question.about is About.HAND_OVER else {"about": question.about.value}
    world.ledger.effect(
        _WHO, "question_asked", question.key, question.case, question.at, waybill=question.waybill, **about
    )
    answered_at = world.later(question.at, persona.answers_after)
    if question.about is About.PACKING:
        world.plan(question.key, question.case, answered_at, _WHO, "packing_checked", complete=persona.packed_all)
        return world.receipt(question.key)
    if question.about is About.STOCK:
        _tell_stock(world, question, answered_at, persona)
        return world.receipt(question.key)
    stock_at = world.later(question.at, persona.stock_after) if not persona.handed_over else None
    stock = {"stock_at": instant(stock_at)} if stock_at else {}
    world.plan(
        question.key, question.case, answered_at, _WHO, "warehouse_answered", request=question.key,
        handed_over=persona.handed_over, **stock,
    )  # fmt: skip
    if not persona.handed_over:  # now it is: the first scan follows
        left_at = world.later(stock_at or answered_at, persona.ships_after)
        waybill = question.waybill or reference("OUT", question.case.shop, question.key)
        if not question.waybill:
            told = {"courier": persona.courier, "waybill": waybill, "request": question.key}
            world.plan(question.key, question.case, left_at, _WHO, "shipped", **told)
        parcel = world.personas.courier(waybill, question.case.order_no)
        parcels.moves(world, question.key, question.case, waybill, since=left_at, persona=parcel)
    return world.receipt(question.key)


def _tell_stock(world: World, question: StockQuestion, at: datetime | None, persona: Warehouse) -> None:
    """When missing goods are expected, as far as anybody knows; and that they came, on that day or later."""
    expected_at = world.later(question.at, persona.stock_after)
    known = {"stock_at": instant(expected_at)} if expected_at else {}
    world.plan(question.key, question.case, at, _WHO, "stock_told", **known)
    world.plan(question.key, question.case, world.later(expected_at, persona.stock_late), _WHO, "stock_arrived")


def change(world: World, asked: PendingChange) -> dict[str, Any]:
    """Hold an order or send it elsewhere, unless it has left; whether it had is told later."""
    persona = world.personas.warehouse(asked.case.order_no)
    answered_at = world.later(asked.at, persona.answers_after)
    waybill = reference("OUT", asked.case.shop, asked.case.order_no)
    parcel = world.personas.courier(waybill, asked.case.order_no)
    if not persona.holds:
        left = {"courier": persona.courier, "waybill": waybill, "request": asked.key}
        world.plan(asked.key, asked.case, answered_at, _WHO, "warehouse_answered", handed_over=True, **left)
        parcels.moves(world, asked.key, asked.case, waybill, since=answered_at, persona=parcel)
        return world.receipt(asked.key)
    effect = "order_held" if asked.action is PendingAction.HOLD else "order_readdressed"
    world.ledger.effect(_WHO, effect, asked.key, asked.case, asked.at, address_ref=asked.address_ref)
    world.plan(asked.key, asked.case, answered_at, _WHO, "warehouse_answered", request=asked.key, handed_over=False)
    if asked.action is PendingAction.READDRESS:
        left_at = world.later(answered_at, persona.ships_after)
        world.plan(asked.key, asked.case, left_at, _WHO, "shipped", courier=persona.courier, waybill=waybill)
        parcels.moves(world, asked.key, asked.case, waybill, since=left_at, persona=parcel)
    return world.receipt(asked.key)


def expect_return(world: World, case: CaseKey) -> None:
    """Book in what was announced and is on its way, once per return number.

    Called whenever one of the two becomes known.
    """
    for announced in world.ledger.effects(case, "return_announced"):
        skus = [line["sku"] for line in announced["lines"]]
        persona = world.personas.warehouse(case.order_no, *skus)
        arrival, waybill = _arrival(world, case, persona)
        if arrival is not None:
            booked_at = max(arrival, announced["at"])
            _book_in(world, persona, case, at=booked_at, waybill=waybill, announced=announced)


def _arrival(world: World, case: CaseKey, persona: Warehouse) -> tuple[datetime | None, str]:
    """When the goods are on the table, and in which parcel: the customer's own, or ours that was called back."""
    for sent in world.ledger.effects(case, "return_sent"):
        return world.later(sent["at"], persona.receives_after), sent["waybill"]
    for row in world.ledger.plans(case, "parcel_update"):
        if f'"{ParcelState.RETURNED}"' in row["data"]:
            back_at = datetime.fromisoformat(row["deliver_at"])
            return world.later(back_at, persona.books_recalled_after), row["waybill"]
    return None, ""


def _book_in(
    world: World, persona: Warehouse, case: CaseKey, *, at: datetime, waybill: str, announced: dict[str, Any]
) -> None:
    lines = [
        {"sku": line["sku"], "quantity": max(0, line["quantity"] - persona.short), "quality": persona.quality.value}
        for line in announced["lines"]
    ]
    rma = announced["rma"]
    world.plan(f"{rma}:received", case, at, _WHO, "return_received", rma=rma, waybill=waybill, lines=lines)
    if announced["kind"] == WXRK:
        return
    seen_at: datetime | None = at
    for number, delay, result in (
        (1, persona.inspects_after, persona.first),
        (2, persona.second_after, persona.second),
    ):
        seen_at = world.later(seen_at, delay)
        photos = [] if result is Inspection.PASS else [f"evidence/{rma}-{number}-{shot}" for shot in (1, 2)]
        world.plan(
            f"{rma}:inspected:{number}", case, seen_at, _WHO, "inspected",
            rma=rma, round=number, result=result.value, photos=photos, by=persona.inspectors[number - 1],
        )  # fmt: skip

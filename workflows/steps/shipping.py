"""Sending goods: order the warehouse, tell the customer the number, follow the parcel to its receipt (R-LOST)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from activities.warehouse import ShipmentAsk, WarehouseActivities
from domain.goods_held import HELD
from domain.messages.facts import Shipped, WarehouseAnswered
from domain.order import AskedLine
from domain.ports.partner import Receipt
from domain.ports.warehouse import Line, StockQuestion
from domain.vocabulary import Party, ShipmentLeg, Stage
from workflows.duties import escalate
from workflows.endings import PartnerSaidNo
from workflows.steps.courier import MOVING

if TYPE_CHECKING:
    from workflows.course import Case


class Shipping:
    """The words for sending goods."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def send(
        self,
        leg: ShipmentLeg,
        rule: str,
        step: str = "",
        *,
        goods: tuple[AskedLine, ...] = (),
        template: str = "shipped_told",
        not_by: str = "",
        beside: str = "",
    ) -> bool:
        """Have goods sent, all of the order by default, and follow them until they arrive.

        False when the warehouse cannot send them, or when they did not arrive in time: a person decides then.
        `step` tells several parcels of one leg apart; `not_by` is a courier who does not deliver there,
        `beside` another order that they go together with.
        """
        case = self._case
        step = step or f"ship/{leg}"

        async def sending() -> bool:
            if not await self.place(leg, rule, step, goods=goods, not_by=not_by, beside=beside):
                return False
            waybill = await self.left(step, rule, template)
            return await case.courier.delivered(waybill, "S-DELIVER", step)

        return await case.once(step, sending, bool)

    async def place(
        self,
        leg: ShipmentLeg,
        rule: str,
        step: str,
        *,
        goods: tuple[AskedLine, ...] = (),
        not_by: str = "",
        beside: str = "",
    ) -> bool:
        """Have the warehouse send goods, without waiting for them. False when it cannot."""
        ordering = partial(self._order, leg, rule, step, goods, not_by=not_by, beside=beside)
        return await self._case.once(f"{step}/placed", ordering, bool)

    async def left(self, step: str, rule: str, template: str = "shipped_told") -> str:
        """Wait until what was placed has left, and tell the customer its number."""
        waybill = await self._case.once(f"{step}/waybill", lambda: self._waybill(step), str)
        await self._case.contact.tell(template, rule, step=f"{step}/told", waybill=waybill)
        return waybill

    async def _order(
        self, leg: ShipmentLeg, rule: str, step: str, goods: tuple[AskedLine, ...], *, not_by: str, beside: str
    ) -> bool:
        case, again = self._case, leg in (ShipmentLeg.RESHIP, ShipmentLeg.EXCHANGE_OUT)
        while True:
            before, case.state.sent_again = case.state.sent_again, case.state.sent_again or again
            try:
                await case.partner(
                    f"{step}/ordered",
                    WarehouseActivities.ship_goods,
                    lambda key: ShipmentAsk(
                        key=key,
                        case=case.key,
                        leg=leg,
                        lines=tuple(Line(sku=line.sku, quantity=line.quantity) for line in goods or case.order.lines),
                        address_ref=case.state.address_ref,
                        customer_ref=case.order.customer_ref,
                        not_by=not_by,
                        beside=beside,
                        at=case.now,
                    ),
                    kind="W",
                    summary=_SUMMARY.get(leg, "请仓库发货 · Have the warehouse ship"),
                    result=Receipt,
                )
            except PartnerSaidNo as no:
                case.state.sent_again = before
                if no.code == HELD:
                    await case.goods.may_leave(no.about)
                    continue
                case.note("shipment_refused", rule, leg=leg, code=no.code)
                return False
            sent = [{"sku": line.sku, "quantity": line.quantity} for line in goods or case.order.whole()]
            case.note("shipment_ordered", rule, leg=leg, goods=sent)
            return True

    async def _waybill(self, step: str) -> str:
        """Wait for the parcel's number; a late hand-over escalates (R-SHIP-24H) and is waited for all the same."""
        case, turn = self._case, 0
        key = case.partner_key(f"{step}/ordered", "W")
        while True:
            turn += 1
            clock = await case.clock("S-SHIP", name=f"S-SHIP/{step}#{turn}")
            shipped = await case.until(
                lambda: case.take(Shipped, where=lambda parcel, _: parcel.request in ("", key)),
                code="shipment",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            if shipped is not None:
                if case.state.needs_human == "overdue:S-SHIP":
                    case.state.needs_human = ""
                return shipped.waybill
            escalate(case, "overdue:S-SHIP", "R-SHIP-24H")

    async def really_handed_over(self, rule: str) -> bool:
        """Ask the warehouse whether the parcel really left (R-FAKESHIP). Silence past D-NOINFO is taken for a no."""
        case = self._case

        async def asking() -> bool:
            question = case.partner(
                "handed_over/asked",
                WarehouseActivities.ask_warehouse,
                lambda key: StockQuestion(key=key, case=case.key, waybill=case.order.waybill, at=case.now),
                kind="Q",
                summary="询问仓库:真的发出了吗 · Ask the warehouse: did it really leave?",
                result=Receipt,
            )
            if not await case.desk.even_if_refused(question, Party.WAREHOUSE):
                return False
            clock, key = (
                await case.clock("D-NOINFO", name="D-NOINFO/warehouse"),
                case.partner_key("handed_over/asked", "Q"),
            )
            answer = await case.until(
                lambda: case.take(WarehouseAnswered, lambda said, _: said.request in ("", key)),
                code="warehouse_answer",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            case.note("handed_over_answer", rule, handed_over=bool(answer and answer.handed_over))
            return answer is not None and answer.handed_over

        return await case.once("handed_over", asking, bool)

    async def pressed(self, rule: str) -> None:
        """Chase the warehouse: where is the parcel, and why has it not left? Its answer is no shipping yet."""
        case = self._case

        async def pressing() -> bool:
            question = case.partner(
                "pressed/asked",
                WarehouseActivities.ask_warehouse,
                lambda key: StockQuestion(key=key, case=case.key, waybill=case.order.waybill, at=case.now),
                kind="Q",
                summary="催仓库发货 · Press the warehouse to ship",
                result=Receipt,
            )
            asked = await case.desk.even_if_refused(question, Party.WAREHOUSE)
            case.note("warehouse_pressed", rule)
            return asked

        await case.once("pressed", pressing, bool)

    async def moves_within(self, within: str, rule: str) -> bool:
        """Whether the order's parcel shows a real scan before the clock is due."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock(within)
            moved = await case.until(
                lambda: case.courier.state_of(case.order.waybill) in MOVING or None,
                code="first_scan",
                ball=Party.WAREHOUSE,
                stage=Stage.WAITING_WAREHOUSE,
                clock=clock,
            )
            if not moved:
                case.note("still_not_shipped", rule)
            return bool(moved)

        return await case.once(f"moves/{within}", waiting, bool)


_SUMMARY = {
    ShipmentLeg.RESHIP: "请仓库补发 · Have the warehouse send it again",
    ShipmentLeg.REPAIR_OUT: "请仓库寄出修好的商品 · Have the warehouse send the repaired goods",
    ShipmentLeg.SEND_BACK: "请仓库寄回原件 · Have the warehouse send the goods back",
}

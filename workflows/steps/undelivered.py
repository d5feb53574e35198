"""Parcels of ours that come back to us: called back, or refused at the door (T-INBOUND, R-CANCEL-SHIPPED)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from activities.warehouse import WarehouseActivities
from domain.case import TURNED, ReturnStatus
from domain.messages.facts import ReturnReceived
from domain.ports.courier import CourierRequestKind
from domain.ports.partner import Receipt
from domain.ports.warehouse import Line, ReturnOrder
from domain.vocabulary import InboundKind, Liability, ParcelState, Party, Stage
from workflows.steps.courier import DELIVERED
from workflows.steps.rerouting import ACCEPTED, HANDED_OUT

if TYPE_CHECKING:
    from workflows.course import Case

COMING_BACK = "coming_back"
BACK = "back"
LOST = "lost"
OVERDUE = "overdue"


class Undelivered:
    """The words for parcels that never got to the customer."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def turned(self) -> bool:
        """Whether the order's parcel is on its way back, as the courier says."""
        return self._case.courier.state_of(self._case.order.waybill) in TURNED

    async def found_turned(self) -> InboundKind | None:
        """Why it is on its way back already where the courier says so; None when it is not (R-VERIFY)."""
        case = self._case

        async def looking() -> str:
            told = case.request.parcel_state
            if told not in TURNED and not self.turned():
                await case.courier.track()
            if told not in TURNED and not self.turned():
                return ""
            refused = ParcelState.REJECTED in (told, case.courier.state_of(case.order.waybill))
            return InboundKind.REFUSED_RETURN if refused else InboundKind.UNDELIVERED_RETURN

        found = await case.once("undelivered/found", looking, str)
        return InboundKind(found) if found else None

    async def awaited(self) -> str:
        """He waits for it: `handed_out`, `coming_back` when he refused it after all, `lost`, or `overdue`."""
        case = self._case

        async def waiting() -> str:
            clock = await case.clock("S-DELIVER", name="S-DELIVER/awaited")
            ended = await case.until(
                lambda: COMING_BACK if self.turned() else self._ended(),
                code="delivery",
                ball=Party.COURIER,
                stage=Stage.WAITING_COURIER,
                clock=clock,
            )
            return ended or OVERDUE

        return await case.once("undelivered/awaited", waiting, str)

    async def call_back(self, rule: str) -> str:
        """Have the courier turn it round: `coming_back`, `handed_out` before that, or his refusal or `silent`."""

        async def calling() -> str:
            if self.turned():
                return COMING_BACK
            if self._case.courier.arrived():
                return HANDED_OUT
            word = await self._case.rerouting.word_on(CourierRequestKind.RECALL, rule, within="S-REROUTE")
            return COMING_BACK if word.verdict in (ACCEPTED, "recalled") else word.verdict

        return await self._case.once("undelivered/called_back", calling, str)

    async def expect(self, kind: InboundKind, rule: str) -> None:
        """Tell the warehouse what comes back and why. Nobody has to send it."""
        case = self._case

        async def announcing() -> bool:
            goods, order = case.state.goods, case.order
            goods.rma = goods.rma or f"RMA-{case.request.case_no}"
            goods.inbound, goods.courier, goods.waybill = kind, order.courier, order.waybill
            announcing = case.partner(
                "undelivered/announced",
                WarehouseActivities.announce_return,
                lambda key: ReturnOrder(
                    key=key, case=case.key, rma=goods.rma, courier=order.courier, waybill=order.waybill, inbound=kind,
                    lines=tuple(Line(sku=line.sku, quantity=line.quantity) for line in order.lines), at=case.now,
                ),
                kind="A",
                summary="通知仓库有退回件 · Tell the warehouse which parcel comes back",
                result=Receipt,
            )  # fmt: skip
            await case.desk.even_if_refused(announcing, Party.WAREHOUSE)
            goods.status = ReturnStatus.IN_TRANSIT
            case.note("inbound_expected", rule, inbound=kind, waybill=order.waybill)
            case.record(
                "inbound_parcel_log", f"expected-{order.waybill or order.order_no}", "W-3", rma=goods.rma,
                waybill=order.waybill, inbound=kind, received={},
            )  # fmt: skip
            return True

        await case.once("undelivered/expected", announcing, bool)

    async def back(self, rule: str) -> str:
        """Wait for it at our door: `back`, `handed_out` to the customer after all, `lost`, or `overdue` (S-BACK).

        What is overdue is asked for at the courier's desk before anybody gives it up.
        """
        case = self._case

        async def waiting() -> str:
            clock = await case.clock("S-BACK")
            ended = await case.until(
                self._ended, code="parcel_back", ball=Party.COURIER, stage=Stage.WAITING_COURIER, clock=clock
            )
            if ended is not None:
                return ended
            return LOST if await case.courier.trace(rule) == LOST else self._ended() or OVERDUE

        return await case.once("undelivered/back", waiting, str)

    def _ended(self) -> str | None:
        case = self._case
        seen = case.courier.state_of(case.order.waybill)
        if seen is ParcelState.RETURNED or any(fact.kind == ReturnReceived.kind for fact in case.state.mailbox):
            return BACK
        if seen in DELIVERED:
            return HANDED_OUT
        return LOST if seen is ParcelState.LOST else None

    async def went_wrong(self, incident: str, rule: str, **found: object) -> None:
        """Enter what the courier did to it, and claim from him beside the case (X12, M-COURIER)."""
        case = self._case
        key = case.order.waybill or case.order.order_no
        case.record(
            "parcel_incident", key, rule, incident=incident, waybill=case.order.waybill, courier=case.order.courier,
            liability=Liability.COURIER, **found,
        )  # fmt: skip
        await case.claims.open("M-COURIER", case.order.paid)

"""Goods coming back: permission, slip, number, receipt, two inspections, disposition (rulebook section 4).

requested → authorized → in_transit → received → inspected_1 → inspected_2 → disposed
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from activities.warehouse import WarehouseActivities
from domain.case import GOODS_BEYOND, NOT_IN_PARCEL, InspectionDone, ReturnLeg, ReturnStatus, Verdict
from domain.clocks import Clock, ClockState
from domain.holding import holds
from domain.messages.facts import Inspected, ReceivedLine, ReturnReceived, ReturnShipped
from domain.order import AskedLine
from domain.ports.partner import Receipt
from domain.ports.warehouse import THRK, Line, ReturnOrder, StockDisposal
from domain.refund_amount import refund_for_return
from domain.vocabulary import Disposition, FreightPayer, Inspection, Party, Quality, Stage
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case


class Returns:
    """The words for returned goods."""

    def __init__(self, case: Case) -> None:
        self._case = case

    def begin_anew(self) -> None:
        """Goods that come back in a case taken up again travel under a permission of their own."""
        case = self._case
        if case.state.round > 1 and not case.done("return/authorized"):
            case.state.goods = ReturnLeg(rma=f"RMA-{case.request.case_no}-{case.state.round}")

    @holds("W-1")
    async def authorize(
        self,
        freight: FreightPayer,
        template: str = "return_authorized",
        kind: str = THRK,
        *,
        goods: tuple[AskedLine, ...] = (),
    ) -> None:
        """Give the permission (RMA); tell the warehouse (W-1) and the customer how (R-RET-ADDR, R-RET-SLIP).

        `goods` are what will come, where it is not what the request is about.
        """
        case = self._case

        async def authorizing() -> bool:
            leg = case.state.goods
            leg.rma = leg.rma or f"RMA-{case.request.case_no}"
            announcing = case.partner(
                "return/announced",
                WarehouseActivities.announce_return,
                lambda key: ReturnOrder(
                    key=key,
                    case=case.key,
                    rma=leg.rma,
                    lines=_lines(goods or case.request.concerned),
                    kind=kind,
                    at=case.now,
                ),
                kind="A",
                summary="通知仓库有退货 · Tell the warehouse what will come back",
                result=Receipt,
            )
            await case.desk.even_if_refused(announcing, Party.WAREHOUSE)
            leg.status = ReturnStatus.AUTHORIZED
            case.note("return_authorized", "R-RET-ADDR", rma=leg.rma)
            clock = await case.clock("S-TRACKING")
            due = clock.due_at.isoformat()
            await case.contact.tell(template, "R-RET-SLIP", rma=leg.rma, freight=freight, due=due)
            return True

        await case.once("return/authorized", authorizing, bool)

    async def shipped(self) -> bool:
        """Wait for the return's tracking number, asking once (R-RET-TRACK). False when nothing was sent in time."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock("S-TRACKING")
            sent = await self._number(clock, at=clock.after(case.rules.numbers.tracking_asked_percent))
            if sent is None and clock.live:
                await case.contact.tell("tracking_asked", "R-RET-TRACK", due=clock.due_at.isoformat())
                sent = await self._number(clock)
            return bool(sent)

        return await case.once("return/shipped", waiting, bool)

    async def _number(self, clock: Clock, at: datetime | None = None) -> bool | None:
        case = self._case

        def heard() -> bool | None:
            if any(fact.kind == ReturnReceived.kind for fact in case.state.mailbox):  # it arrived without a number
                return True
            sent = case.take(ReturnShipped, clock=clock)
            if sent is None:
                return None
            goods = case.state.goods
            goods.courier, goods.waybill, goods.status = sent.courier, sent.waybill, ReturnStatus.IN_TRANSIT
            return True

        return await case.until(
            heard, code="return_number", ball=Party.CUSTOMER, stage=Stage.WAITING_CUSTOMER, clock=clock, at=at
        )

    async def received(self, template: str = "return_received") -> None:
        """Wait for the goods; from then on the refund is due (D-REFPAY)."""
        await self.arrived()
        case = self._case
        clock = await case.clock("D-REFPAY", at=case.state.goods.received_at)
        await case.contact.tell(template, "R-PROACT", rma=case.state.goods.rma, due=clock.due_at.isoformat())

    async def arrived(self) -> None:
        """Wait for the goods. Late ones are put before a person and waited for all the same."""
        case = self._case

        async def waiting() -> bool:
            turn = 0
            while True:
                turn += 1
                clock = await case.clock("S-RETURN", name=f"S-RETURN#{turn}")
                if await case.until(
                    self._book_in,
                    code="return_parcel",
                    ball=Party.WAREHOUSE,
                    stage=Stage.WAITING_WAREHOUSE,
                    clock=clock,
                ):
                    if case.state.needs_human == "overdue:S-RETURN":
                        case.state.needs_human = ""
                    return True
                escalate(case, "overdue:S-RETURN", "W-3")

        await case.once("return/received", waiting, bool)

    async def arrived_in_time(self) -> bool:
        """Wait for goods that nobody is paid for, until S-RETURN is due. False when they did not come."""
        case = self._case

        async def waiting() -> bool:
            clock = await case.clock("S-RETURN")
            came = await case.until(
                self._book_in, code="return_parcel", ball=Party.WAREHOUSE, stage=Stage.WAITING_WAREHOUSE, clock=clock
            )
            return came is not None

        return await case.once("return/in_time", waiting, bool)

    def _book_in(self) -> bool | None:
        """Count what came, over all parts (W-3, W-5)."""
        case = self._case
        came = next((fact.received_at for fact in case.state.mailbox if fact.kind == ReturnReceived.kind), None)
        part = case.take(ReturnReceived)
        if part is None:
            return None
        goods = case.state.goods
        own = tuple(line for line in part.lines if line.order_no in ("", case.order.order_no))
        own = tuple(line for line in own if line.sku in self._known()) or own  # his by name, if none is known
        beyond = (*part.beyond, *(line for line in part.lines if line not in own))
        if beyond:
            self._holds_more(beyond, GOODS_BEYOND if own or goods.received_at else NOT_IN_PARCEL)
        if beyond and not own:
            return None
        if case.state.needs_human == NOT_IN_PARCEL:
            case.state.needs_human = ""
        whole = tuple(ReceivedLine(sku=line.sku, quantity=line.quantity) for line in case.request.concerned)
        for line in own or whole:  # a confirmation without lines is for the whole order
            goods.received[line.sku] = goods.received.get(line.sku, 0) + line.quantity
            if line.quality is not Quality.GOOD:
                goods.defective[line.sku] = goods.defective.get(line.sku, 0) + line.quantity
        goods.waybill = goods.waybill or part.waybill
        if goods.received_at is None:
            goods.received_at = min(came or case.now, case.now)  # not when the case was ready to hear of it (R-REF-72H)
            goods.status = ReturnStatus.RECEIVED
        case.record("inbound_parcel_log", f"in-{case.state.number()}", "W-3", rma=goods.rma, waybill=goods.waybill,
                    received=dict(goods.received))  # fmt: skip
        return True

    def _known(self) -> set[str]:
        """What he may send: goods of the order, and what came or goes to him in their place."""
        case, request = self._case, self._case.request
        ours = {line.sku for line in (*case.order.lines, *request.replacement, *case.state.wanted)}
        return ours | {line.sku for line in request.came_instead}

    def _holds_more(self, beyond: Iterable[ReceivedLine], reason: str) -> None:
        """Goods that are not this case's were in the parcel: a person sees to them, the case goes on (W-12)."""
        case = self._case
        more = {line.sku: line.quantity for line in beyond}
        case.record("inbound_parcel_log", f"in-{case.state.number()}", "W-12", waybill=case.state.goods.waybill,
                    beyond=more)  # fmt: skip
        already = case.state.needs_human
        escalate(case, reason, "W-12")
        case.state.needs_human = already or case.state.needs_human

    @holds("W-5")
    async def inspected(self) -> Inspection | None:
        """Both inspections, by two different persons (W-5, W-6, A-SOD). The second one's verdict counts.

        A late inspection escalates. When the refund falls due meanwhile (D-REFPAY), paying without it is proposed for
        approval; None says that it was approved.
        """
        case = self._case

        async def inspecting() -> str:
            turn = 0
            while True:
                turn += 1
                clock = await case.clock("S-INSPECT", name=f"S-INSPECT#{turn}")
                verdict = await case.until(
                    lambda: self._verdict() or self._released(),
                    code="inspection",
                    ball=Party.WAREHOUSE,
                    stage=Stage.WAITING_WAREHOUSE,
                    clock=clock,
                )
                if verdict is not None:
                    if case.state.needs_human == "overdue:S-INSPECT":
                        case.state.needs_human = ""
                    return verdict
                escalate(case, "overdue:S-INSPECT", "W-6")

        found = await case.once("return/inspected", inspecting, str)
        return None if found == RELEASED else Inspection(found)

    def _released(self) -> str | None:
        """Whether the refund is overdue and its payment without inspection was approved (D-REFPAY)."""
        case = self._case
        clock = case.clock_if_started("D-REFPAY")
        if clock is None or clock.state is not ClockState.BREACHED:
            return None
        asked = next((approval for approval in case.state.approvals if approval.what == RELEASE), None)
        if asked is None:
            due = refund_for_return(case.request, case.state.goods.received, case.rules)
            case.desk.ask(RELEASE, due.amount, "R-REF-72H", Party.SYSTEM)
            return None
        return RELEASED if asked.verdict is Verdict.APPROVED else None

    def released_by(self) -> str:
        """Who approved the payment without inspection."""
        return next(asked.decided_by for asked in self._case.state.approvals if asked.what == RELEASE)

    def _verdict(self) -> Inspection | None:
        case = self._case
        while self._book_in():  # later parts of the same return
            pass
        goods = case.state.goods
        for round_ in (1, 2):
            if any(done.round == round_ for done in goods.inspections):
                continue
            signed = self._take_inspection(round_)
            if signed is None:
                break
            found, by = signed
            goods.inspections.append(InspectionDone(round=round_, result=found.result, by=by, photos=found.photos))
            goods.status = ReturnStatus.INSPECTED_1 if round_ == 1 else ReturnStatus.INSPECTED_2
            if round_ == 2:
                case.record(
                    "return_quality_report",
                    f"qc-{goods.rma}",
                    "W-6",
                    result=found.result,
                    by=by,
                    photos=list(found.photos),
                )
            if round_ == 2 and found.result is Inspection.DEFECT_CONFIRMED:
                case.record(
                    "defect_cause",
                    goods.rma,
                    "W-7",
                    cause=case.request.reason,
                    skus=[line.sku for line in case.request.concerned],
                    to=[Party.QC, Party.PURCHASING],
                )
        last = next((done for done in goods.inspections if done.round == 2), None)
        return last.result if last else None

    def _take_inspection(self, round_: int) -> tuple[Inspected, str] | None:
        """The inspection of that round by somebody who did not make the other one."""
        case = self._case
        others = {done.by for done in case.state.goods.inspections if ":" in done.by}
        for fact in [f for f in case.state.mailbox if f.kind == Inspected.kind]:
            found = Inspected.model_validate(fact.payload)
            if found.round != round_:
                continue
            case.state.mailbox.remove(fact)
            if found.order_no not in ("", case.order.order_no):  # of the other goods in a shared parcel
                continue
            if fact.by in others:
                case.note("inspection_by_same_person", "A-SOD", actor=fact.by, round=round_)
                continue
            return found, fact.by
        return None

    def photos(self) -> list[str]:
        """What the inspections photographed (W-12)."""
        return [photo for done in self._case.state.goods.inspections for photo in done.photos]

    @holds("W-9")
    async def dispose(self, disposition: Disposition) -> None:
        """Move the goods where they belong: stock, defect zone (W-9), back to the customer (W-8)."""
        case = self._case

        async def disposing() -> bool:
            goods = case.state.goods
            moving = case.partner(
                "return/disposed/asked",
                WarehouseActivities.dispose_goods,
                lambda key: StockDisposal(key=key, case=case.key, rma=goods.rma, disposition=disposition, at=case.now),
                kind="D",
                summary=f"处置退货 · Dispose of the goods: {disposition}",
                result=Receipt,
            )
            if not await case.desk.even_if_refused(moving, Party.WAREHOUSE):
                return False
            goods.disposition, goods.status = disposition, ReturnStatus.DISPOSED
            case.record(
                "return_log", goods.rma, "W-2", rma=goods.rma, disposition=disposition, received=dict(goods.received)
            )
            return True

        await case.once("return/disposed", disposing, bool)


RELEASE = "refund_uninspected"
RELEASED = "released"


def _lines(goods: Iterable[AskedLine]) -> tuple[Line, ...]:
    return tuple(Line(sku=line.sku, quantity=line.quantity) for line in goods)

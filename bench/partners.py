"""Partners inside the worker's process: every port answered at once and at the same small cost for both twins.

They stand in for the wire, which is the same for both and not what is measured. Each asking is reported to `told`, so
that whoever plays the customers and partners can say what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.ports.courier import CourierRequest, ParcelReport
from domain.ports.customer import ContactAnswer, OutboundMessage, Recipient
from domain.ports.partner import Receipt
from domain.ports.refunds import RefundAnswer, RefundOrder, RefundStatus
from domain.ports.warehouse import PendingChange, ReturnOrder, ShipmentOrder, StockDisposal, StockQuestion
from domain.vocabulary import AttemptResult, Channel, ParcelState

Told = Callable[[str, str], None]
"""Takes the case's number and what was asked: a contact's template, or `<partner>.<asking>`."""


class Partners:
    """A `ContactGateway`, `CourierGateway`, `WarehouseGateway` and `RefundGateway` in one."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def deliver(self, message: OutboundMessage) -> ContactAnswer:
        """Messages arrive; calls ring and nobody answers."""
        self._told(message.case.case_no, message.template)
        result = AttemptResult.NO_ANSWER if message.channel is Channel.CALL else AttemptResult.SENT
        return ContactAnswer(result=result, partner_ref=f"P-{message.key}")

    async def find_delivery(self, key: str) -> ContactAnswer | None:
        """Never lost, so never asked for."""
        return None

    async def track(self, courier: str, waybill: str, at: datetime) -> ParcelReport:
        """Whoever asks has lost his parcel."""
        return ParcelReport(waybill=waybill, state=ParcelState.LOST, raw_code="LOST", last_scan_at=at, place="Jinhua")

    async def request(self, request: CourierRequest, recipient: Recipient | None = None) -> Receipt:
        """Accepted."""
        return self._receipt(request.case.case_no, f"courier.{request.kind}", request.key)

    async def announce_return(self, order: ReturnOrder) -> Receipt:
        """Accepted."""
        return self._receipt(order.case.case_no, "warehouse.announce", order.key)

    async def ship(self, order: ShipmentOrder, recipient: Recipient) -> Receipt:
        """Accepted."""
        return self._receipt(order.case.case_no, "warehouse.ship", order.key)

    async def dispose(self, disposal: StockDisposal) -> Receipt:
        """Accepted."""
        return self._receipt(disposal.case.case_no, "warehouse.dispose", disposal.key)

    async def ask(self, question: StockQuestion) -> Receipt:
        """Accepted."""
        return self._receipt(question.case.case_no, "warehouse.ask", question.key)

    async def change(self, change: PendingChange, recipient: Recipient | None = None) -> Receipt:
        """Accepted."""
        return self._receipt(change.case.case_no, f"warehouse.{change.action}", change.key)

    async def pay(self, order: RefundOrder) -> RefundAnswer:
        """Paid at once."""
        self._told(order.case.case_no, "refunds.pay")
        return RefundAnswer(status=RefundStatus.DONE, partner_ref=f"P-{order.key}")

    async def find_refund(self, key: str, channel: str) -> RefundAnswer | None:
        """Never lost, so never asked for."""
        return None

    def _receipt(self, case_no: str, asked: str, key: str) -> Receipt:
        self._told(case_no, asked)
        return Receipt(partner_ref=f"P-{key}")

"""Partners inside the worker's process: every port answered at once and at the same small cost for both twins.

They stand in for the wire, which is the same for both and not what is measured. Each asking is reported to `told`, so
that whoever plays the customers and partners can say what follows.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from domain.ports.collection import CollectionAnswer, CollectionOrder, CollectionStatus
from domain.ports.courier import CourierRequest, ParcelReport
from domain.ports.customer import ContactAnswer, OutboundMessage, Recipient
from domain.ports.partner import CaseKey, Receipt
from domain.ports.refunds import RefundAnswer, RefundOrder, RefundStatus
from domain.ports.repair import RepairCancellation, RepairOrder, RepairQuestion
from domain.ports.warehouse import PendingChange, ReturnOrder, ShipmentOrder, StockDisposal, StockQuestion
from domain.vocabulary import AttemptResult, Channel, ParcelState

Told = Callable[[str, str, str], None]
"""Takes the case's number, what was asked (a contact's template, or `<partner>.<asking>`) and the asking's key."""

UNANSWERED = frozenset({"unreachable_call"})
"""Calls that ring and nobody answers: nobody makes them but for a customer who cannot be reached."""


class Partners:
    """A `ContactGateway`, `CourierGateway`, `WarehouseGateway` and `RefundGateway` in one."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def deliver(self, message: OutboundMessage) -> ContactAnswer:
        """Messages arrive, and calls reach him unless it is `UNANSWERED`."""
        self._told(message.case.case_no, message.template, message.key)
        result = AttemptResult.SENT
        if message.channel is Channel.CALL:
            result = AttemptResult.NO_ANSWER if message.template in UNANSWERED else AttemptResult.REACHED
        return ContactAnswer(result=result, partner_ref=f"P-{message.key}")

    async def find_delivery(self, key: str) -> ContactAnswer | None:
        """Never lost, so never asked for."""
        return None

    async def track(self, courier: str, waybill: str, at: datetime) -> ParcelReport:
        """The waybill says how its parcel is: `stalled-1`."""
        state = ParcelState(waybill.partition("-")[0])
        return ParcelReport(waybill=waybill, state=state, raw_code=state.upper(), last_scan_at=at)

    async def request(self, request: CourierRequest, recipient: Recipient | None = None) -> Receipt:
        """Accepted."""
        return _receipt(self._told, request.case, f"courier.{request.kind}", request.key)

    async def announce_return(self, order: ReturnOrder) -> Receipt:
        """Accepted."""
        return _receipt(self._told, order.case, "warehouse.announce", order.key)

    async def ship(self, order: ShipmentOrder, recipient: Recipient) -> Receipt:
        """Accepted."""
        return _receipt(self._told, order.case, "warehouse.ship", order.key)

    async def dispose(self, disposal: StockDisposal) -> Receipt:
        """Accepted."""
        return _receipt(self._told, disposal.case, "warehouse.dispose", disposal.key)

    async def ask(self, question: StockQuestion) -> Receipt:
        """Accepted."""
        return _receipt(self._told, question.case, "warehouse.ask", question.key)

    async def change(self, change: PendingChange, recipient: Recipient | None = None) -> Receipt:
        """Accepted."""
        return _receipt(self._told, change.case, f"warehouse.{change.action}", change.key)

    async def pay(self, order: RefundOrder) -> RefundAnswer:
        """Paid at once."""
        self._told(order.case.case_no, "refunds.pay", order.key)
        return RefundAnswer(status=RefundStatus.DONE, partner_ref=f"P-{order.key}")

    async def find_refund(self, key: str, channel: str) -> RefundAnswer | None:
        """Never lost, so never asked for."""
        return None


class Repairer:
    """A `RepairGateway`."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def order(self, order: RepairOrder, recipient: Recipient | None = None) -> Receipt:
        """Accepted."""
        return _receipt(self._told, order.case, "repairer.order", order.key)

    async def ask(self, question: RepairQuestion) -> Receipt:
        """Accepted."""
        return _receipt(self._told, question.case, "repairer.ask", question.key)

    async def cancel(self, cancellation: RepairCancellation) -> Receipt:
        """Accepted."""
        return _receipt(self._told, cancellation.case, "repairer.cancel", cancellation.key)


class Payments:
    """A `CollectionGateway`: whoever is asked for a sum pays it before anybody looks."""

    def __init__(self, told: Told) -> None:
        self._told = told

    async def request(self, order: CollectionOrder) -> CollectionAnswer:
        """Asked for."""
        self._told(order.case.case_no, "payments.request", order.key)
        return CollectionAnswer(
            status=CollectionStatus.OPEN, partner_ref=f"P-{order.key}", link="https://pay.example/1"
        )

    async def find_collection(self, key: str, channel: str) -> CollectionAnswer | None:
        """Paid."""
        return CollectionAnswer(status=CollectionStatus.PAID, partner_ref=f"P-{key}")

    async def close(self, key: str, channel: str, at: datetime) -> CollectionAnswer:
        """Too late: it is paid."""
        return CollectionAnswer(status=CollectionStatus.PAID, partner_ref=f"P-{key}")


def _receipt(told: Told, case: CaseKey, asked: str, key: str) -> Receipt:
    told(case.case_no, asked, key)
    return Receipt(partner_ref=f"P-{key}")

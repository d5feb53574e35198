"""The warehouse: goods announced, sent out, disposed of, looked for."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.ports.customer import Recipient
from domain.ports.partner import CaseKey, Receipt, Wire
from domain.vocabulary import Quality, ShipmentLeg


class Line(Wire):
    """Goods of one kind."""

    sku: str
    quantity: int = Field(ge=1)
    quality: Quality | None = None  # known once the warehouse has looked


class ReturnOrder(Wire):
    """Tell the warehouse what will come back (Qimen `return_order.create`)."""

    key: str
    case: CaseKey
    rma: str
    lines: tuple[Line, ...]
    courier: str = ""
    waybill: str = ""
    kind: str = "THRK"  # THRK return, HHRK exchange
    at: datetime


class ShipmentOrder(Wire):
    """Ask the warehouse to send goods. The address is looked up by reference behind the border."""

    key: str
    case: CaseKey
    leg: ShipmentLeg
    lines: tuple[Line, ...]
    address_ref: str
    at: datetime


class StockDisposal(Wire):
    """Where inspected goods go (W-9)."""

    key: str
    case: CaseKey
    rma: str
    disposition: str
    at: datetime


class StockQuestion(Wire):
    """Was the parcel really handed over, and when does stock arrive (R-NOINFO-OUR)?

    Answered by a `warehouse_answered` message.
    """

    key: str
    case: CaseKey
    waybill: str
    at: datetime


class WarehouseGateway(Protocol):
    """Speaks to the warehouse. All calls are idempotent by key."""

    async def announce_return(self, order: ReturnOrder) -> Receipt:
        """Expect a return."""
        ...

    async def ship(self, order: ShipmentOrder, recipient: Recipient) -> Receipt:
        """Send goods; the waybill comes later as a `shipped` message."""
        ...

    async def dispose(self, disposal: StockDisposal) -> Receipt:
        """Move inspected goods."""
        ...

    async def ask(self, question: StockQuestion) -> Receipt:
        """Ask about a parcel that was never scanned."""
        ...

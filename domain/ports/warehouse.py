"""The warehouse: goods announced, sent out, disposed of, looked for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from domain.ports.customer import Recipient
from domain.ports.partner import CaseKey, Receipt, Wire
from domain.vocabulary import InboundKind, Quality, ShipmentLeg


class Line(Wire):
    """Goods of one kind."""

    sku: str
    quantity: int = Field(ge=1)
    quality: Quality | None = None  # known once the warehouse has looked


THRK, HHRK = "THRK", "HHRK"  # Qimen's kinds of goods coming back: to be paid for, to be exchanged
WXRK = "WXRK"  # ours beside them: to be repaired, and inspected by the repairer alone


class ReturnOrder(Wire):
    """Tell the warehouse what will come back (Qimen `return_order.create`)."""

    key: str
    case: CaseKey
    rma: str
    lines: tuple[Line, ...]
    courier: str = ""
    waybill: str = ""
    kind: str = THRK
    inbound: InboundKind = Field(
        default=InboundKind.CUSTOMER_RETURN, exclude_if=lambda kind: kind is InboundKind.CUSTOMER_RETURN
    )
    at: datetime


class ShipmentOrder(Wire):
    """Ask the warehouse to send goods. The address is looked up by reference behind the border."""

    key: str
    case: CaseKey
    leg: ShipmentLeg
    lines: tuple[Line, ...]
    address_ref: str
    beside: str = Field(default="", exclude_if=lambda order_no: not order_no)  # an order to go together with
    not_by: str = Field(default="", exclude_if=lambda courier: not courier)  # a courier who does not deliver there
    at: datetime


class StockDisposal(Wire):
    """Where inspected goods go (W-9); from the defect zone to the maker (W-10)."""

    key: str
    case: CaseKey
    rma: str
    disposition: str
    lines: tuple[Line, ...] = Field(default=(), exclude_if=lambda lines: not lines)  # of the return; absent: all
    at: datetime


class About(StrEnum):
    """What the warehouse is asked about, and by which message it answers."""

    HAND_OVER = "hand_over"  # did the parcel really leave? `warehouse_answered`
    PACKING = "packing"  # what was packed, by list and weight? `packing_checked`
    STOCK = "stock"  # when do missing goods arrive? `stock_told`, and `stock_arrived` when they have


class StockQuestion(Wire):
    """Was the parcel really handed over, what was in it, when does stock arrive (R-NOINFO-OUR, R-MISSING, R-OOS-OFFER)?

    Answered by the message of its kind.
    """

    key: str
    case: CaseKey
    waybill: str
    about: About = Field(default=About.HAND_OVER, exclude_if=lambda about: about is About.HAND_OVER)
    lines: tuple[Line, ...] = Field(default=(), exclude_if=lambda lines: not lines)  # of which goods
    at: datetime


class PendingAction(StrEnum):
    """What becomes of an order that has not left."""

    HOLD = "hold"  # it is not sent (R-CANCEL-UNSHIPPED)
    READDRESS = "readdress"  # it goes to the recipient that is named (R-ADDR)


class PendingChange(Wire):
    """Change an order before it leaves. A `warehouse_answered` message says whether it had left already."""

    key: str
    case: CaseKey
    action: PendingAction
    customer_ref: str = ""
    address_ref: str = ""
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

    async def change(self, change: PendingChange, recipient: Recipient | None = None) -> Receipt:
        """Hold an order that has not left, or have it sent elsewhere."""
        ...

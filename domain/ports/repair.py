"""The repairer: the maker's service centre, or an authorised one, that mends goods or sends a technician."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.money import Money
from domain.ports.customer import Recipient
from domain.ports.partner import CaseKey, Receipt, Wire
from domain.ports.warehouse import Line


class RepairKind(StrEnum):
    """Where the work is done (R-ONSITE)."""

    BENCH = "bench"  # the goods go to the repairer
    ONSITE = "onsite"  # a technician goes to the customer


class RepairOrder(Wire):
    """Have goods repaired. What becomes of it follows as `repair_status` messages with the order's key."""

    key: str
    case: CaseKey
    kind: RepairKind
    rma: str = ""  # what stands on the goods; empty for a visit
    lines: tuple[Line, ...]
    fee: Money | None = None  # what the customer agreed to pay; None: under warranty, or at our cost
    address_ref: str = ""  # where the technician goes; looked up behind the border
    at: datetime


class RepairQuestion(Wire):
    """How does it stand? Answered by a `repair_status` message (R-REPAIR-NEWS)."""

    key: str
    case: CaseKey
    order: str  # key of the repair order
    at: datetime


class RepairCancellation(Wire):
    """The repair is wanted no more: give the goods back as they are."""

    key: str
    case: CaseKey
    order: str
    at: datetime


class RepairGateway(Protocol):
    """Speaks to a repairer. All calls are idempotent by key."""

    async def order(self, order: RepairOrder, recipient: Recipient | None = None) -> Receipt:
        """Order a repair; a visit goes with whom to visit."""
        ...

    async def ask(self, question: RepairQuestion) -> Receipt:
        """Ask how an order stands."""
        ...

    async def cancel(self, cancellation: RepairCancellation) -> Receipt:
        """Take an order back. Refused when the work is done."""
        ...

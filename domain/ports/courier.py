"""The courier: where a parcel is, and what we ask him to do about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from domain.money import Money
from domain.ports.partner import CaseKey, Code, Receipt, Wire
from domain.vocabulary import ParcelState


class ParcelReport(Wire):
    """What the courier's system shows of a parcel."""

    waybill: Code
    state: ParcelState
    raw_code: Code = ""
    last_scan_at: datetime | None = None
    place: Code = ""  # town or depot, no street and no person


class CourierRequestKind(StrEnum):
    """What a courier's service desk may be asked to do."""

    TRACE = "trace"  # where is it? the answer comes later as a `courier_answered` message
    RECALL = "recall"  # bring it back (智能拦截 / 退回)
    REDELIVER = "redeliver"
    CHANGE_ADDRESS = "change_address"
    CLAIM = "claim"  # reimbursement to us (索赔)


class CourierRequest(Wire):
    """A request to the sending courier's service desk."""

    key: str
    case: CaseKey
    kind: CourierRequestKind
    courier: str
    waybill: str
    at: datetime
    due_at: datetime | None = None  # by when we need the answer or the parcel
    amount: Money | None = None  # for a claim
    documents: tuple[str, ...] = ()  # evidence references


class CourierGateway(Protocol):
    """Speaks to couriers."""

    async def track(self, courier: str, waybill: str, at: datetime) -> ParcelReport:
        """The parcel's present state."""
        ...

    async def request(self, request: CourierRequest) -> Receipt:
        """Hand in a request; idempotent by key."""
        ...

"""The courier: where a parcel is, and what we ask him to do about it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from domain.money import Money
from domain.ports.customer import Recipient
from domain.ports.partner import CaseKey, Code, Receipt, Wire
from domain.vocabulary import ParcelState


class ParcelReport(Wire):
    """What the courier's system shows of a parcel."""

    waybill: Code
    state: ParcelState
    raw_code: Code = ""
    last_scan_at: datetime | None = None


class CourierRequestKind(StrEnum):
    """What a courier's service desk may be asked to do."""

    TRACE = "trace"  # where is it? the answer comes later as a `courier_answered` message
    RECALL = "recall"  # bring it back (智能拦截 / 退回)
    REDELIVER = "redeliver"
    CHANGE_ADDRESS = "change_address"  # 拦截改址: to the recipient that goes with it
    RELAY = "relay"  # 转运: hand it to a courier who delivers there
    CONFIRM_DAMAGE = "confirm_damage"  # the delivery person says how the parcel looked (R-DMG-EVID)
    CLAIM = "claim"  # reimbursement to us (索赔)
    MEDIATE = "mediate"  # 服务投诉: look into how the customer was treated (R-CONDUCT)


class CourierRequest(Wire):
    """A request to the sending courier's service desk."""

    key: str
    case: CaseKey
    kind: CourierRequestKind
    courier: str
    waybill: str
    at: datetime
    due_at: datetime | None = None  # by when we need the answer or the parcel
    amount: Money | None = None  # of a claim; of a change of address or a relay, the fee that was agreed to
    documents: tuple[str, ...] = ()  # evidence references
    customer_ref: str = Field(default="", exclude_if=lambda ref: not ref)  # whose address, for a change of it
    address_ref: str = Field(default="", exclude_if=lambda ref: not ref)  # empty: the address on file


class CourierGateway(Protocol):
    """Speaks to couriers."""

    async def track(self, courier: str, waybill: str, at: datetime) -> ParcelReport:
        """The parcel's present state."""
        ...

    async def request(self, request: CourierRequest, recipient: Recipient | None = None) -> Receipt:
        """Hand in a request; idempotent by key. A change of address goes with its recipient."""
        ...

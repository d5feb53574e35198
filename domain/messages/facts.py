"""What somebody outside reports. A fact is taken, in whatever order it comes."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from domain.instant import Instant
from domain.messages.payload import LONGEST_TEXT, Payload
from domain.money import Money
from domain.order import AskedLine
from domain.vocabulary import (
    Inspection,
    Packaging,
    ParcelState,
    Party,
    PlatformVerdict,
    Quality,
    RepairState,
    Resolution,
    Severity,
)


class CustomerAgreed(Payload):
    """The customer agrees to the proposed plan or quoted fee (R-CONSENT), or declines it."""

    kind = "customer_agreed"
    rule = "R-CONSENT"
    sender = Party.CUSTOMER
    agreed: bool = True
    plan: str = ""  # which proposal; the open one when empty
    choice: Resolution | None = None  # where a choice was offered


class CustomerReplied(Payload):
    """The customer surfaced on any channel. His words lie behind `text_ref`."""

    kind = "customer_replied"
    rule = "R-UNREACH-3D"
    sender = Party.CUSTOMER
    text_ref: str = ""


class AddressConfirmed(Payload):
    """The customer confirmed contact and address, or gave another one."""

    kind = "address_confirmed"
    rule = "R-UNREACH-3D"
    sender = Party.CUSTOMER
    address_ref: str = ""  # empty: the address on file


class EvidenceReceived(Payload):
    """Photos came in; they lie behind references."""

    kind = "evidence_received"
    rule = "R-EVID"
    sender = Party.CUSTOMER
    items: tuple[str, ...] = Field(default=(), max_length=50)


class ReturnShipped(Payload):
    """The customer handed the return over: the tracking number (R-RET-TRACK)."""

    kind = "return_shipped"
    rule = "R-RET-TRACK"
    sender = Party.CUSTOMER
    courier: str = Field(default="", max_length=64)
    waybill: str = Field(min_length=1, max_length=64)


class CustomerConfirmed(Payload):
    """The customer says that it is solved, or that it is not (R-CLOSECONF, R-REOPEN)."""

    kind = "customer_confirmed"
    rule = "R-CLOSECONF"
    sender = Party.CUSTOMER
    solved: bool = True


class CustomerWithdrew(Payload):
    """The customer takes the request back."""

    kind = "customer_withdrew"
    rule = "R-CONSENT"
    sender = Party.CUSTOMER


class CustomerLooked(Payload):
    """The customer looked for a parcel that shows as signed, at home, at work, with neighbours (R-NOTME)."""

    kind = "customer_looked"
    rule = "R-NOTME"
    sender = Party.CUSTOMER
    found: bool


class SurveyAnswered(Payload):
    """An answer to the satisfaction survey."""

    kind = "survey_answered"
    rule = "R-SURVEY"
    sender = Party.CUSTOMER
    score: int = Field(ge=1, le=5)


class ParcelUpdate(Payload):
    """A scan or a change of state, from a courier's push."""

    kind = "parcel_update"
    rule = "R-PROACT"
    sender = Party.COURIER
    waybill: str = Field(min_length=1, max_length=64)
    state: ParcelState
    raw_code: str = ""
    scanned_at: Instant | None = None


class CourierAnswered(Payload):
    """The courier's service desk answers a question or a request."""

    kind = "courier_answered"
    rule = "R-NOINFO-COURIER"
    sender = Party.COURIER
    request: str = ""  # key of our request
    # found, lost, moving, recalled, refused, too_late, accepted, unknown; fee_asked: he would do it for `fee`
    verdict: str = Field(min_length=1, max_length=64)
    slot_at: Instant | None = None  # by when he delivers, where a slot was asked for
    fee: Money | None = None
    courier: str = Field(default="", max_length=64)  # who would take it over, and receive the fee (R-OOA-RELAY)
    amount: Money | None = Field(default=None, exclude_if=lambda sum: sum is None)  # of a claim: what he will pay


class Reimbursed(Payload):
    """The courier says that he paid, in full or in part, what was claimed from him (M-COURIER)."""

    kind = "reimbursed"
    rule = "M-COURIER"
    sender = Party.COURIER
    request: str = ""  # key of our request
    amount: Money
    receipt_ref: str = ""  # what he calls the payment


class ClaimAnswered(Payload):
    """What a courier said to a claim: the claim's case tells it to the customer's (R-DMG-SIGNED)."""

    kind = "claim_told"
    rule = "R-DMG-SIGNED"
    sender = Party.SYSTEM
    claim: str = Field(min_length=1, max_length=64)  # number of the claim's case
    accepted: bool


class GoodsHeldElsewhere(Payload):
    """Other cases hold the goods that this one disposes of: the register says so when it comes to that (R-N1)."""

    kind = "goods_held_elsewhere"
    rule = "R-N1"
    sender = Party.SYSTEM
    cases: tuple[str, ...] = Field(min_length=1, max_length=200)


class WarehouseAnswered(Payload):
    """The warehouse answers whether a parcel really left (R-NOINFO-OUR)."""

    kind = "warehouse_answered"
    rule = "R-NOINFO-OUR"
    sender = Party.WAREHOUSE
    handed_over: bool
    stock_at: Instant | None = None  # when goods arrive, if they are missing
    courier: str = Field(default="", max_length=64)  # under which number it left, where we do not know it yet
    waybill: str = Field(default="", max_length=64)
    request: str = ""  # key of our question, where the warehouse tells it


class DamageDescribed(Payload):
    """What is broken, how badly, and whether the outer packaging is intact (R-DMG-EVID): he says it, or who looked."""

    kind = "damage_described"
    rule = "R-DMG-EVID"
    sender = Party.CUSTOMER
    packaging: Packaging = Packaging.UNKNOWN
    severity: Severity = Severity.SERIOUS
    lines: tuple[AskedLine, ...] = Field(default=(), max_length=200)  # none: those of the request


class PackingChecked(Payload):
    """The warehouse looked at packing list and weight: what was not packed (R-MISSING)."""

    kind = "packing_checked"
    rule = "R-MISSING"
    sender = Party.WAREHOUSE
    complete: bool  # everything was packed, as far as the warehouse can see


class StockTold(Payload):
    """The warehouse says when missing goods are expected (R-OOS-OFFER)."""

    kind = "stock_told"
    rule = "R-OOS-OFFER"
    sender = Party.WAREHOUSE
    stock_at: Instant | None = None  # nobody knows when


class StockArrived(Payload):
    """Goods that were missing are in stock again (R-OOS-OFFER)."""

    kind = "stock_arrived"
    rule = "R-OOS-OFFER"
    sender = Party.WAREHOUSE


class OrderedAgain(Payload):
    """The customer placed another order, with which what is missing can go (R-MISSING)."""

    kind = "ordered_again"
    rule = "R-MISSING"
    sender = Party.SYSTEM
    order_no: str = Field(min_length=1, max_length=64)


class ReceivedLine(BaseModel):
    """One counted line of a return."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=LONGEST_TEXT)
    sku: str
    quantity: int = Field(ge=0, le=1_000_000)
    quality: Quality = Quality.GOOD
    order_no: str = Field(default="", exclude_if=lambda order_no: not order_no)  # where the warehouse can tell


class ReturnReceived(Payload):
    """The warehouse booked in returned goods (`return_order.confirm`); may come more than once, in parts."""

    kind = "return_received"
    rule = "W-3"
    sender = Party.WAREHOUSE
    waybill: str = Field(default="", max_length=64)
    lines: tuple[ReceivedLine, ...] = Field(default=(), max_length=200)
    # What else was in it that no case expects, where several share a parcel (domain/shared_parcel.py).
    beyond: tuple[ReceivedLine, ...] = Field(default=(), max_length=200, exclude_if=lambda lines: not lines)


class ParcelAnnounced(Payload):
    """The customer named the number of a parcel that had come already, and nobody knew whose it was (W-3)."""

    kind = "parcel_announced"
    rule = "W-3"
    sender = Party.SYSTEM
    case: str = Field(min_length=1, max_length=64)  # the number of his case


class Inspected(Payload):
    """First or second inspection (W-5, W-6), by two different persons."""

    kind = "inspected"
    rule = "W-6"
    sender = Party.QC
    round: int = Field(ge=1, le=2)
    result: Inspection
    photos: tuple[str, ...] = Field(default=(), max_length=50)
    # Of which order's goods, where a parcel held those of several.
    order_no: str = Field(default="", max_length=64, exclude_if=lambda order_no: not order_no)


class Shipped(Payload):
    """The warehouse sent our parcel: its tracking number."""

    kind = "shipped"
    rule = "R-PROACT"
    sender = Party.WAREHOUSE
    courier: str = ""
    waybill: str = Field(min_length=1, max_length=64)
    request: str = ""  # key of our order, where the warehouse tells it


class RepairStatus(Payload):
    """The repairer or service centre says how a repair stands (R-REPAIR-NEWS)."""

    kind = "repair_status"
    rule = "R-REPAIR-NEWS"
    sender = Party.SERVICE_CENTER
    request: str = ""  # key of our order
    state: RepairState
    fee: Money | None = None  # what it would cost the customer, where it is not covered
    expected_at: Instant | None = None  # when it will be done


class RefundNotice(Payload):
    """The payment provider's notice on a refund. Never believed blindly: it makes the case ask the provider."""

    kind = "refund_notice"
    rule = "R-REF-PATH"
    sender = Party.FINANCE
    key: str


class PlatformRuled(Payload):
    """The platform's arbiter decided, or asks for more evidence by an instant of his (T-RIGHTS)."""

    kind = "platform_ruled"
    rule = "T-RIGHTS"
    sender = Party.PLATFORM
    verdict: PlatformVerdict
    amount: Money | None = None  # for the customer: how much; what was asked for when absent
    due_at: Instant | None = None  # more evidence: by when
    ruling_ref: str = ""


class PaymentReceived(Payload):
    """The provider says that the customer paid what he was asked for. Never believed: the case asks the provider."""

    kind = "payment_received"
    rule = "P-FEEQUOTE"
    sender = Party.FINANCE
    key: str


class RequestRepeated(Payload):
    """The same after-sales request came again; noted, and nothing else but a platform's deadline that it names."""

    kind = "request_repeated"
    rule = "R-INTAKE"
    sender = Party.SYSTEM
    event: str = ""
    deadline: Instant | None = Field(default=None, exclude_if=lambda at: at is None)


class OrderTold(Payload):
    """The order's source says something else of it than before, or more (R-VERIFY). These fields, and no others, are
    what a running case can still use; the terms of the sale are those under which he asked."""

    kind = "order_told"
    rule = "R-VERIFY"
    sender = Party.SYSTEM
    paid: Money | None = None
    invoice: str = Field(default="", max_length=64)
    courier: str = Field(default="", max_length=64)
    waybill: str = Field(default="", max_length=64)
    shipped_at: Instant | None = None
    signed_at: Instant | None = None
    succeeded_at: Instant | None = None

    def told(self) -> dict[str, object]:
        """What it says."""
        return {field: value for field, value in self if value}


class CalendarChanged(Payload):
    """A notice of working days came: deadlines that were counted over provisional days are counted anew."""

    kind = "calendar_changed"
    rule = "R-OWNER"
    sender = Party.SYSTEM


FACTS: Mapping[str, type[Payload]] = {
    model.kind: model
    for model in (
        CustomerAgreed, CustomerReplied, AddressConfirmed, EvidenceReceived, ReturnShipped, CustomerConfirmed,
        CustomerWithdrew, SurveyAnswered, ParcelUpdate, CourierAnswered, WarehouseAnswered, ReturnReceived, Inspected,
        Shipped, RepairStatus, RefundNotice, PaymentReceived, PlatformRuled, RequestRepeated, CalendarChanged,
        CustomerLooked, DamageDescribed, PackingChecked, StockTold, StockArrived, OrderedAgain,
        Reimbursed, ClaimAnswered, ParcelAnnounced, GoodsHeldElsewhere, OrderTold,
    )
}  # fmt: skip

AMONG_CASES = frozenset({ClaimAnswered.kind, ParcelAnnounced.kind, GoodsHeldElsewhere.kind, OrderTold.kind})
"""What cases are told by cases and by the register alone: no door takes it from outside."""

"""What the house asks of the outside: values that cross the border, protocols that gateways and the store meet.

Partners:   `ContactGateway` · `CourierGateway` · `WarehouseGateway` · `RefundGateway` · `RefundStatements`
Store:      `ContactLedger` · `RefundLedger` · `Reconciliations` · `Journal` · `AddressBook` · `OneTimeInputs` ·
            `WorkingTime` · `Rulebooks`

Every call to a partner carries an idempotency key made in the workflow, and `at`: the case's own time, since no rule
may see the wall clock of a worker. A gateway answers with a value for every *business* answer, and raises only:

    PartnerUnavailable   nothing happened or it is safe to send again; retried with back-off
    OutcomeUnknown       it was sent and no answer came; must be asked for (`find_*`) before anything is sent again
    PartnerRefused       a final no: retrying cannot help
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from pydantic import BaseModel, ConfigDict, Field

from domain.journal import JournalPage
from domain.money import Money
from domain.rules import ContactLimits
from domain.vocabulary import AttemptResult, Channel, ParcelState, Quality, ShipmentLeg

if TYPE_CHECKING:
    from domain.reconciliation import Comparison, Noted, Part


class PartnerError(Exception):
    """A partner did not do what was asked. The text holds codes, never personal data."""


class PartnerUnavailable(PartnerError):
    """Not reached, overloaded, or 5xx before anything was done. Safe to repeat with the same key."""

    def __init__(self, text: str, retry_after: float | None = None) -> None:
        super().__init__(text)
        self.retry_after = retry_after  # seconds, as the partner asked


class OutcomeUnknown(PartnerError):
    """Sent, but no answer. Ask before sending again."""


class PartnerRefused(PartnerError):
    """A final refusal with the partner's code."""

    def __init__(self, code: str, text: str) -> None:
        super().__init__(f"{code}: {text}")
        self.code = code


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True)


class CaseKey(_Wire):
    """Which case a partner call belongs to."""

    shop: str
    case_no: str
    order_no: str


# --- customer -----------------------------------------------------------------------------------------------------


class ContactAsk(_Wire):
    """One attempt to speak to a customer. Texts are templates with typed variables: no free words cross the history."""

    key: str
    case: CaseKey
    customer_ref: str  # opaque; the address book knows the person
    channel: Channel
    template: str
    variables: dict[str, str] = {}
    language: str = "zh"
    at: datetime
    utc_offset_minutes: int = 480  # the customer's local time
    limits: ContactLimits


class Recipient(_Wire):
    """The person behind a customer reference. Exists only inside activities and gateways, never in history or logs."""

    customer_ref: str
    name: str = Field(repr=False)
    phone: str = Field(repr=False)
    address: str = Field(default="", repr=False)
    blocked_channels: tuple[Channel, ...] = ()


class OutboundMessage(_Wire):
    """What a contact gateway delivers."""

    key: str
    case: CaseKey
    channel: Channel
    recipient: Recipient
    template: str
    text: str = Field(repr=False)
    at: datetime


class ContactAnswer(_Wire):
    """What came of an attempt. `blocked_by_guard` carries the rule, the reason and the next allowed instant."""

    result: AttemptResult
    partner_ref: str = ""
    rule: str = ""
    reason: str = ""
    next_slot: datetime | None = None


class ContactGateway(Protocol):
    """Speaks to customers."""

    async def deliver(self, message: OutboundMessage) -> ContactAnswer:
        """Send or call. Result is `sent`, `reached`, `no_answer`, `refused`, `wrong_number` or `channel_blocked`."""
        ...

    async def find_delivery(self, key: str) -> ContactAnswer | None:
        """What became of an earlier attempt with that key; None when the partner never saw it."""
        ...


# --- courier ------------------------------------------------------------------------------------------------------


class ParcelReport(_Wire):
    """What the courier's system shows of a parcel."""

    waybill: str
    state: ParcelState
    raw_code: str = ""
    last_scan_at: datetime | None = None
    place: str = ""  # town or depot, no street and no person


class CourierRequestKind(StrEnum):
    """What a courier's service desk may be asked to do."""

    TRACE = "trace"  # where is it? the answer comes later as a `courier_answered` message
    RECALL = "recall"  # bring it back (智能拦截 / 退回)
    REDELIVER = "redeliver"
    CHANGE_ADDRESS = "change_address"
    CLAIM = "claim"  # reimbursement to us (索赔)


class CourierRequest(_Wire):
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


class Receipt(_Wire):
    """A partner's acknowledgement. `duplicate` says that it knew the key already."""

    partner_ref: str
    duplicate: bool = False


class CourierGateway(Protocol):
    """Speaks to couriers."""

    async def track(self, courier: str, waybill: str, at: datetime) -> ParcelReport:
        """The parcel's present state."""
        ...

    async def request(self, request: CourierRequest) -> Receipt:
        """Hand in a request; idempotent by key."""
        ...


# --- warehouse ----------------------------------------------------------------------------------------------------


class Line(_Wire):
    """Goods of one kind."""

    sku: str
    quantity: int = Field(ge=1)
    quality: Quality | None = None  # known once the warehouse has looked


class ReturnOrder(_Wire):
    """Tell the warehouse what will come back (Qimen `return_order.create`)."""

    key: str
    case: CaseKey
    rma: str
    lines: tuple[Line, ...]
    courier: str = ""
    waybill: str = ""
    kind: str = "THRK"  # THRK return, HHRK exchange
    at: datetime


class ShipmentOrder(_Wire):
    """Ask the warehouse to send goods. The address is looked up by reference behind the border."""

    key: str
    case: CaseKey
    leg: ShipmentLeg
    lines: tuple[Line, ...]
    address_ref: str
    at: datetime


class StockDisposal(_Wire):
    """Where inspected goods go (W-9)."""

    key: str
    case: CaseKey
    rma: str
    disposition: str
    at: datetime


class StockQuestion(_Wire):
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


# --- money --------------------------------------------------------------------------------------------------------


class RefundIntent(_Wire):
    """The decision to pay a customer, before anybody is asked to pay. `key` is unique for ever."""

    key: str
    case: CaseKey
    amount: Money
    purpose: str  # goods, freight, compensation, price_difference
    rule: str
    channel: str  # who can pay this order back: the marketplace, a payment provider, a person
    requested_by: str
    approved_by: str
    at: datetime


class HumanNeed(StrEnum):
    """What a person must do before a refund can go on (ecosystem 1.2)."""

    SMS_CODE = "sms_code"
    BALANCE = "balance"
    CARD_DEAD = "card_dead"
    PERMISSION = "permission"
    VERSION_CHANGED = "version_changed"


class RefundStatus(StrEnum):
    """How a refund stands: none → intended → submitted → unknown → done | refused, with two waits in between."""

    INTENDED = "intended"
    SUBMITTED = "submitted"
    UNKNOWN = "unknown"
    PENDING = "pending"  # accepted; notice follows
    NEEDS_HUMAN = "needs_human"
    DONE = "done"
    REFUSED = "refused"


class RefundAnswer(_Wire):
    """A provider's answer in our words."""

    status: RefundStatus  # pending, needs_human, done or refused
    partner_ref: str = ""
    need: HumanNeed | None = None
    code: str = ""  # the provider's own code


class RefundRow(_Wire):
    """One row of the refund ledger."""

    key: str
    amount: Money
    status: RefundStatus
    partner_ref: str = ""
    need: HumanNeed | None = None
    code: str = ""
    attempts: int = 0


class LedgerLine(_Wire):
    """A refund with its case, for the console and for the daily reconciliation. Instants are the case's time."""

    case: CaseKey
    purpose: str
    rule: str
    channel: str
    requested_by: str
    approved_by: str
    intended_at: datetime
    submitted_at: datetime | None
    settled_at: datetime | None
    refund: RefundRow


class Contradiction(_Wire):
    """A provider's answer that came after the end and says otherwise: somebody must look."""

    key: str
    at: datetime
    ended_as: RefundStatus
    answered: RefundStatus
    partner_ref: str
    code: str


class StatementLine(_Wire):
    """One payment to a customer as the provider booked it, whoever asked for it."""

    key: str = ""  # ours; another or none where the payment was not asked for by us
    partner_ref: str = ""  # the same that `pay` answered
    shop: str = ""
    order_no: str = ""
    amount: Money
    at: datetime


class StatementPage(_Wire):
    """A part of a statement. `next` is the cursor of the next one, empty on the last."""

    lines: tuple[StatementLine, ...] = ()
    next: str = ""


class RefundOrder(_Wire):
    """What a refund gateway pays."""

    key: str
    case: CaseKey
    amount: Money
    channel: str
    human_input: str | None = Field(default=None, repr=False)  # an SMS code, say: whatever was asked for
    at: datetime


class RefundGateway(Protocol):
    """Pays customers back. Same key and same amount pay once; same key and another amount is refused."""

    async def pay(self, order: RefundOrder) -> RefundAnswer:
        """Ask for the payment. Raises OutcomeUnknown when it was sent and no answer came."""
        ...

    async def find_refund(self, key: str, channel: str) -> RefundAnswer | None:
        """What became of it; None when the provider never saw the key, so that sending is safe."""
        ...


class RefundStatements(Protocol):
    """What providers really paid, by their own books."""

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways of paying back that can be asked."""
        ...

    async def statement(self, channel: str, start: datetime, end: datetime, cursor: str = "") -> StatementPage:
        """Payments booked in `start <= instant < end`, a page at a time. Reading is always safe to repeat.

        Raises:
            PartnerRefused: with code `no_statement` where that way keeps no books of its own.
        """
        ...


# --- store --------------------------------------------------------------------------------------------------------


class OverRefund(Exception):
    """The order would be paid back more than was paid. Held by the database."""


class KeyReused(Exception):
    """The same idempotency key with another content: a defect of ours, never sent on."""


class PersonUnknown(KeyError):
    """No such customer or address in the address book, or erased. The text holds references only."""


class RefundLedger(Protocol):
    """Refund rows. Each call is one short transaction, never open across a partner call."""

    async def intend(self, intent: RefundIntent) -> RefundRow:
        """Write the intent, or return the row that the key already has.

        Raises:
            OverRefund: the order's live refunds would exceed what was paid.
            KeyReused: the key exists with another amount or order.
        """
        ...

    async def submitting(self, key: str, at: datetime) -> RefundRow:
        """Note that a request is about to leave; counts attempts. Status becomes `submitted` unless it is final."""
        ...

    async def settle(self, key: str, answer: RefundAnswer, at: datetime) -> RefundRow:
        """Note the answer. `done` and `refused` are final and never overwritten by another answer."""
        ...

    async def unknown(self, key: str, at: datetime) -> RefundRow:
        """Note that no answer came."""
        ...

    async def find(self, key: str) -> RefundRow | None:
        """The row, or None."""
        ...


class Reconciliations(Protocol):
    """Our side of the daily reconciliation, and the differences that it found."""

    async def unfinished(self, first: date, last: date, channels: Collection[str]) -> list[Part]:
        """What is to be compared in these days: never compared to its end, or something in it may still move."""
        ...

    async def ended(self, part: Part) -> list[LedgerLine]:
        """Refunds that were done in that part, by our books."""
        ...

    async def named(self, keys: Collection[str], orders: Collection[tuple[str, str]]) -> list[LedgerLine]:
        """Refunds of any day that a statement names: by key, or by shop and order."""
        ...

    async def contradictions(self, part: Part) -> list[Contradiction]:
        """Late answers in that part which deny an end."""
        ...

    async def note(self, part: Part, comparison: Comparison, at: datetime) -> Noted:
        """Open a task for each new difference, close those that are gone; again with the same changes nothing."""
        ...


class ContactLedger(Protocol):
    """The contact guard: one place for all cases of a customer, exact under concurrency (P-HOURS, P-CALLCAP)."""

    async def reserve(self, ask: ContactAsk) -> Recipient | ContactAnswer:
        """Take a slot; a call's under a lock on the customer's row.

        A person: go ahead, the slot is taken and it is he. An answer: this key's earlier outcome, or `blocked_by_guard`
        with rule, reason and next slot. A slot of the same key whose outcome is not known yet answers `unknown`.

        Raises:
            PersonUnknown: the customer is unknown or erased.
        """
        ...

    async def settle(self, key: str, answer: ContactAnswer) -> None:
        """Note what came of the attempt. A refused or unsent attempt gives a call slot back only if nothing rang."""
        ...

    async def release(self, key: str) -> None:
        """The attempt never left: give the slot back."""
        ...


class JournalRefused(Exception):
    """The page breaks a rule that the database holds; the text names its constraint. Repeating it cannot help."""


class Journal(Protocol):
    """Where a case writes what happened."""

    async def write(self, page: JournalPage) -> None:
        """Write a page in one transaction: entries, records and the case's row.

        The same page again changes nothing. Another page of the same revision takes the first one's place: the task
        that made the first was lost, and the history holds the second.

        Raises:
            JournalRefused: a constraint refuses the page.
        """
        ...


class AddressBook(Protocol):
    """Persons behind references."""

    async def recipient(self, shop: str, customer_ref: str, address_ref: str = "") -> Recipient:
        """The person. Raises PersonUnknown."""
        ...


class OneTimeInputs(Protocol):
    """Secrets that a person typed for one step (an SMS code); they pass the history as references only."""

    async def take(self, ref: str, key: str) -> str | None:
        """Read the input for the partner call `key`; a used one is gone for anybody but that key's retry."""
        ...


class WorkingTime(Protocol):
    """Working-time arithmetic, outside the workflow: calendars change, histories must not."""

    async def due(self, shop: str, start: datetime, length: int, unit: str) -> datetime:
        """The due instant of a clock counted in working units."""
        ...

    async def is_provisional(self, shop: str, start: datetime, due_at: datetime, unit: str) -> bool:
        """Whether that due instant was counted over days of which no official notice is known."""
        ...


class KeptRulebook(_Wire):
    """A version of the rulebook in the archive."""

    name: str
    digest: str
    text: str = Field(repr=False)

    @property
    def version(self) -> str:
        """As the register and `explain` name it."""
        return f"{self.name}@{self.digest[:12]}"


class Rulebooks(Protocol):
    """The archive of rulebook versions."""

    async def find(self, version: str) -> list[KeptRulebook]:
        """The versions of that name, or of a digest that begins so, or of both as `name@digest`."""
        ...

    async def kept(self) -> list[KeptRulebook]:
        """Every version, by name."""
        ...

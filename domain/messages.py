"""The messages that a case understands, each with its payload.

A **fact** is what somebody outside reports; it is taken, in whatever order it comes. A **command** is what a member of
staff wants done; it is checked first (`domain.refusals`). Both arrive under their kind as the Temporal signal name; a
command also as an update of that name. Payload models are tolerant: unknown fields are ignored, so that partners may
grow.

On the wire a message is one JSON object: the payload's fields beside `id`, `by` and `at`:

    temporal workflow signal -w case/demo/1001 --name return_shipped --input '{"courier": "yto", "waybill": "YT1"}'

`id` makes it apply once (without one, each arrival counts as a new message); `by` says who (`role` or
`role:staff-id`); `at` is when our door received it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from hashlib import blake2b
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from domain.instant import Instant
from domain.money import Money
from domain.vocabulary import AttemptResult, Channel, Inspection, ParcelState, Party, Quality, Resolution

MAX_BYTES = 64 * 1024  # of one message: bigger things travel by reference
LONGEST_TEXT = 256  # characters of any one field: they are codes, numbers and references


class Payload(BaseModel):
    """Common part of every message."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=LONGEST_TEXT)
    kind: ClassVar[str]
    sender: ClassVar[Party]  # who says such a thing when `by` is absent
    rule: ClassVar[str] = ""  # the rule that asks for it, for the journal


# --- facts --------------------------------------------------------------------------------------------------------


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
    verdict: str = Field(min_length=1, max_length=64)  # found, lost, moving, recalled, refused, accepted, unknown


class WarehouseAnswered(Payload):
    """The warehouse answers whether a parcel really left (R-NOINFO-OUR)."""

    kind = "warehouse_answered"
    rule = "R-NOINFO-OUR"
    sender = Party.WAREHOUSE
    handed_over: bool
    stock_at: Instant | None = None  # when goods arrive, if they are missing


class ReceivedLine(BaseModel):
    """One counted line of a return."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=LONGEST_TEXT)
    sku: str
    quantity: int = Field(ge=0, le=1_000_000)
    quality: Quality = Quality.GOOD


class ReturnReceived(Payload):
    """The warehouse booked in returned goods (`return_order.confirm`); may come more than once, in parts."""

    kind = "return_received"
    rule = "W-3"
    sender = Party.WAREHOUSE
    waybill: str = ""
    lines: tuple[ReceivedLine, ...] = Field(default=(), max_length=200)


class Inspected(Payload):
    """First or second inspection (W-5, W-6), by two different persons."""

    kind = "inspected"
    rule = "W-6"
    sender = Party.QC
    round: int = Field(ge=1, le=2)
    result: Inspection
    photos: tuple[str, ...] = Field(default=(), max_length=50)


class Shipped(Payload):
    """The warehouse sent our parcel: its tracking number."""

    kind = "shipped"
    rule = "R-PROACT"
    sender = Party.WAREHOUSE
    courier: str = ""
    waybill: str = Field(min_length=1, max_length=64)


class RefundNotice(Payload):
    """The payment provider's notice on a refund. Never believed blindly: it makes the case ask the provider."""

    kind = "refund_notice"
    rule = "R-REF-PATH"
    sender = Party.FINANCE
    key: str


class RequestRepeated(Payload):
    """The same after-sales request came again; noted, nothing else."""

    kind = "request_repeated"
    rule = "R-INTAKE"
    sender = Party.SYSTEM
    event: str = ""


class CalendarChanged(Payload):
    """A notice of working days came: deadlines that were counted over provisional days are counted anew."""

    kind = "calendar_changed"
    rule = "R-OWNER"
    sender = Party.SYSTEM


# --- commands -----------------------------------------------------------------------------------------------------


class Command(Payload):
    """Something that a member of staff wants done."""

    sender = Party.AGENT


class Decide(Command):
    """Choose what to do where a person must: a refund-only request, lost or reship, a defect not found."""

    kind = "decide"
    rule = "R-ALT"
    resolution: Resolution
    amount: Money | None = None
    reason: str = Field(default="", max_length=64)  # a code


class Approve(Command):
    """Approve an open approval request. The requester may not (A-SOD, section 7)."""

    kind = "approve"
    rule = "A-SOD"
    request: str = ""  # the only open one when empty
    sender = Party.SUPERVISOR


class Reject(Command):
    """Refuse an open approval request."""

    kind = "reject"
    rule = "A-SOD"
    request: str = ""
    reason: str = Field(default="", max_length=64)
    sender = Party.SUPERVISOR


class LogCall(Command):
    """Log a call that a person made: one contact attempt (X7). The call's note lies behind `note_ref` (X17)."""

    kind = "log_call"
    rule = "X7"
    result: AttemptResult
    channel: Channel = Channel.CALL
    note_ref: str = ""


class AddNote(Command):
    """A case remark (备注) behind a reference."""

    kind = "add_note"
    rule = "A-HANDOVER"
    note_ref: str = Field(min_length=1, max_length=128)


class OfferCompensation(Command):
    """A goodwill gesture within one's limit, or a request for approval above it (M-COMP-LADDER, A-CAP)."""

    kind = "offer_compensation"
    rule = "M-COMP-LADDER"
    form: str  # a rung of M-COMP-LADDER
    amount: Money
    occasion: str = ""


class QuoteFee(Command):
    """Quote a cost to the customer before it arises (P-FEEQUOTE)."""

    kind = "quote_fee"
    rule = "P-FEEQUOTE"
    what: str = Field(min_length=1, max_length=64)
    amount: Money


class Promise(Command):
    """Promise money, goods or a call-back: a debt with a due time (P-PROMISE)."""

    kind = "promise"
    rule = "P-PROMISE"
    what: str = Field(min_length=1, max_length=64)
    amount: Money | None = None
    due_at: Instant | None = None  # D-PROMISE when absent


class KeepPromise(Command):
    """The promise is kept and the customer was told."""

    kind = "keep_promise"
    rule = "P-PROMISE"
    promise: str = Field(min_length=1, max_length=64)


class ProvideInput(Command):
    """What a refund waits for a person to give: an SMS code, a top-up done, another card.

    A typed value lies behind `input_ref`.
    """

    kind = "provide_input"
    rule = "R-REF-PATH"
    input_ref: str = ""


class PauseClock(Command):
    """Stop a clock, with the reason."""

    kind = "pause_clock"
    clock: str
    reason: str = Field(min_length=1, max_length=64)


class ResumeClock(Command):
    """Let a paused clock run again."""

    kind = "resume_clock"
    clock: str


class MoveClock(Command):
    """Give a clock another due instant: a supervisor's act, logged."""

    kind = "move_clock"
    rule = "A-SUPQ"
    clock: str
    due_at: Instant
    reason: str = Field(min_length=1, max_length=64)
    sender = Party.SUPERVISOR


class AdoptRulebook(Command):
    """Let the open case follow another version of the rulebook from now on: a supervisor's act, logged.

    `rulebook` names a version of the archive: `name`, `digest` (its first eight digits suffice) or `name@digest`.
    """

    kind = "adopt_rulebook"
    rule = "A-SUPQ"
    rulebook: str = Field(max_length=160, pattern=r"^[0-9A-Za-z][0-9A-Za-z._-]*(@[0-9a-f]{8,64})?$")
    reason: str = Field(min_length=1, max_length=64)
    sender = Party.SUPERVISOR


class CloseCase(Command):
    """Close on the customer's word given on another channel, which `note_ref` records (P-CLOSE)."""

    kind = "close_case"
    rule = "P-CLOSE"
    note_ref: str = Field(default="", max_length=128)


class ReopenCase(Command):
    """Take a closed case up again (R-REOPEN)."""

    kind = "reopen_case"
    rule = "R-REOPEN"
    reason: str = Field(default="", max_length=64)


class CancelCase(Command):
    """End the case because the customer withdrew on another channel; money already paid stays paid."""

    kind = "cancel_case"
    reason: str = Field(min_length=1, max_length=64)


FACTS: Mapping[str, type[Payload]] = {
    model.kind: model
    for model in (
        CustomerAgreed, CustomerReplied, AddressConfirmed, EvidenceReceived, ReturnShipped, CustomerConfirmed,
        CustomerWithdrew, SurveyAnswered, ParcelUpdate, CourierAnswered, WarehouseAnswered, ReturnReceived, Inspected,
        Shipped, RefundNotice, RequestRepeated, CalendarChanged,
    )
}  # fmt: skip
COMMANDS: Mapping[str, type[Command]] = {
    model.kind: model
    for model in (
        Decide, Approve, Reject, LogCall, AddNote, OfferCompensation, QuoteFee, Promise, KeepPromise, ProvideInput,
        PauseClock, ResumeClock, MoveClock, AdoptRulebook, CloseCase, ReopenCase, CancelCase,
    )
}  # fmt: skip


class Message(BaseModel):
    """A decoded message."""

    model_config = ConfigDict(frozen=True)

    id: str  # empty when the sender gave none: then each arrival counts
    kind: str
    by: str  # role or role:staff-id
    received_at: datetime | None
    payload: Payload

    @property
    def role(self) -> Party:
        """The sender's role."""
        return Party(self.by.split(":", 1)[0])


class Undecodable(BaseModel):
    """A message that could not be read: kept with what is wrong and where. The raw text stays out of it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    problem: str
    size: int
    digest: str


def decode(kind: str, raw: bytes) -> Message | Undecodable:
    """Read a message named `kind` from its raw JSON. Never raises: what cannot be read is described instead."""

    def problem(text: str) -> Undecodable:
        return Undecodable(kind=kind[:64], problem=text, size=len(raw), digest=digest)

    digest = blake2b(kind.encode() + b"\n" + raw, digest_size=8).hexdigest()
    model = FACTS.get(kind) or COMMANDS.get(kind)
    if model is None:
        return problem(f"unknown message; known are: {', '.join(sorted({**FACTS, **COMMANDS}))}")
    if len(raw) > MAX_BYTES:
        return problem(f"larger than {MAX_BYTES} bytes; put the content into the store and send its reference")
    try:
        document: Any = json.loads(raw) if raw.strip() else {}
        if b"\\u" in raw:  # half a character, which no store and no history can hold
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return problem("not JSON")
    if document is None:
        document = {}
    if not isinstance(document, dict):
        return problem("must be one JSON object")
    sent_by = document.get("by") or model.sender.value
    if not isinstance(sent_by, str) or sent_by.split(":", 1)[0] not in set(Party) or len(sent_by) > 80:
        return problem("by: must be a role such as `agent` or `agent:17`")
    given_id = document.get("id")
    if given_id is not None and (not isinstance(given_id, str | int) or not 0 < len(str(given_id)) <= 128):
        return problem("id: must be a text of at most 128 characters")
    try:
        stamp = _Stamp.model_validate(document)
        payload = model.model_validate(document)
    except ValidationError as error:
        return problem(
            "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['type']}" for e in error.errors()[:5])
        )
    return Message(id=str(given_id or ""), kind=kind, by=sent_by, received_at=stamp.at, payload=payload)


class _Stamp(BaseModel):
    """The instant our door received a message."""

    model_config = ConfigDict(extra="ignore")
    at: Instant | None = None

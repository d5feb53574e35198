"""What a member of staff wants done. A command is checked first (`domain.refusals`)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field

from domain.instant import Instant
from domain.messages.payload import Payload
from domain.money import Money
from domain.order import OrderLine
from domain.vocabulary import AttemptResult, Channel, Liability, Negotiated, Party, Resolution


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
    liability: Liability | None = None  # whose fault it is, where that is asked
    # What he gets instead, where goods are exchanged.
    replacement: tuple[OrderLine, ...] = Field(default=(), max_length=200, exclude_if=lambda goods: not goods)


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
    outcome: Negotiated | None = None  # of a negotiation (R-DISPUTE-LOG)


class AddNote(Command):
    """A case remark (备注) behind a reference."""

    kind = "add_note"
    rule = "A-HANDOVER"
    note_ref: str = Field(min_length=1, max_length=128)


class HandOver(Command):
    """Hand the case over, with the reason: he is abused (P-STAFF), his shift ends, or he cannot solve it (R-ESC)."""

    kind = "hand_over"
    rule = "A-HANDOVER"
    reason: str = Field(min_length=1, max_length=64)  # a code
    to: Party = Party.SUPERVISOR
    note_ref: str = Field(default="", max_length=128)
    major: bool = False  # it is a dispute from here on (R-DISPUTE-LOG)
    suggests: Resolution | None = None  # who cannot solve it reports up with a proposal (R-ESC)


class FileReport(Command):
    """The written report on a dispute, behind a reference (R-DISPUTE-LOG)."""

    kind = "file_report"
    rule = "R-DISPUTE-LOG"
    note_ref: str = Field(min_length=1, max_length=128)
    sender = Party.SUPERVISOR


class SubmitEvidence(Command):
    """The evidence pack was handed to the platform; `receipt` is what it calls it (T-RIGHTS)."""

    kind = "submit_evidence"
    rule = "T-RIGHTS"
    receipt: str = Field(default="", max_length=128)


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


class RecordReimbursement(Command):
    """Book what a courier paid on a claim, in full or in part (M-COURIER)."""

    kind = "record_reimbursement"
    rule = "M-COURIER"
    amount: Money
    receipt_ref: str = Field(default="", max_length=128)
    sender = Party.FINANCE


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


class TagCase(Command):
    """Say what the case was really about: what is not said stays as it was proposed. Also after closing (R-TAG)."""

    kind = "tag_case"
    rule = "R-TAG"
    cause: str = Field(default="", max_length=64)  # one of domain/tags.toml
    liability: Liability | None = None
    product: str = Field(default="", max_length=64)  # an SKU of the order


class ReopenCase(Command):
    """Take a closed case up again (R-REOPEN)."""

    kind = "reopen_case"
    rule = "R-REOPEN"
    reason: str = Field(default="", max_length=64)


class CancelCase(Command):
    """End the case because the customer withdrew on another channel; money already paid stays paid."""

    kind = "cancel_case"
    reason: str = Field(min_length=1, max_length=64)


class MatchParcel(Command):
    """Say which case a parcel that nobody announced belongs to (W-3)."""

    kind = "match_parcel"
    rule = "W-3"
    case: str = Field(min_length=1, max_length=64)  # its number


COMMANDS: Mapping[str, type[Command]] = {
    model.kind: model
    for model in (
        Decide, Approve, Reject, LogCall, AddNote, HandOver, FileReport, SubmitEvidence, OfferCompensation, QuoteFee,
        Promise, KeepPromise, ProvideInput, TagCase, PauseClock, ResumeClock, MoveClock, AdoptRulebook, CloseCase,
        ReopenCase, CancelCase, RecordReimbursement, MatchParcel,
    )
}  # fmt: skip

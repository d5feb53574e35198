"""The state of a case: everything that it must remember, carried whole through continue-as-new.

Goods, money and stock are separate facts (rulebook section 11); the stage is what they amount to for a person.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import BaseModel, Field

from domain.clocks import Clock
from domain.coming_back import CameBack
from domain.gesture import Gesture, GestureState
from domain.journal import JournalEntry, Record
from domain.messages.facts import CustomerAgreed, CustomerReplied, OrderTold
from domain.messages.payload import Payload
from domain.money import Money
from domain.order import OrderLine
from domain.ports.collection import CollectionStatus
from domain.ports.refunds import HumanNeed, RefundStatus
from domain.six_steps import SixStep
from domain.six_steps import note as note_step
from domain.tag import Tag
from domain.vocabulary import (
    AttemptResult,
    CaseType,
    Channel,
    Disposition,
    InboundKind,
    Inspection,
    Liability,
    Outcome,
    ParcelState,
    Party,
    ReasonCode,
    RepairState,
    Stage,
)

CARRIED_BYTES = 1_500_000
UNDECODABLE = "undecodable_message"  # the kind of record that keeps a message which could not be read


GOODS_BIND = 3  # the customs since which goods that he sent bind him as those that he never had
SECOND_LOOK = 3  # the customs since which nothing is given twice, or taken for a word on what was not yet asked
GOODWILL = "compensation"  # the purpose of a refund, and what an approval is for, when goodwill is given
FEE = "fee:"  # what a proposal's plan begins with when it quotes a fee that staff asked for
GOODS_BEYOND = "goods_beyond"  # a parcel held more than was expected: who sees to it says so with a note (W-12)
NOT_IN_PARCEL = "not_in_parcel"  # the parcel that he named came without his goods: till they come, or a note (W-12)
WORDS = frozenset({CustomerReplied.kind, CustomerAgreed.kind})  # facts that want an answer when no step waits for them
AWAITED = frozenset({"customer_to_surface", "contact_slot"})  # what a case waits for when any word of his is welcome
POSTAGE_ASKED = "postage_asked"  # a breach by us of which a supervisor is told; his note says that he knows
TURNED = frozenset({ParcelState.REJECTED, ParcelState.RETURNING, ParcelState.RETURNED})
"""What a courier says of a parcel that is on its way to us."""
UNANSWERED = "customer_wrote"  # why a person is needed: nobody may be left unanswered (R-FALLBACK)


class Fact(BaseModel):
    """A message that no step has used yet."""

    kind: str
    by: str
    received_at: datetime | None  # stamped by our door; None when sent by hand
    payload: dict[str, Any]

    @classmethod
    def of(cls, payload: Payload, by: str, received_at: datetime | None) -> Fact:
        """Keep a payload."""
        return cls(kind=payload.kind, by=by, received_at=received_at, payload=payload.model_dump(mode="json"))


class Attempt(BaseModel):
    """One attempt to contact the customer (X7)."""

    at: datetime
    channel: Channel
    result: AttemptResult
    by: str = Party.SYSTEM


class PromiseState(StrEnum):
    """Life of a promise (P-PROMISE)."""

    OPEN = "open"
    KEPT = "told"  # paid and the customer told
    BROKEN = "broken"  # overdue; still owed
    DECLINED = "declined"  # goodwill that the customer does not want: owed no more


class Promised(BaseModel):
    """A debt of money, goods or a call-back."""

    id: str
    what: str
    amount: Money | None
    by: str
    due_at: datetime
    state: PromiseState = PromiseState.OPEN


class Verdict(StrEnum):
    """Where an approval request stands."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"


class Approval(BaseModel):
    """A request for somebody's word above one's own limit."""

    id: str
    what: str
    amount: Money
    rule: str
    requested_by: str
    needs: Party  # the lowest role that may say yes
    verdict: Verdict = Verdict.OPEN
    decided_by: str = ""


class Proposal(BaseModel):
    """A plan or a fee that the customer was asked to agree to (P-CONSENT, P-FEEQUOTE)."""

    id: str
    plan: str  # a resolution, or what the fee is for
    choices: tuple[str, ...] = ()
    fee: Money | None = None
    told: bool = True  # a quote asked for by staff is told when the case next comes to rest
    agreed: bool | None = None
    choice: str = ""  # what he chose, where it was he who answered
    lapsed: bool = False  # nobody answered it in time: it waits for no word any more


class Refunding(BaseModel):
    """The money sub-machine of one refund."""

    key: str
    amount: Money
    purpose: str
    rule: str
    requested_by: str = Party.SYSTEM
    approved_by: str = ""
    status: RefundStatus = RefundStatus.INTENDED
    need: HumanNeed | None = None
    code: str = ""


class Collecting(BaseModel):
    """Money that the customer was asked for (P-FEEQUOTE)."""

    key: str
    amount: Money
    purpose: str
    rule: str
    status: CollectionStatus = CollectionStatus.INTENDED


class ReturnStatus(StrEnum):
    """The goods sub-machine of a return leg."""

    NONE = "none"
    REQUESTED = "requested"
    AUTHORIZED = "authorized"
    IN_TRANSIT = "in_transit"
    RECEIVED = "received"
    INSPECTED_1 = "inspected_1"
    INSPECTED_2 = "inspected_2"
    DISPOSED = "disposed"


class InspectionDone(BaseModel):
    """One inspection and who made it."""

    round: int
    result: Inspection
    by: str
    photos: tuple[str, ...] = ()


class ReturnLeg(BaseModel):
    """Goods coming back."""

    status: ReturnStatus = ReturnStatus.NONE
    inbound: InboundKind = InboundKind.CUSTOMER_RETURN
    rma: str = ""
    courier: str = ""
    waybill: str = ""
    received: dict[str, int] = {}  # sku -> pieces of usable count, over all partial receipts
    defective: dict[str, int] = {}  # of these, not of quality class ZP
    received_at: datetime | None = None
    inspections: list[InspectionDone] = []
    disposition: Disposition | None = None


class Waiting(BaseModel):
    """What a resting case waits for."""

    code: str  # snake_case, translated by the texts
    ball_with: Party
    clock: str = ""


class Judged(BaseModel):
    """What was found out about a request, where it is not as was said."""

    reason: ReasonCode | None = None
    fault: Liability | None = None


class CaseState(BaseModel):
    """All of it. `schema_version` rises when a field changes its meaning; new fields have defaults."""

    schema_version: int = 1
    revision: int = 0
    entry_count: int = 0  # journal entries ever made
    opened_at: datetime
    became: CaseType | None = None  # its type, where the facts said that it is another than was asked for
    stage: Stage = Stage.INTAKE
    waiting: Waiting | None = None
    needs_human: str = ""  # why a person must act, one code
    round: int = 1  # raised by each reopening
    steps: dict[str, Any] = {}  # results of finished steps by name, so that a procedure can be resumed from its top
    counter: int = 0  # numbers partner calls, proposals, approvals
    clocks: dict[str, Clock] = {}
    provisional_ends: dict[str, datetime] = {}  # of return windows judged over provisional days, by clock
    rulebook: str = ""  # name@digest of the version adopted since it was opened
    mailbox: list[Fact] = []
    seen: dict[str, None] = {}  # ids of applied messages, oldest first
    parcels: dict[str, ParcelState] = {}  # waybill -> last state
    scans: dict[str, datetime] = {}  # waybill -> when that was scanned, where the courier says so
    attempts: list[Attempt] = []
    last_told_at: datetime | None = None  # the last message that got to the customer (D-DAILY)
    news_tried_at: datetime | None = None  # when daily news were last tried, told or not
    guard_block: dict[str, str] = {}  # what the contact guard last refused: rule, reason, next_slot
    evidence: list[str] = []
    promises: list[Promised] = []
    approvals: list[Approval] = []
    proposals: list[Proposal] = []
    refunds: list[Refunding] = []
    collections: list[Collecting] = []
    compensation_minor: int = 0  # goodwill owed or given so far, against A-CAP
    gestures: list[Gesture] = []
    came_back: CameBack = Field(default_factory=CameBack)
    goods: ReturnLeg = Field(default_factory=ReturnLeg)
    # What the source of the order has told anew of it since he asked.
    order_told: OrderTold | None = Field(default=None, exclude_if=lambda told: told is None)
    # Work on its invoice that came up, whether a number was known or not.
    invoice_work: list[str] = Field(default=[], exclude_if=lambda work: not work)
    address_ref: str = ""
    sent_again: bool = Field(default=False, exclude_if=lambda sent: not sent)  # goods left for him beside the order's
    judged: Judged = Judged()
    wanted: tuple[OrderLine, ...] = ()  # what was agreed on in exchange
    claims: list[str] = []  # numbers of the claims on couriers that it opened beside itself
    # Of a claim: what the courier paid on it, by receipt.
    reimbursed: dict[str, Money] = Field(default={}, exclude_if=lambda paid: not paid)
    repair: RepairState | None = None  # what was last heard of it
    repair_fee: Money | None = None  # what the repairer says that it would cost the customer
    # Cases that hold its goods by now: a person decides before it goes on (R-N1).
    held_by: tuple[str, ...] = Field(default=(), exclude_if=lambda cases: not cases)
    handed_to: Party | None = None  # who of staff acts instead of an agent, where the case was handed over (P-STAFF)
    handed_by: str = ""
    liability: Liability | None = None  # whose fault it is, as it was last found out or decided
    tag: Tag | None = None  # as an agent would have it (R-TAG)
    six_steps: dict[SixStep, datetime] = {}  # when each was first taken (R-SIX)
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    withdrawn: bool = False
    reopen_reason: str = ""
    unread: list[JournalEntry] = []  # made, not yet in PostgreSQL
    records: dict[str, Record] = {}  # made, not yet in PostgreSQL, by kind and key
    journal_failures: int = 0
    journal_retry_at: datetime | None = None

    @property
    def ball_with(self) -> Party:
        """Who must act next."""
        ball = self.waiting.ball_with if self.waiting else Party.SYSTEM
        if self.needs_human and ball not in STAFF:
            ball = Party.SUPERVISOR if self.needs_human in TO_SUPERVISOR else Party.AGENT
        return self.handed_to or ball if ball is Party.AGENT else ball

    @property
    def refunded(self) -> int:
        """Minor units that reached the customer."""
        return sum(refund.amount.minor for refund in self.refunds if refund.status is RefundStatus.DONE)

    @property
    def collected(self) -> int:
        """Minor units that the customer paid beyond the order's own payment."""
        return sum(one.amount.minor for one in self.collections if one.status is CollectionStatus.PAID)

    def number(self) -> int:
        """The next number of the case's own counter."""
        self.counter += 1
        return self.counter

    def note(self, at: datetime, actor: str, event: str, rule: str = "", /, **data: Any) -> None:
        """Write an entry into the journal's next page."""
        self.entry_count += 1
        note_step(self.six_steps, at, event, data)
        self._found_out(data)
        self.unread.append(JournalEntry(at=at, actor=actor, event=event, rule=rule, data=data))

    def record(self, at: datetime, kind: str, key: str, rule: str = "", /, **data: Any) -> None:
        """Put a record (rulebook section 9) on the journal's next page; a later one of the same key replaces it."""
        self._found_out(data)
        self.records[f"{kind}/{key}"] = Record(kind=kind, key=key, at=at, rule=rule, data=data)

    def _found_out(self, data: dict[str, Any]) -> None:
        """Whose fault it is stands in many an entry and record; the last that says it counts (R-TAG)."""
        said = next((one for one in Liability if one == data.get("liability")), Liability.UNDETERMINED)
        if said is not Liability.UNDETERMINED:
            self.liability = said

    @property
    def money_moves(self) -> bool:
        """Whether money came in, or a refund was asked for and not finally refused: then nothing can be taken back.

        Goodwill is no part of what the customer asked for, so it ties neither side to the request.
        """
        asked = (refund for refund in self.refunds if refund.purpose != GOODWILL)
        return bool(self.collected) or any(refund.status is not RefundStatus.REFUSED for refund in asked)

    @property
    def comes_back(self) -> bool:
        """Whether a parcel that the customer never had is on its way to us, or with us (T-INBOUND).

        Nothing is taken back then by a word: he would be left with neither goods nor money.
        """
        goods = self.goods
        turned = self.parcels.get(goods.waybill) in TURNED or goods.received_at is not None
        return goods.inbound is InboundKind.UNDELIVERED_RETURN or (
            goods.inbound is InboundKind.REFUSED_RETURN and turned
        )

    def goods_bind(self, customs: int) -> bool:
        """Whether goods come back to us or lie with us: a request taken back by a word would leave him with neither.

        Not those at a repairer, which come back repaired or not, nor those on their way back to him. Where goods were
        sent to him again, or others instead, he would have both: somebody speaks with him. Cases that began under
        customs before 3 looked at parcels that he never had alone.
        """
        goods = self.goods
        here = goods.received_at is not None and goods.disposition not in (Disposition.REPAIR, Disposition.SEND_BACK)
        return self.comes_back or (customs >= GOODS_BIND and (here or self.sent_again))

    def lighten(self, now: datetime, most: int = CARRIED_BYTES) -> None:
        """Shed what is in the way of handing the state to a new run, of which the server takes 2 MB at most.

        That happens to a case that was flooded while PostgreSQL was away. First go the texts of messages that could
        not be read, then the oldest unwritten entries (PostgreSQL counts them as missing), then the oldest facts that
        no step has used. All of it stands in the history of the run that took it.
        """

        def too_heavy() -> bool:
            return len(self.model_dump_json().encode()) > most

        if not too_heavy():
            return
        for key, record in self.records.items():
            if record.kind == UNDECODABLE:
                self.records[key] = record.model_copy(update={"data": record.data | {"raw": ""}})
        unread, mailbox = len(self.unread), len(self.mailbox)
        for shed in (self.unread, self.mailbox):
            while shed and too_heavy():
                del shed[: len(shed) // 2 + 1]
        entries, facts = unread - len(self.unread), mailbox - len(self.mailbox)
        self.note(now, Party.SYSTEM, "state_lightened", "R-OWNER", entries=entries, facts=facts)

    def open_promises(self) -> list[Promised]:
        """Debts not yet kept."""
        return [promise for promise in self.promises if promise.state in (PromiseState.OPEN, PromiseState.BROKEN)]

    def gestures_in(self, *states: GestureState) -> list[Gesture]:
        """Gestures of goodwill that stand there."""
        return [gesture for gesture in self.gestures if gesture.state in states]

    def open_approval(self, id: str = "") -> Approval | None:
        """The approval request of that id, or the only open one."""
        open_ones = [a for a in self.approvals if a.verdict is Verdict.OPEN and id in ("", a.id)]
        return open_ones[0] if len(open_ones) == 1 else None


TO_SUPERVISOR = frozenset({"overdue:D-COMPL", POSTAGE_ASKED})
"""What lands with the supervisor at once (A-SUPQ)."""

STAFF = frozenset(
    {Party.AGENT, Party.SUPERVISOR, Party.MANAGER, Party.FINANCE, Party.LOGISTICS_CLERK, Party.PURCHASING, Party.QC}
)
"""Roles whose members sit at our desks."""

OTHERS = frozenset(
    {
        Party.COURIER, Party.WAREHOUSE, Party.SUPPLIER, Party.PLATFORM, Party.SERVICE_CENTER, Party.DEALER,
        Party.SUPERVISOR, Party.MANAGER, Party.FINANCE, Party.AGENT,
    }
)  # fmt: skip
"""Parties on whom a customer waits without being able to help: his daily news is due (R-DAILY)."""

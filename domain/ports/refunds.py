"""Money back to the customer: intent, payment, outcome; the provider and our own ledger of it."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Protocol

from pydantic import Field

from domain.money import Money
from domain.ports.partner import CaseKey, Code, Wire


class RefundIntent(Wire):
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


class RefundAnswer(Wire):
    """A provider's answer in our words."""

    status: RefundStatus  # pending, needs_human, done or refused
    partner_ref: Code = ""
    need: HumanNeed | None = None
    code: Code = ""  # the provider's own code


class RefundRow(Wire):
    """One row of the refund ledger."""

    key: Code
    amount: Money
    status: RefundStatus
    partner_ref: Code = ""
    need: HumanNeed | None = None
    code: Code = ""
    attempts: int = 0


class RefundOrder(Wire):
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


class OverRefund(Exception):
    """The order would be paid back more than was paid. Held by the database."""


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


class OneTimeInputs(Protocol):
    """Secrets that a person typed for one step (an SMS code); they pass the history as references only."""

    async def take(self, ref: str, key: str) -> str | None:
        """Read the input for the partner call `key`; a used one is gone for anybody but that key's retry."""
        ...

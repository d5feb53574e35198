"""The customer: who he is, how he is spoken to, and the guard before every word."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from pydantic import Field

from domain.ports.partner import CaseKey, Code, Wire
from domain.rules import ContactLimits
from domain.vocabulary import AttemptResult, Channel


class ContactAsk(Wire):
    """One attempt to speak to a customer. Texts are templates with typed variables: no free words cross the history."""

    key: str
    case: CaseKey
    customer_ref: str  # opaque; the address book knows the person
    channel: Channel
    template: str
    variables: dict[str, str] = Field(default_factory=dict)
    language: str = "zh"
    at: datetime
    utc_offset_minutes: int = 480  # the customer's local time
    limits: ContactLimits


class Recipient(Wire):
    """The person behind a customer reference. Exists only inside activities and gateways, never in history or logs."""

    customer_ref: str
    name: str = Field(repr=False)
    phone: str = Field(repr=False)
    address: str = Field(default="", repr=False)
    blocked_channels: tuple[Channel, ...] = ()


class OutboundMessage(Wire):
    """What a contact gateway delivers."""

    key: str
    case: CaseKey
    channel: Channel
    recipient: Recipient
    template: str
    text: str = Field(repr=False)
    at: datetime


class ContactAnswer(Wire):
    """What came of an attempt. `blocked_by_guard` carries the rule, the reason and the next allowed instant."""

    result: AttemptResult
    partner_ref: Code = ""
    rule: Code = ""
    reason: Code = ""
    next_slot: datetime | None = None


class PersonUnknown(KeyError):
    """No such customer or address in the address book, or erased. The text holds references only."""


class ContactGateway(Protocol):
    """Speaks to customers."""

    async def deliver(self, message: OutboundMessage) -> ContactAnswer:
        """Send or call. Result is `sent`, `reached`, `no_answer`, `refused`, `wrong_number` or `channel_blocked`."""
        ...

    async def find_delivery(self, key: str) -> ContactAnswer | None:
        """What became of an earlier attempt with that key; None when the partner never saw it."""
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


class AddressBook(Protocol):
    """Persons behind references."""

    async def recipient(self, shop: str, customer_ref: str, address_ref: str = "") -> Recipient:
        """The person. Raises PersonUnknown."""
        ...

"""Both sides of the daily reconciliation: the provider's statement and our books."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import TYPE_CHECKING, Protocol

from domain.money import Money
from domain.ports.collection import CollectionStatus
from domain.ports.partner import CaseKey, Wire
from domain.ports.refunds import RefundRow, RefundStatus

if TYPE_CHECKING:
    from domain.reconciliation import Comparison, Noted, Part


class LedgerLine(Wire):
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


class Contradiction(Wire):
    """A provider's answer that came after the end and says otherwise: somebody must look."""

    key: str
    at: datetime
    ended_as: RefundStatus
    answered: RefundStatus
    partner_ref: str
    code: str


class StatementLine(Wire):
    """One payment to a customer as the provider booked it, whoever asked for it."""

    key: str = ""  # ours; another or none where the payment was not asked for by us
    partner_ref: str = ""  # the same that `pay` answered
    shop: str = ""
    order_no: str = ""
    amount: Money
    at: datetime


class CollectedLine(Wire):
    """A sum that a customer was asked for, with its case. Instants are the case's time."""

    case: CaseKey
    key: str
    amount: Money
    channel: str
    status: CollectionStatus
    partner_ref: str = ""
    intended_at: datetime
    settled_at: datetime | None = None


class StatementPage(Wire):
    """A part of a statement. `next` is the cursor of the next one, empty on the last."""

    lines: tuple[StatementLine, ...] = ()
    next: str = ""


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


class CollectionStatements(Protocol):
    """What customers really paid, by the providers' own books."""

    async def statement(self, channel: str, start: datetime, end: datetime, cursor: str = "") -> StatementPage:
        """Payments of customers booked in `start <= instant < end`, a page at a time.

        Raises:
            PartnerRefused: with code `no_statement` where that way keeps no books of its own.
        """
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

    async def collected(self, part: Part) -> list[CollectedLine]:
        """What customers paid in that part, by our books."""
        ...

    async def asked_for(self, keys: Collection[str]) -> list[CollectedLine]:
        """Sums of any day that a statement names by their key."""
        ...

    async def note(self, part: Part, comparison: Comparison, at: datetime) -> Noted:
        """Open a task for each new difference, close those that are gone; again with the same changes nothing."""
        ...

"""Money in: a sum asked of a customer after his order was paid, such as the difference to dearer goods (P-FEEQUOTE)."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Protocol

from pydantic import Field

from domain.money import Money
from domain.ports.partner import CaseKey, Code, Wire

Link = Annotated[str, Field(max_length=128)]
"""Where the customer pays. Empty where the provider asks him by himself, in a marketplace's order for instance."""


class CollectionStatus(StrEnum):
    """How a sum that was asked for stands: intended → open → paid | closed. Money that came after all is `paid`."""

    INTENDED = "intended"
    OPEN = "open"
    PAID = "paid"
    CLOSED = "closed"  # nobody can pay it any more


class CollectionIntent(Wire):
    """The decision to ask for a sum that the customer agreed to. `key` is unique for ever."""

    key: str
    case: CaseKey
    amount: Money
    purpose: str  # price_difference, repair, ...
    rule: str
    channel: str  # who can take the money: the one that can pay the order back
    at: datetime


class CollectionOrder(Wire):
    """What a provider is asked to collect, once, until `due_at`."""

    key: str
    case: CaseKey
    amount: Money
    purpose: str
    channel: str
    due_at: datetime
    at: datetime


class CollectionAnswer(Wire):
    """A provider's answer in our words."""

    status: CollectionStatus  # open, paid or closed
    partner_ref: Code = ""
    link: Link = ""
    code: Code = ""


class CollectionRow(Wire):
    """How a collection stands in our books. The link is the provider's and is kept nowhere."""

    key: Code
    amount: Money
    status: CollectionStatus
    partner_ref: Code = ""
    link: Link = ""
    code: Code = ""


class CollectionGateway(Protocol):
    """Asks customers for money. One key asks for one sum and is paid once."""

    async def request(self, order: CollectionOrder) -> CollectionAnswer:
        """Make the request for payment; again with the same key answers the same."""
        ...

    async def find_collection(self, key: str, channel: str) -> CollectionAnswer | None:
        """How it stands; None when the provider never saw the key."""
        ...

    async def close(self, key: str, channel: str, at: datetime) -> CollectionAnswer:
        """Let nobody pay it any more. Answers `paid` when somebody has."""
        ...


class CollectionLedger(Protocol):
    """Rows of money asked for. What was paid raises what may be paid back for the order."""

    async def intend(self, intent: CollectionIntent) -> CollectionRow:
        """Write the intent, or return the row that the key already has.

        Raises:
            KeyReused: the key exists with another sum, case or order.
        """
        ...

    async def settle(self, key: str, answer: CollectionAnswer, at: datetime) -> CollectionRow:
        """Note the answer. `paid` is final."""
        ...

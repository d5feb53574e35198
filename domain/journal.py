"""A page of a case's journal: what it writes to PostgreSQL each time it comes to rest, in one transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

INBOX_EVENT = "inbox_event"  # the kind of record by which a case puts an event into the inbox
OF_CASES = "aftersales/cases"  # the source of such events


class JournalEntry(BaseModel):
    """One thing that happened: when (case time), who, what, under which rule. `data`: codes, sums and references."""

    model_config = ConfigDict(frozen=True)

    at: datetime
    actor: str  # role, or role:id of a member of staff; never a customer's name
    event: str  # snake_case, for example parcel_recall_ordered
    rule: str = ""
    data: dict[str, Any] = {}


class Record(BaseModel):
    """A row of one of the rulebook's records (section 9), upserted by `key`."""

    model_config = ConfigDict(frozen=True)

    kind: str  # promise, approval, fee_quote, consent, evidence_item, parcel_incident, return_log, ...
    key: str  # unique within the case and kind
    at: datetime
    rule: str = ""
    data: dict[str, Any] = {}


class CaseRow(BaseModel):
    """The case's row in the register (售后订单登记簿): what a worklist sorts and filters by."""

    model_config = ConfigDict(frozen=True)

    shop: str
    case_no: str
    order_no: str
    case_type: str
    stage: str
    ball_with: str
    due_at: datetime | None
    due_rule: str = ""
    needs_human: str = ""  # why a person must act, in one code; empty when none must
    outcome: str = ""
    rulebook: str  # name@digest
    opened_at: datetime
    closed_at: datetime | None = None
    refunded_minor: int = 0
    currency: str = "CNY"
    # What it came to dispose of when it became another type (R-N1): pieces by SKU.
    goods: dict[str, int] = Field(default={}, exclude_if=lambda goods: not goods)
    priority: int = 4  # R-CLASSIFY: 1 comes first
    priority_why: str = ""  # the reasons, codes with blanks between; empty where it is neither important nor urgent


class JournalPage(BaseModel):
    """Entries `first_entry..` of a case at one revision. Entry numbers are consecutive over the case's whole life.

    A task that is lost is executed again, and then the same revision comes once more. Of two pages the one counts that
    was made later by the case's time (`at`), and of pages made at the same instant the one of the higher revision.
    """

    model_config = ConfigDict(frozen=True)

    row: CaseRow
    revision: int
    at: datetime
    first_entry: int
    entries: tuple[JournalEntry, ...]
    records: tuple[Record, ...] = ()

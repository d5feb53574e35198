"""Invented cases, pages and records to fill a database with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from domain.journal import CaseRow, JournalEntry, JournalPage, Record

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in China
RULEBOOK = f"standard@{'0' * 64}"


def row(case_no: str = "C1", **changes: Any) -> CaseRow:
    """The row of an invented case."""
    fields: dict[str, Any] = {
        "shop": "demo",
        "case_no": case_no,
        "order_no": f"order-{case_no}",
        "case_type": "refund_only",
        "stage": "verify",
        "ball_with": "agent",
        "due_at": START + timedelta(hours=24),
        "rulebook": RULEBOOK,
        "opened_at": START,
    }
    return CaseRow(**fields | changes)


def entry(number: int, **data: Any) -> JournalEntry:
    """An invented entry that knows its own number."""
    at = START + timedelta(minutes=number)
    return JournalEntry(at=at, actor="system", event=f"event_{number}", rule="R-SIX", data=data)


def page(revision: int, numbers: range, *records: Record, case_no: str = "C1", **changes: Any) -> JournalPage:
    """A page with the entries of these numbers, made `revision` hours after the case began."""
    return JournalPage(
        row=row(case_no, **changes),
        revision=revision,
        at=START + timedelta(hours=revision),
        first_entry=numbers.start,
        entries=tuple(entry(number) for number in numbers),
        records=records,
    )


def record(kind: str, key: str, **data: Any) -> Record:
    """An invented record."""
    return Record(kind=kind, key=key, at=START, rule="R-SIX", data=data)

"""Money in beside the provider's books: what a customer paid and what we noted, each difference once, on its day."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from domain.collected import Collected, compare_collected, span
from domain.money import Money
from domain.ports.collection import CollectionStatus
from domain.ports.partner import CaseKey
from domain.ports.reconciliation import CollectedLine, StatementLine
from domain.reconciliation import Comparison, Part

PART = Part(day=date(2026, 3, 2), channel="provider")
NOON = PART.start + timedelta(hours=12)
NOW = NOON + timedelta(days=2)


def ours(key: str = "P-1", status: str = "paid", at: datetime = NOON, **more: Any) -> CollectedLine:
    """A sum that a customer was asked for a day before."""
    fields = {
        "case": CaseKey(shop="demo", case_no="C1", order_no="O1"), "key": key, "amount": Money(minor=1500),
        "channel": "provider", "status": CollectionStatus(status), "intended_at": at - timedelta(days=1),
        "settled_at": at if status in ("paid", "closed") else None,
    }  # fmt: skip
    return CollectedLine(**fields | more)


def theirs(key: str = "P-1", at: datetime = NOON, minor: int = 1500) -> StatementLine:
    """A payment that the provider booked."""
    return StatementLine(key=key, partner_ref=f"IN-{key}", shop="demo", order_no="O1", amount=Money(minor=minor), at=at)


def compared(mine: list[CollectedLine], booked: list[StatementLine]) -> Collected:
    """Both sides, a day being allowed."""
    return compare_collected(PART, mine, booked, NOW, timedelta(days=1))


def kinds(mine: list[CollectedLine], booked: list[StatementLine]) -> list[str]:
    """What differs."""
    return [one.kind.value for one in compared(mine, booked).differences]


def test_what_agrees_is_no_difference() -> None:
    """Paid there and noted here, also where the two instants lie on both sides of midnight."""
    assert kinds([ours()], [theirs()]) == []
    assert kinds([ours(at=PART.end + timedelta(minutes=1))], [theirs(at=PART.end - timedelta(minutes=1))]) == []
    assert kinds([ours()], [theirs(at=PART.start - timedelta(hours=1))]) == []


def test_each_kind_names_its_case_and_both_sums() -> None:
    """Unknown, another sum, not noted, not there; a second payment under one key is one that nobody asked for."""
    (unknown,) = compared([], [theirs()]).differences
    assert (unknown.kind, unknown.case_no, unknown.theirs) == ("collected_unknown", "", Money(minor=1500))
    (other,) = compared([ours()], [theirs(minor=1400)]).differences
    assert (other.kind, other.case_no, other.ours) == ("collected_differs", "C1", Money(minor=1500))
    assert kinds([ours(status="closed")], [theirs()]) == ["collected_not_noted"]
    assert kinds([ours()], []) == ["collected_missing"]
    assert kinds([ours()], [theirs(), theirs(at=NOON + timedelta(hours=1))]) == ["collected_unknown"]


def test_a_payment_may_be_open_here_for_a_while() -> None:
    """Younger than is allowed it waits, and the part stays unfinished."""
    young = compare_collected(PART, [ours(status="open")], [theirs()], NOON + timedelta(hours=2), timedelta(days=1))
    assert (young.differences, young.waiting) == ((), 1)


def test_what_belongs_to_another_day_or_channel_is_left_to_it() -> None:
    """A payment that was booked tomorrow, a sum of the marketplace."""
    assert kinds([], [theirs(at=PART.end)]) == []
    assert kinds([ours(channel="marketplace")], []) == []


def test_the_statement_is_read_from_when_the_first_of_them_was_asked_for() -> None:
    """Nobody pays before; a day more on both sides, as with refunds."""
    early = ours(intended_at=PART.start - timedelta(days=5))
    assert span(PART, [early]) == (PART.start - timedelta(days=6), PART.end + timedelta(days=1))
    assert span(PART, []) == (PART.start - timedelta(days=1), PART.end + timedelta(days=1))


def test_both_comparisons_are_noted_as_one() -> None:
    """Differences, what waits, and how much was compared add up."""
    refunds = Comparison(differences=(), waiting=1, entries=2)
    both = compared([ours()], []).beside(refunds)
    assert (len(both.differences), both.waiting, both.entries) == (1, 1, 3)

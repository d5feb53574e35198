"""What differs between our books and the provider's: which kind, on which day, once."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from domain import rulebook_file
from domain.money import Money
from domain.money_difference import Difference, DifferenceKind, Severity
from domain.ports.partner import CaseKey
from domain.ports.reconciliation import Contradiction, LedgerLine, StatementLine
from domain.ports.refunds import RefundRow, RefundStatus
from domain.reconciliation import (
    Books,
    Comparison,
    Part,
    ReconciliationOrder,
    compare,
    daily_at,
    day_of,
    named_in,
)
from domain.texts import codes
from store.money_differences import DifferenceState

PART = Part(day=date(2026, 3, 2), channel="provider")
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NOW = NOON + timedelta(days=2)
LIMIT = timedelta(hours=24)
MIDNIGHT = datetime(2026, 3, 2, 16, 0, tzinfo=UTC)  # the end of the day in China


def ours(key: str = "R-1", status: str = "done", minor: int = 4200, at: datetime = NOON, **more: Any) -> LedgerLine:
    fields: dict[str, Any] = {
        "case": CaseKey(shop="demo", case_no="C1", order_no="O1"), "purpose": "goods", "rule": "R-REF-PATH",
        "channel": "provider", "requested_by": "agent:7", "approved_by": "supervisor:2", "intended_at": at,
        "submitted_at": at, "settled_at": at if status in ("done", "refused") else None,
    }  # fmt: skip
    row = RefundRow(key=key, amount=Money(minor=minor), status=RefundStatus(status), partner_ref=f"PAY-{key}")
    return LedgerLine(refund=row, **(fields | more))


def theirs(key: str = "R-1", minor: int = 4200, at: datetime = NOON, **more: Any) -> StatementLine:
    fields = {"key": key, "partner_ref": f"PAY-{key}", "shop": "demo", "order_no": "O1", "amount": Money(minor=minor)}
    return StatementLine(**(fields | {"at": at} | more))


def denied(key: str = "R-1", at: datetime = NOON) -> Contradiction:
    done, refused = RefundStatus.DONE, RefundStatus.REFUSED
    return Contradiction(key=key, at=at, ended_as=done, answered=refused, partner_ref="", code="no")


def compared(*lines: LedgerLine | StatementLine | Contradiction, part: Part = PART, now: datetime = NOW) -> Comparison:
    books = Books(
        ours=tuple(one for one in lines if isinstance(one, LedgerLine)),
        statement=tuple(one for one in lines if isinstance(one, StatementLine)),
        contradictions=tuple(one for one in lines if isinstance(one, Contradiction)),
    )
    return compare(part, books, now, LIMIT)


def kinds(*lines: LedgerLine | StatementLine | Contradiction, **more: Any) -> list[str]:
    return [one.kind.value for one in compared(*lines, **more).differences]


@pytest.mark.parametrize(
    ("books", "kind"),
    [
        ((), []),
        ((ours(), theirs()), []),
        ((ours(status="refused"),), []),
        ((ours(status="pending"),), []),
        ((ours(),), ["not_paid"]),
        ((theirs(),), ["paid_unknown"]),
        ((theirs(key=""),), ["paid_unknown"]),
        ((ours(), theirs(minor=4300)), ["amount_differs"]),
        ((ours(), theirs(amount=Money(minor=4200, currency="USD"))), ["amount_differs"]),
        ((ours(), theirs(), theirs(partner_ref="PAY-other")), ["paid_twice"]),
        ((ours(), theirs(), theirs(key="strange")), ["paid_twice"]),
        ((ours(), theirs(), theirs(key="strange", minor=500)), ["paid_unknown"]),
        ((ours(), theirs(), theirs(key="strange", order_no="O2")), ["paid_unknown"]),
        ((ours(), theirs(key="strange")), ["not_paid", "paid_unknown"]),
        ((ours(status="refused"), theirs()), ["paid_though_refused"]),
        ((ours(status="refused"), theirs(), ours("R-2"), theirs("R-2")), ["paid_twice"]),
        ((ours(channel="manual"), theirs()), ["paid_twice"]),
        ((ours(), theirs(), denied()), ["contradiction"]),
        ((ours(), denied()), ["not_paid"]),
        ((ours(), theirs(), denied(), denied(at=NOON + timedelta(hours=1))), ["contradiction"]),
        ((ours(), theirs(), denied("of another channel")), []),
    ],
)
def test_each_difference_is_of_one_kind(books: Any, kind: list[str]) -> None:
    """Every way in which two books can differ has its name, and a payment or refund is named once."""
    assert sorted(kinds(*books)) == kind


@pytest.mark.parametrize("status", ["intended", "submitted", "unknown", "pending", "needs_human"])
def test_a_payment_that_is_open_here_may_be_noted_for_a_while_yet(status: str) -> None:
    """Until the rulebook's limit it only waits; from then on finance must look. Another sum is wrong at once."""
    books = (ours(status=status), theirs())
    at_the_limit = compared(*books, now=NOON + LIMIT)
    assert (at_the_limit.differences, at_the_limit.waiting) == ((), 1)
    assert kinds(*books, now=NOON + LIMIT + timedelta(seconds=1)) == ["not_noted"]
    assert kinds(ours(status=status), theirs(minor=1), now=NOON) == ["amount_differs"]


@pytest.mark.parametrize("blink", [timedelta(0), timedelta(microseconds=1), timedelta(hours=23)])
@pytest.mark.parametrize("late", [True, False])
def test_a_refund_around_midnight_is_the_same_on_both_days(blink: timedelta, late: bool) -> None:
    """Our instant before midnight and the provider's after it, or the other way about: neither day differs."""
    early_side, late_side = MIDNIGHT - timedelta(microseconds=1) - blink, MIDNIGHT + blink
    ours_at, theirs_at = (early_side, late_side) if late else (late_side, early_side)
    books = (ours(at=ours_at), theirs(at=theirs_at))
    assert [kinds(*books, part=PART), kinds(*books, part=_next(PART))] == [[], []]


@pytest.mark.parametrize("at", [MIDNIGHT - timedelta(microseconds=1), MIDNIGHT])
def test_a_difference_around_midnight_is_told_by_one_day_alone(at: datetime) -> None:
    """Both days read the payment; the day on which it was booked tells of it."""
    for books in (theirs(at=at),), (ours(at=at),), (ours(status="pending", at=at), theirs(at=at)):
        told = [kinds(*books, part=part) for part in (PART, _next(PART))]
        assert [len(one) for one in told] == ([1, 0] if at < MIDNIGHT else [0, 1])


def test_the_statement_reaches_back_to_the_first_sending() -> None:
    """A refund that was sent days before it was done may have been paid on any day between."""
    start, end = PART.statement_span([])
    assert (start, end) == (PART.start - timedelta(days=1), PART.end + timedelta(days=1))
    slow = ours(submitted_at=NOON - timedelta(days=9))
    assert PART.statement_span([slow])[0] == NOON - timedelta(days=10)


def test_a_refund_not_found_yet_is_looked_for_on_every_later_day() -> None:
    """Done on Friday and booked on Monday: the statement is read on to now, unless all was found or now is too soon."""
    read_to = PART.end + timedelta(days=1)
    monday = read_to + timedelta(hours=12)
    assert PART.later_span([ours()], [], monday) == (read_to, monday)
    assert PART.later_span([ours()], [theirs()], monday) is None
    assert PART.later_span([ours()], [], read_to) is None
    assert kinds(ours(), theirs(at=monday), now=monday) == []


def test_what_the_day_names_is_looked_up() -> None:
    """Payments of the margin are another day's business."""
    lines = [theirs(), theirs(key="", order_no="O2"), theirs("R-9", at=MIDNIGHT, order_no="O9")]
    assert named_in(PART, lines) == ({"R-1"}, {("demo", "O1"), ("demo", "O2")})


def test_the_same_difference_is_known_again() -> None:
    """Its id is the same in every run; another sum, payment or kind is another difference."""
    (first,), (again,) = compared(ours(), now=NOW).differences, compared(ours(), now=NOW + LIMIT).differences
    assert first.id == again.id
    others = [
        compared(theirs()), compared(theirs(minor=1)), compared(theirs(key="R-2")), compared(ours(minor=1)),
        compared(theirs(partner_ref="PAY-2")),
    ]  # fmt: skip
    assert len({first.id, *(one.differences[0].id for one in others)}) == 6


def test_ids_hold_no_order_and_no_customer() -> None:
    """An id may stand in logs and histories (P-PRIV)."""
    (one,) = compared(theirs(order_no="19900000000")).differences
    assert "199" not in one.id
    assert len(one.id) == 16


def test_a_payment_that_nothing_explains_is_shown_in_the_orders_last_case() -> None:
    """Who works at the order's case sees that somebody paid beside it; without one it is nobody's case."""
    last = ours("R-2", at=NOON + timedelta(hours=1), case=CaseKey(shop="demo", case_no="C2", order_no="O1"))
    (one,) = compared(ours(), last, theirs(), theirs("R-2"), theirs("strange", minor=7)).differences
    (nobodys,) = compared(theirs()).differences
    assert (one.case_no, nobodys.case_no) == ("C2", "")


@pytest.mark.parametrize("kind", DifferenceKind)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_kind_says_what_differs_and_what_to_do(kind: DifferenceKind, language: str) -> None:
    """Staff read it in their language, with the sums, the rule and how soon."""
    sums = {"ours": Money(minor=4200), "theirs": Money(minor=4300)}
    one = Difference(kind=kind, channel="provider", at=NOON, **sums)
    said = one.reason(language)
    assert "42.00 CNY" in said or "43.00 CNY" in said
    assert ("；" if language == "zh" else "; ") in said or ", " in said
    assert one.severity in set(Severity)
    assert kind in codes("difference", language)
    assert one.severity in codes("severity", language)
    assert set(DifferenceState) < set(codes("difference_state", language))


def test_the_rulebook_says_when_and_how_far() -> None:
    """At the day's first refund sweep; a refund stands still for S-HUMAN at most; unfinished days are looked for."""
    book = rulebook_file.default()
    assert daily_at(book) == time(10, 0)
    order = ReconciliationOrder.under(book, patience=LIMIT)
    assert (order.back, order.unnoted_after, order.days) == (timedelta(days=31), timedelta(hours=24), ())


def test_a_day_of_the_books_is_chinas() -> None:
    """It ends at 16:00 UTC, as on the providers' statements."""
    assert day_of(MIDNIGHT - timedelta(microseconds=1)) == PART.day
    assert day_of(MIDNIGHT) == PART.day + timedelta(days=1)
    assert (PART.holds(MIDNIGHT), PART.holds(PART.start), PART.holds(None)) == (False, True, False)


def _next(part: Part) -> Part:
    return part.model_copy(update={"day": part.day + timedelta(days=1)})

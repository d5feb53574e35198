"""The numbers of a month, from what happened in it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from domain import calendar_file
from domain.calendar import ShopCalendar
from domain.clocks import ClockState
from domain.indicators import (
    MOST_PRODUCTS,
    CaseOfMonth,
    ClockOfMonth,
    Indicator,
    Month,
    SumOfMonth,
    TagOfMonth,
    indicators,
    meanings,
)
from domain.money import Money
from domain.working_time import worked

FIRST = datetime(2026, 2, 28, 16, tzinfo=UTC)  # the first of March in China
NEXT = datetime(2026, 3, 31, 16, tzinfo=UTC)
HOUR = timedelta(hours=1)


def case(opened: timedelta, closed: timedelta | None = None, **more: Any) -> CaseOfMonth:
    """A case opened so long after the month began, and closed so long after that."""
    fields = {
        "shop": "s", "case_no": "c", "case_type": "refund_only", "closed": closed is not None, "outcome": "refunded",
        "opened_at": FIRST + opened, "closed_at": FIRST + opened + closed if closed is not None else None,
        "first_told_at": FIRST + opened + HOUR, "reason": "quality", "reopened": 0, "staff_acts": 1,
    } | more  # fmt: skip
    return CaseOfMonth(**fields)


def clock(id: str, state: ClockState, *, missed: bool = False) -> ClockOfMonth:
    """A deadline that ended."""
    return ClockOfMonth(id=id, state=state, missed=missed, started_at=FIRST, ended_at=FIRST + HOUR)


def found(**month: Any) -> dict[tuple[str, str], Indicator]:
    """The indicators of that month, by id and what of it."""
    all_hours = lambda _, since, until: until - since  # noqa: E731
    return {(one.id, one.of): one for one in indicators(Month(first=FIRST, next=NEXT, **month), all_hours)}


def test_a_month_counts_what_was_opened_and_what_was_closed_in_it() -> None:
    """A case of the month before that closes now counts as closed, not as opened; its whole length counts."""
    old = case(-48 * HOUR, 50 * HOUR, case_no="old", reopened=1)
    new = case(HOUR, 2 * HOUR, case_no="new", reason="late")
    waiting = case(HOUR, case_no="waiting", first_told_at=None)
    shown = found(cases=[old, new, waiting])

    assert (shown["opened", ""].value, shown["closed", ""].value) == (2, 2)
    assert (shown["first_response", ""].count, shown["first_response", ""].seconds) == (1, 3600)
    resolution = shown["resolution", ""]
    assert (resolution.seconds, resolution.within) == (26 * 3600, 50 * 3600)
    assert shown["reopened", ""].value == 0.5
    assert {of: one.count for (id, of), one in shown.items() if id == "reasons"} == {"late": 1, "quality": 1}


def test_a_deadline_that_was_missed_stays_missed_and_a_cancelled_one_does_not_count() -> None:
    """A promise that was overdue and kept at last was broken; a deadline that nobody needed any more says nothing."""
    promises = [clock("D-PROMISE", ClockState.MET, missed=True), clock("D-PROMISE", ClockState.MET)]
    shown = found(clocks=[*promises, clock("D-REFPAY", ClockState.MET), clock("D-REFPAY", ClockState.CANCELLED)])

    assert shown["on_time", "D-PROMISE"].value == shown["promises_broken", ""].value == 0.5
    assert (shown["on_time", "D-REFPAY"].value, shown["on_time", "D-REFPAY"].count) == (1, 1)


def test_a_cause_that_comes_again_is_told_with_its_share_and_its_products() -> None:
    """Of two cases about a size one had the same product before; what never came again has a share of nought."""
    tags = [
        TagOfMonth(cause="size", liability="none", again=False),
        TagOfMonth(cause="size", liability="none", again=True, products=["SHOE", "SOCK"]),
        TagOfMonth(cause="defective", liability="supplier", again=False),
    ]
    shown = found(tags=tags)
    assert (shown["tags", "size/none"].value, shown["tags", "defective/supplier"].value) == (2, 1)
    assert (shown["recurrence", "size"].value, shown["recurrence", "size"].count) == (0.5, 2)
    assert shown["recurrence", "defective"].value == 0
    assert shown["recurring_products", "size/SHOE"].value == 1
    many = [TagOfMonth(cause="size", liability="none", again=True, products=[f"S{n}"]) for n in range(99)]
    assert len([id for id, _ in found(tags=many) if id == "recurring_products"]) == MOST_PRODUCTS


def test_repairs_are_compared_with_the_other_ways_of_making_good() -> None:
    """Who was told, withdrew or was refused is no part of it: no number rewards refusing (P-NOREASONGAME)."""
    outcomes = ("repaired", "exchanged", "refunded", "partially_refunded", "rejected", "withdrawn")
    shown = found(cases=[case(HOUR, HOUR, case_no=outcome, outcome=outcome) for outcome in outcomes])

    assert (shown["repair_share", ""].value, shown["repair_share", ""].count) == (0.25, 4)
    assert not any("reject" in id or "withdraw" in id for id, _ in shown)


def test_an_empty_month_has_no_shares() -> None:
    """Nothing to count is no nought per cent: the value is absent."""
    shown = found()
    assert all(one.value in (None, 0) and one.seconds is None and one.amount is None for one in shown.values())
    assert shown["satisfaction", "0/0"].value is None


def test_satisfaction_stands_with_its_sample() -> None:
    """Two answered of five asked: the mean of two."""
    assert found(scores=[5, 4], asked=5)["satisfaction", "2/5"].value == 4.5


def test_sums_keep_their_currency_and_purpose() -> None:
    """Refunds are told by purpose, never mixed."""
    sums = [SumOfMonth(what="goods", count=2, amount=Money(minor=900)),
            SumOfMonth(what="freight", count=1, amount=Money(minor=600, currency="USD"))]  # fmt: skip
    shown = found(refunds=sums)
    assert shown["refunds", "goods"].amount == Money(minor=900)
    assert shown["refunds", "freight"].amount == Money(minor=600, currency="USD")


def test_every_number_has_its_meaning_in_both_languages_and_in_one_order() -> None:
    """No indicator without a definition, no definition without an indicator."""
    sums = [SumOfMonth(what="goods", count=1, amount=Money(minor=1))]
    every = indicators(
        Month(first=FIRST, next=NEXT, cases=[case(HOUR, HOUR)], clocks=[clock("D-REFPAY", ClockState.MET)],
              refunds=sums, goodwill=sums, claims=sums, losses=[{"incident": "lost", "courier": "yto", "count": 1}],
                  tags=[TagOfMonth(cause="size", liability="none", again=True, products=["A"])]),
        lambda _, since, until: until - since,
    )  # fmt: skip
    assert list(dict.fromkeys(one.id for one in every)) == list(meanings("zh")) == list(meanings("en"))


SHOP = ShopCalendar(national=calendar_file.default())
INSTANTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001


def test_working_hours_leave_out_nights_and_the_spring_festival() -> None:
    """Friday 17:00 to Monday 10:00 are two hours of work; a week of the festival is none."""
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert worked(friday, friday + timedelta(days=2, hours=17), SHOP) == 2 * HOUR
    assert worked(datetime(2026, 2, 17, tzinfo=UTC), datetime(2026, 2, 19, tzinfo=UTC), SHOP) == timedelta()


@given(INSTANTS, INSTANTS, INSTANTS)
def test_working_hours_add_up(a: datetime, b: datetime, c: datetime) -> None:
    """What lies between two instants is the sum of its parts, and never more than the time itself."""
    since, at, until = sorted((a, b, c))
    whole = worked(since, until, SHOP)
    assert whole == worked(since, at, SHOP) + worked(at, until, SHOP)
    assert timedelta() <= whole <= until - since

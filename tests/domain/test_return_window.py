"""Whether a return is in time."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import pytest

from domain.calendar import ShopCalendar
from domain.calendar_file import default
from domain.events import Request
from domain.order import OrderLine
from domain.return_window import Window, clock_of, no_reason_window, window_under
from domain.rules import Rules, Unit
from domain.vocabulary import ReasonCode
from domain.working_time import due, end_of_day
from tests.domain.example import RULES, SIGNED, order, request, yuan

WORKING_DUE = due(SIGNED, 7, Unit.WORKING_DAYS, ShopCalendar(national=default()))
NATURAL_DUE = end_of_day(SIGNED, 7, 480)


def window_of(request: Request, ends: Mapping[str, datetime], rules: Rules) -> Window:
    """Whether a return for that reason is in time."""
    clock = clock_of(request.reason)
    return window_under(clock, request, ends.get(clock), rules)


@pytest.mark.parametrize(
    ("choice", "closes_at"), [("longer", WORKING_DUE), ("working_days", WORKING_DUE), ("natural_days", NATURAL_DUE)]
)
def test_the_window_closes_by_the_shops_count(choice: str, closes_at: object) -> None:
    """Seven working days and seven natural ones: by default the longer for the customer holds (X2)."""
    rules = RULES.model_copy(update={"switches": {**RULES.switches, "X2": choice}})
    window = no_reason_window(order(), SIGNED, rules, working_due=WORKING_DUE)
    assert window.closes_at == closes_at
    assert NATURAL_DUE < WORKING_DUE


def test_natural_days_hold_where_they_are_longer() -> None:
    """A shop that works through never closes the window before seven natural days are over."""
    early = SIGNED + timedelta(days=3)
    assert no_reason_window(order(), SIGNED, RULES, working_due=early).closes_at == NATURAL_DUE


def test_the_last_instant_is_in_time_and_the_next_is_not() -> None:
    """A request at the due instant counts; a second later it does not, and the refusal names rule and end."""
    ends = {"D-NR": WORKING_DUE}
    in_time = window_of(request(ReasonCode.NO_REASON, requested_at=WORKING_DUE), ends, RULES)
    late = window_of(request(ReasonCode.NO_REASON, requested_at=WORKING_DUE + timedelta(seconds=1)), ends, RULES)
    assert in_time.allowed
    assert (late.allowed, late.rule, late.reason, late.closes_at) == (
        False,
        "R-NR-WINDOW",
        "window_closed",
        WORKING_DUE,
    )
    assert late.zh
    assert late.en


def test_nothing_runs_while_nobody_signed() -> None:
    """An unsigned parcel has no window that could be over."""
    window = window_of(request(ReasonCode.QUALITY, order(signed_at=None)), {}, RULES)
    assert (window.allowed, window.reason, window.closes_at) == (True, "not_started", None)


def test_a_signed_parcel_needs_its_working_day_end() -> None:
    """The working-day end comes from the shop's calendar; without it nothing is decided."""
    with pytest.raises(ValueError, match="D-QUAL"):
        window_of(request(ReasonCode.QUALITY), {}, RULES)


@pytest.mark.parametrize(
    ("reason", "clock"),
    [
        (ReasonCode.QUALITY, "D-QUAL"),
        (ReasonCode.WRONG_ITEM, "D-QUAL"),
        (ReasonCode.NO_REASON, "D-NR"),
        (ReasonCode.COLOUR, "D-NR"),
        (ReasonCode.SIZE, "D-NR"),
    ],
)
def test_colour_and_size_are_no_faults(reason: ReasonCode, clock: str) -> None:
    """A colour that looks different on the screen is a change of mind, not a quality claim (R-COLOUR)."""
    assert clock_of(reason) == clock


def test_goods_of_an_excluded_category_come_back_for_a_fault_only() -> None:
    """Made-to-measure goods cannot come back without a reason, but a defect in them can be claimed (R-NR-CAT)."""
    line = OrderLine(sku="A", quantity=1, price=yuan("99.00"), category="custom_made")
    made = order(lines=(line,))
    ends = {"D-NR": WORKING_DUE, "D-QUAL": WORKING_DUE}
    refused = window_of(request(ReasonCode.NO_REASON, made), ends, RULES)
    assert (refused.allowed, refused.rule) == (False, "R-NR-CAT")
    assert window_of(request(ReasonCode.QUALITY, made), ends, RULES).allowed


def test_an_excluded_line_does_not_bar_the_others() -> None:
    """Of an order with one excluded item, the other items may come back without a reason."""
    lines = (
        OrderLine(sku="A", quantity=1, price=yuan("9.00"), category="digital"),
        OrderLine(sku="B", quantity=1, price=yuan("9.00")),
    )
    mixed = order(lines=lines)
    assert no_reason_window(mixed, SIGNED, RULES, working_due=WORKING_DUE, skus=["B"]).allowed
    assert not no_reason_window(mixed, SIGNED, RULES, working_due=WORKING_DUE, skus=["A", "B"]).allowed


def test_a_lower_price_counts_until_the_end_of_its_fifteenth_working_day() -> None:
    """R-PRICE-15D: the last instant is in time and the next is not; before the trade succeeded nothing runs."""
    succeeded = order(succeeded_at=SIGNED)
    closes_at = due(SIGNED, 15, Unit.WORKING_DAYS, ShopCalendar(national=default()))
    for after, allowed in ((timedelta(0), True), (timedelta(seconds=1), False)):
        asked = request(ReasonCode.PRICE_DROP, succeeded, requested_at=closes_at + after)
        window = window_under("D-PRICE", asked, closes_at, RULES)
        assert (window.allowed, window.rule, window.closes_at) == (allowed, "R-PRICE-15D", closes_at)
    assert window_under("D-PRICE", request(ReasonCode.PRICE_DROP), None, RULES).reason == "not_started"
    with pytest.raises(ValueError, match="D-PRICE"):
        window_under("D-PRICE", request(ReasonCode.PRICE_DROP, succeeded), None, RULES)

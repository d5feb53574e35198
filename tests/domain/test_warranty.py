"""Whether goods are under warranty: one year from the purchase, defects only."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from pydantic import ValidationError

from domain.calendar import ShopCalendar
from domain.calendar_file import default
from domain.money import Money
from domain.rules import Unit
from domain.vocabulary import Liability, ReasonCode
from domain.warranty import begins_at, warranty_of
from domain.working_time import due
from tests.domain.example import RULES, SIGNED, order, request

ENDS = due(SIGNED, 1, Unit.CALENDAR_YEARS, ShopCalendar(national=default()))


@pytest.mark.parametrize(
    ("asked_at", "allowed", "rule"),
    [
        (ENDS - timedelta(seconds=1), True, "R-WARR"),
        (ENDS, True, "R-WARR"),
        (ENDS + timedelta(seconds=1), False, "R-MAINT"),
    ],
)
def test_the_last_instant_of_the_year_is_covered_and_the_next_is_not(
    asked_at: datetime, allowed: bool, rule: str
) -> None:
    """D-WARR: the year ends with its last day; a request on that day is in time."""
    found = warranty_of(request(ReasonCode.QUALITY, requested_at=asked_at), ENDS)
    assert (found.allowed, found.rule, found.ends_at) == (allowed, rule, ENDS)
    assert found.zh
    assert found.en


def test_only_defects_are_covered() -> None:
    """R-WARR covers faults of ours; a change of mind and what he broke himself are paid maintenance."""
    assert not warranty_of(request(ReasonCode.NO_REASON), ENDS)
    broken = warranty_of(request(ReasonCode.QUALITY, fault=Liability.CUSTOMER), ENDS)
    assert (broken.allowed, broken.rule) == (False, "R-MISUSE")


def test_without_a_date_the_proof_of_purchase_says_it() -> None:
    """R-WARR-PROOF: an order that holds no date is judged by the card, which a leader sees when he signs."""
    found = warranty_of(request(ReasonCode.QUALITY), None)
    assert (found.allowed, found.rule) == (True, "R-WARR-PROOF")


@pytest.mark.parametrize("fee", [Money(minor=0), Money(minor=100, currency="USD")])
def test_a_fee_is_a_sum_in_the_orders_currency(fee: Money) -> None:
    """A request that quotes nothing, or another money, is refused at the door."""
    with pytest.raises(ValidationError, match="fee must be a sum in the order's currency CNY"):
        request(ReasonCode.QUALITY, fee=fee)


def test_the_year_begins_with_the_latest_date_of_the_purchase() -> None:
    """Paid, shipped, signed for: the year is never shorter for him than by any of them."""
    paid, shipped = SIGNED - timedelta(days=5), SIGNED - timedelta(days=3)
    assert begins_at(order(paid_at=paid, shipped_at=shipped)) == SIGNED
    assert begins_at(order(paid_at=paid, shipped_at=shipped, signed_at=None)) == shipped
    assert begins_at(order(signed_at=None)) is None


def test_the_rulebook_gives_a_year_and_a_repair_its_two_limits() -> None:
    """D-WARR and both thresholds of X11 are data: one year, 60 days, 60 working days."""
    lengths = {id: (RULES.clocks[id].length, RULES.clocks[id].unit) for id in ("D-WARR", "S-REPAIR", "D-REP")}
    assert lengths == {
        "D-WARR": (1, Unit.CALENDAR_YEARS),
        "S-REPAIR": (60 * 86_400, Unit.SECONDS),
        "D-REP": (60, Unit.WORKING_DAYS),
    }

"""What an exchange is allowed under, who bears its freight, what is paid to whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from domain.events import Request
from domain.exchange import all_came, clocks_of, exchange_freight, exchange_window, terms_of, worth_of
from domain.freight import send_back
from domain.order import AskedLine, OrderLine
from domain.vocabulary import CaseType, FreightPayer, Liability, ReasonCode
from tests.domain.example import RULES, SIGNED, order, request, yuan

WEEK, MONTH = SIGNED + timedelta(days=9), SIGNED + timedelta(days=30)
M, C = FreightPayer.MERCHANT, FreightPayer.CUSTOMER


def asked(reason: ReasonCode = ReasonCode.QUALITY, **fields: Any) -> Request:
    """An exchange asked for."""
    return request(reason, fields.pop("of", None), case_type=CaseType.EXCHANGE, **fields)


def goods(*lines: tuple[str, int, str]) -> tuple[OrderLine, ...]:
    """What he wants instead."""
    return tuple(OrderLine(sku=sku, quantity=pieces, price=yuan(price)) for sku, pieces, price in lines)


@pytest.mark.parametrize(
    ("after", "allowed", "inside"),
    [
        (timedelta(days=1), True, True),
        (WEEK - SIGNED, True, True),
        (WEEK - SIGNED + timedelta(seconds=1), True, False),
        (MONTH - SIGNED, True, False),
        (MONTH - SIGNED + timedelta(seconds=1), False, False),
    ],
)
def test_for_quality_it_is_open_for_a_month(after: timedelta, allowed: bool, inside: bool) -> None:
    """To the last instant of the return window ours both ways, then shared, and after the month no more (D-EX)."""
    found = exchange_window(asked(requested_at=SIGNED + after), {"D-QUAL": WEEK, "D-EX": MONTH}, RULES)
    assert (found.allowed, found.inside, found.rule) == (allowed, inside, "R-EX-QUALITY")
    assert found.zh
    assert found.en


@pytest.mark.parametrize(("days", "allowed"), [(1, True), (10, False)])
def test_without_a_reason_it_is_open_as_long_as_a_return(days: int, allowed: bool) -> None:
    """A change of mind is exchanged inside the no-reason window only (X4)."""
    late = asked(ReasonCode.NO_REASON, requested_at=SIGNED + timedelta(days=days))
    found = exchange_window(late, {"D-NR": WEEK}, RULES)
    assert (found.allowed, found.inside, found.rule) == (allowed, allowed, "R-NR-WINDOW")


def test_nobody_signed_so_no_window_has_begun() -> None:
    """An exchange asked for before the receipt is in time."""
    early = asked(of=order(signed_at=None))
    assert exchange_window(early, {"D-QUAL": None}, RULES).allowed


@pytest.mark.parametrize(
    ("reason", "fault", "clocks"),
    [
        (ReasonCode.QUALITY, Liability.UNDETERMINED, ("D-QUAL", "D-EX")),
        (ReasonCode.SIZE, Liability.MERCHANT, ("D-QUAL", "D-EX")),
        (ReasonCode.SIZE, Liability.NONE, ("D-NR",)),
        (ReasonCode.COLOUR, Liability.UNDETERMINED, ("D-NR",)),
    ],
)
def test_a_fault_of_ours_has_the_longer_window(reason: ReasonCode, fault: Liability, clocks: tuple[str, ...]) -> None:
    """Quality and our own wrong advice go by the month; colour and his own choice by the no-reason window."""
    assert clocks_of(asked(reason, fault=fault)) == clocks


@pytest.mark.parametrize(
    ("reason", "inside", "rule", "legs"),
    [
        (ReasonCode.QUALITY, True, "M-QUAL", (M, M)),
        (ReasonCode.QUALITY, False, "M-EXQ", (C, M)),
        (ReasonCode.NO_REASON, True, "M-NR-FREE", (C, C)),
    ],
)
def test_freight_of_an_exchange(
    reason: ReasonCode, inside: bool, rule: str, legs: tuple[FreightPayer, FreightPayer]
) -> None:
    """Ours both ways inside the return window, in by him after it; a change of mind is his (X3, X4)."""
    found = exchange_freight(asked(reason), RULES, inside=inside)
    assert (found.rule, (found.inbound, found.back)) == (rule, legs)


@pytest.mark.parametrize(
    ("price", "to_pay", "to_refund"), [("99.00", "0", "0"), ("120.00", "21.00", "0"), ("80.50", "0", "18.50")]
)
def test_the_difference_is_paid_by_whom_it_concerns(price: str, to_pay: str, to_refund: str) -> None:
    """Dearer: he pays. Cheaper: we pay. To the fen, and never both."""
    one = asked()
    terms = terms_of(one, goods(("B", 1, price)), exchange_freight(one, RULES, inside=True))
    assert (terms.to_pay, terms.to_refund) == (yuan(to_pay), yuan(to_refund))


def test_the_same_goods_again_cost_nothing() -> None:
    """Without a wish for others no price is compared, whatever the order's discount was."""
    one = asked(of=order(("A", 1, "99.00"), paid=yuan("80.00")))
    terms = terms_of(one, (), exchange_freight(one, RULES, inside=True))
    assert (bool(terms.to_pay), bool(terms.to_refund), terms.reason) == (False, False, "even")


def test_what_was_paid_is_compared_and_not_what_was_listed() -> None:
    """A discount on the whole order counts: dearer is what costs more than he paid."""
    one = asked(of=order(("A", 1, "99.00"), paid=yuan("80.00")))
    assert terms_of(one, goods(("B", 1, "99.00")), exchange_freight(one, RULES, inside=True)).to_pay == yuan("19.00")


@pytest.mark.parametrize(("free_postage", "to_pay"), [(False, "6.00"), (True, "0")])
def test_our_parcels_freight_is_asked_for_only_where_postage_was_charged(free_postage: bool, to_pay: str) -> None:
    """Never on goods sold with free postage, not even for a change of mind (P-FREEPOST)."""
    of = order(("A", 1, "99.00"), freight=yuan("6.00"), free_postage=free_postage)
    one = asked(ReasonCode.NO_REASON, of=of)
    assert terms_of(one, (), exchange_freight(one, RULES, inside=True)).to_pay == yuan(to_pay)


def test_goods_without_the_claimed_fault_cost_him_our_parcel() -> None:
    """No fault found: both freights are his, however they were sold (M-NODEFECT)."""
    one = asked(of=order(("A", 1, "99.00"), freight=yuan("6.00")))
    assert terms_of(one, (), send_back(RULES)).to_pay == yuan("6.00")


def test_a_cheaper_item_pays_for_our_parcel_first() -> None:
    """What he gets back is the difference less the freight that is his: one sum, one way."""
    of = order(("A", 1, "99.00"), freight=yuan("6.00"), free_postage=False)
    one = asked(ReasonCode.NO_REASON, of=of)
    terms = terms_of(one, goods(("B", 1, "90.00")), exchange_freight(one, RULES, inside=True))
    assert (terms.to_pay, terms.to_refund, terms.freight) == (yuan("0"), yuan("3.00"), yuan("6.00"))


def test_a_part_of_a_line_is_worth_its_part() -> None:
    """One of three pieces for ten yuan: 3.33, as a return would pay."""
    assert worth_of(order(("A", 3, "10.00")), (AskedLine(sku="A", quantity=1),)) == 333


@pytest.mark.parametrize(("received", "whole"), [({"A": 2}, True), ({"A": 1}, False), ({"B": 2}, False)])
def test_all_of_it_came_or_not(received: dict[str, int], whole: bool) -> None:
    """Something missing is no machine's to exchange."""
    assert all_came((AskedLine(sku="A", quantity=1), AskedLine(sku="A", quantity=1)), received) is whole

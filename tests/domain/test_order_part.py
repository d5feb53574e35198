"""Refunds of a part of an order: no fen too much, none too little, freight with the last of the goods."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from domain.order import AskedLine
from domain.order_part import refund_of, share_of
from domain.vocabulary import ReasonCode
from tests.domain.example import RULES, order, request, yuan

SET = order(("POT", 1, "30.00"), ("CUP", 3, "10.00"), freight=yuan("8.00"))


def asked(**pieces: int) -> tuple[AskedLine, ...]:
    """Goods by SKU."""
    return tuple(AskedLine(sku=sku, quantity=quantity) for sku, quantity in pieces.items())


def test_a_part_costs_what_was_paid_for_it() -> None:
    """One of three cups of 10.00 is 3.33; the postage for what did come stays paid."""
    due = refund_of(request(ReasonCode.MISSING_ITEM, SET), asked(CUP=1), RULES, rule="R-MISSING")
    assert (due.amount, due.rule, due.reason) == (yuan("3.33"), "R-MISSING", "part_of_the_order")
    assert due.freight == yuan("0.00")


def test_everything_brings_the_freight_with_it() -> None:
    """Nothing of the order came: the postage goes back too."""
    due = refund_of(request(ReasonCode.MISSING_ITEM, SET), SET.whole(), RULES, rule="R-MISSING")
    assert (due.amount, due.reason) == (yuan("48.00"), "whole_order")


def test_no_more_than_is_left_is_paid() -> None:
    """45.00 of 48.00 were paid back before: three are left, whatever the goods cost."""
    due = refund_of(request(ReasonCode.MISSING_ITEM, SET), asked(POT=1), RULES, rule="R-MISSING", already=yuan("45.00"))
    assert (due.amount, due.reason) == (yuan("3.00"), "no_more_than_paid")


@given(st.integers(0, 3), st.integers(0, 1))
def test_what_is_asked_for_and_the_rest_make_up_the_order(cups: int, pots: int) -> None:
    """However an order is divided, both parts together are the whole of its goods, piece by piece and in money."""
    part = tuple(AskedLine(sku=sku, quantity=n) for sku, n in (("CUP", cups), ("POT", pots)) if n)
    rest = SET.without(part)
    pieces = {line.sku: 0 for line in SET.lines}
    for line in (*part, *rest):
        pieces[line.sku] += line.quantity
    assert pieces == {"POT": 1, "CUP": 3}
    assert SET.unordered(part) == ""


def test_a_share_is_rounded_down_and_never_above_what_is_left() -> None:
    """A fifth of 9.99 is 1.99; of what is left there may be less."""
    assert share_of(yuan("9.99"), 20, yuan("50.00")) == yuan("1.99")
    assert share_of(yuan("100.00"), 50, yuan("12.00")) == yuan("12.00")

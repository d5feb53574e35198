"""What is told anew of an order, and what of it a running case can use (R-VERIFY)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from domain.messages.facts import OrderTold
from domain.money import Money
from domain.order import Order, OrderLine
from domain.order_news import news, usable

SIGNED = datetime(2026, 3, 2, 2, tzinfo=UTC)


def order(**told: Any) -> Order:
    """An order of 40 yuan."""
    line = OrderLine(sku="CUP", quantity=1, price=Money(minor=4000))
    return Order(**{"order_no": "1", "customer_ref": "c", "paid": Money(minor=4000), "lines": (line,), **told})


def test_only_what_is_new_is_news() -> None:
    """The same again is none, nor is a field that is left out now; a correction and a first word are."""
    known = order(signed_at=SIGNED, invoice="I1")
    assert news(known, known) is None
    assert news(known, order(paid=Money(minor=3000), waybill="YT1")) == OrderTold(paid=Money(minor=3000), waybill="YT1")


def test_the_terms_of_the_sale_are_those_under_which_he_asked() -> None:
    """Freight and free postage decide who pays which way: what he was told about that stands."""
    assert news(order(), order(freight=Money(minor=800), free_postage=False)) is None


@pytest.mark.parametrize(
    ("said", "taken"),
    [
        ({"waybill": "YT1", "courier": "yto"}, {"waybill": "YT1", "courier": "yto"}),
        ({"paid": Money(minor=3000)}, {"paid": Money(minor=3000)}),
        ({"paid": Money(minor=3000, currency="USD")}, {}),
        ({"signed_at": SIGNED}, {"signed_at": SIGNED}),
    ],
)
def test_a_case_uses_what_it_can(said: dict[str, Any], taken: dict[str, Any]) -> None:
    """Another currency than that in which he asked is not taken over."""
    assert usable(order(), OrderTold(**said)) == taken


def test_a_second_number_is_of_another_parcel() -> None:
    """The shop's export tells the number of what was sent again: the case still follows the first."""
    assert usable(order(waybill="YT1", courier="yto"), OrderTold(waybill="YT2", courier="sf")) == {}

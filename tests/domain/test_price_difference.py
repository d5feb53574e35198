"""What is paid back when the same goods cost less after the purchase."""

from __future__ import annotations

import pytest

from domain.events import Request
from domain.order import Order
from domain.price_difference import PriceDifference, price_difference
from domain.price_drop import Gift, PriceDrop, PriceNow
from domain.vocabulary import ReasonCode
from tests.domain.example import order, request, yuan

TWO_TEAS = order(("TEA", 2, "200.00"), ("CUP", 1, "45.00"))


def difference(of: Order = TWO_TEAS, now: str = "80.00", *gifts: str, asked: str = "") -> PriceDifference:
    """The difference when one tea costs so much now."""
    drop = PriceDrop(
        prices=(PriceNow(sku="TEA", price=yuan(now)),), gifts=tuple(Gift(value=yuan(value)) for value in gifts)
    )
    return price_difference(request(ReasonCode.PRICE_DROP, of, drop=drop, amount=yuan(asked) if asked else None))


def test_every_piece_that_costs_less_now_counts() -> None:
    """Two teas for 200 yuan, 80 each now: 40 yuan. The cup, of which nothing is said, costs what it did."""
    due = difference()
    assert (due.allowed, due.rule, due.reason) == (True, "R-PRICE-15D", "price_dropped")
    assert due.amount == yuan("40.00")


def test_gifts_received_are_counted() -> None:
    """M-GIFTS: with a 15 yuan caddy that came free, the difference is 25; with one of 40 there is none."""
    due = difference(TWO_TEAS, "80.00", "10.00", "5.00")
    assert (due.amount, due.goods, due.gifts) == (yuan("25.00"), yuan("40.00"), yuan("15.00"))
    assert (due.rule, due.reason) == ("M-GIFTS", "gifts_counted")
    none = difference(TWO_TEAS, "80.00", "40.00")
    assert (none.allowed, none.reason, none.rule) == (False, "gifts_outweigh", "M-GIFTS")
    assert not none.amount


@pytest.mark.parametrize("now", ["100.00", "120.00"])
def test_a_price_that_did_not_fall_is_no_difference(now: str) -> None:
    """As dear as it was, or dearer: nothing is paid, and nothing is owed to us."""
    due = difference(now=now)
    assert (due.allowed, due.reason) == (False, "no_lower_price")


def test_what_was_really_paid_counts() -> None:
    """A discount on the whole order had made the teas cheaper already: the difference is to what he paid."""
    paid_less = order(("TEA", 2, "200.00"), ("CUP", 1, "50.00"), paid=yuan("200.00"))  # a fifth off: 160 for the teas
    assert not difference(paid_less).allowed
    assert difference(paid_less, "70.00").amount == yuan("20.00")


def test_no_more_than_was_asked_for_is_paid() -> None:
    """Who asks for ten yuan gets ten."""
    due = difference(asked="10.00")
    assert (due.amount, due.reason) == (yuan("10.00"), "as_asked")


def test_without_the_price_now_a_person_looks() -> None:
    """The customer says that it dropped, but not to what."""
    due = price_difference(request(ReasonCode.PRICE_DROP, TWO_TEAS))
    assert (due.allowed, due.reason) == (False, "price_unknown")
    assert due.zh
    assert due.en


@pytest.mark.parametrize(
    ("drop", "says"),
    [
        ({"prices": [{"sku": "POT", "price": {"minor": 1}}]}, "names each SKU"),
        ({"prices": [{"sku": "A", "price": {"minor": 1}}] * 2}, "names each SKU"),
        ({"prices": [{"sku": "A", "price": {"minor": 1, "currency": "USD"}}]}, "currency CNY"),
        (
            {"prices": [{"sku": "A", "price": {"minor": 1}}], "gifts": [{"value": {"minor": 1, "currency": "USD"}}]},
            "currency CNY",
        ),
        ({"prices": []}, "at least 1 item"),
    ],
)
def test_a_drop_that_does_not_fit_the_order_is_refused_at_the_door(drop: object, says: str) -> None:
    """Goods that were not ordered, or sums in another currency: the error says what to correct."""
    document = request(ReasonCode.PRICE_DROP).model_dump(mode="json")
    with pytest.raises(ValueError, match=says):
        Request.model_validate(document | {"drop": drop})


def test_a_request_without_a_drop_is_written_as_before() -> None:
    """Fields of one type of case do not make every case's first event longer."""
    document = request(ReasonCode.NO_REASON).model_dump(mode="json")
    assert not {"drop", "worn"} & document.keys()
    assert "succeeded_at" not in document["order"]

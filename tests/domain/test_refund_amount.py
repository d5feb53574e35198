"""How much is paid back for returned goods."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.freight import freight
from domain.money import Money
from domain.order import Order, OrderLine
from domain.refund_amount import allocate, refund_amount, refund_for_return
from domain.vocabulary import Inspection, ReasonCode
from tests.domain.example import RULES, order, request, yuan

OURS = freight(ReasonCode.QUALITY, RULES, free_postage=False)
HIS = freight(ReasonCode.NO_REASON, RULES, free_postage=False)


def test_what_came_back_is_paid_at_its_price() -> None:
    """Two of three kinds came back: their prices are paid, no more."""
    bought = order(("A", 1, "30.00"), ("B", 2, "50.00"), ("C", 1, "20.00"))
    due = refund_amount(bought, {"A": 1, "B": 2}, HIS)
    assert (due.amount, due.complete, due.reason) == (yuan("80.00"), False, "goods_received_in_part")
    assert [(line.sku, line.quantity) for line in due.lines] == [("A", 1), ("B", 2)]


def test_pieces_of_a_line_that_does_not_divide_add_up_to_the_last_fen() -> None:
    """Three pieces for 10.00 that come back one by one are paid 3.33, 3.33 and 3.34."""
    bought = order(("A", 3, "10.00"))
    parts = [refund_amount(bought, {"A": 1}, HIS, passed_before={"A": before}).amount.minor for before in range(3)]
    assert parts == [333, 333, 334]


@given(
    price=st.integers(0, 10**7),
    steps=st.lists(st.integers(1, 5), min_size=1, max_size=8),
)
def test_partial_receipts_add_up_exactly(price: int, steps: list[int]) -> None:
    """However a return is split into parcels, the refunds add up to the price of the line."""
    bought = order(("A", sum(steps), str(price / 100 if price % 100 else price // 100)))
    whole, before = bought.lines[0].price.minor, 0
    paid = 0
    for step in steps:
        paid += refund_amount(bought, {"A": step}, HIS, passed_before={"A": before}).amount.minor
        before += step
    assert paid == whole


@given(
    prices=st.lists(st.integers(1, 10**6), min_size=1, max_size=6),
    discount=st.integers(0, 100),
    came=st.lists(st.booleans(), min_size=6, max_size=6),
    refunded=st.integers(0, 10**6),
    freight_minor=st.integers(0, 5000),
)
def test_never_more_than_was_paid(
    prices: list[int], discount: int, came: list[bool], refunded: int, freight_minor: int
) -> None:
    """With discounts, freight and earlier refunds, all refunds together never exceed what the customer paid."""
    lines = [(f"S{n}", 1, f"{price // 100}.{price % 100:02d}") for n, price in enumerate(prices)]
    charged = yuan(f"{freight_minor // 100}.{freight_minor % 100:02d}")
    paid = sum(prices) * (100 - discount) // 100 + freight_minor
    bought = order(*lines, freight=charged, paid=charged.model_copy(update={"minor": paid}))
    passed = {f"S{n}": 1 for n in range(len(prices)) if came[n]}
    before = charged.model_copy(update={"minor": min(refunded, paid)})
    due = refund_amount(bought, passed, OURS, already_refunded=before, return_freight=yuan("12.00"))
    assert due.amount.minor + before.minor <= paid
    full = refund_amount(bought, {f"S{n}": 1 for n in range(len(prices))}, OURS)
    assert full.amount.minor == paid


def test_a_discount_on_the_whole_order_is_shared_among_the_lines() -> None:
    """Of 90 and 10 yuan with 10 off the order, the line of 90 comes back for 81."""
    bought = order(("A", 1, "90.00"), ("B", 1, "10.00"), paid=yuan("90.00"))
    assert refund_amount(bought, {"A": 1}, HIS).amount == yuan("81.00")


def test_freight_follows_the_fault() -> None:
    """For a fault of ours both freights are paid back with the goods; for a change of mind none is."""
    bought = order(("A", 1, "90.00"), freight=yuan("10.00"), free_postage=False)
    assert refund_amount(bought, {"A": 1}, OURS).amount == yuan("100.00")
    assert refund_amount(bought, {"A": 1}, HIS, return_freight=yuan("12.00")).amount == yuan("90.00")


def test_an_order_in_another_currency_without_freight_is_paid_back_in_its_own() -> None:
    """Where no freight was charged nobody names its currency; the sum is the order's, whatever the rulebook's is."""
    dollars = Money(minor=900, currency="USD")
    bought = Order(
        order_no="D-1", customer_ref="c-1", paid=dollars, lines=(OrderLine(sku="A", quantity=1, price=dollars),)
    )
    assert refund_amount(bought, {"A": 1}, OURS).amount == dollars
    assert bought.foreign_sums() == ()


def test_our_outbound_freight_comes_back_with_the_last_piece() -> None:
    """As long as goods stay with the customer their way to him was not in vain."""
    bought = order(("A", 2, "90.00"), freight=yuan("10.00"), free_postage=False)
    first = refund_amount(bought, {"A": 1}, OURS)
    second = refund_amount(bought, {"A": 1}, OURS, passed_before={"A": 1}, already_refunded=first.amount)
    assert (first.amount, second.amount) == (yuan("45.00"), yuan("55.00"))


def test_what_was_not_ordered_is_not_paid_but_named() -> None:
    """A parcel with too many pieces or strange goods is paid as ordered, and the rest is pointed out."""
    due = refund_amount(order(("A", 1, "90.00")), {"A": 2, "Z": 1}, HIS)
    assert (due.amount, due.unexpected) == (yuan("90.00"), ("A", "Z"))


def test_no_more_than_was_asked_for() -> None:
    """A customer who asked for 20 yuan back gets 20 yuan."""
    asked = request(ReasonCode.NO_REASON, amount=yuan("20.00"))
    due = refund_for_return(asked, {"A": 1}, RULES)
    assert (due.amount, due.reason) == (yuan("20.00"), "as_asked")


def test_an_empty_return_pays_nothing() -> None:
    """Where nothing passed, nothing is paid, and the answer says so."""
    due = refund_amount(order(), {}, OURS, return_freight=yuan("12.00"))
    assert (due.allowed, due.reason) == (False, "nothing_to_refund")


def test_a_claim_without_a_fault_that_becomes_a_no_reason_return_is_paid_as_one() -> None:
    """A claim without a fault, converted by choice: the goods are paid, the charged freight is not (X15)."""
    bought = order(("A", 1, "90.00"), freight=yuan("10.00"), free_postage=False)
    asked = request(ReasonCode.QUALITY, bought)
    converted = refund_for_return(asked, {"A": 1}, RULES, inspection=Inspection.NO_FAULT_FOUND, as_no_reason=True)
    assert converted.amount == yuan("90.00")
    confirmed = refund_for_return(asked, {"A": 1}, RULES, inspection=Inspection.DEFECT_CONFIRMED)
    assert confirmed.amount == yuan("100.00")


@given(total=st.integers(0, 10**9), weights=st.lists(st.integers(0, 10**6), min_size=1, max_size=20))
def test_a_split_is_exact_and_fair(total: int, weights: list[int]) -> None:
    """A sum split by weights adds up, and no part is further from its exact share than one fen."""
    whole = sum(weights)
    if whole == 0:
        weights[0] = whole = 1
    shares = allocate(total, weights)
    assert sum(shares) == total
    assert all(abs(share * whole - total * weight) < whole for share, weight in zip(shares, weights, strict=True))


@pytest.mark.parametrize(("total", "weights"), [(-1, [1]), (1, [0, 0]), (1, [-1, 2])])
def test_a_split_that_makes_no_sense_is_refused(total: int, weights: list[int]) -> None:
    """Negative sums and weights that are all zero are a defect, not a refund."""
    with pytest.raises(ValueError, match="cannot split"):
        allocate(total, weights)

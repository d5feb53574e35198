"""What is offered for goods that are out of stock: not just a refund."""

from __future__ import annotations

from datetime import timedelta

from domain.order import AskedLine
from domain.stock_offer import stock_offer
from domain.vocabulary import ReasonCode, Resolution
from tests.domain.example import RULES, SIGNED, order, request, yuan

ORDER = order(("LAMP", 2, "80.00"), ("BULB", 1, "10.00"))
LAMP = request(ReasonCode.OUT_OF_STOCK, ORDER, lines=(AskedLine(sku="LAMP", quantity=1),))
OTHER = request(ReasonCode.OUT_OF_STOCK, ORDER, lines=(AskedLine(sku="LAMP", quantity=1, instead="LANTERN"),))
LEFT, NONE = yuan("90.00"), yuan("0.00")
SOON = SIGNED + timedelta(days=5)


def test_another_product_comes_first_and_with_a_discount() -> None:
    """R-OOS-OFFER: a lantern with a tenth of 40.00 off, else the new date, else his money."""
    offer = stock_offer(OTHER, RULES, SOON, LEFT, NONE)
    assert offer.choices == (Resolution.SUBSTITUTE, Resolution.WAIT_FOR_STOCK, Resolution.PART_REFUND)
    assert (offer.part, offer.discount) == (yuan("40.00"), yuan("4.00"))
    assert [(line.sku, line.quantity) for line in offer.substitutes] == [("LANTERN", 1)]


def test_a_date_that_nobody_knows_is_not_offered() -> None:
    """P-HONEST: no new date is invented."""
    assert stock_offer(LAMP, RULES, None, LEFT, NONE).choices == (Resolution.PART_REFUND,)
    assert stock_offer(LAMP, RULES, SOON, LEFT, NONE).choices == (Resolution.WAIT_FOR_STOCK, Resolution.PART_REFUND)


def test_without_another_product_there_is_no_discount() -> None:
    """A discount goes with a product."""
    offer = stock_offer(LAMP, RULES, SOON, LEFT, NONE)
    assert (offer.discount, offer.substitutes) == (NONE, ())


def test_the_discount_is_no_more_than_is_left_of_the_payment() -> None:
    """What was paid back before is not given again."""
    assert stock_offer(OTHER, RULES, SOON, yuan("1.00"), yuan("89.00")).discount <= yuan("1.00")

"""What a customer is offered for goods that are out of stock: not just a refund (R-OOS-OFFER, A-DISCOUNT)."""

from __future__ import annotations

from datetime import datetime

from domain.decision import Decision
from domain.events import Request
from domain.money import Money
from domain.order import AskedLine
from domain.order_part import refund_of, share_of
from domain.rules import Rules
from domain.vocabulary import Resolution


class StockOffer(Decision):
    """His choices, the first being what we recommend; `part` is the money back, `discount` goes with a substitute."""

    choices: tuple[Resolution, ...]
    part: Money
    discount: Money
    substitutes: tuple[AskedLine, ...]


def stock_offer(request: Request, rules: Rules, stock_at: datetime | None, left: Money, already: Money) -> StockOffer:
    """Another product with a discount where one is recommended, the new date where it is known, his money always.

    `left` is what is left of the order's payment, `already` what was paid back.
    """
    goods = request.concerned
    part = refund_of(request, goods, rules, rule="R-OOS-OFFER", already=already).amount
    recommended = all(line.instead for line in goods)
    discount = share_of(part, rules.numbers.substitute_discount_percent if recommended else 0, left)
    other = (Resolution.SUBSTITUTE,) if recommended else ()
    later = (Resolution.WAIT_FOR_STOCK,) if stock_at is not None else ()
    return StockOffer(
        allowed=True,
        rule="R-OOS-OFFER",
        reason="substitute_first" if recommended else "new_date" if later else "only_refund",
        zh=f"可换推荐商品（优惠 {discount}）、等到货或退 {part}。" if recommended else f"可等到货或退 {part}。",
        en=f"Another product ({discount} off), the new date, or {part} back, as far as each is to be had.",
        choices=(*other, *later, Resolution.PART_REFUND),
        part=part,
        discount=discount,
        substitutes=tuple(AskedLine(sku=line.instead, quantity=line.quantity) for line in goods) if recommended else (),
    )

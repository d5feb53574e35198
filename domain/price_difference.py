"""What is paid back when the same goods cost less after the purchase (R-PRICE-15D, R-CANCEL-PROMO, M-GIFTS).

The difference is one between two bargains: what was paid then with what came free, and what is asked now. Gifts that
came with the order and would not come now are counted against it, so that nobody has the lower price and the gift.
"""

from __future__ import annotations

from collections.abc import Mapping

from domain.decision import Decision
from domain.events import Request
from domain.money import Money
from domain.refund_amount import paid_for_lines


class PriceDifference(Decision):
    """The sum with its parts. `allowed` says that there is one to pay."""

    amount: Money
    goods: Money  # what the same goods cost less now, piece by piece
    gifts: Money  # the value of the gifts that are counted against it


def price_difference(request: Request) -> PriceDifference:
    """The difference that the request's order is due. It never exceeds what was asked for, nor what was paid.

    A price that rose is no difference: each line stands for itself. `price_unknown`: nobody said what it costs now.
    """
    order, drop = request.order, request.drop
    now = {one.sku: one.price.minor for one in drop.prices} if drop else {}
    lower = sum(
        max(paid - now[line.sku] * line.quantity, 0)
        for line, paid in zip(order.lines, paid_for_lines(order), strict=True)
        if line.sku in now
    )
    goods = Money(minor=lower, currency=order.paid.currency)
    gifts = sum((gift.value for gift in drop.gifts) if drop else (), Money(minor=0, currency=order.paid.currency))
    amount = Money(minor=max(goods.minor - gifts.minor, 0), currency=goods.currency)
    if drop is None:
        reason = "price_unknown"
    elif not amount:
        reason = "gifts_outweigh" if goods else "no_lower_price"
    elif request.amount is not None and request.amount < amount:
        amount, reason = request.amount, "as_asked"
    else:
        reason = "gifts_counted" if gifts else "price_dropped"
    return PriceDifference(
        allowed=bool(amount),
        rule="M-GIFTS" if reason in ("gifts_counted", "gifts_outweigh") else "R-PRICE-15D",
        reason=reason,
        zh=_SENTENCES[reason][0].format(amount),
        en=_SENTENCES[reason][1].format(amount),
        amount=amount,
        goods=goods,
        gifts=gifts,
    )


_SENTENCES: Mapping[str, tuple[str, str]] = {
    "price_unknown": ("没有现价，由人核实。", "The price now is not known: a person looks."),
    "no_lower_price": ("现价不低于成交价，没有差价。", "The goods are not cheaper now."),
    "gifts_outweigh": ("计入赠品后没有差价。", "With the gifts counted there is no difference."),
    "as_asked": ("按申请退差价 {}。", "{} is paid back, as asked."),
    "gifts_counted": ("计入赠品后差价 {}。", "With the gifts counted the difference is {}."),
    "price_dropped": ("差价 {}。", "The difference is {}."),
}

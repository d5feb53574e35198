"""What is paid back for returned goods: what arrived and passed, at the price that was paid for it, and freight.

Sums split without loss: the parts of a line, over several partial receipts, add up to its price to the last fen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from pydantic import BaseModel, ConfigDict

from domain.decision import Decision
from domain.events import Request
from domain.freight import Freight, freight_of
from domain.money import Money
from domain.order import Order
from domain.rules import Rules
from domain.vocabulary import FreightPayer, Inspection, ReasonCode


class LineRefund(BaseModel):
    """The part of one order line that is paid back now."""

    model_config = ConfigDict(frozen=True)

    sku: str
    quantity: int
    amount: Money


class RefundAmount(Decision):
    """The sum with its parts. `amount` may be below their total: `reason` says which cap held it."""

    amount: Money
    lines: tuple[LineRefund, ...]
    freight: Money
    complete: bool  # everything of the order has come back, with what came before
    unexpected: tuple[str, ...] = ()  # SKUs that came back without being ordered, or in too great a number


def refund_for_return(
    request: Request,
    received: Mapping[str, int],
    rules: Rules,
    *,
    inspection: Inspection | None = None,
    as_no_reason: bool = False,
) -> RefundAmount:
    """What to pay back for a return, all receipts together. `as_no_reason`: it was converted to one (X15)."""
    if as_no_reason:
        request, inspection = request.model_copy(update={"reason": ReasonCode.NO_REASON}), None
    return refund_amount(request.order, received, freight_of(request, rules, inspection), asked=request.amount)


def refund_amount(
    order: Order,
    passed: Mapping[str, int],
    legs: Freight,
    *,
    passed_before: Mapping[str, int] | None = None,
    already_refunded: Money | None = None,
    asked: Money | None = None,
    return_freight: Money | None = None,
) -> RefundAmount:
    """What to pay back for the goods of `passed` (SKU to pieces that arrived and passed inspection).

    `passed_before` are the pieces of earlier receipts, already paid; `return_freight` is what the customer laid out for
    sending, paid back where the leg is not his. Our outbound freight is paid back with the last of the goods. The sum
    never exceeds what was asked for, nor what was paid less what is refunded already (R-REF-72H, section 6).
    """
    before = dict(passed_before or {})
    now = dict(passed)
    zero = Money(minor=0, currency=order.paid.currency)
    lines: list[LineRefund] = []
    complete = True
    for line, price in zip(order.lines, paid_for_lines(order), strict=True):
        earlier = min(before.get(line.sku, 0), line.quantity)
        before[line.sku] = before.get(line.sku, 0) - earlier
        pieces = min(now.get(line.sku, 0), line.quantity - earlier)
        now[line.sku] = now.get(line.sku, 0) - pieces
        complete = complete and earlier + pieces == line.quantity
        if pieces:
            minor = _upto(price, earlier + pieces, line.quantity) - _upto(price, earlier, line.quantity)
            lines.append(LineRefund(sku=line.sku, quantity=pieces, amount=_money(minor, order)))
    freight = zero
    if lines and complete and legs.outbound is not FreightPayer.CUSTOMER:
        freight += _money(order.freight.minor, order)  # none charged: then none of its currency
    if lines and return_freight is not None and legs.inbound is not FreightPayer.CUSTOMER:
        freight += return_freight
    total = sum((line.amount for line in lines), zero) + freight
    left = _money(max(0, order.paid.minor - (already_refunded or zero).minor), order)
    amount, reason = total, "goods_received" if complete else "goods_received_in_part"
    if asked is not None and asked < amount:
        amount, reason = asked, "as_asked"
    if left < amount:
        amount, reason = left, "no_more_than_paid"
    return RefundAmount(
        allowed=bool(amount),
        rule="R-REF-72H",
        reason=reason if amount else "nothing_to_refund",
        zh=f"应退 {amount}。" if amount else "没有可退的金额。",
        en=f"{amount} is to be refunded." if amount else "There is nothing to refund.",
        amount=amount,
        lines=tuple(lines),
        freight=freight,
        complete=complete,
        unexpected=tuple(sorted(sku for sku, pieces in now.items() if pieces > 0)),
    )


def allocate(total: int, weights: Sequence[int]) -> tuple[int, ...]:
    """Split `total` by `weights` into whole units that add up to it (largest remainder, earlier ones first on a tie).

    Raises:
        ValueError: a negative number, or weights that are all zero while there is something to split.
    """
    whole = sum(weights)
    if total < 0 or any(weight < 0 for weight in weights) or (whole == 0 and total):
        raise ValueError("cannot split: sums and weights are not negative, and some weight is above zero")
    if whole == 0:
        return tuple(0 for _ in weights)
    shares = [total * weight // whole for weight in weights]
    by_remainder = sorted(range(len(weights)), key=lambda i: (-(total * weights[i] % whole), i))
    for i in by_remainder[: total - sum(shares)]:
        shares[i] += 1
    return tuple(shares)


def paid_for_lines(order: Order) -> tuple[int, ...]:
    """What was paid for each line: its price, or its share where a discount on the whole order made the sum smaller."""
    prices = [line.price.minor for line in order.lines]
    goods = max(0, order.paid.minor - order.freight.minor)
    return tuple(prices) if sum(prices) <= goods else allocate(goods, prices)


def _upto(price: int, pieces: int, quantity: int) -> int:
    """The price of the first `pieces` of a line: differences of it add up to the whole line, whatever the steps."""
    return price * pieces // quantity


def _money(minor: int, order: Order) -> Money:
    return Money(minor=minor, currency=order.paid.currency)

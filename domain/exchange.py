"""What an exchange is allowed under, who bears its freight, and what is paid to whom (T-EXCHANGE).

R-EX-QUALITY, M-EXQ, X3, X4.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum

from domain.decision import Decision
from domain.events import Request
from domain.freight import OURS, Freight, freight, may_ask_postage
from domain.money import Money
from domain.order import AskedLine, Order, OrderLine
from domain.refund_amount import paid_for_lines
from domain.return_window import Window, no_reason_window, quality_window
from domain.rules import Rules
from domain.vocabulary import FreightPayer, Liability

SIZE_ADVICE = "size_advice"  # what a person is asked: whose advice the size was (R-SIZE)
OUR_ADVICE = frozenset({Liability.MERCHANT, Liability.SUPPLIER})  # the answers that make the freight ours
EXCHANGE_FOR = "exchange_for"  # and what the customer gets instead, where nobody said so yet


class ExchangeWindow(Window):
    """Whether an exchange is still open. `inside` says that a return is, too."""

    inside: bool


class Terms(Decision):
    """What an exchange costs. `to_pay` comes before anything is sent, `to_refund` after; one of the two is nothing."""

    to_pay: Money
    to_refund: Money
    freight: Money  # our parcel to him, where that is his: part of the sum


class Given(StrEnum):
    """What came of giving the new goods."""

    ARRIVED = "arrived"
    UNPAID = "unpaid"
    NOT_IN_STOCK = "not_in_stock"
    NOT_DELIVERED = "not_delivered"
    NOT_REFUNDED = "not_refunded"  # they arrived, and what the old ones cost more was not paid back


def is_fault(request: Request) -> bool:
    """Whether it is ours towards the customer: by its reason, or because somebody judged so."""
    return request.reason in OURS or request.fault in OUR_ADVICE


def clocks_of(request: Request) -> tuple[str, ...]:
    """The clocks by which the window is judged, the first one first."""
    return ("D-QUAL", "D-EX") if is_fault(request) else ("D-NR",)


def exchange_window(request: Request, ends: Mapping[str, datetime | None], rules: Rules) -> ExchangeWindow:
    """Whether an exchange came in time: for quality within a month, without a reason while a return is open (X4).

    `ends` are the due instants of `clocks_of(request)` known so far, None while nobody has signed.
    """
    order, at = request.order, request.requested_at
    if not is_fault(request):
        plain = no_reason_window(order, at, rules, working_due=ends["D-NR"])
        return ExchangeWindow(**plain.model_dump(), inside=plain.allowed)
    quality = quality_window(order, at, rules, working_due=ends["D-QUAL"])
    month = ends.get("D-EX")
    if quality.allowed or month is None:
        return ExchangeWindow(**quality.model_dump() | {"rule": "R-EX-QUALITY"}, inside=quality.allowed)
    late = at > month
    return ExchangeWindow(
        allowed=not late,
        rule="R-EX-QUALITY",
        reason="window_closed" if late else "in_time",
        zh="已超过换货期。" if late else "质量问题，一个月内可以换货。",
        en="The time for an exchange has passed." if late else "For quality, goods may be exchanged within a month.",
        closes_at=month,
        inside=False,
    )


def exchange_freight(request: Request, rules: Rules, *, inside: bool) -> Freight:
    """Who bears which leg (X3): a fault of ours is ours inside the return window, and shared after it (M-EXQ)."""
    return freight(
        request.reason,
        rules,
        free_postage=request.order.free_postage,
        liability=request.fault,
        exchange=True,
        inside_window=inside,
    )


def terms_of(request: Request, wanted: Sequence[OrderLine], legs: Freight) -> Terms:
    """What is paid to whom when the goods are exchanged for `wanted`; for the same ones when that is empty.

    Our parcel's freight is asked for where it is his: never on goods sold with free postage (P-FREEPOST), unless what
    he sent in had no fault (M-NODEFECT).
    """
    order = request.order
    own = order.paid.currency
    old = worth_of(order, request.concerned)
    new = sum(line.price.minor for line in wanted) if wanted else old
    may_ask = legs.rule == "M-NODEFECT" or may_ask_postage(order.free_postage).allowed
    freight = order.freight.minor if legs.back is FreightPayer.CUSTOMER and may_ask else 0
    balance = new + freight - old
    return Terms(
        allowed=balance <= 0,
        rule="P-FEEQUOTE",
        reason="even" if balance == 0 else "customer_pays" if balance > 0 else "customer_is_paid",
        to_pay=Money(minor=max(balance, 0), currency=own),
        to_refund=Money(minor=max(-balance, 0), currency=own),
        freight=Money(minor=freight, currency=own),
    )


def worth_of(order: Order, goods: Iterable[AskedLine]) -> int:
    """What was paid for these goods of the order, in minor units."""
    asked: Counter[str] = Counter()
    for one in goods:
        asked[one.sku] += one.quantity
    worth = 0
    for line, price in zip(order.lines, paid_for_lines(order), strict=True):
        pieces = min(asked[line.sku], line.quantity)
        asked[line.sku] -= pieces
        worth += price * pieces // line.quantity
    return worth


def all_came(goods: Iterable[AskedLine], received: Mapping[str, int]) -> bool:
    """Whether everything that is to be exchanged has come back."""
    asked: Counter[str] = Counter()
    for one in goods:
        asked[one.sku] += one.quantity
    return all(received.get(sku, 0) >= pieces for sku, pieces in asked.items())

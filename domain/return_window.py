"""Whether a request is still in time: to return without a reason, for a fault, to be paid a lower price's difference.

D-NR and D-QUAL begin when somebody signed (X2), D-PRICE with the success of the trade (R-PRICE-15D).

Working time is computed outside the workflow, so that the working-day end comes in as a value; natural days are counted
here. By default the count that is longer for the customer holds.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from domain.decision import Decision
from domain.events import Request
from domain.freight import OURS
from domain.order import Order
from domain.rules import Rules
from domain.vocabulary import ReasonCode
from domain.working_time import end_of_day

_SECONDS_OF_DAY = 86_400


class Window(Decision):
    """Whether the window is open, and until when. No end is known while nobody signed for the parcel."""

    closes_at: datetime | None = None


def clock_of(reason: ReasonCode) -> str:
    """The clock whose end decides: D-QUAL for a fault, D-NR for all else (colour and size are no faults, R-COLOUR)."""
    return "D-QUAL" if reason in OURS else "D-NR"


def window_under(clock: str, request: Request, end: datetime | None, rules: Rules) -> Window:
    """Whether the request came in time by that clock, which is due at `end`.

    Raises:
        ValueError: what starts the clock has happened, and `end` is missing.
    """
    order, at = request.order, request.requested_at
    if clock == "D-PRICE":
        return price_window(order, at, working_due=end)
    if clock == "D-QUAL":
        return quality_window(order, at, rules, working_due=end)
    return no_reason_window(order, at, rules, working_due=end)


def starts_at(clock: str, order: Order) -> datetime | None:
    """When that window began: it has not while this is None."""
    return order.succeeded_at if clock == "D-PRICE" else order.signed_at


def no_reason_window(
    order: Order,
    now: datetime,
    rules: Rules,
    *,
    working_due: datetime | None,
    skus: Iterable[str] | None = None,
) -> Window:
    """Whether goods may come back without a reason (R-NR-WINDOW, R-NR-CAT).

    `working_due` is the due instant of D-NR in the shop's calendar, None while nobody signed; `skus` are the goods that
    shall come back, all of the order when absent.
    """
    wanted = {line.sku for line in order.lines} if skus is None else {*skus}
    if any(line.sku in wanted and line.category in rules.no_reason_excluded for line in order.lines):
        return Window(
            allowed=False,
            rule="R-NR-CAT",
            reason="category_excluded",
            zh="该类商品不支持无理由退货；有质量问题仍可申请。",
            en="Goods of this kind cannot come back without a reason; a quality claim remains possible.",
        )
    return _window(order, now, rules, working_due, rule="R-NR-WINDOW", natural="S-NR-DAYS", working="D-NR")


def quality_window(order: Order, now: datetime, rules: Rules, *, working_due: datetime | None) -> Window:
    """Whether a quality claim is in time (R-QUAL-7D). `working_due` is the due instant of D-QUAL."""
    return _window(order, now, rules, working_due, rule="R-QUAL-7D", natural="S-QUAL-DAYS", working="D-QUAL")


def price_window(order: Order, now: datetime, *, working_due: datetime | None) -> Window:
    """Whether a lower price is in time (R-PRICE-15D). `working_due` is the due instant of D-PRICE."""
    if order.succeeded_at is None:
        return Window(
            allowed=True,
            rule="R-PRICE-15D",
            reason="not_started",
            zh="交易尚未成功，期限还没有开始。",
            en="The trade has not succeeded yet: the window has not begun.",
        )
    if working_due is None:
        raise ValueError("the trade has succeeded: give the due instant of D-PRICE from the shop's calendar")
    return _until(working_due, now, "R-PRICE-15D")


def _window(
    order: Order, now: datetime, rules: Rules, working_due: datetime | None, *, rule: str, natural: str, working: str
) -> Window:
    if order.signed_at is None:
        return Window(
            allowed=True,
            rule=rule,
            reason="not_started",
            zh="尚未签收，期限还没有开始。",
            en="Nobody has signed for the parcel: the window has not begun.",
        )
    if working_due is None:
        raise ValueError(f"the parcel was signed for: give the due instant of {working} from the shop's calendar")
    days = rules.clocks[natural].length // _SECONDS_OF_DAY
    natural_due = end_of_day(order.signed_at, days, order.utc_offset_minutes)
    match rules.switches.get("X2", "longer"):
        case "working_days":
            closes_at = working_due
        case "natural_days":
            closes_at = natural_due
        case _:
            closes_at = max(working_due, natural_due)
    return _until(closes_at, now, rule)


def _until(closes_at: datetime, now: datetime, rule: str) -> Window:
    if now <= closes_at:
        return Window(allowed=True, rule=rule, reason="in_time", zh="在期限内。", en="In time.", closes_at=closes_at)
    return Window(
        allowed=False,
        rule=rule,
        reason="window_closed",
        zh="已超过期限；员工可以破例，需留记录。",
        en="The window has closed; staff may make an exception, which is recorded.",
        closes_at=closes_at,
    )

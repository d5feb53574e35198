"""The indicators of the rulebook's section 9, each with what it means beside it (`indicators.toml`). Pure arithmetic.

`aftersales report` shows them for one month. A number without a case to count has no value, rather than a nought.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from statistics import fmean, median

from pydantic import BaseModel, ConfigDict

from domain.clocks import ClockState
from domain.cost import Cost, Rates, costs
from domain.holding import holds
from domain.money import Money
from domain.vocabulary import Outcome

Worked = Callable[[str, datetime, datetime], timedelta]
"""How much of a shop's opening hours lies between two instants."""

MADE_GOOD = frozenset(
    {
        Outcome.REPAIRED, Outcome.EXCHANGED, Outcome.RESHIPPED, Outcome.REFUNDED, Outcome.PARTIALLY_REFUNDED,
        Outcome.PRICE_ADJUSTED,
    }
)  # fmt: skip


MOST_PRODUCTS = 10  # of those with a cause that came again, the most frequent


class _Row(BaseModel):
    model_config = ConfigDict(frozen=True)


class CaseOfMonth(_Row):
    """A case that was opened or closed in the month."""

    shop: str
    case_no: str
    case_type: str
    closed: bool
    outcome: str
    opened_at: datetime
    closed_at: datetime | None
    first_told_at: datetime | None
    reason: str
    reopened: int
    staff_acts: int


class ClockOfMonth(_Row):
    """A deadline that ended in the month. `missed`: it had passed before, whatever came later."""

    id: str
    state: ClockState
    missed: bool
    started_at: datetime
    ended_at: datetime


class SumOfMonth(_Row):
    """Sums of one kind: a refund's purpose, a gesture's form, a claim's state."""

    what: str
    count: int
    amount: Money


class LossOfMonth(_Row):
    """Parcels that a courier lost or damaged."""

    incident: str
    courier: str
    count: int


class TagOfMonth(_Row):
    """How a case that closed in the month is tagged (R-TAG). `again`: that cause was tagged before, lately.

    `products` are those on which it was.
    """

    cause: str
    liability: str
    again: bool
    products: Sequence[str] = ()


class Month(_Row):
    """All that is counted. `first` and `next` are the month's first instant and the next one's."""

    first: datetime
    next: datetime
    cases: Sequence[CaseOfMonth] = ()
    clocks: Sequence[ClockOfMonth] = ()
    refunds: Sequence[SumOfMonth] = ()
    goodwill: Sequence[SumOfMonth] = ()
    claims: Sequence[SumOfMonth] = ()
    losses: Sequence[LossOfMonth] = ()
    tags: Sequence[TagOfMonth] = ()
    costs: Sequence[Cost] = ()
    rates: Rates = Rates()
    asked: int = 0  # surveys sent
    scores: Sequence[int] = ()


class Indicator(_Row):
    """One number. `of` tells several of one indicator apart; `count` is how many cases, clocks or answers it rests on.

    Of `value` (a share, a mean, a count), `seconds` (a length, with `within` for nine in ten) and `amount`, those are
    there that make sense; none is when there was nothing to count.
    """

    id: str
    of: str = ""
    count: int
    value: float | None = None
    seconds: float | None = None
    within: float | None = None
    amount: Money | None = None


class Meaning(_Row):
    """An indicator's name and definition in one language."""

    label: str
    means: str


@cache
def meanings(language: str) -> Mapping[str, Meaning]:
    """What each indicator is called and means, in the order in which they are shown."""
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    return {
        id: Meaning(label=one["label"][language], means=one["means"][language])
        for id, one in tomllib.loads(text).items()
    }


def indicators(month: Month, worked: Worked) -> list[Indicator]:
    """Every indicator of the month, in the order of `meanings`."""
    opened = [case for case in month.cases if month.first <= case.opened_at < month.next]
    closed = [
        case for case in month.cases if case.closed and case.closed_at and month.first <= case.closed_at < month.next
    ]
    spans = [(case.shop, case.opened_at, case.closed_at) for case in closed if case.closed_at]
    good = [case for case in closed if case.outcome in MADE_GOOD]
    promises = [clock for clock in month.clocks if clock.id == "D-PROMISE"]
    return [
        Indicator(id="opened", count=len(opened), value=len(opened)),
        Indicator(id="closed", count=len(closed), value=len(closed)),
        _length("first_response", _until_told(opened)),
        _length("resolution", [until - since for _, since, until in spans]),
        _length("resolution_working", [worked(*span) for span in spans]),
        *_on_time(month.clocks),
        *_sums("refunds", month.refunds),
        *_sums("goodwill", month.goodwill),
        *_counts("reasons", (case.reason for case in opened)),
        *_counts("types", (case.case_type for case in opened)),
        *_counts("tags", (f"{tag.cause}/{tag.liability}" for tag in month.tags)),
        *_recurring(month.tags),
        _share("repair_share", [case.outcome == Outcome.REPAIRED for case in good]),
        _share("reopened", [case.reopened > 0 for case in closed]),
        _share("promises_broken", [clock.missed for clock in promises]),
        *(
            Indicator(id="courier_losses", of=f"{loss.incident}/{loss.courier}", count=loss.count, value=loss.count)
            for loss in month.losses
        ),
        *_sums("reimbursements", month.claims),
        _mean("staff_acts", [case.staff_acts for case in closed]),
        *_costs(month, sum(case.staff_acts for case in closed), len(closed)),
        _mean("satisfaction", month.scores, of=f"{len(month.scores)}/{month.asked}"),
    ]


@holds("D-FIRST")
def _until_told(opened: Iterable[CaseOfMonth]) -> list[timedelta]:
    """Measured, and nothing hangs on it."""
    return [case.first_told_at - case.opened_at for case in opened if case.first_told_at]


def _on_time(clocks: Sequence[ClockOfMonth]) -> list[Indicator]:
    counted = [clock for clock in clocks if clock.missed or clock.state is not ClockState.CANCELLED]
    ids = sorted({clock.id for clock in counted})
    return [_share("on_time", [not clock.missed for clock in counted if clock.id == id], of=id) for id in ids]


def _costs(month: Month, acts: int, closed: int) -> list[Indicator]:
    return [
        Indicator(
            id="cost",
            of=one.what,
            count=one.count,
            amount=one.amount,
            value=one.count if one.count and one.amount is None else None,
        )
        for one in costs(month.costs, month.rates, acts, closed)
    ]


@holds("R-TAG")
def _recurring(tags: Sequence[TagOfMonth]) -> list[Indicator]:
    """Which causes come again, and on which products most often: what product and process are to learn from."""
    causes = sorted({tag.cause for tag in tags})
    shares = [_share("recurrence", [tag.again for tag in tags if tag.cause == cause], of=cause) for cause in causes]
    products = _counts("recurring_products", (f"{tag.cause}/{sku}" for tag in tags for sku in tag.products))
    return shares + products[:MOST_PRODUCTS]


def _length(id: str, lengths: Sequence[timedelta]) -> Indicator:
    seconds = sorted(length.total_seconds() for length in lengths)
    if not seconds:
        return Indicator(id=id, count=0)
    return Indicator(
        id=id, count=len(seconds), seconds=median(seconds), within=seconds[-(-len(seconds) * 9 // 10) - 1]
    )  # fmt: skip


def _share(id: str, hits: Sequence[bool], of: str = "") -> Indicator:
    return Indicator(id=id, of=of, count=len(hits), value=sum(hits) / len(hits) if hits else None)


def _mean(id: str, numbers: Sequence[int], of: str = "") -> Indicator:
    return Indicator(id=id, of=of, count=len(numbers), value=fmean(numbers) if numbers else None)


def _sums(id: str, sums: Iterable[SumOfMonth]) -> list[Indicator]:
    return [Indicator(id=id, of=one.what, count=one.count, amount=one.amount) for one in sums]


def _counts(id: str, names: Iterable[str]) -> list[Indicator]:
    return [
        Indicator(id=id, of=name, count=count, value=count)
        for name, count in sorted(Counter(names).items(), key=lambda item: (-item[1], item[0]))
    ]

"""Money in, in the daily reconciliation: what customers paid by our books beside what the provider booked. Pure.

As with refunds, each difference belongs to one part: by the instant at which the provider booked the payment, by our
own where he booked none. A sum that he has and we do not is money of a customer for which nothing is given.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from pydantic import BaseModel, ConfigDict

from domain.money_difference import Difference, DifferenceKind
from domain.ports.collection import CollectionStatus
from domain.ports.reconciliation import CollectedLine, StatementLine
from domain.reconciliation import WIDER, Comparison, Part


class Collected(BaseModel):
    """What comparing the money in came to, in the words of `Comparison`."""

    model_config = ConfigDict(frozen=True)

    differences: tuple[Difference, ...]
    waiting: int
    entries: int

    def beside(self, refunds: Comparison) -> Comparison:
        """Both of them, as one part is noted."""
        return Comparison(
            differences=(*refunds.differences, *self.differences),
            waiting=refunds.waiting + self.waiting,
            entries=refunds.entries + self.entries,
        )


def span(part: Part, paid: Iterable[CollectedLine]) -> tuple[datetime, datetime]:
    """What to ask the provider for: nobody pays before he was asked to."""
    return min([part.start, *(line.intended_at for line in paid)]) - WIDER, part.end + WIDER


def compare_collected(
    part: Part,
    ours: Iterable[CollectedLine],
    statement: Sequence[StatementLine],
    now: datetime,
    unnoted_after: timedelta,
) -> Collected:
    """Every difference of the part, at most one for each payment and each sum that was asked for.

    `ours`: what was paid in the part by our books, and whatever the statement names. A payment may be booked there and
    open here for `unnoted_after`.
    """
    known = {line.key: line for line in ours if line.channel == part.channel}
    found, booked, waiting = [], set(), 0
    for line in sorted(statement, key=lambda one: (one.at, one.partner_ref)):
        own = known.get(line.key)
        again, counts = line.key in booked, part.holds(line.at)
        booked.add(line.key)
        if not counts:
            continue
        if own is None or again:
            found.append(_theirs(DifferenceKind.COLLECTED_UNKNOWN, line, own, part))
        elif own.amount != line.amount:
            found.append(_theirs(DifferenceKind.COLLECTED_DIFFERS, line, own, part))
        elif own.status is not CollectionStatus.PAID:
            if now - line.at <= unnoted_after:
                waiting += 1
            else:
                found.append(_theirs(DifferenceKind.COLLECTED_NOT_NOTED, line, own, part))
    paid = [line for line in known.values() if line.status is CollectionStatus.PAID and part.holds(line.settled_at)]
    found += [_ours(line) for line in paid if line.key not in booked]
    return Collected(differences=tuple(found), waiting=waiting, entries=len(paid))


def _theirs(kind: DifferenceKind, line: StatementLine, own: CollectedLine | None, part: Part) -> Difference:
    where = own.case.model_dump() if own else {"shop": line.shop, "order_no": line.order_no}
    return Difference(
        kind=kind, channel=part.channel, at=line.at, key=line.key, partner_ref=line.partner_ref, theirs=line.amount,
        ours=own.amount if own else None, **where,
    )  # fmt: skip


def _ours(line: CollectedLine) -> Difference:
    return Difference(
        kind=DifferenceKind.COLLECTED_MISSING, channel=line.channel, at=line.settled_at or line.intended_at,
        key=line.key, partner_ref=line.partner_ref, ours=line.amount, **line.case.model_dump(),
    )  # fmt: skip

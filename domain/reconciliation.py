"""The daily reconciliation (对账): our refund ledger beside the provider's statement, and every difference. Pure.

It goes part by part: a day of the books, in China's time as on the providers' statements, and one channel. Each
difference belongs to one part alone: by the instant at which the provider booked the payment; by our own where he
booked none. The statement is read a day wider on both sides, since our instants are the case's time and the provider's
are his own: a payment around midnight is found by its key on whichever day it was booked, and is told once. Where a
refund is not found so far, the statement is read on to the present: done on Friday, booked on Monday, is no difference.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict

from domain.money_difference import Difference, DifferenceKind
from domain.ports.reconciliation import Contradiction, LedgerLine, StatementLine
from domain.ports.refunds import RefundStatus
from domain.rulebook import Rulebook
from domain.wall_clock import CHINA

WIDER = timedelta(days=1)  # how much a statement is read beyond the part, on both sides
RUN = "Reconciliation"
"""The workflow's name."""


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


def day_of(instant: datetime) -> date:
    """The day of the books on which an instant lies."""
    return instant.astimezone(CHINA).date()


class Part(_Value):
    """A day of one channel's books."""

    day: date
    channel: str

    @property
    def start(self) -> datetime:
        """The day's first instant."""
        return datetime.combine(self.day, time(), CHINA)

    @property
    def end(self) -> datetime:
        """The first instant after the day."""
        return self.start + timedelta(days=1)

    def holds(self, instant: datetime | None) -> bool:
        """Whether the instant lies in the day."""
        return instant is not None and self.start <= instant < self.end

    def statement_span(self, ended: Iterable[LedgerLine]) -> tuple[datetime, datetime]:
        """What to ask the provider for, so that a refund that ended in the part is found on the day or around it.

        No payment comes before its refund was first sent.
        """
        sent = [line.submitted_at for line in ended if line.submitted_at is not None]
        return min([self.start, *sent]) - WIDER, self.end + WIDER

    def later_span(
        self, ended: Iterable[LedgerLine], statement: Iterable[StatementLine], now: datetime
    ) -> tuple[datetime, datetime] | None:
        """What else to ask for when `statement_span` did not show every refund: it may be booked on any later day."""
        booked = {line.key for line in statement}
        missed = any(line.refund.key not in booked for line in ended)
        return (self.end + WIDER, now) if missed and now > self.end + WIDER else None


class Books(_Value):
    """Both sides of a part. `ours` may hold refunds of other days: those that the statement names."""

    ours: tuple[LedgerLine, ...]
    statement: tuple[StatementLine, ...]
    contradictions: tuple[Contradiction, ...] = ()


class Comparison(_Value):
    """What a comparison came to.

    `waiting`: payments of the part that are booked there and still open here, for less time than is allowed.
    `entries`: how many of our own entries were compared; another number later means that one more was noted.
    """

    differences: tuple[Difference, ...]
    waiting: int
    entries: int


class Noted(_Value):
    """What a comparison changed among the tasks."""

    opened: int = 0
    closed: int = 0


class Nudge(_Value):
    """A case that has not noted a payment: it is told, and asks the provider itself (R-REF-PATH)."""

    workflow_id: str
    key: str
    difference: str


class PartDone(_Value):
    """A part that was compared."""

    part: Part
    found: int
    noted: Noted
    nudges: tuple[Nudge, ...] = ()


class PartMissing(_Value):
    """A part that could not be compared, with the code of what kept us from it. The next run tries again."""

    part: Part
    code: str


class Reconciled(_Value):
    """What a run came to."""

    done: tuple[PartDone, ...]
    missing: tuple[PartMissing, ...]


class ReconciliationOrder(_Value):
    """What a run is asked to do. Without `days` it compares whatever is unfinished up to yesterday."""

    days: tuple[date, ...] = ()
    back: timedelta  # how far it looks for days that are unfinished
    unnoted_after: timedelta  # how long a payment may be booked there and open here
    patience: timedelta  # how long a channel that does not answer is asked

    @classmethod
    def under(cls, book: Rulebook, *, patience: timedelta, days: Iterable[date] = ()) -> Self:
        """With the rulebook's numbers: S-HUMAN is how long a refund may stand still before finance must look."""
        return cls(
            days=tuple(days),
            back=timedelta(days=book.numbers["reconciled_days"].value),
            unnoted_after=timedelta(seconds=book.clocks["S-HUMAN"].length.count),
            patience=patience,
        )


def daily_at(book: Rulebook) -> time:
    """When the day before is compared, by the books' clock: at the first refund sweep of the day (R-REF-SWEEP).

    The last sweep of the day before, late at night (R-REF-NIGHT), is over then and its payments are booked.
    """
    return min(time.fromisoformat(one) for one in book.agenda["refund_sweeps"].value)


def named_in(part: Part, statement: Iterable[StatementLine]) -> tuple[set[str], set[tuple[str, str]]]:
    """The keys, and the orders as (shop, number), of the payments booked in the part."""
    booked = [line for line in statement if part.holds(line.at)]
    return (
        {line.key for line in booked if line.key},
        {(line.shop, line.order_no) for line in booked if line.shop and line.order_no},
    )


def compare(part: Part, books: Books, now: datetime, unnoted_after: timedelta) -> Comparison:
    """Every difference of the part, at most one for each payment and each refund.

    `unnoted_after` is how long a payment may be booked there and open here.
    """
    ours = {line.refund.key: line for line in books.ours if line.channel == part.channel}
    payments: defaultdict[str, list[StatementLine]] = defaultdict(list)
    for line in books.statement:
        payments[line.key if line.key in ours else ""].append(line)
    unknown = payments.pop("", [])
    ended = [line for line in ours.values() if _done(line) and part.holds(line.settled_at)]
    missing = [line for line in ended if line.refund.key not in payments]
    done_by_order = _done_by_order(books.ours, {line.refund.key for line in missing})

    found = [_of_ours(DifferenceKind.NOT_PAID, line) for line in missing]
    waiting = 0
    for key, booked in payments.items():
        own, *more = _own_first(ours[key], booked)
        found += [_of_both(part, DifferenceKind.PAID_TWICE, ours[key], line) for line in more if part.holds(line.at)]
        if part.holds(own.at):
            kind = _judged(ours[key], own, done_by_order)
            if kind is DifferenceKind.NOT_NOTED and now - own.at <= unnoted_after:
                waiting += 1
            elif kind is not None:
                found.append(_of_both(part, kind, ours[key], own))
    for line in unknown:
        if part.holds(line.at):
            twin = _twin((line.shop, line.order_no), line, done_by_order)
            again = DifferenceKind.PAID_TWICE
            found.append(_of_both(part, again, twin, line) if twin else _unknown(part, line, books.ours))
    found += _contradictions(ours, books.contradictions, {one.key for one in found})
    contradictions = sum(one.key in ours for one in books.contradictions)
    return Comparison(differences=_in_order(found), waiting=waiting, entries=len(ended) + contradictions)


def _done(line: LedgerLine) -> bool:
    return line.refund.status is RefundStatus.DONE


def _done_by_order(ours: Iterable[LedgerLine], missing: set[str]) -> dict[tuple[str, str], list[LedgerLine]]:
    """What was paid by our books and is not known to be missing there, by shop and order."""
    paid: defaultdict[tuple[str, str], list[LedgerLine]] = defaultdict(list)
    for line in ours:
        if _done(line) and line.refund.key not in missing:
            paid[line.case.shop, line.case.order_no].append(line)
    return paid


def _own_first(ours: LedgerLine, booked: Sequence[StatementLine]) -> list[StatementLine]:
    """The payment that our ledger knows, by its reference where it has one, else the first; then the others."""
    return sorted(booked, key=lambda line: (line.partner_ref != ours.refund.partner_ref, line.at, line.partner_ref))


def _judged(
    ours: LedgerLine, booked: StatementLine, done_by_order: dict[tuple[str, str], list[LedgerLine]]
) -> DifferenceKind | None:
    """What is wrong with a refund that was paid there, once."""
    if ours.refund.status is RefundStatus.REFUSED:
        order = ours.case.shop, ours.case.order_no
        again = _twin(order, booked, done_by_order) is not None
        return DifferenceKind.PAID_TWICE if again else DifferenceKind.PAID_THOUGH_REFUSED
    if ours.refund.amount != booked.amount:
        return DifferenceKind.AMOUNT_DIFFERS
    return None if _done(ours) else DifferenceKind.NOT_NOTED


def _twin(
    order: tuple[str, str], booked: StatementLine, done_by_order: dict[tuple[str, str], list[LedgerLine]]
) -> LedgerLine | None:
    """The refund of the order, done under another key, whose sum a payment repeats."""
    return next((line for line in done_by_order.get(order, ()) if line.refund.amount == booked.amount), None)


def _of_ours(kind: DifferenceKind, ours: LedgerLine) -> Difference:
    return Difference(
        kind=kind,
        channel=ours.channel,
        at=ours.settled_at or ours.intended_at,
        key=ours.refund.key,
        partner_ref=ours.refund.partner_ref,
        **ours.case.model_dump(),
        ours=ours.refund.amount,
    )


def _of_both(part: Part, kind: DifferenceKind, ours: LedgerLine, booked: StatementLine) -> Difference:
    key = booked.key or ours.refund.key
    return _of_ours(kind, ours).model_copy(
        update={
            "channel": part.channel,
            "at": booked.at,
            "key": key,
            "partner_ref": booked.partner_ref,
            "theirs": booked.amount,
        }
    )


def _unknown(part: Part, booked: StatementLine, ours: Iterable[LedgerLine]) -> Difference:
    """A payment that nothing here explains; it is shown in the order's last refund case, where there is one."""
    of_order = [line for line in ours if (line.case.shop, line.case.order_no) == (booked.shop, booked.order_no)]
    last = max(of_order, key=lambda line: (line.intended_at, line.refund.key), default=None)
    return Difference(
        kind=DifferenceKind.PAID_UNKNOWN,
        channel=part.channel,
        at=booked.at,
        key=booked.key,
        partner_ref=booked.partner_ref,
        shop=booked.shop,
        order_no=booked.order_no,
        case_no=last.case.case_no if last else "",
        theirs=booked.amount,
    )


def _contradictions(
    ours: dict[str, LedgerLine], contradictions: Iterable[Contradiction], told: set[str]
) -> list[Difference]:
    """One for each refund whose end was denied, unless the statement has shown already what is wrong with it."""
    first = {one.key: one for one in sorted(contradictions, key=lambda one: one.at, reverse=True)}
    return [
        _of_ours(DifferenceKind.CONTRADICTION, ours[key]).model_copy(
            update={"at": one.at, "partner_ref": one.partner_ref}
        )
        for key, one in first.items()
        if key in ours and key not in told
    ]


def _in_order(found: Iterable[Difference]) -> tuple[Difference, ...]:
    """Each once, oldest first."""
    return tuple(sorted({one.id: one for one in found}.values(), key=lambda one: (one.at, one.id)))

"""Compare one part of the books with the provider's statement, and note what differs.

A part is done whole or not at all: the statement is read to its last page, compared, and noted in one transaction.
Killed anywhere before that, the next attempt begins it anew; done a second time, it changes nothing.
"""

from datetime import datetime, timedelta

from pydantic import BaseModel
from temporalio import activity

from activities.failures import as_failures
from domain.collected import Collected, compare_collected, span
from domain.identity import workflow_id
from domain.money_difference import Difference, DifferenceKind
from domain.ports.partner import PartnerRefused, PartnerUnavailable
from domain.ports.reconciliation import CollectionStatements, Reconciliations, RefundStatements, StatementLine
from domain.reconciliation import Books, Noted, Nudge, Part, PartDone, compare, day_of, named_in

NO_STATEMENT = "no_statement"  # a channel that keeps no books: there is nothing to compare with
NO_BOOKS = frozenset({NO_STATEMENT, "unknown_operation"})  # who takes no payments need not tell of any
NUDGES = 100  # cases of one part that are told at once: more are told by the next run


class UnfinishedQuestion(BaseModel):
    """Which parts are unfinished, from `back` before now up to yesterday?"""

    now: datetime
    back: timedelta


class PartQuestion(BaseModel):
    """Compare this part as of `now`."""

    part: Part
    now: datetime
    unnoted_after: timedelta


class ReconciliationActivities:
    """Holds the provider's books and our own."""

    def __init__(self, books: Reconciliations, statements: RefundStatements, payments: CollectionStatements) -> None:
        self._books = books
        self._statements = statements
        self._payments = payments

    @activity.defn
    async def list_channels(self) -> list[str]:
        """The channels that are set up."""
        return list(self._statements.channels)

    @activity.defn
    async def list_unfinished_parts(self, question: UnfinishedQuestion) -> list[Part]:
        """What there is to compare, oldest first."""
        first, last = day_of(question.now - question.back), day_of(question.now - timedelta(days=1))
        return await self._books.unfinished(first, last, self._statements.channels)

    @activity.defn
    async def reconcile_part(self, question: PartQuestion) -> PartDone:
        """Compare one part and keep a task for each difference."""
        part = question.part
        ended = await self._books.ended(part)
        with as_failures("refund provider"):
            try:
                statement = await _read(self._statements, part, part.statement_span(ended))
                if later := part.later_span(ended, statement, question.now):
                    statement += await _read(self._statements, part, later)
            except PartnerRefused as refused:
                if refused.code != NO_STATEMENT:
                    raise
                return PartDone(part=part, found=0, noted=Noted())
        keys, orders = named_in(part, statement)
        contradictions = await self._books.contradictions(part)
        named = await self._books.named(keys | {one.key for one in contradictions}, orders)
        ours = {line.refund.key: line for line in (*ended, *named)}
        books = Books(ours=tuple(ours.values()), statement=tuple(statement), contradictions=tuple(contradictions))
        comparison = compare(part, books, question.now, question.unnoted_after)
        comparison = (await self._collected(question)).beside(comparison)
        noted = await self._books.note(part, comparison, question.now)
        nudges = [_nudge(one) for one in comparison.differences if one.kind is DifferenceKind.NOT_NOTED and one.case_no]
        found = len(comparison.differences)
        return PartDone(part=part, found=found, noted=noted, nudges=tuple(nudges[:NUDGES]))

    async def _collected(self, question: PartQuestion) -> Collected:
        """Compare what customers paid. A provider without such a statement leaves nothing to compare."""
        part, paid = question.part, await self._books.collected(question.part)
        with as_failures("refund provider"):
            try:
                statement = await _read(self._payments, part, span(part, paid))
            except PartnerRefused as refused:
                if refused.code not in NO_BOOKS:
                    raise
                return Collected(differences=(), waiting=0, entries=len(paid))
        named = await self._books.asked_for({line.key for line in statement if line.key})
        ours = {line.key: line for line in (*paid, *named)}
        return compare_collected(part, ours.values(), statement, question.now, question.unnoted_after)


async def _read(
    statements: RefundStatements | CollectionStatements, part: Part, span: tuple[datetime, datetime]
) -> list[StatementLine]:
    """A statement to its last page."""
    lines: list[StatementLine] = []
    seen = {""}
    cursor = ""
    while True:
        page = await statements.statement(part.channel, *span, cursor)
        lines += page.lines
        activity.heartbeat(len(lines))
        if not page.next:
            return lines
        if page.next in seen:
            raise PartnerUnavailable("statement: its pages go round in a circle")
        cursor = page.next
        seen.add(cursor)


def _nudge(one: Difference) -> Nudge:
    return Nudge(workflow_id=workflow_id(one.shop, one.case_no), key=one.key, difference=one.id)

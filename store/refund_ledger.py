"""The refund ledger: one row per intent, from the decision to its end. Each call is one statement and one commit.

What may never happen is held by the tables: more back than was paid, an end that changes, a requester who approves.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import asyncpg

from domain.money import Money
from domain.ports.partner import CaseKey, KeyReused, PartnerRefused
from domain.ports.reconciliation import Contradiction, LedgerLine
from domain.ports.refunds import OverRefund, RefundAnswer, RefundIntent, RefundRow, RefundStatus
from store.pool import Database
from store.queries import SQL


class IntentRefused(PartnerRefused):
    """A final no of the ledger itself. Codes: `unknown_order`, `own_approval` (A-SOD), `review_trade` (P-NOTRADE)."""


class PostgresRefundLedger:
    """The refund port (`domain.ports.refunds.RefundLedger`) over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def intend(self, intent: RefundIntent) -> RefundRow:
        """Write the intent, or return the row that the key already has.

        Raises:
            OverRefund: the order's live refunds would exceed what was paid.
            KeyReused: the key exists with another case, order, sum, purpose or channel.
            IntentRefused: the order is not in the store in that currency, requester and approver are one person, or
                the rule is about reviews.
        """
        case, amount = intent.case, intent.amount
        try:
            row = await self._database.fetchrow(
                SQL["refund_intend"],
                intent.key,
                case.shop,
                case.case_no,
                case.order_no,
                amount.minor,
                amount.currency,
                intent.purpose,
                intent.rule,
                intent.channel,
                intent.requested_by,
                intent.approved_by,
                intent.at,
            )
        except asyncpg.IntegrityConstraintViolationError as error:
            raise _refusal(intent, error) from None
        if row is None:  # another caller wrote the key while this statement ran: its row is visible now
            row = await self._database.fetchrow(SQL["refund_find"], intent.key)
        assert row is not None, "refunds are never deleted"
        asked = (*_content(case, amount), intent.purpose, intent.channel)
        if (*_content(_case(row), _amount(row)), row["purpose"], row["channel"]) != asked:
            raise KeyReused(f"refund key {intent.key} stands for another payment already; nothing was written")
        return _row(row)

    async def submitting(self, key: str, at: datetime) -> RefundRow:
        """Note that a request is about to leave; counts attempts. A final row stays as it is.

        Raises:
            KeyError: no such intent.
        """
        return self._known(key, await self._database.fetchrow(SQL["refund_submitting"], key, at))

    async def settle(self, key: str, answer: RefundAnswer, at: datetime) -> RefundRow:
        """Note the answer and return the row as it then stands. `done` and `refused` are final.

        An answer that contradicts the end is kept beside it (`contradictions`).

        Raises:
            KeyError: no such intent.
        """
        need = answer.need.value if answer.need else None
        row = await self._database.fetchrow(
            SQL["refund_settle"], key, at, answer.status.value, answer.partner_ref, need, answer.code
        )
        return self._known(key, row)

    async def unknown(self, key: str, at: datetime) -> RefundRow:
        """Note that no answer came.

        Raises:
            KeyError: no such intent.
        """
        return await self.settle(key, RefundAnswer(status=RefundStatus.UNKNOWN), at)

    async def find(self, key: str) -> RefundRow | None:
        """The row, or None."""
        row = await self._database.fetchrow(SQL["refund_find"], key)
        return _row(row) if row else None

    async def of_case(self, shop: str, case_no: str) -> list[LedgerLine]:
        """All refunds of a case, oldest first."""
        return [ledger_line(row) for row in await self._database.fetch(SQL["refund_list_of_case"], shop, case_no)]

    async def contradictions(self, start: datetime, end: datetime) -> list[Contradiction]:
        """Answers in `start <= instant < end` that deny an end which was noted before."""
        rows = await self._database.fetch(SQL["refund_list_contradictions"], start, end)
        return [Contradiction(**{**row, "answered": row["status"]}) for row in rows]

    def _known(self, key: str, row: asyncpg.Record | None) -> RefundRow:
        if row is None:
            raise KeyError(f"refund {key} has no intent; call intend first")
        return _row(row)


def _refusal(intent: RefundIntent, error: asyncpg.IntegrityConstraintViolationError) -> Exception:
    order = f"order {intent.case.order_no} of shop {intent.case.shop}"
    match error.constraint_name:
        case "orders_refunds_within_paid":
            return OverRefund(f"{order}: {intent.amount} more would exceed what was paid; see its other refunds")
        case "refund_has_an_order" | "refunds_shop_order_no_fkey":
            told = f"{order} is not on file in {intent.amount.currency}; put the order into the store first"
            return IntentRefused("unknown_order", told)
        case "refunds_requester_is_not_approver":
            return IntentRefused("own_approval", f"refund {intent.key}: another person must approve it (A-SOD)")
        case "refunds_no_trade_for_reviews" | "reviews_know_no_goodwill":
            return IntentRefused("review_trade", f"refund {intent.key}: no money for a review (P-NOTRADE)")
        case name:
            return IntentRefused("invalid", f"refund {intent.key} breaks {name or error.column_name}")


def _content(case: CaseKey, amount: Money) -> tuple[Any, ...]:
    return case.shop, case.case_no, case.order_no, amount.minor, amount.currency


def _case(row: asyncpg.Record) -> CaseKey:
    return CaseKey(shop=row["shop"], case_no=row["case_no"], order_no=row["order_no"])


def _amount(row: asyncpg.Record) -> Money:
    return Money(minor=row["amount_minor"], currency=row["currency"])


def _row(row: asyncpg.Record) -> RefundRow:
    return RefundRow(
        key=row["key"],
        amount=_amount(row),
        status=row["status"],
        partner_ref=row["partner_ref"],
        need=row["need"],
        code=row["code"],
        attempts=row["attempts"],
    )


def ledger_line(row: asyncpg.Record) -> LedgerLine:
    """A row of the table `refunds`."""
    return LedgerLine(case=_case(row), refund=_row(row), **{name: row[name] for name in _LINE_COLUMNS})


_LINE_COLUMNS = tuple(LedgerLine.model_fields.keys() - {"case", "refund"})

"""What a courier pays on a claim whose case is over, after something of it was written off: booked here (M-COURIER).

The claim's workflow has ended by then. Its record stays as it was closed; what comes afterwards is a record of its own,
so that each month's report counts what was lost and what came back in it, and the outcome is put right.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import asyncpg

from domain.messages.commands import RecordReimbursement
from domain.messages.facts import Reimbursed
from domain.money import Money
from domain.refusal import Refusal, refuse
from domain.vocabulary import Outcome
from store.queries import SQL


class NotBooked(Exception):
    """It cannot be booked on that claim; `refusal` says why and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class LateReimbursements:
    """Books payments over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def book(
        self, shop: str, case_no: str, paid: Reimbursed | RecordReimbursement, *, by: str, at: datetime, id: str
    ) -> bool:
        """Book a payment, once for its `id` and for its receipt.

        False where nothing is to be booked: no claim that is over with a loss goes by that number, or it is booked.

        Raises:
            NotBooked: nothing, another currency than the claim's, or more than was written off.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(SQL["late_reimbursement_lock"], shop, case_no)
            row = await connection.fetchrow(SQL["late_reimbursement_claim"], shop, case_no, id, paid.receipt_ref)
            if row is None or row["known"]:
                return False
            if (refused := _refusal(paid.amount, _left(row), row["currency"])) is not None:
                raise NotBooked(refused)
            said: dict[str, Any] = {"amount": paid.amount.model_dump(mode="json")}
            if paid.receipt_ref:
                said |= {"receipt_ref": paid.receipt_ref}
            await connection.execute(
                SQL["late_reimbursement_book"], shop, case_no, at, by, paid.kind, paid.rule, json.dumps(said),
                f"{case_no}/{id}", paid.amount.minor, paid.amount.currency, Outcome.REIMBURSED.value,
            )  # fmt: skip
            return True


def _left(row: asyncpg.Record) -> Money | None:
    """What is still lost of the claim; None where nobody knew its sum."""
    if row["written_off"]:
        number, _, currency = row["written_off"].partition(" ")
        lost = Money.parse(number, currency)
    elif row["lost_minor"] is None:
        return None
    else:
        lost = Money(minor=row["lost_minor"], currency=row["currency"])
    return Money(minor=max(lost.minor - row["late_minor"], 0), currency=lost.currency)


def _refusal(amount: Money, left: Money | None, currency: str) -> Refusal | None:
    if not amount or amount.currency != currency:
        zh = f"赔款应为 {currency} 金额，且不为零；请核对后重新登记"
        en = f"It must be a sum in {currency} and not nothing; correct it and book it again"
        return refuse("not_a_payment", "M-COURIER", zh, en)
    if left is not None and left < amount:
        zh = f"该索赔还有 {left} 未收回，少于 {amount}；请财务核对，用 record_reimbursement 登记属于本索赔的部分"
        en = f"Of this claim {left} is still lost, less than {amount}; finance books what of it is this claim's"
        return refuse("more_than_lost", "M-COURIER", zh, en)
    return None

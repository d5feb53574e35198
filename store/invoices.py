"""Finance's list of what is to be done to invoices, and what was done by whom (R-INV-RET, R-INV-EX, R-INV-REP).

Tasks come from the records of cases and outlive them: money may be back, the case closed, the invoice not yet reversed.
"""

from __future__ import annotations

from datetime import datetime

import asyncpg
from pydantic import BaseModel, ConfigDict

from domain.holding import holds
from domain.invoice import RULES, InvoiceAction
from domain.money import Money
from domain.refusal import Refusal, refuse
from domain.vocabulary import Party
from store.queries import SQL

FINANCE = (Party.FINANCE, Party.MANAGER)


class InvoiceTask(BaseModel):
    """One task. `amount` is what is to be reversed in all, `left` what of it is not yet."""

    model_config = ConfigDict(frozen=True)

    shop: str
    case_no: str
    action: InvoiceAction
    rule: str
    invoice: str
    order_no: str
    at: datetime
    due_at: datetime
    amount: Money | None
    left: Money | None
    done_at: datetime | None
    done_by: str
    reference: str

    @property
    def open(self) -> bool:
        """Whether something of it is still to be done."""
        return self.done_at is None or bool(self.left)


class InvoiceNotDone(Exception):
    """It may not be noted as done; `refusal` says why and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class Invoices:
    """The list over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def tasks(self, shop: str = "", *, done_too: bool = False) -> list[InvoiceTask]:
        """What is to be done, the first due first; with `done_too` also what is done. 500 at most."""
        return [_task(row) for row in await self._pool.fetch(SQL["invoice_list"], shop, done_too)]

    @holds("R-INV-RET", "R-INV-EX", "R-INV-REP")
    async def done(
        self, shop: str, case_no: str, action: InvoiceAction, *, by: str, at: datetime, reference: str = ""
    ) -> Money | None:
        """Finance did what was open of it; answers the sum that was reversed now. Said twice it is refused.

        Raises:
            InvoiceNotDone: no such task, nothing of it is open, or `by` is not of finance.
        """
        if by.partition(":")[0] not in FINANCE:
            zh, en = "发票由财务处理；请财务操作", "Invoices are finance's business; have finance note it"
            raise InvoiceNotDone(refuse("not_finance", RULES[action], zh, en))
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(SQL["invoice_lock"], shop, case_no, action.value)
            if row is None:
                zh = f"售后单 {case_no} 没有这项发票任务；aftersales money invoices 列出全部"
                en = f"Case {case_no} has no such task for its invoice; `aftersales money invoices` lists them all"
                raise InvoiceNotDone(refuse("no_task", RULES[action], zh, en))
            so_far = await connection.fetchrow(SQL["invoice_so_far"], shop, case_no, action.value)
            assert so_far is not None, "it counts, and nought is a number"
            left = max((row["minor"] or 0) - so_far["reversed"], 0)
            if so_far["times"] and not left:
                zh, en = "这项发票任务已经完成，无需再办", "This was done already; nothing of it is open"
                raise InvoiceNotDone(refuse("done", RULES[action], zh, en))
            task = (shop, case_no, action.value, so_far["times"] + 1, left, reference, at, by)
            await connection.execute(SQL["invoice_done"], *task)
            return None if row["minor"] is None else Money(minor=left, currency=row["currency"])


def _task(row: asyncpg.Record) -> InvoiceTask:
    fields = dict(row)
    minor, reversed_, currency = fields.pop("minor"), fields.pop("reversed"), fields.pop("currency")
    amount = None if minor is None else Money(minor=minor, currency=currency)
    left = None if minor is None else Money(minor=max(minor - reversed_, 0), currency=currency)
    return InvoiceTask(**fields, amount=amount, left=left)

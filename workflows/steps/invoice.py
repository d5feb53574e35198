"""The words for an invoice: each puts a task before finance, once per case and action, and waits for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.invoice import RECORD, InvoiceAction, InvoiceWork, invoice_work

if TYPE_CHECKING:
    from workflows.course import Case


def reversed_by_refund(case: Case) -> None:
    """Money of what was invoiced is back with the customer: so much of the invoice is reversed (红冲)."""
    if (work := _work(case, InvoiceAction.RED_LETTER)) is not None:
        case.record(RECORD, work.action, "R-INV-RET", **work.model_dump(mode="json"))


def endorsed(case: Case) -> None:
    """Other goods went to him for those of the invoice, which is endorsed (背书)."""
    if (work := _work(case, InvoiceAction.ENDORSEMENT)) is not None:
        case.record(RECORD, work.action, "R-INV-EX", **work.model_dump(mode="json", exclude_none=True))


def goes_back(case: Case) -> None:
    """His own goods go back to him, their original invoice with them."""
    if (work := _work(case, InvoiceAction.ORIGINAL_BACK)) is not None:
        case.record(RECORD, work.action, "R-INV-REP", **work.model_dump(mode="json", exclude_none=True))


def _work(case: Case, action: InvoiceAction) -> InvoiceWork | None:
    return invoice_work(action, case.order, case.rules, case.now, tuple(case.state.refunds))

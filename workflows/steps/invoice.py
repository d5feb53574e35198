"""The words for an invoice: each puts a task before finance, once per case and action, and waits for nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.invoice import RECORD, RULES, InvoiceAction, invoice_work

if TYPE_CHECKING:
    from workflows.course import Case


def reversed_by_refund(case: Case) -> None:
    """Money of what was invoiced is back with the customer: so much of the invoice is reversed (红冲)."""
    _enter(case, InvoiceAction.RED_LETTER)


def endorsed(case: Case) -> None:
    """Other goods went to him for those of the invoice, which is endorsed (背书)."""
    _enter(case, InvoiceAction.ENDORSEMENT)


def goes_back(case: Case) -> None:
    """His own goods go back to him, their original invoice with them."""
    _enter(case, InvoiceAction.ORIGINAL_BACK)


def told_late(case: Case) -> None:
    """Its number was not known when something came up that is to be done to it, or was another."""
    for action in list(case.state.invoice_work):
        _enter(case, InvoiceAction(action))


def _enter(case: Case, action: InvoiceAction) -> None:
    state = case.state
    if action not in state.invoice_work:
        state.invoice_work.append(action)
    work = invoice_work(action, case.order, case.rules, case.now, tuple(state.refunds))
    if work is not None:
        case.record(RECORD, action, RULES[action], **work.model_dump(mode="json", exclude_none=True))

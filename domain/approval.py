"""Asking for somebody's word above one's own limit (A-CAP). Who asks never approves (A-SOD)."""

from __future__ import annotations

from datetime import datetime

from domain.authority import outranks
from domain.case import Approval, CaseState
from domain.events import CaseStart
from domain.money import Money
from domain.vocabulary import Party


def ask_approval(
    start: CaseStart,
    state: CaseState,
    now: datetime,
    *,
    what: str,
    amount: Money,
    rule: str,
    by: str,
    needs: Party | None = None,
) -> Approval:
    """Open a request. `needs` is the lowest role that may say yes; by default the one whose limit covers the sum."""
    needs = needs or outranks(start.rules, what, amount)
    asked = Approval(id=f"A{state.number()}", what=what, amount=amount, rule=rule, requested_by=by, needs=needs)
    state.approvals.append(asked)
    state.needs_human = f"approve:{asked.id}"
    state.record(now, "approval", asked.id, rule, **asked.model_dump(mode="json"))
    return asked

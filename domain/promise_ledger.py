"""The promises of one case: each is a debt with a due instant until it is kept, or he does not want it (P-PROMISE)."""

from __future__ import annotations

from datetime import datetime, timedelta

from domain.case import CaseState, Promised, PromiseState
from domain.clocks import Clock, ClockState
from domain.events import CaseStart
from domain.money import Money
from domain.vocabulary import Party

RULE = "D-PROMISE"
DELIVERY, RESHIP = "delivery", "reship"  # a slot that the courier named; goods that go with his next order
OF_THE_PLAN = frozenset({DELIVERY, RESHIP})
NOT_PAID = "goodwill_not_paid"  # why a person is needed: the provider refused to pay goodwill


def promise(
    start: CaseStart,
    state: CaseState,
    now: datetime,
    *,
    what: str,
    amount: Money | None,
    by: str,
    due_at: datetime | None = None,
) -> Promised:
    """Enter a promise into the ledger and start its clock, by default for the length of D-PROMISE."""
    rule = start.rules.clocks[RULE]
    due = max(due_at or now + timedelta(seconds=rule.length), now)
    made = Promised(id=f"P{state.number()}", what=what, amount=amount, by=by, due_at=due)
    state.promises.append(made)
    state.clocks[clock_of(made.id)] = Clock.start(rule, now, due)
    state.record(now, "promise", made.id, "P-PROMISE", **made.model_dump(mode="json"))
    return made


def keep(state: CaseState, promise_id: str, now: datetime) -> None:
    """It is kept and the customer was told."""
    _settle(state, promise_id, PromiseState.KEPT, ClockState.MET, now)


def release(state: CaseState, promise_id: str, now: datetime) -> None:
    """The customer does not want what was promised: it is owed no more."""
    _settle(state, promise_id, PromiseState.DECLINED, ClockState.CANCELLED, now)


def taken_back(state: CaseState, now: datetime) -> None:
    """He took his request back: what the plan promised is owed no more; what staff or goodwill promised is."""
    for one in state.open_promises():
        if one.what in OF_THE_PLAN and one.by == Party.SYSTEM:
            release(state, one.id, now)


def clock_of(promise_id: str) -> str:
    """The key of a promise's clock among the case's clocks."""
    return f"{RULE}/{promise_id}"


def _settle(state: CaseState, promise_id: str, to: PromiseState, end: ClockState, now: datetime) -> None:
    settled = next(one for one in state.open_promises() if one.id == promise_id)
    settled.state = to
    clock = state.clocks.get(clock_of(settled.id))
    if clock is not None and clock.running:
        clock.end(end, now)
    alarm = state.needs_human.startswith("promise_overdue") or state.needs_human == NOT_PAID
    if alarm and all(one.state is PromiseState.OPEN for one in state.open_promises()):
        state.needs_human = ""
    state.record(now, "promise", settled.id, "P-PROMISE", **settled.model_dump(mode="json"))

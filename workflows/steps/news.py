"""What is told of the order, and by when the platform wants an answer, after he asked (R-VERIFY, T-RIGHTS)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain.messages.facts import OrderTold, RequestRepeated
from domain.order_news import usable
from workflows import counting
from workflows.steps import invoice

if TYPE_CHECKING:
    from datetime import datetime

    from workflows.course import Case

WINDOWS = frozenset({"signed_at", "succeeded_at"})  # where windows begin


class News:
    """What a resting case does about it."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def attend(self) -> bool:
        """Take over what was told. True when something was."""
        case = self._case
        if (again := case.take(RequestRepeated)) is not None:
            self._answer_by(again.deadline)
            return True
        if (said := case.take(OrderTold)) is None:
            return False
        told = usable(case.order, said)
        if kept := sorted(said.told().keys() - told.keys()):
            case.note("order_kept", said.rule, fields=", ".join(kept))
        if told:
            case.learns(told)
        if "invoice" in told:
            invoice.told_late(case)
        if WINDOWS & told.keys():
            await case.windows.judge_again()
        return True

    def _answer_by(self, deadline: datetime | None) -> None:
        """The platform's deadline, told late or told anew: what we decide is never due later (T-RIGHTS)."""
        case = self._case
        if deadline is None or deadline == case.request.deadline:
            return
        case.request = case.request.model_copy(update={"deadline": deadline})
        case.start = case.start.model_copy(update={"request": case.request})
        for key, clock in case.state.clocks.items():
            if clock.live and clock.id in OURS and case.now < deadline < clock.due_at:
                clock.no_later_than = deadline
                counted = counting.Counted(clock.due_at - clock.stopped, clock.provisional)
                counting.settle(case, key, clock, counted, case.rules.clocks[clock.id], why="platform_deadline")


OURS = frozenset({"D-REFDEC", "D-COMPL", "S-DECIDE", "S-ONLINE", "S-APPROVAL", "S-RIGHTS"})
"""Clocks of what we decide or hand in: those that begin within a platform's deadline where one is known."""

"""Of what nature a case is, whether it is important and whether it is urgent; from the two, which comes first.

    nature (性质): what it is about            important (重要): a grave matter, a large sum, he had to come again and
    urgent (紧急): it cannot wait              again, a promise of ours is broken
                     └──────── the rulebook's order of the four classes ────────┘ ► priority 1 to 4 (优先级)

It orders the work and decides nothing else, so that it is judged anew with each page of the journal. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, ConfigDict

from domain.case import CaseState, PromiseState
from domain.clocks import SILENT
from domain.events import CaseStart
from domain.holding import holds
from domain.vocabulary import CaseType, Nature

RULE = "R-CLASSIFY"


class Priority(BaseModel):
    """How a case was classified, and why."""

    model_config = ConfigDict(frozen=True)

    nature: Nature
    important: tuple[str, ...]  # the reasons, as codes; none: it is not
    urgent: tuple[str, ...]
    level: int  # 1 comes first
    rule: str = RULE

    @property
    def reasons(self) -> str:
        """Why, as one code word after the other."""
        return " ".join((*self.important, *self.urgent))


@holds(RULE)
def priority(start: CaseStart, state: CaseState) -> Priority:
    """Classify the case as it stands now."""
    type = state.became or start.request.case_type
    important, urgent = tuple(_important(start, state, type)), tuple(_urgent(start, state, type))
    named = "important_urgent" if important and urgent else "important" if important else "urgent" if urgent else "rest"
    order = start.rules.priorities
    level = order.index(named) + 1 if named in order else max(len(order), 1)
    return Priority(nature=type.nature, important=important, urgent=urgent, level=level)


def _important(start: CaseStart, state: CaseState, type: CaseType) -> Iterable[str]:
    request, rules = start.request, start.rules
    if type in rules.important_types:
        yield "grave_matter"
    if (request.amount or request.order.paid).minor >= rules.numbers.important_sum.minor:
        yield "large_sum"
    if state.came_back.contacts >= rules.numbers.our_mess_contacts:
        yield "came_again"
    if any(one.state is PromiseState.BROKEN for one in state.promises):
        yield "promise_broken"


def _urgent(start: CaseStart, state: CaseState, type: CaseType) -> Iterable[str]:
    if type in start.rules.urgent_types:
        yield "cannot_wait"
    if start.request.deadline is not None:
        yield "platform_deadline"
    if state.needs_human.startswith("overdue:"):
        yield "overdue"
    elif any(_nearly_due(start, clock.id) and clock.running and not clock.warn_at for clock in state.clocks.values()):
        yield "nearly_due"


def _nearly_due(start: CaseStart, clock: str) -> bool:
    """Whether the last warning of such a clock says that somebody should hurry."""
    rule = start.rules.clocks.get(clock)
    return rule is not None and bool(rule.warn_percent) and clock not in SILENT

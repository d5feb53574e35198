"""An open case changes to another version of the rulebook, by a supervisor's logged command (A-SUPQ).

The command waits in the mailbox until the case rests, so that rules do not change in the middle of an act. From then on
the case goes by the new version, and the clocks whose length changed are counted anew from their anchors.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import FailureError

from activities.rulebook import Adoptable, RulebookActivities
from domain.adoption import not_adopted
from domain.case import Fact
from domain.messages.commands import AdoptRulebook
from domain.messages.decoding import Message
from domain.recounting import differs
from domain.refusal import Refusal
from domain.refusals import refusal
from domain.rules import Rules
from workflows.counting import settle

if TYPE_CHECKING:
    from workflows.course import Case


class Adoption:
    """Who asked for another version, and what came of it."""

    def __init__(self, case: Case) -> None:
        self._case = case
        self._awaited: list[tuple[Fact, asyncio.Future[Refusal | None]]] = []

    async def answer(self) -> Refusal | None:
        """What becomes of the command that was put into the mailbox last. For a resting case: it acts at once."""
        future: asyncio.Future[Refusal | None] = asyncio.get_running_loop().create_future()
        self._awaited.append((self._case.state.mailbox[-1], future))
        return await future

    async def act(self) -> bool:
        """Carry out what was asked for. True when something was."""
        case = self._case
        fact = next((one for one in case.state.mailbox if one.kind == AdoptRulebook.kind), None)
        if fact is None:
            return False
        case.state.mailbox.remove(fact)
        refused = await self._adopt(fact)
        if refused is not None:
            told = {"command": fact.kind, "code": refused.code}
            case.note("command_refused", refused.rule, actor=fact.by, **told)
        for awaited, future in self._awaited:
            if awaited is fact:
                future.set_result(refused)
                await asyncio.sleep(0)  # its sender has the answer before the case may go on in a new run
        self._awaited = [(one, future) for one, future in self._awaited if not future.done()]
        return True

    async def _adopt(self, fact: Fact) -> Refusal | None:
        case, asked = self._case, AdoptRulebook.model_validate(fact.payload)
        if case.state.closed_at is not None:  # it closed while the command waited
            message = Message(id="", kind=fact.kind, by=fact.by, received_at=fact.received_at, payload=asked)
            return refusal(case.start, case.state, message)
        found = await self._found(asked.rulebook)
        if found.rules is None:
            return not_adopted(found.refused, asked.rulebook, found.known)
        if found.rules.digest == case.rules.digest:
            return not_adopted("same", asked.rulebook)
        await self._follow(found.rules, fact.by, asked.reason)
        return None

    async def _found(self, version: str) -> Adoptable:
        try:
            return await workflow.execute_local_activity_method(
                RulebookActivities.adoptable_rules,
                version,
                start_to_close_timeout=timedelta(seconds=5),
                retry_policy=RetryPolicy(maximum_attempts=3, initial_interval=timedelta(milliseconds=200)),
                summary="查规则版本 · Look the rulebook version up",
            )
        except FailureError:
            return Adoptable(refused="away")

    async def _follow(self, rules: Rules, by: str, reason: str) -> None:
        """The new rules hold from here on; clocks that run under another length get their new instants with them."""
        case, old = self._case, case_version(self._case.rules)
        changed = [
            (key, clock, rule, await case.counted(rule, clock.started_at))
            for key, clock in list(case.state.clocks.items())
            if clock.live
            and (rule := rules.clocks.get(clock.id)) is not None
            and differs(case.rules.clocks.get(clock.id), rule)
        ]
        case.follow(rules)
        case.state.rulebook = case_version(rules)
        case.note("rulebook_adopted", "A-SUPQ", actor=by, rulebook=case.state.rulebook, before=old, reason=reason)
        for key, clock, rule, counted in changed:
            settle(case, key, clock, counted, rule, why="rulebook_changed")


def case_version(rules: Rules) -> str:
    """A version as the register and `explain` name it."""
    return f"{rules.name}@{rules.digest[:12]}"

"""What only a person can decide: put before him, awaited with a clock, escalated when nobody does (R-OWNER, R-ESC)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from domain.answers import Ruling
from domain.approval import ask_approval
from domain.case import SECOND_LOOK, Approval, Verdict
from domain.messages.commands import Decide
from domain.money import Money
from domain.vocabulary import Party, Stage
from workflows.duties import escalate
from workflows.endings import PartnerSaidNo

if TYPE_CHECKING:
    from workflows.course import Case

T = TypeVar("T")
OUTER = 3  # the customs since which a platform's deadline bounds every decision


class Desk:
    """The words for asking staff."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def decide(
        self, question: str, rule: str, within: str = "S-DECIDE", ball: Party = Party.AGENT, *, meets: bool = True
    ) -> Ruling:
        """Have a person decide. Each missed deadline escalates once more; the question stays open.

        Without `meets` the clock `within` waits for more than his decision and goes on.
        """

        async def deciding() -> Ruling:
            return await self.put(question, rule, self.take_decision, within, ball, meets=meets)

        return await self._case.once(f"decide/{question}", deciding, Ruling)

    async def put(
        self,
        question: str,
        rule: str,
        ready: Callable[[], T | None],
        within: str = "S-DECIDE",
        ball: Party = Party.AGENT,
        *,
        meets: bool = True,
        name: str = "",
    ) -> T:
        """Put a question before a person until `ready` gives a value; `name` tells the same question's turns apart."""
        case, turn = self._case, 0
        await case.once(f"asked/{name or question}", lambda: self._asked(question, rule), bool)
        case.state.needs_human = case.state.needs_human or f"decide:{question}"  # he withdrew meanwhile: asked anew
        while True:
            turn += 1
            id = within if turn == 1 else "S-DECIDE"
            named = f"S-DECIDE/{name or question}#{turn}" if id == "S-DECIDE" else id
            clock = await case.clock(id, name=named, no_later_than=self._platform_waits_until())
            made = await case.until(
                ready,
                code=f"decision_{question}",
                ball=ball if turn == 1 else Party.SUPERVISOR,
                stage=Stage.PLAN if turn == 1 else Stage.ESCALATED,
                clock=clock,
                meets=meets or turn > 1,
            )
            if made is not None:
                case.state.needs_human = ""
                return made
            await case.once(
                f"asked/{name or question}/overdue/{turn}", partial(self._overdue, f"overdue:{id}", rule), bool
            )

    async def _asked(self, question: str, rule: str) -> bool:
        while self._case.start.customs >= SECOND_LOOK and self.take_decision() is not None:
            pass  # it was on another question, which found its answer elsewhere
        self._case.note("decision_asked", rule, question=question)
        self._case.state.needs_human = f"decide:{question}"
        return True

    async def _overdue(self, code: str, rule: str) -> bool:
        escalate(self._case, code, rule)
        return True

    def _platform_waits_until(self) -> datetime | None:
        """The deadline that a platform gave with the request, while it is ahead: what we decide is never due later."""
        case = self._case
        deadline = case.request.deadline
        ahead = deadline is not None and deadline > case.now
        return deadline if ahead and case.start.customs >= OUTER else None

    def take_decision(self) -> Ruling | None:
        """What a person decided, if he did."""
        case = self._case
        for fact in case.state.mailbox:
            if fact.kind == Decide.kind:
                case.state.mailbox.remove(fact)
                made = Decide.model_validate(fact.payload)
                return Ruling(by=fact.by, **made.model_dump(include=Ruling.model_fields.keys() - {"by"}))
        return None

    def tell_supervisor(self, what: str, rule: str) -> None:
        """A supervisor hears of it and says with a note that he knows; the case goes on meanwhile (A-SUPQ)."""
        escalate(self._case, what, rule)

    def settled(self, clock: str) -> None:
        """What that deadline was for is done; if it was missed, nobody need see to it any more."""
        case = self._case
        case.met(clock)
        if case.state.needs_human == f"overdue:{clock}":
            case.state.needs_human = ""

    async def even_if_refused(self, calling: Awaitable[object], partner: Party) -> bool:
        """Wait for a call without which the case goes on: a final no is put before a person (R-ESC). False then."""
        try:
            await calling
        except PartnerSaidNo as no:
            self._case.note("partner_refused", "R-ESC", partner=partner, code=no.code)
            escalate(self._case, f"partner_refused:{partner}", "R-ESC")
            return False
        return True

    async def approval(self, step: str, what: str, amount: Money, rule: str, requested_by: str) -> Approval:
        """Have somebody with the limit approve."""
        case = self._case

        async def asking() -> Approval:
            asked_id = await case.once(f"{step}/asked", lambda: self._ask(what, amount, rule, requested_by), str)
            return await self.word_on(asked_id, rule)

        return await case.once(step, asking, Approval)

    async def signature(self, step: str, form: str, rule: str) -> Approval:
        """Have a leader sign a form (A-SIGN); its sum is what the goods cost."""
        case = self._case

        async def asking() -> Approval:
            asked_id = await case.once(f"{step}/asked", lambda: self._ask_leader(form, rule), str)
            return await self.word_on(asked_id, rule)

        return await case.once(step, asking, Approval)

    async def _ask_leader(self, form: str, rule: str) -> str:
        return self.ask(form, self._case.order.paid, rule, Party.SYSTEM, Party.SUPERVISOR).id

    async def word_on(self, asked_id: str, rule: str) -> Approval:
        """Wait for somebody's word on a request that was put. A missed deadline goes one role up and stays open."""
        case, turn = self._case, 0
        while True:
            turn += 1
            clock = await case.clock(
                "S-APPROVAL", name=f"S-APPROVAL/{asked_id}#{turn}", no_later_than=self._platform_waits_until()
            )
            asked = next(a for a in case.state.approvals if a.id == asked_id)
            verdict = await case.until(
                lambda: _verdict(case, asked_id),
                code="approval",
                ball=asked.needs,
                stage=Stage.APPROVAL,
                clock=clock,
            )
            if verdict is not None:
                case.state.needs_human = ""
                return verdict
            escalate(case, f"approve:{asked_id}", rule)
            if asked.needs is Party.SUPERVISOR:
                asked.needs = Party.MANAGER

    def ask(self, what: str, amount: Money, rule: str, requested_by: str, needs: Party | None = None) -> Approval:
        """Put a request before somebody with the limit, or of the role that it `needs`, without waiting for a word."""
        case = self._case
        asked = ask_approval(
            case.start, case.state, case.now, what=what, amount=amount, rule=rule, by=requested_by, needs=needs
        )
        case.note("approval_asked", rule, approval=asked.id, amount=str(amount), needs=asked.needs)
        return asked

    async def _ask(self, what: str, amount: Money, rule: str, requested_by: str) -> str:
        return self.ask(what, amount, rule, requested_by).id


def _verdict(case: Case, asked_id: str) -> Approval | None:
    asked = next(a for a in case.state.approvals if a.id == asked_id)
    return asked if asked.verdict is not Verdict.OPEN else None

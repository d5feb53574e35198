"""A platform that steps in (小二): its deadline binds us, its verdict binds both (T-RIGHTS)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from domain.answers import Ruled
from domain.grievance import PACK
from domain.messages.commands import SubmitEvidence
from domain.messages.facts import PlatformRuled
from domain.vocabulary import Party, Stage
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case

SUBMIT = "submit:evidence_pack"


class Platform:
    """The words for a platform's arbiter."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def evidence(self, turn: int, deadline: datetime | None, at: datetime | None = None) -> None:
        """Pack the evidence and have a person hand it to the platform before its deadline.

        A platform that rules meanwhile ends the wait.
        """
        case = self._case

        async def submitting() -> bool:
            await case.dispute.packed(turn, "T-RIGHTS")
            case.state.needs_human = SUBMIT
            reminder = 0
            while True:
                reminder += 1
                clock = await case.clock(
                    "S-RIGHTS", name=f"S-RIGHTS/{turn}.{reminder}", at=at if reminder == 1 else None,
                    no_later_than=deadline if reminder == 1 else None,
                )  # fmt: skip
                given = await case.until(
                    lambda: case.take(SubmitEvidence) or self._ruled_already(),
                    code=PACK,
                    ball=Party.AGENT if reminder == 1 else Party.SUPERVISOR,
                    stage=Stage.EVIDENCE if reminder == 1 else Stage.ESCALATED,
                    clock=clock,
                )
                if given is not None:
                    break
                escalate(case, SUBMIT, "T-RIGHTS")
            case.state.needs_human = ""
            if isinstance(given, SubmitEvidence):
                case.record("evidence_submission", f"pack-{turn}", "T-RIGHTS", receipt=given.receipt)
                return True
            return False

        await case.once(f"evidence/{turn}", submitting, bool)

    def _ruled_already(self) -> bool | None:
        return any(fact.kind == PlatformRuled.kind for fact in self._case.state.mailbox) or None

    async def verdict(self, turn: int) -> Ruled:
        """Wait for the arbiter. When he is silent for long somebody asks him; the wait stays open."""
        case = self._case

        async def waiting() -> Ruled:
            reminder = 0
            while True:
                reminder += 1
                clock = await case.clock("S-RULING", name=f"S-RULING/{turn}.{reminder}")
                ruled = await case.until(
                    self._take, code="ruling", ball=Party.PLATFORM, stage=Stage.WAITING_PLATFORM, clock=clock
                )
                if ruled is not None:
                    if case.state.needs_human == "overdue:S-RULING":
                        case.state.needs_human = ""
                    return ruled
                escalate(case, "overdue:S-RULING", "T-RIGHTS")

        return await case.once(f"verdict/{turn}", waiting, Ruled)

    def _take(self) -> Ruled | None:
        state = self._case.state
        for fact in state.mailbox:
            if fact.kind == PlatformRuled.kind:
                state.mailbox.remove(fact)
                said = PlatformRuled.model_validate(fact.payload)
                return Ruled(verdict=said.verdict, amount=said.amount, due_at=said.due_at, by=fact.by)
        return None

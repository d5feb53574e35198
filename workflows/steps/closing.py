"""The end of every case: told, confirmed, never closed over the customer's head, looked after for a while (P-CLOSE).

closing message ──► confirmed ──► closed ──► survey ──► free reopening ends
      │ silent: told again, `closing_notices` times in all; then silence counts, and reopening is free for 15 days
      └ "not solved" ──► reopened, a person takes it up again
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from domain import goodwill
from domain.answers import Ending
from domain.case import SECOND_LOOK
from domain.clocks import Clock, ClockState
from domain.messages.commands import CloseCase, ReopenCase
from domain.messages.facts import CustomerConfirmed, PlatformRuled
from domain.six_steps import missing
from domain.tag import KEY, RECORD
from domain.tagging import proposed
from domain.vocabulary import Outcome, Party, PlatformVerdict, Stage

if TYPE_CHECKING:
    from workflows.course import Case


class Closing:
    """The words for ending a case."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def close(self, outcome: Outcome) -> bool:
        """Tell the customer how it ended and wait for his word. False when he is not satisfied (R-REOPEN)."""
        case = self._case
        case.cancel_work_clocks()
        ending = await case.once("closing", lambda: self._ask(outcome), Ending)
        if ending is Ending.NOT_SOLVED:
            case.note("not_solved", "R-REOPEN", actor=Party.CUSTOMER)
            return False
        if ending is Ending.OVERRULED:
            case.note("overruled", "T-RIGHTS", actor=Party.PLATFORM)
            return False
        await case.once("promises_kept", self._promises_kept, bool)
        if not case.done("closed"):
            await case.once("closed", lambda: self._shut(outcome, ending), bool)
        return True

    async def _ask(self, outcome: Outcome) -> Ending:
        case = self._case
        if case.clock_if_started("S-CONFIRM/1") is None:
            self._nothing_was_confirmed()
        for notice in range(1, case.rules.numbers.closing_notices + 1):
            template = "closing" if notice == 1 else "closing_reminder"
            clock = await case.clock("S-CONFIRM", name=f"S-CONFIRM/{notice}")
            await case.contact.tell(
                template, "R-EXPLAINBACK", step=f"closing{notice}", outcome=outcome, **self._said(notice, clock)
            )
            ending = await case.until(
                self._word, code="confirmation", ball=Party.CUSTOMER, stage=Stage.CONFIRM, clock=clock
            )
            if ending is not None:
                return ending
        return Ending.SILENT

    def _nothing_was_confirmed(self) -> None:
        """That it is solved, said before he was asked and heard how it ended, closes nothing (P-CLOSE).

        Nor does "not solved" open a round more that he said once more of the round before: he is asked now.
        """
        case = self._case
        while case.take(CustomerConfirmed, where=lambda said, _: said.solved) is not None:
            case.note("confirmed_too_early", "P-CLOSE", actor=Party.CUSTOMER)
        while case.state.round > 1 and case.start.customs >= SECOND_LOOK and case.take(CustomerConfirmed) is not None:
            pass

    def _said(self, notice: int, clock: Clock) -> dict[str, str]:
        """What a closing message states besides the result: cause and sum; a reminder, what silence will mean."""
        case = self._case
        if notice > 1:
            return {"due": clock.due_at.isoformat(), "days": str(case.rules.numbers.free_reopen_days)}
        paid = {"amount": str(case.remedy.refunded)} if case.state.refunded else {}
        return {"reason": case.request.reason, **paid}

    def _word(self) -> Ending | None:
        """What he says to it. A late word counts too, while the case is not closed over his silence (P-CLOSE)."""
        case = self._case
        if self._overruled():
            return Ending.OVERRULED
        said = case.take(CustomerConfirmed)
        if said is not None:
            return Ending.CONFIRMED if said.solved else Ending.NOT_SOLVED
        return Ending.ON_HIS_WORD if case.take(CloseCase) is not None else None

    def _overruled(self) -> bool:
        """Whether a platform decided for the customer after the case was through with it (T-RIGHTS)."""
        for_him = PlatformVerdict.FOR_CUSTOMER
        return self._case.take(PlatformRuled, where=lambda said, _: said.verdict is for_him) is not None

    async def _promises_kept(self) -> bool:
        """A case cannot close over an open promise (P-PROMISE)."""
        case = self._case
        if case.state.open_promises():
            case.state.needs_human = case.state.needs_human or "promise_open"
            await case.until(
                lambda: not case.state.open_promises() or None, code="promises", ball=Party.FINANCE, stage=Stage.CONFIRM
            )
        if case.state.needs_human.startswith("promise_"):
            case.state.needs_human = ""
        return True

    async def unheard(self, outcome: Outcome) -> None:
        """The end of a case for which no customer asked: none is told, and none is asked how it was (X5, W-3)."""
        self._case.cancel_work_clocks()
        await self._case.once("closed", lambda: self._shut(outcome, Ending.SETTLED), bool)

    async def _shut(self, outcome: Outcome, ending: Ending) -> bool:
        """It is over."""
        case = self._case
        case.state.outcome = outcome
        case.state.closed_at = case.now
        case.state.stage = Stage.CLOSED
        case.state.needs_human = ""
        goodwill.lapse(case.state, case.now)
        tag = proposed(case.request, case.state)
        case.record(RECORD, KEY, "R-TAG", **tag.model_dump(mode="json"))
        steps = [] if case.request.of_the_house else missing(case.state.six_steps)  # they are taken with a customer
        left_out = [step.value for step in steps]
        case.note("case_closed", "R-CLOSECONF", outcome=outcome, ending=ending, steps_missing=left_out)
        return True

    async def aftercare(self) -> bool:
        """Survey, and an open door for a while. True when the case was reopened."""
        case = self._case

        async def caring() -> bool:
            closed_at = case.state.closed_at or case.now
            survey = await case.clock("D-SURVEY", at=closed_at)
            door = await case.clock("S-REOPEN", at=closed_at)
            if not case.done("survey"):
                if await self._reopened_until(survey):
                    return True
                await case.once("survey", lambda: self._survey(survey), bool)
            return await self._reopened_until(door)

        return await case.once("aftercare", caring, bool)

    async def _reopened_until(self, clock: Clock) -> bool:
        case = self._case

        def reopened() -> bool | None:
            command = case.take(ReopenCase)
            if command is not None:
                case.state.reopen_reason = command.reason or "reopened"
                return True
            word = case.take(CustomerConfirmed, where=lambda said, _: not said.solved)
            if word is not None:
                case.state.reopen_reason = "not_solved"
                return True
            if self._overruled():
                case.state.reopen_reason = "platform_ruled"
                return True
            return False if clock.state is ClockState.MET else None  # he answered before he was asked

        return bool(await case.until(reopened, code="aftercare", ball=Party.SYSTEM, stage=Stage.CLOSED, clock=clock))

    async def _survey(self, clock: Clock) -> bool:
        if clock.state is not ClockState.MET:
            await self._case.contact.tell("survey", "R-SURVEY")
        return True

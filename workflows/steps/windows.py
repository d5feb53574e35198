"""Whether a request came in time: to return, for a fault, for a lower price (D-NR, D-QUAL, D-PRICE, X2)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from domain.case import Fact
from domain.events import Request
from domain.exchange import ExchangeWindow
from domain.messages.commands import ReopenCase
from domain.recounting import Kept
from domain.return_window import Window, clock_of, starts_at, window_under
from domain.vocabulary import Party
from workflows import counting
from workflows.duties import escalate

if TYPE_CHECKING:
    from workflows.course import Case


class Windows:
    """The words for the windows of a request."""

    def __init__(self, case: Case) -> None:
        self._case = case

    async def for_return(self) -> Window:
        """Whether the request came within its return window: no-reason or quality (D-NR, D-QUAL, X2)."""
        return await self._judged("window", clock_of(self._case.request.reason))

    async def for_price(self) -> Window:
        """Whether the request came while a lower price still counts (D-PRICE)."""
        return await self._judged("window/D-PRICE", "D-PRICE")

    async def _judged(self, step: str, clock: str) -> Window:
        case = self._case

        async def looking() -> Window:
            found = await self._look(clock)
            case.note("return_window", found.rule, allowed=found.allowed, reason=found.reason)
            return found

        return await case.once(step, looking, Window)

    async def no_reason_open(self) -> bool:
        """Whether a no-reason return is still open to the customer (X15)."""
        case = self._case

        async def looking() -> bool:
            return (await self._look("D-NR")).allowed

        return await case.once("no_reason_open", looking, bool)

    async def _look(self, clock: str) -> Window:
        return window_under(clock, self.request, await self.end(clock), self._case.rules)

    @property
    def request(self) -> Request:
        """The request with the order as it is known now: windows begin with what happened to that."""
        return self._case.request.model_copy(update={"order": self._case.order})

    async def end(self, clock: str) -> datetime | None:
        """When that window closes; None while it has not begun."""
        case = self._case
        started_at = starts_at(clock, case.order)
        if started_at is None:
            return None
        end, provisional = await case.counted(case.rules.clocks[clock], started_at)
        if provisional:
            case.state.provisional_ends[clock] = end
            counting.keep(case, clock, started_at, end, provisional=True)
        return end

    async def look_again(self) -> None:
        """A notice came for days over which a window was judged. It never closes earlier than was told (X2).

        A window that was closed and by the notice was not is put before a person: at the latest when the case has
        closed, it is taken up again.
        """
        case = self._case
        for clock, before in list(case.state.provisional_ends.items()):
            started_at = starts_at(clock, case.order)
            assert started_at is not None, "a window that was counted began"
            end, provisional = await case.counted(case.rules.clocks[clock], started_at)
            if provisional:
                case.note("still_provisional", case.rules.clocks[clock].rule, clock=clock)
                continue
            del case.state.provisional_ends[clock]
            counting.keep(case, clock, started_at, max(before, end), provisional=False)
            was, now = (window_under(clock, self.request, at, case.rules) for at in (before, end))
            if end <= before:
                kept = {"due_at": before.isoformat(), "counted": end.isoformat()}
                case.note("clock_kept", "X2", clock=clock, kept=Kept.CUSTOMER, why="calendar_notice", **kept)
                continue
            moved = {"before": before.isoformat(), "due_at": end.isoformat()}
            case.note("clock_moved", now.rule, clock=clock, why="calendar_notice", **moved)
            if now.allowed and not was.allowed:
                self._open_after_all(clock, now.rule)

    async def judge_again(self) -> None:
        """It is known now that he got the parcel on another day. What was open stays open to him (X2)."""
        case = self._case
        own = clock_of(case.request.reason)
        for step, clock, kind, judge in (
            ("window", own, Window, partial(self._look, own)),
            ("window/D-PRICE", "D-PRICE", Window, partial(self._look, "D-PRICE")),
            ("exchange/window", "D-EX", ExchangeWindow, case.exchange.judge),
        ):
            if case.done(step) and not (await case.once(step, judge, kind)).allowed and (now := await judge()).allowed:
                self._open_after_all(clock, now.rule)

    def _open_after_all(self, clock: str, rule: str) -> None:
        case = self._case
        escalate(case, f"window_open:{clock}", rule)
        case.state.mailbox.append(Fact.of(ReopenCase(reason="window_open"), Party.SYSTEM, None))

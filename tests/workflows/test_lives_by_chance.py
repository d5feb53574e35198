"""Whatever is said to a case, in whatever order, and however long nobody says anything: what protects people holds.

    AFTERSALES_CHANCE=2 pytest tests/workflows/test_lives_by_chance.py        the same cases with other turns

A failure names the seed, the life that it began as, and all that was said, in its order.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.refusals import LAST_PAGE
from domain.vocabulary import CaseType
from tests.workflows import duty
from tests.workflows.chance import COMMAND_KINDS, FACT_KINDS, STAFF, payload, well_formed
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused
from tests.workflows.lives import LIVES
from tests.workflows.lives.beginning import begun

SEED = os.environ.get("AFTERSALES_CHANCE", "1")
TURNS = 6  # of chance, before the people around the case do their duty
DUTIES = 60  # turns of duty within which every case must end
PATIENCE = timedelta(days=4)  # so long a case waits before somebody rings up those for whom it waits
SILENCES = (0, 0, 1, 5, 30, 80, 200)  # hours
CHINA = timedelta(hours=8)


@pytest.mark.by_chance
@pytest.mark.parametrize("type", CaseType)
async def test_no_case_is_driven_out_of_its_bounds(house: House, type: CaseType) -> None:
    """A next instant at every rest, an end, money within the order, no closing over a promise, no call at night."""
    lives = [name for name, (kind, _, _) in LIVES.items() if kind == type]
    assert lives, f"{type} has no recorded life that it could begin as"
    name = min(lives, key=lambda name: Random(f"{SEED}/{name}").random())
    life = Life(await begun(house, name), Random(f"{type}/{SEED}"))
    try:
        await life.take_its_turns()
        await life.come_to_its_end()
        await life.was_within_bounds()
    except Exception as error:
        said = "\n".join(f"    {line[:300]}" for line in life.said)
        raise AssertionError(f"AFTERSALES_CHANCE={SEED}, {type} begun as {name}: {error}\n{said}") from error


class Life:
    """A case and all that was said to it."""

    def __init__(self, case: LivedCase, chance: Random) -> None:
        self.case, self.chance = case, chance
        self.said: list[str] = []
        self._in_vain: tuple[Any, ...] = ()  # where it stood when everything that staff could do was refused
        self._decided = 0

    # --- by chance ---

    async def take_its_turns(self) -> None:
        """Silences, and messages right and wrong, by update, by signal and through the door."""
        for _ in range(TURNS):
            hours = self.chance.choice(SILENCES)
            self.said.append(f"{hours} hours of silence")
            if await self._live(timedelta(hours=hours)):
                return
            await self._say(self.chance.choice(FACT_KINDS if self.chance.random() < 0.6 else COMMAND_KINDS))

    async def _say(self, kind: str) -> None:
        case, chance = self.case, self.chance
        document = payload(kind, chance, case.began)
        is_fact = kind in FACT_KINDS
        through_its_door = well_formed(kind, document) if is_fact else chance.random() < 0.5
        if not is_fact:
            document["by"] = chance.choice(STAFF)
        self.said.append(f"{kind} {'' if through_its_door else 'as a bare signal '}{document}")
        try:
            if not through_its_door:
                await case.handle.signal(kind, document)
            elif is_fact:
                await case.say(kind, **document)
            else:
                await case.act(kind, **document)
        except (Refused, RPCError, WorkflowUpdateFailedError) as answer:  # it may have ended at this moment as well
            self.said.append(f"  {answer}")

    # --- and then what has to be done ---

    async def come_to_its_end(self) -> None:
        """Everybody does his duty."""
        for turn in range(DUTIES):
            if await self._live(timedelta(0)):
                return
            before = await self._staff_do_their_duty(turn)
            if await self._live(PATIENCE, stop_when_needed=True):
                return
            state = await self.case.state()
            if before == (state.waiting and state.waiting.code):
                for said in duty.from_outside(state, self.case.request.get("order", {}).get("waybill", "")):
                    self.said.append(f"at last: {said.kind} by {said.by}: {dict(said.fields)}")
                    await self.case.handle.signal(said.kind, {"by": said.by, **said.fields})
        raise AssertionError(f"it does not end: {await self.case.rest()}, {await self.case.events()}")

    async def _staff_do_their_duty(self, turn: int) -> str | None:
        state = await self.case.state()
        done = False
        for ways in duty.of_staff(state, turn):
            done = await self._first_possible(ways) or done
        if not done:
            self._in_vain = _standing(await self.case.handle.query("explain"))
        return state.waiting and state.waiting.code

    async def _first_possible(self, ways: list[duty.Duty]) -> bool:
        for way in ways:
            try:
                await self.case.act(way.kind, by=way.by, **way.fields)
            except Refused:
                continue
            self.said.append(f"duty: {way.kind} by {way.by}: {dict(way.fields)}")
            return True
        return False

    # --- what holds ---

    async def _live(self, length: timedelta, *, stop_when_needed: bool = False) -> bool:
        """Live so long, from one instant at which something happens to the next. True when it has ended."""
        case = self.case

        def stop(shown: Mapping[str, Any]) -> bool:
            ends = shown["waiting_for"] == LAST_PAGE
            assert shown["next"] or ends, (
                f"{shown['stage']}, {shown['waiting_for']}: nothing will ever happen by itself"
            )
            return stop_when_needed and duty.is_needed(shown) and _standing(shown) != self._in_vain

        until = (await case.rest()).at + length
        return (await case.house.days.live(case.shop, case.case_no, until=until, stop=stop)).ended

    async def was_within_bounds(self) -> None:
        """It is closed, it owes nothing, it paid what it may, and it rang nobody up too often or at night."""
        case, pool = self.case, self.case.house.pool
        row = await case.row()
        assert row["stage"] == "closed", "it ended without being closed"
        money = await pool.fetchrow(
            "SELECT paid_minor, collected_minor, committed_minor FROM orders WHERE shop = $1 AND order_no = $2",
            case.shop, case.order_no,
        )  # fmt: skip
        paid, collected, committed = money or (0, 0, 0)  # a parcel that nobody announced belongs to no order
        really = sum(await case.payments())
        assert 0 <= really == row["refunded_minor"] <= committed <= paid + collected, "it paid what it may not"
        owed = await pool.fetchval(
            "SELECT count(*) FROM promises WHERE shop = $1 AND case_no = $2 AND state NOT IN ('told', 'declined')",
            case.shop, case.case_no,
        )  # fmt: skip
        assert owed == 0, "a promise is open"
        calls = [
            at + CHINA
            for (at,) in await pool.fetch(
                "SELECT at AT TIME ZONE 'UTC' FROM contact_attempts WHERE shop = $1 AND customer_ref = $2 AND counted"
                " AND made_by = 'system' ORDER BY at",
                case.shop, case.customer_ref,
            )
        ]  # fmt: skip
        for at in calls:
            assert 10 <= at.hour < 18, f"called at {at}"
            assert sum(at <= other < at + timedelta(days=7) for other in calls) <= 6, f"called too often since {at}"
            assert sum(at.date() == other.date() for other in calls) <= 3, f"called too often on {at.date()}"


def _standing(shown: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(str(shown[name]) for name in ("waiting_for", "needs_human", "open_approvals", "open_promises"))

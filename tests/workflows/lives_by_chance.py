"""Whatever is said to a case, in whatever order, and however long nobody says anything: what protects people holds.

pytest tests/workflows/lives_by_chance.py        minutes: not among `make test`, whose files are called test_*
"""

from __future__ import annotations

import asyncio
import os
from datetime import timedelta
from random import Random
from typing import Any

from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from domain.explain import Explanation
from domain.vocabulary import CaseType
from tests.workflows.chance import COMMAND_KINDS, FACT_KINDS, STAFF, payload, well_formed
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused
from tests.workflows.record import LIVES

TURNS = 6  # of chance, before the people around the case do their duty
LONGEST = 60  # turns of duty within which every case must end
SILENCES = (0, 0, 1, 5, 30, 80, 200)  # hours


async def test_no_case_is_driven_out_of_its_bounds(house: House) -> None:
    """A next instant at every rest, money within the order, no closing over a promise, no call outside the guard.

    One life of each type, side by side. AFTERSALES_CHANCE=2 lets them take other turns.
    """
    seed = os.environ.get("AFTERSALES_CHANCE", "1")
    ends = await asyncio.gather(*(_lived(house, type, seed) for type in CaseType), return_exceptions=True)
    failed = [f"{type}: {end!r}"[:600] for type, end in zip(CaseType, ends, strict=True) if end is not None]
    assert not failed, "\n".join(failed)


async def _lived(house: House, type: CaseType, seed: str) -> None:
    chance = Random(f"{type}/{seed}")
    openings: list[dict[str, Any]] = [facts for kind, facts, _ in LIVES.values() if kind == type]
    case = await house.open(type, **chance.choice(openings))
    await _to_the_end(case, chance)
    await _was_within_bounds(case)


async def _to_the_end(case: LivedCase, chance: Random) -> None:
    for _ in range(TURNS):
        if (await case.rest()).ended:
            return
        await _something_happens(case, chance)
        await _knows_what_comes_next(case)
    for _ in range(LONGEST):
        if await _duty_is_done(case):
            return
        await _knows_what_comes_next(case)
    raise AssertionError(f"it does not end: {(await case.rest())}, {await case.events()}")


async def _something_happens(case: LivedCase, chance: Random) -> None:
    await case.pass_time(hours=chance.choice(SILENCES))
    if (await case.rest()).ended:
        return
    if chance.random() < 0.6:
        kind = chance.choice(FACT_KINDS)
        document = payload(kind, chance)
        if well_formed(kind, document):
            await case.say(kind, **document)
        else:  # the door would keep it out; by hand it comes all the same
            await case.handle.signal(kind, document)
        return
    kind = chance.choice(COMMAND_KINDS)
    document = payload(kind, chance)
    try:
        if chance.random() < 0.5:
            await case.act(kind, **{**document, "by": chance.choice(STAFF)})
        else:  # its signal twin, by hand, without an id
            await case.handle.signal(kind, {**document, "by": chance.choice(STAFF)})
    except (Refused, RPCError, WorkflowUpdateFailedError):
        pass  # a refusal is an answer; and it may have ended at this moment


async def _knows_what_comes_next(case: LivedCase) -> None:
    if (await case.rest()).ended:
        return
    told = await case.handle.query("explain", result_type=Explanation)
    assert told.next is not None, f"{told.stage}, {told.waiting_for}: nothing will ever happen by itself"


async def _duty_is_done(case: LivedCase) -> bool:
    """Whoever is needed does the plainest thing. True when the case has ended."""
    now = await case.rest()
    if now.ended:
        return True
    state = await case.state()
    try:
        if state.open_approval() or state.needs_human.startswith("approve:"):
            for asked in [one for one in state.approvals if one.verdict == "open"]:
                await case.act("approve", by="manager:9", request=asked.id)
        elif state.waiting and state.waiting.code.startswith("decision_"):
            await case.act("decide", by="manager:8", resolution="explain_only", reason="not_covered")
        elif state.waiting and state.waiting.code.startswith("refund_"):
            await case.act("provide_input", by="finance:9")
        elif state.open_promises():
            await case.keep_promises(by="manager:9")
    except Refused:
        pass
    return (await case.pass_time(days=6)).ended


async def _was_within_bounds(case: LivedCase) -> None:
    pool, of = case.house.pool, (case.shop, case.case_no)
    row = await case.row()
    assert row["stage"] == "closed"
    paid, committed = await pool.fetchrow(
        "SELECT paid_minor, committed_minor FROM orders WHERE shop = $1 AND order_no = $2", case.shop, case.order_no
    )
    really = sum(await case.payments())
    assert 0 <= really == row["refunded_minor"] <= paid >= committed
    owed = await pool.fetchval(
        "SELECT count(*) FROM promises WHERE shop = $1 AND case_no = $2 AND state NOT IN ('told', 'declined')", *of
    )
    assert owed == 0, "a promise is open"
    calls = [
        call["at"].astimezone(case.began.tzinfo)
        for call in await pool.fetch(
            "SELECT at FROM contact_attempts WHERE shop = $1 AND customer_ref = $2 AND counted AND made_by = 'system'"
            " ORDER BY at",
            case.shop,
            case.customer_ref,
        )
    ]
    assert all(10 <= (at + timedelta(hours=8)).hour < 18 for at in calls), "called outside the hours"
    for at in calls:
        assert sum(at <= other < at + timedelta(days=7) for other in calls) <= 6
        day = (at + timedelta(hours=8)).date()
        assert sum((other + timedelta(hours=8)).date() == day for other in calls) <= 3

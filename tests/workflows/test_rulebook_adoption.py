"""An open case changes to another version of the rulebook by a supervisor's logged command, and lives by it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.service import RPCError, RPCStatusCode

from domain.rulebook_file import default, default_text
from tests.workflows.anew import ANEW
from tests.workflows.house import House
from tests.workflows.lived_case import LivedCase, Refused, about

HOUR = timedelta(hours=1)
PLAIN = f"default@{default().digest[:12]}"
UNDECIDED: Mapping[str, Any] = {"case_type": "refund_only", "reason": "quality"}  # a person must decide it


async def adopts(case: LivedCase, rulebook: str, by: str = "supervisor:2") -> dict[str, Any]:
    """The command, as an update."""
    return await case.act("adopt_rulebook", by=by, rulebook=rulebook, reason="new_version")


def at(text: str) -> datetime:
    """An instant of the journal."""
    return datetime.fromisoformat(text)


async def asked(case: LivedCase, query: str) -> dict[str, Any]:
    """The answer to a query; a run that has just begun cannot be asked before its first task."""
    for _ in range(600):
        try:
            answer: dict[str, Any] = await case.handle.query(query)
        except RPCError as error:
            if error.status is not RPCStatusCode.FAILED_PRECONDITION:
                raise
            await asyncio.sleep(0.05)
        else:
            return answer
    raise AssertionError("the case does not answer")


async def test_a_case_lives_on_under_the_adopted_version_in_later_runs_too(house: House) -> None:
    """A-SUPQ: the deadline counts from its anchor at the new length, and all that the case shows names the version."""
    case = await house.open(**UNDECIDED, request_id=f"{ANEW}adopted")
    await case.run_until(needs_human="decide:refund_only")
    version = await house.keep('name = "six-hours"\n[clocks.D-REFDEC]\nlength = "6 h"\n')

    assert (await adopts(case, "six-hours"))["did"] == version

    entry = await case.one("rulebook_adopted")
    assert (entry.actor, entry.rule) == ("supervisor:2", "A-SUPQ")
    assert entry.data == {"rulebook": version, "before": PLAIN, "reason": "new_version"}
    moved = await case.one("clock_moved")
    assert (moved.rule, moved.data["clock"], moved.data["why"]) == ("R-REF-24H", "D-REFDEC", "rulebook_changed")
    assert at(moved.data["before"]) - at(moved.data["due_at"]) == 18 * HOUR
    assert [(await asked(case, query))["rulebook"] for query in ("explain", "state")] == [version, version]
    assert (await case.row())["rulebook"] == version

    late = await case.run_until(needs_human="overdue:D-REFDEC")
    assert about(late.at, case.began + 6 * HOUR)
    breached = await case.one("clock_breached")
    assert (breached.data["due_at"], about(breached.at, case.began + 6 * HOUR)) == (moved.data["due_at"], True)
    runs = [run async for run in house.client.list_workflows(f'WorkflowId = "{case.handle.id}"')]
    assert len(runs) > 2
    assert (await asked(case, "explain"))["rulebook"] == version
    assert (await case.row())["rulebook"] == version


async def test_a_length_that_is_over_already_is_due_now_and_not_before(house: House) -> None:
    """Nothing falls due in the past: who had 24 hours is not late because the new version grants six."""
    case = await house.open(**UNDECIDED)
    await case.run_until(needs_human="decide:refund_only")
    await case.pass_time(hours=20)
    await adopts(case, await house.keep('name = "seven-hours"\n[clocks.D-REFDEC]\nlength = "7 h"\n'))
    entry, moved, breached = [await case.one(e) for e in ("rulebook_adopted", "clock_moved", "clock_breached")]
    assert at(moved.data["due_at"]) == entry.at
    assert about(breached.at, entry.at)
    assert (await case.rest()).needs_human == "overdue:D-REFDEC"


async def test_what_the_customer_was_told_is_not_shortened(house: House) -> None:
    """X2: his time to agree may grow by another version and not shrink."""
    case = await house.open("return_refund", customer={"agrees_after": "never"})
    await case.run_until(waiting_for="consent")
    due = (await case.state()).clocks["S-CONSENT/return_refund"].due_at

    await adopts(case, await house.keep('name = "hurried"\n[clocks.S-CONSENT]\nlength = "12 h"\n'))
    kept = await case.one("clock_kept")
    assert (kept.rule, kept.data["kept"], at(kept.data["due_at"])) == ("X2", "customers_window", due)
    assert at(kept.data["counted"]) == due - 60 * HOUR

    await adopts(case, await house.keep('name = "unhurried"\n[clocks.S-CONSENT]\nlength = "96 h"\n'))
    clock = (await case.state()).clocks["S-CONSENT/return_refund"]
    assert clock.due_at == due + 24 * HOUR
    assert [(at - clock.started_at) / HOUR for at in clock.warn_at] == pytest.approx([48, 76.8])


async def test_a_promise_and_an_instant_set_by_hand_stand(house: House) -> None:
    """P-PROMISE, A-SUPQ: a debt keeps its day, a supervisor's own word on a deadline counts for more than a length."""
    case = await house.open(**UNDECIDED)
    await case.run_until(needs_human="decide:refund_only")
    owed = (await case.act("promise", what="call_back"))["did"]
    by_hand = case.began + 40 * HOUR
    await case.act("move_clock", "supervisor:2", clock="D-REFDEC", due_at=by_hand.isoformat(), reason="agreed")
    before = (await case.state()).clocks

    changed = '[clocks.D-PROMISE]\nlength = "2 h"\n[clocks.D-REFDEC]\nlength = "3 h"\n'
    await adopts(case, await house.keep(f'name = "strict"\n{changed}'))

    after = (await case.state()).clocks
    assert after[f"D-PROMISE/{owed}"] == before[f"D-PROMISE/{owed}"]
    assert after["D-REFDEC"].due_at == by_hand
    assert {(one.data["clock"], one.rule) for one in await case.journal("clock_kept")} == {
        (f"D-PROMISE/{owed}", "P-PROMISE"),
        ("D-REFDEC", "A-SUPQ"),
    }
    new = (await case.act("promise", what="gift"))["did"]
    made = (await case.state()).clocks[f"D-PROMISE/{new}"]
    assert made.due_at - made.started_at == 2 * HOUR


async def test_limits_of_authority_are_those_of_the_adopted_version(house: House) -> None:
    """A-CAP: a sum that needed a supervisor is an agent's own to decide once the version says so."""
    order = {"paid": 9000, "lines": [{"sku": "KETTLE", "quantity": 1, "price": 9000}]}
    case = await house.open(**UNDECIDED, order=order)
    await case.run_until(needs_human="decide:refund_only")
    await adopts(case, await house.keep('name = "trusting"\n[authority.agent]\nrefund = "100.00"\n'))
    await case.act("decide", resolution="full_refund")
    await case.run_until(waiting_for="confirmation")
    assert await case.payments() == [9000]
    assert not (await case.state()).approvals


async def test_what_cannot_be_adopted_is_refused_with_its_reason(house: House) -> None:
    """Agents, unknown and ambiguous versions, one that is followed already, a text that says something else by now."""
    case = await house.open(**UNDECIDED)
    await case.run_until(needs_human="decide:refund_only")
    one = await house.keep('name = "twin"\n[clocks.S-SHIP]\nlength = "20 h"\n')
    await house.keep('name = "twin"\n[clocks.S-SHIP]\nlength = "21 h"\n')
    spoilt = "INSERT INTO rulebooks (digest, name, text) VALUES ($1, 'spoilt', $2)"
    await house.pool.execute(spoilt, "ab" * 32, default_text())

    for rulebook, by, code in [
        (one, "agent:7", "not_supervisor"),
        (one, "finance:3", "not_supervisor"),
        ("nobody-knows-it", "supervisor:2", "rulebook_unknown"),
        ("twin", "supervisor:2", "rulebook_several"),
        ("abababab", "supervisor:2", "rulebook_unreadable"),
        (PLAIN, "manager:1", "rulebook_same"),
        ("no name at all", "supervisor:2", ""),  # not understood
    ]:
        with pytest.raises(Refused) as caught:
            await adopts(case, rulebook, by)
        assert caught.value.code == code, rulebook
        if code == "rulebook_several":
            assert one in str(caught.value)
    assert not await case.journal("rulebook_adopted")
    assert (await case.row())["rulebook"] == PLAIN

    assert (await adopts(case, one))["did"] == one
    await case.act("decide", resolution="explain_only")
    await case.run_until(stage="closed")
    with pytest.raises(Refused) as caught:
        await adopts(case, "default")
    assert caught.value.code == "closed"


async def test_the_command_comes_as_a_signal_too(house: House) -> None:
    """Hand-written JSON by signal does the same; what is refused is journalled with who asked."""
    case = await house.open(**UNDECIDED)
    await case.run_until(needs_human="decide:refund_only")
    version = await house.keep('name = "by-signal"\n[clocks.D-REFDEC]\nlength = "5 h"\n')
    for rulebook, by in [(version, "agent:7"), ("never-kept", "supervisor:2"), ("by-signal", "supervisor:2")]:
        asked = {"rulebook": rulebook, "reason": "r", "by": by}
        await case.handle.signal("adopt_rulebook", asked)
        await case.rest()
    refused = [(one.actor, one.data["code"]) for one in await case.journal("command_refused")]
    assert refused == [("agent:7", "not_supervisor"), ("supervisor:2", "rulebook_unknown")]
    assert (await case.one("rulebook_adopted")).data["rulebook"] == version
    assert (await case.row())["rulebook"] == version

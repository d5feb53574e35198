"""A clock of a running case: its warnings, its pause, its end."""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.workflows.house import House
from tests.workflows.lived_case import about


async def test_a_paused_clock_does_not_end_and_goes_on_where_it_stopped(house: House) -> None:
    """Three days for his word, stopped for four after the first warning: the rest comes later by as much (R-OWNER)."""
    case = await house.open("return_refund", customer={"agrees_after": "never"})
    await case.run_until(waiting_for="consent")
    ((key, clock),) = [one for one in (await case.state()).clocks.items() if one[1].id == "S-CONSENT"]
    length, pause = clock.due_at - clock.started_at, timedelta(days=4)
    assert length == timedelta(days=3)

    await case.pass_time(hours=40)
    await case.act("pause_clock", clock=key, reason="customer_travels")
    await case.pass_time(days=4)
    assert (await case.rest()).at > clock.due_at
    assert await case.journal("clock_breached", clock="S-CONSENT") == []
    assert len(await case.journal("clock_warning", clock="S-CONSENT")) == 1
    await case.act("resume_clock", clock=key)
    await case.run_until(waiting_for="confirmation")

    half, most = await case.journal("clock_warning", clock="S-CONSENT")
    assert (half.data["percent"], most.data["percent"]) == (50, 80)
    assert about(half.at, clock.started_at + length * 0.5)
    assert about(most.at, clock.started_at + length * 0.8 + pause)
    breach = await case.one("clock_breached", clock="S-CONSENT")
    assert about(breach.at, clock.due_at + pause)
    assert about(datetime.fromisoformat(breach.data["due_at"]), clock.due_at + pause)

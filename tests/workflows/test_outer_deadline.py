"""A platform's own deadline that comes with a request: what we decide is never due later."""

from __future__ import annotations

from datetime import timedelta

from domain.clocks import ClockState
from tests.workflows.house import House


async def test_a_decision_is_due_by_the_platforms_deadline(house: House) -> None:
    """The platform gives six hours where the handbook gives a day: a supervisor hears of it after six."""
    case = await house.open("customer_misuse", reason="quality", deadline=timedelta(hours=6))

    await case.run_until(stage="escalated", ball_with="supervisor")

    missed = await case.one("clock_breached", clock="S-DECIDE")
    assert missed.data["due_at"] == (case.began + timedelta(hours=6)).isoformat()
    await case.act("decide", by="supervisor:1", resolution="explain_only")
    assert await case.to_the_end() == "explained"


async def test_a_deadline_that_is_over_binds_nothing(house: House) -> None:
    """Then the platform has decided already: the handbook's own time counts."""
    case = await house.open("return_refund", reason="quality", customer={"photos": 0}, deadline=timedelta(hours=5))
    await case.run_until(waiting_for="decision_no_evidence")
    (clock,) = [one for key, one in (await case.state()).clocks.items() if key.startswith("S-DECIDE/")]
    assert clock.no_later_than is None
    assert clock.state is ClockState.RUNNING

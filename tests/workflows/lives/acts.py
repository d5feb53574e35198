"""What people do in a life, where several rooms share it: each waits until the case is there, then says or does it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from tests.workflows.lived_case import LivedCase

Acts = Callable[[LivedCase], Awaitable[None]]
Lives = dict[str, tuple[str, dict[str, Any], tuple[Acts, ...]]]
"""By name `<type>-<ending>`: the type of case, what differs from an ordinary request, and what is done in it."""


def decides(need: str, resolution: str, by: str = "agent:7", **more: Any) -> Acts:
    """Asked for a decision, somebody makes it."""

    async def acts(case: LivedCase) -> None:
        await case.run_until(needs_human=f"decide:{need}")
        await case.act("decide", by=by, resolution=resolution, **more)

    return acts


def says(waiting_for: str, kind: str, **fact: Any) -> Acts:
    """While the case waits so, a fact comes."""

    async def says(case: LivedCase) -> None:
        await case.run_until(waiting_for=waiting_for)
        await case.say(kind, **fact)

    return says


def commands(waiting_for: str, kind: str, by: str, **command: Any) -> Acts:
    """While the case waits so, staff give a command."""

    async def commands(case: LivedCase) -> None:
        await case.run_until(waiting_for=waiting_for)
        await case.act(kind, by=by, **command)

    return commands


def parcel(waiting_for: str, state: str) -> Acts:
    """While the case waits so, the courier says how the order's parcel is."""

    async def parcel(case: LivedCase) -> None:
        await case.run_until(waiting_for=waiting_for)
        await case.say("parcel_update", waybill=case.request["order"]["waybill"], state=state)

    return parcel


async def decided_late(case: LivedCase) -> None:
    """A supervisor decides what was overdue."""
    await case.act("decide", by="supervisor:2", resolution="full_refund")


async def hears_whose_goods(case: LivedCase) -> None:
    """The register's word that another case holds its goods reaches it."""
    await case.house.hand_over()


async def keeps_promises(case: LivedCase) -> None:
    """What was promised is given while he is asked whether it is solved."""
    await case.run_until(waiting_for="confirmation")
    await case.keep_promises()


SIGNED = commands("approval", "approve", "supervisor:1")

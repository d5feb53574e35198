"""Cases lived through simulated days, on a real server with its own time skipping: weeks pass in seconds.

Each case has a clock of its own, which stands still but for what the driver lets pass:

    days = Days(client, simulator_url, staff=Staff())
    await days.client.start_workflow("Case", start, ...)       # begins at `start.opened_at`, when that lies ahead
    lived = await days.live("demo", "1001")                     # to its end, or `until` an instant or a condition

A case and the claims that it opened live in step, since each may tell the other something.

The next instant of a case is the earlier one of what it waits for itself (its query `explain`) and the next event that
the partner simulator plans for it. The case is taken there, the event comes through the shop's door, and on it goes.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
from google.protobuf.timestamp_pb2 import Timestamp
from temporalio.api.enums.v1 import PendingActivityState
from temporalio.client import (
    Client,
    WorkflowExecutionDescription,
    WorkflowExecutionStatus,
    WorkflowHandle,
    WorkflowUpdateFailedError,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode
from temporalio.testing import TimeSkipper

from local.beginning import BeginsWhenOpened
from local.simulator_control import DoorFailed, SimulatorControl
from local.staff import Act, Staff

LOOK_EVERY = 0.03  # seconds between two looks at a case that is at work
FAILING = 3  # attempts of one workflow task: more are no accident
NEVER = datetime.min.replace(tzinfo=UTC)
STANDSTILL = 20.0  # seconds of the wall's clock in which a case does not go on

_NO_ANSWER = (RPCStatusCode.FAILED_PRECONDITION, RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED)

Taken = Callable[[str], Awaitable[bool]]
"""Whether everything that a door accepted about the case `shop/number` is with it."""


class CaseStuck(AssertionError):
    """A case does not go on; the text says where it stands and why."""


@dataclass
class Lived:
    """What became of a case. Instants are of the case's own time."""

    case: str  # shop/number
    began: datetime
    now: datetime
    ended: bool = False
    outcome: str = ""
    history_events: int = 0
    shown: dict[str, Any] = field(default_factory=dict)  # the last answer of `explain`
    events: list[dict[str, Any]] = field(default_factory=list)  # what partners reported
    acts: list[Act] = field(default_factory=list)  # what staff did
    claims: dict[str, Lived] = field(default_factory=dict)  # cases that it opened beside itself, by number

    @property
    def key(self) -> tuple[str, str]:
        """Shop and case number."""
        shop, _, case_no = self.case.partition("/")
        return shop, case_no

    @property
    def days(self) -> float:
        """Simulated days that have passed."""
        return (self.now - self.began) / timedelta(days=1)


class Days:
    """Drives cases. `taken` is asked after each release; `watch` hears of every step."""

    def __init__(
        self,
        client: Client,
        simulator: str,
        *,
        staff: Staff | None = None,
        taken: Taken | None = None,
        watch: Callable[[Lived], None] = lambda _: None,
        patience: float = 60.0,
    ) -> None:
        config = client.config()
        config["interceptors"] = [*config["interceptors"], BeginsWhenOpened(client)]
        self.client = Client(**config)
        self._skipper = TimeSkipper(client)
        self._simulator = SimulatorControl(simulator)
        self._staff = staff or Staff()
        self._taken = taken
        self._watch = watch
        self._patience = patience

    async def live(
        self,
        shop: str,
        case_no: str,
        *,
        until: datetime | None = None,
        stop: Callable[[Mapping[str, Any]], bool] = lambda _: False,
    ) -> Lived:
        """Let the case live to its end, to the instant `until`, or until `stop` is content with what `explain` shows.

        Raises:
            CaseStuck: its workflow fails, its code fails, or nothing is left that could make it go on.
        """
        handle = self.client.get_workflow_handle(f"case/{shop}/{case_no}")
        lived = Lived(f"{shop}/{case_no}", NEVER, NEVER)
        went_on = time.monotonic()
        while True:
            before = _standing(lived)
            ended = await self._at_rest(handle, lived)
            self._watch(lived)
            if ended or stop(lived.shown):
                return lived
            if until is not None and lived.now >= until:
                return lived
            if not await self._act(handle, lived):
                await self._pass_time(handle, lived, until)
            if before != _standing(lived):
                went_on = time.monotonic()
            elif time.monotonic() > went_on + STANDSTILL:
                raise CaseStuck(_told(lived, "nothing that could come by itself makes it go on"))

    async def _at_rest(self, handle: WorkflowHandle[Any, Any], lived: Lived) -> bool:
        """Wait until the case has done all that it can do now. True when it has ended."""
        deadline = time.monotonic() + self._patience
        while True:
            if time.monotonic() > deadline:
                raise CaseStuck(_told(lived, f"it was not at rest within {self._patience:.0f} s"))
            try:
                described = await handle.describe()
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # it is known to the register and not started yet
                    raise
                await asyncio.sleep(LOOK_EVERY)
                continue
            _note(described, lived)
            if described.status is WorkflowExecutionStatus.COMPLETED:
                lived.ended, lived.outcome = True, str(await handle.result())
                return True
            if described.status is not WorkflowExecutionStatus.RUNNING:
                status = described.status and described.status.name
                raise CaseStuck(_told(lived, f"its workflow is {status}; {await _failure(handle)}"))
            task = described.raw_description.pending_workflow_task
            if described.raw_description.HasField("pending_workflow_task") and task.attempt >= FAILING:
                raise CaseStuck(_told(lived, await _failure(handle)))
            if not _at_work(described):
                shown = await _explain(handle)
                lived.shown = shown or lived.shown
                # It may have answered in the middle of a task that began since, with its page not yet written.
                if shown.get("waiting_for") and not _at_work(await handle.describe()):
                    return False
            await asyncio.sleep(LOOK_EVERY)

    async def _act(self, handle: WorkflowHandle[Any, Any], lived: Lived) -> bool:
        act = await self._staff.act(lived.case, lived.shown)
        if act is None:
            return False
        on = lived
        if act.on:  # it may not have begun yet
            handle, on = self.client.get_workflow_handle(f"case/{act.on}"), Lived(act.on, NEVER, NEVER)
            await self._at_rest(handle, on)
        message = {**act.fields, "by": act.by, "id": str(uuid.uuid4()), "at": on.now.isoformat()}
        try:
            await handle.execute_update(act.command, message)
        except WorkflowUpdateFailedError as error:
            why = error.cause.message if isinstance(error.cause, ApplicationError) else str(error.cause)
            raise CaseStuck(_told(on, f"{act.by} may not {act.command} {dict(act.fields)}: {why}")) from None
        lived.acts.append(act)
        if on is not lived:  # what it tells this one
            await self._at_rest(handle, on)
            await self._handed_over(lived)
        return True

    async def _pass_time(self, handle: WorkflowHandle[Any, Any], lived: Lived, until: datetime | None) -> None:
        """Go to the next instant at which something happens, and let it happen."""
        planned, instants = await self._instants(handle, lived)
        for claim in lived.shown.get("claims", ()):
            instants += await self._of_claim(lived, claim)
        instants += [until] if until is not None else []
        if not instants:  # it may be about to end
            await asyncio.sleep(LOOK_EVERY)
            return
        to = min(instants)
        if to > lived.now:
            try:
                await self._skipper.fast_forward(handle, to - lived.now)
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:  # it ended by itself meanwhile
                    raise
        if planned is not None and planned <= to:
            await self._release(lived, to)
        for claim, beside in lived.claims.items():
            if not beside.ended:
                lived.claims[claim] = await self._live_beside(lived.key[0], claim, to)
                await self._handed_over(lived)  # what it tells this one

    async def _live_beside(self, shop: str, claim: str, to: datetime) -> Lived:
        """Let a claim live to an instant, with what partners do by then: its own clock may be past it by seconds."""
        beside = await self.live(shop, claim, until=to)
        planned = None if beside.ended else await self._simulator.following(shop, claim)
        if planned is None or planned > to:
            return beside
        await self._release(beside, to)
        return await self.live(shop, claim, until=to)

    async def _instants(self, handle: WorkflowHandle[Any, Any], lived: Lived) -> tuple[datetime | None, list[datetime]]:
        """When the partners do something about the case next, and every instant at which it goes on."""
        own = lived.shown["next"]
        planned = await self._simulator.following(*lived.key)
        instants = [datetime.fromisoformat(own["at"])] if own else []
        instants += [planned] if planned is not None else []
        if retry := _next_attempt(await handle.describe()):
            instants.append(retry)
        return planned, instants

    async def _of_claim(self, lived: Lived, claim: str) -> list[datetime]:
        """When a claim that the case opened goes on; it is brought to the present of the case first."""
        shop, _ = lived.key
        if claim not in lived.claims:
            await self._handed_over(Lived(f"{shop}/{claim}", NEVER, lived.now))
        elif lived.claims[claim].ended:
            return []
        beside = lived.claims[claim] = await self.live(shop, claim, until=lived.now)
        if beside.ended:
            return []
        return (await self._instants(self.client.get_workflow_handle(f"case/{shop}/{claim}"), beside))[1]

    async def _release(self, lived: Lived, until: datetime) -> None:
        """Let the partners' events up to an instant come in, and wait until the case has them."""
        deadline = time.monotonic() + self._patience
        failure = ""
        while time.monotonic() < deadline:
            try:
                lived.events += await self._simulator.release(*lived.key, until)
                break
            except DoorFailed as failed:
                failure = str(failed)
                await asyncio.sleep(LOOK_EVERY)
        else:
            raise CaseStuck(_told(lived, f"its events do not get in: {failure}"))
        await self._handed_over(lived)

    async def _handed_over(self, lived: Lived) -> None:
        """Wait until the case has all that a door accepted about it."""
        deadline = time.monotonic() + self._patience
        while self._taken is not None and not await self._taken(lived.case):
            if time.monotonic() > deadline:
                raise CaseStuck(_told(lived, f"its events were not handed over within {self._patience:.0f} s"))
            await asyncio.sleep(LOOK_EVERY)


def inbox_empty(pool: asyncpg.Pool) -> Taken:
    """For a door with an inbox behind it: whether all that names the case is handed over, or will not be soon."""

    async def taken(case: str) -> bool:
        lane = f"case:{case}"
        open_rows = "SELECT count(*) FROM inbox WHERE lane = $1 AND status IN ('new', 'claimed')"
        return bool(await pool.fetchval(open_rows, lane) == 0)

    return taken


def _note(described: WorkflowExecutionDescription, lived: Lived) -> None:
    lived.began = described.execution_time or described.start_time
    lived.now = _instant(described) if described.close_time is None else described.close_time
    lived.history_events = described.history_length


def _instant(described: WorkflowExecutionDescription) -> datetime:
    extended = described.raw_description.workflow_extended_info
    if not extended.HasField("time_skipping_info"):
        return datetime.now(UTC)
    return _aware(extended.time_skipping_info.current_time)


def _at_work(described: WorkflowExecutionDescription) -> bool:
    raw = described.raw_description
    if raw.HasField("pending_workflow_task"):
        return True
    return any(not _resting(activity) for activity in raw.pending_activities)


def _resting(activity: Any) -> bool:
    """Whether an activity waits for its next attempt."""
    scheduled = activity.state == PendingActivityState.PENDING_ACTIVITY_STATE_SCHEDULED
    return bool(scheduled and activity.attempt > 1 and activity.HasField("next_attempt_schedule_time"))


def _next_attempt(described: WorkflowExecutionDescription) -> datetime | None:
    waiting = [
        _aware(a.next_attempt_schedule_time) for a in described.raw_description.pending_activities if _resting(a)
    ]
    return min(waiting, default=None)


def _aware(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)


def _standing(lived: Lived) -> tuple[object, ...]:
    """What differs when a case has gone on. Its time alone does not: that passes by itself."""
    own = len(lived.events), len(lived.acts), lived.shown.get("waiting_for"), lived.shown.get("next")
    return *own, *(_standing(claim) for claim in lived.claims.values())


def _told(lived: Lived, why: str) -> str:
    shown = lived.shown
    where = {key: shown.get(key) for key in ("stage", "waiting_for", "needs_human", "next", "open_approvals")}
    return f"case {lived.case} at {lived.now.isoformat()}: {why}; {where}"


async def _explain(handle: WorkflowHandle[Any, Any]) -> dict[str, Any]:
    """What the case says of itself; nothing when it has not begun yet, or its worker was too busy to answer in time."""
    try:
        shown: dict[str, Any] = await handle.query("explain")
    except RPCError as error:
        if error.status not in _NO_ANSWER:
            raise
        return {}
    return shown


async def _failure(handle: WorkflowHandle[Any, Any]) -> str:
    """Why the workflow's code fails."""
    why = "its workflow task keeps failing"
    async for event in handle.fetch_history_events():
        for attributes in ("workflow_task_failed_event_attributes", "workflow_execution_failed_event_attributes"):
            if event.HasField(attributes):
                failure = getattr(event, attributes).failure
                why = f"its code fails: {failure.message}\n{failure.stack_trace}"
    return why

"""One case as a test lives through it: let time pass, say things, act, and look at what really happened."""

from __future__ import annotations

import asyncio
import itertools
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowExecutionStatus, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.case import CaseState
from domain.identity import workflow_id

if TYPE_CHECKING:
    from tests.workflows.house import House

PATIENCE = 60.0  # seconds of the wall's clock for a case to come to rest
STEPS = 200  # instants of one case: more means that it turns in circles
_ids = itertools.count(1)


class Refused(AssertionError):
    """A command was refused: the rule's code and id."""

    def __init__(self, code: str, rule: str, text: str) -> None:
        super().__init__(f"{code} [{rule}]: {text}")
        self.code = code
        self.rule = rule


@dataclass(frozen=True)
class Entry:
    """A line of the journal, as PostgreSQL keeps it."""

    at: datetime
    actor: str
    event: str
    rule: str
    data: dict[str, Any]


@dataclass(frozen=True)
class Now:
    """How the case stands when it rests. `next_at`: the next instant at which it acts by itself."""

    at: datetime
    stage: str
    waiting_for: str
    ball_with: str
    needs_human: str
    outcome: str
    next_at: datetime | None
    ended: bool


class LivedCase:
    """A case in the house."""

    def __init__(
        self, house: House, shop: str, case_no: str, order_no: str, customer_ref: str, opened_at: datetime
    ) -> None:
        self.house = house
        self.shop, self.case_no, self.order_no, self.customer_ref = shop, case_no, order_no, customer_ref
        self.opened_at = opened_at
        self.handle: WorkflowHandle[Any, Any] = house.client.get_workflow_handle(workflow_id(shop, case_no))
        self.now = Now(opened_at, "", "", "", "", "", None, False)

    # --- time passes ---

    async def to_the_end(self) -> str:
        """Live until nothing of the case is left to do, its aftercare included. The answer is its outcome."""
        await self.run_until(lambda now: now.ended)
        return str(await self.handle.result())

    async def run_until(self, ready: Callable[[Now], bool] | None = None, /, **wanted: str) -> Now:
        """Live until the resting case is as wanted: `stage`, `waiting_for`, `needs_human`, `ball_with`, or a condition."""
        for _ in range(STEPS):
            now = await self.rest()
            if (ready is None or ready(now)) and all(getattr(now, name) == value for name, value in wanted.items()):
                return now
            assert not now.ended, f"the case ended {now.outcome!r} and was never {wanted or 'as wanted'}: {now}"
            await self._next_instant(now)
        raise AssertionError(f"{STEPS} instants, and still not {wanted or 'as wanted'}: {self.now}")

    async def pass_time(self, **length: float) -> Now:
        """Live for so long (`days=2`, `hours=3`), whatever happens meanwhile."""
        until = (await self.rest()).at + timedelta(**length)
        while True:
            now = await self.rest()
            if now.ended or now.at >= until:
                return now
            await self._next_instant(now, until)

    async def rest(self) -> Now:
        """Let the case finish what it can do now."""
        give_up = monotonic() + PATIENCE
        while monotonic() < give_up:
            described = await self.handle.describe()
            raw = described.raw_description
            if described.status is not WorkflowExecutionStatus.RUNNING:
                assert described.status is WorkflowExecutionStatus.COMPLETED, described.status
                row = await self.row()
                self.now = Now(self.now.at, row["stage"], "", row["ball_with"], "", row["outcome"], None, True)
                return self.now
            info = raw.workflow_extended_info.time_skipping_info
            at = datetime.now(UTC)
            if raw.workflow_extended_info.HasField("time_skipping_info"):
                at = info.current_time.ToDatetime(tzinfo=UTC)
            assert raw.pending_workflow_task.attempt < 3, await self._why_it_fails()  # noqa: PLR2004
            if raw.HasField("pending_workflow_task") or raw.pending_activities:
                await asyncio.sleep(0.03)
                continue
            told = await self.handle.query("explain")
            upcoming = told["next"]
            next_at = datetime.fromisoformat(upcoming["at"]) if upcoming else None
            if not told["waiting_for"] or (next_at is not None and next_at <= at):
                await asyncio.sleep(0.03)
                continue
            self.now = Now(
                at, told["stage"], told["waiting_for"], told["ball_with"], told["needs_human"], "", next_at, False
            )
            return self.now
        raise AssertionError(f"the case did not come to rest; last seen {self.now}")

    async def _next_instant(self, now: Now, no_later_than: datetime | None = None) -> None:
        """Go on to the next instant at which the case or a partner acts, and let what is due then come."""
        partner = await self.partners_next()
        instants = [at for at in (now.next_at, partner, no_later_than) if at is not None]
        assert instants, f"nobody will ever act again: {now}"
        to = min(instants)
        if to > now.at:  # a little further, so that the timer of that instant is over as well
            await self.house.skipper.fast_forward(self.handle, to - now.at + timedelta(milliseconds=20))
        if partner is not None and partner <= to:
            await self._release(partner)

    async def partners_next(self) -> datetime | None:
        """When a partner will report something next."""
        which = {"shop": self.shop, "case_no": self.case_no}
        at = (await self.house.control.get("/control/next", params=which)).json()["next"]
        return datetime.fromisoformat(at) if at else None

    async def _release(self, until: datetime) -> None:
        which = {"shop": self.shop, "case_no": self.case_no, "until": until.isoformat()}
        answer = await self.house.control.post("/control/release", json=which)
        assert answer.status_code == 200, answer.text
        await self.house.hand_over()

    # --- people speak and act ---

    async def say(self, kind: str, *, after: timedelta = timedelta(0), **fact: Any) -> None:
        """Somebody outside reports a fact, through the signed door. `after`: received so much later than now."""
        at = (await self.rest()).at + after
        await self.house.tell(
            f"aftersales.{kind}", f"said-{next(_ids)}", at, fact, subject=f"{self.shop}/{self.case_no}"
        )
        await self.rest()

    async def act(self, kind: str, by: str = "agent:7", **command: Any) -> dict[str, Any]:
        """A member of staff gives a command, as the console does. Raises Refused with the code and the rule."""
        try:
            answer: dict[str, Any] = await self.handle.execute_update(
                kind, {"id": f"done-{next(_ids)}", "by": by, **command}
            )
        except WorkflowUpdateFailedError as error:
            cause = error.cause
            assert isinstance(cause, ApplicationError), cause
            details = [str(detail) for detail in cause.details]
            raise Refused(*(details or ["", ""]), cause.message) from None
        await self.rest()
        return answer

    # --- what really happened ---

    async def state(self) -> CaseState:
        """Everything that the case remembers."""
        return await self.handle.query("state", result_type=CaseState)

    async def row(self) -> dict[str, Any]:
        """The case's row in the register."""
        row = await self.house.pool.fetchrow(
            "SELECT * FROM cases WHERE shop = $1 AND case_no = $2", self.shop, self.case_no
        )
        assert row is not None
        return dict(row)

    async def journal(self, event: str = "", **data: Any) -> list[Entry]:
        """The journal in PostgreSQL, oldest first: all of it, or the entries of one event with these data."""
        rows = await self.house.pool.fetch(
            "SELECT at, actor, event, rule, data FROM journal_entries WHERE shop = $1 AND case_no = $2 ORDER BY number",
            self.shop,
            self.case_no,
        )
        entries = [Entry(r["at"], r["actor"], r["event"], r["rule"], _document(r["data"])) for r in rows]
        return [
            entry
            for entry in entries
            if event in ("", entry.event) and all(entry.data.get(name) == value for name, value in data.items())
        ]

    async def one(self, event: str, **data: Any) -> Entry:
        """The only entry of that event with these data."""
        found = await self.journal(event, **data)
        assert len(found) == 1, f"{event} {data} stands {len(found)} times in {[e.event for e in await self.journal()]}"
        return found[0]

    async def events(self) -> list[str]:
        """The names of the journal's entries, oldest first."""
        return [entry.event for entry in await self.journal()]

    async def told(self, template: str = "") -> list[Entry]:
        """Messages and calls to the customer, by template."""
        return [entry for entry in await self.journal("customer_contacted") if template in ("", entry.data["template"])]

    async def records(self, kind: str) -> list[dict[str, Any]]:
        """The rulebook's records of one kind, as they stand."""
        rows = await self.house.pool.fetch(
            "SELECT data FROM records WHERE shop = $1 AND case_no = $2 AND kind = $3 ORDER BY key",
            self.shop,
            self.case_no,
            kind,
        )
        return [_document(row["data"]) for row in rows]

    async def ledger(self, effect: str) -> list[dict[str, Any]]:
        """What the partners really did for this case, of one kind (docs/simulator.md)."""
        which = {"shop": self.shop, "case_no": self.case_no}
        found = (await self.house.control.get("/ledger", params=which)).json()["effects"]
        return [one | one["data"] for one in found if one["effect"] == effect]

    async def payments(self) -> list[int]:
        """The sums that the provider really paid, in minor units."""
        return [one["amount_minor"] for one in await self.ledger("payment")]

    async def refunds(self) -> list[dict[str, Any]]:
        """The refund ledger's rows of this case."""
        rows = await self.house.pool.fetch(
            "SELECT * FROM refunds WHERE shop = $1 AND case_no = $2 ORDER BY key", self.shop, self.case_no
        )
        return [dict(row) for row in rows]

    async def _why_it_fails(self) -> str:
        async for event in self.handle.fetch_history_events():
            if event.HasField("workflow_task_failed_event_attributes"):
                failure = event.workflow_task_failed_event_attributes.failure
                return f"{failure.message}\n{failure.stack_trace}"
        return "a workflow task fails"


def _document(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return document

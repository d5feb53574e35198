"""One case as a test lives through it: let time pass, say things, act, and look at what really happened."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from domain.case import CaseState
from domain.identity import workflow_id
from local.days import Lived
from tests import exercised

if TYPE_CHECKING:
    from tests.workflows.house import House

LIFETIME = timedelta(days=60)  # of any case: longer means that it never ends
SHOWN = ("stage", "waiting_for", "ball_with", "needs_human")
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
    """How the case stands when it rests, in its own time."""

    at: datetime
    ended: bool
    stage: str = ""
    waiting_for: str = ""
    ball_with: str = ""
    needs_human: str = ""


class LivedCase:
    """A case in the house."""

    def __init__(
        self, house: House, shop: str, case_no: str, order_no: str, customer_ref: str, began: datetime
    ) -> None:
        self.house = house
        self.shop, self.case_no, self.order_no, self.customer_ref = shop, case_no, order_no, customer_ref
        self.began = began
        self.request: dict[str, Any] = {}
        self.handle: WorkflowHandle[Any, Any] = house.client.get_workflow_handle(workflow_id(shop, case_no))
        exercised.opened(workflow_id(shop, case_no))

    # --- time passes ---

    async def to_the_end(self) -> str:
        """Live until nothing of the case is left to do, its aftercare included. The answer is its outcome."""
        lived = await self.house.days.live(self.shop, self.case_no, until=self.began + LIFETIME)
        assert lived.ended, f"it does not end: {_now(lived)}, {await self.events()}"
        return lived.outcome

    async def run_until(self, ready: Callable[[Now], bool] | None = None, /, **wanted: str) -> Now:
        """Live until the resting case is as wanted: `stage`, `waiting_for`, `needs_human`, `ball_with`, a condition."""

        def reached(shown: Mapping[str, Any]) -> bool:
            now = Now(self.began, False, **{name: shown[name] for name in SHOWN})  # its instant is not among them
            return (ready is None or ready(now)) and all(shown[name] == value for name, value in wanted.items())

        until = self.began + LIFETIME
        lived = await self.house.days.live(self.shop, self.case_no, until=until, stop=reached)
        now = _now(lived)
        if now.ended or now.at >= until:
            raise AssertionError(f"never {wanted or 'as wanted'}: {now}, {await self.events()}")
        return now

    async def pass_time(self, **length: float) -> Now:
        """Live for so long (`days=2`, `hours=3`), whatever happens meanwhile."""
        until = (await self.rest()).at + timedelta(**length)
        lived = await self.house.days.live(self.shop, self.case_no, until=until)
        return _now(lived)

    async def rest(self) -> Now:
        """Let the case finish what it can do now."""
        lived = await self.house.days.live(self.shop, self.case_no, stop=lambda _: True)
        return _now(lived)

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

    async def keep_promises(self, by: str = "finance:5") -> None:
        """Somebody gives what was promised and says so."""
        for owed in (await self.state()).open_promises():
            await self.act("keep_promise", by=by, promise=owed.id)

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

    async def sum_told(self, template: str) -> str:
        """The sum that the first message of that template names; empty when it names none."""
        async for event in self.handle.fetch_history_events():
            for given in event.activity_task_scheduled_event_attributes.input.payloads:
                asked = json.loads(given.data)
                if asked.get("template") == template:
                    return str(asked["variables"].get("amount", ""))
        raise AssertionError(f"nothing was told by {template}")

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

    async def claim(self) -> LivedCase:
        """The claim on the courier that it opened last, a case of its own, when it has done all that it can do now."""
        number = (await self.state()).claims[-1]
        await self.house.hand_over()
        claim = LivedCase(self.house, self.shop, number, self.order_no, self.customer_ref, self.began)
        claim.request, claim.began = self.request, (await claim.row())["opened_at"]
        await claim.rest()
        return claim

    async def refunds(self) -> list[dict[str, Any]]:
        """The refund ledger's rows of this case."""
        rows = await self.house.pool.fetch(
            "SELECT * FROM refunds WHERE shop = $1 AND case_no = $2 ORDER BY key", self.shop, self.case_no
        )
        return [dict(row) for row in rows]


def _document(value: Any) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(value) if isinstance(value, str) else value
    return document


def _now(lived: Lived) -> Now:
    return Now(lived.now, lived.ended, **{name: lived.shown.get(name, "") for name in SHOWN})


def about(instant: datetime, expected: datetime) -> bool:
    """Whether two instants of case time are the same but for the seconds that this machine needs."""
    return abs(instant - expected) < timedelta(minutes=3)

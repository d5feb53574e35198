"""Takes events from the inbox and hands each to its case; nothing is lost on the way and nothing is applied twice.

Delivery is at least once: a crash between the signal and `done` sends the signal again under the same message id, and
the case applies it once. Any number of dispatchers may run beside each other.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import timedelta

import asyncpg
import structlog
from temporalio.client import Client

from domain.events import CLAIM, ORDER, REQUEST, CloudEvent, OrderNotice, Request
from domain.rules import Rules
from starter.case_opening import CaseOpening
from starter.door import OF_A_CASE
from starter.envelope import check, message_id, read_message
from starter.fact_delivery import FactDelivery
from starter.handing_over import Done, Handed, Pace, Refuse, TemporalAway, Wait
from starter.intake_settings import IntakeSettings
from starter.named_later import NamedLater
from starter.pace import Paces
from starter.problem import BadEvent, Problem, bad
from starter.unidentified import Unidentified
from store.inbox import DATABASE_AWAY, Bell, Inbox, InboxRow, listening
from store.late_reimbursements import LateReimbursements
from store.openings import Openings
from store.orders import PaymentFixed
from store.parcel_candidates import ParcelCandidates
from store.parcel_shares import ParcelShares
from store.quarantine import Quarantine

BATCH = 200  # rows of one claim
AT_ONCE = 16  # lanes worked on side by side

_log = structlog.get_logger("dispatcher")


class Dispatcher:
    """Hands inbox rows to cases.

    `rulebook` yields the version for new cases with its text. `trust_event_time`: an event's own `time` counts as the
    instant at which our door received it; only for demonstrations and tests, where cases live in simulated time.
    """

    def __init__(
        self,
        client: Client,
        pool: asyncpg.Pool,
        rulebook: Callable[[], tuple[Rules, str]],
        settings: IntakeSettings,
        *,
        trust_event_time: bool = False,
    ) -> None:
        self._settings = settings
        self._trust_event_time = trust_event_time
        self._inbox = Inbox(pool)
        self._quarantine = Quarantine(pool)
        self._openings = Openings(pool)
        paces = Paces(settings.signals_per_case_and_minute)
        self._opening = CaseOpening(client, self._openings, paces, rulebook)
        shares = ParcelShares(pool)
        self._facts = FactDelivery(
            client,
            self._openings,
            self._opening,
            paces,
            settings.trouble,
            shares=shares,
            unidentified=Unidentified(self._openings, self._opening, ParcelCandidates(pool)),
            late=LateReimbursements(pool),
            named_later=NamedLater(self._inbox, shares),
            second_look=settings.first_wait_seconds,
        )

    async def run(self, dsn: str) -> None:
        """Work until cancelled. `dsn`: for a connection of its own that listens to the doors."""
        bell = Bell()
        failures = 0
        while True:
            try:
                async with listening(dsn, bell) as connection:
                    while not connection.is_closed():
                        if notes := await self.drain():
                            _log.info("handed_over", **notes)
                        failures = 0
                        await bell.wait(await self._rest())
            except Exception as error:  # an outage, or a defect of ours: either way the rows are safe, and it goes on
                failures += 1
                pause = min(self._settings.wait(failures), self._settings.lease).total_seconds()
                known = isinstance(error, (TemporalAway, *DATABASE_AWAY))
                level = logging.WARNING if known else logging.ERROR
                _log.log(level, "dispatcher_waits", why=type(error).__name__, seconds=pause)
                await asyncio.sleep(pause)

    async def _rest(self) -> float:
        due = await self._inbox.next_due()
        longest = self._settings.poll_seconds
        return longest if due is None else min(max(due.total_seconds(), 0.01), longest)

    async def drain(self) -> Counter[str]:
        """Hand over all that is due now. The answer counts what came of it, by note.

        Raises:
            TemporalAway: Temporal does not answer; the rows are given back.
            store.inbox.DATABASE_AWAY: PostgreSQL does not answer; the rows come back when their lease ends.
        """
        total: Counter[str] = Counter()
        while rows := await self._inbox.claim(BATCH, self._settings.lease):
            total += await self._hand_over(rows)
        return total

    async def _hand_over(self, rows: Sequence[InboxRow]) -> Counter[str]:
        notes: Counter[str] = Counter()
        untried: list[InboxRow] = []
        held: set[str] = set()
        away: list[Exception] = []
        gate = asyncio.Semaphore(AT_ONCE)

        async def work(lane: list[InboxRow]) -> None:
            async with gate:
                for place, row in enumerate(lane):
                    if row.lane in held:
                        return
                    if away:
                        untried.extend(lane[place:])
                        return
                    try:
                        handed = await self._one(row)
                        notes[await self._settle(row, handed)] += 1
                    except (TemporalAway, *DATABASE_AWAY) as error:
                        away.append(error)
                        untried.extend(lane[place:])
                        return
                    if isinstance(handed, Pace):  # the rest of the lane waits with it
                        held.add(row.lane)

        try:
            for lanes in _in_turn(rows):
                async with asyncio.TaskGroup() as group:
                    for lane in lanes:
                        group.create_task(work(lane))
        except asyncio.CancelledError:  # we are being stopped: others need not wait for the lease to end
            await asyncio.shield(self._inbox.release(rows))
            raise
        if untried:
            await self._inbox.release(untried)
        if away:
            raise away[0]
        return notes

    async def _one(self, row: InboxRow) -> Handed:
        try:
            return await self._tell(row)
        except BadEvent as error:
            return Refuse(error.problems)
        except PaymentFixed:
            return Refuse((Problem(code="payment_fixed", where="data.order.paid"),))
        except (TemporalAway, *DATABASE_AWAY):
            raise
        except Exception as error:  # one row that trips over a defect of ours must not stop the others
            # Neither its text nor local values: both may hold what a customer wrote.
            frame = traceback.extract_tb(error.__traceback__)[-1]
            _log.error("row_failed", number=row.number, error=type(error).__name__, at=f"{frame.name}:{frame.lineno}")
            return Wait(Problem(code="defect", detail={"error": type(error).__name__}))

    async def _tell(self, row: InboxRow) -> Handed:
        (event,) = read_message(row.headers, row.raw)
        assert isinstance(event, CloudEvent)  # a row is never a batch
        content = check(event, of_case=row.door == OF_A_CASE)
        at = event.time if self._trust_event_time and event.time else row.received_at
        id = message_id(row.source, row.id)
        retried = row.attempts > 1
        if isinstance(content, Request):
            if content.requested_at > at + self._settings.clocks_apart:  # every clock of the case would wait for it
                raise bad("in_the_future", "data.requested_at", hours=f"{self._settings.clocks_apart_hours:g}")
            return await self._opening.open(content, at=at, id=id, retried=retried)
        if isinstance(content, OrderNotice):
            await self._openings.record_order(content.shop, content.order, content.person)
            appeared = (f"waybill:{content.order.waybill}",) if content.order.waybill else ()
            return Done("order_known", content.shop, customer_ref=content.order.customer_ref, appeared=appeared)
        of_case = row.door == OF_A_CASE
        return await self._facts.deliver(event, content, at=at, id=id, retried=retried, of_case=of_case)

    async def _settle(self, row: InboxRow, handed: Handed) -> str:
        match handed:
            case Done(note, shop, case_no, customer_ref, appeared):
                await self._inbox.done(row, shop=shop, case_no=case_no, customer_ref=customer_ref, note=note)
                if appeared:
                    await self._inbox.wake_lanes(appeared)
                return note
            case Pace(seconds, note):
                await self._inbox.hold_lane(row.lane, timedelta(seconds=seconds), note)
                return note
            case Wait(problem) if row.tried_for < self._settings.fact_waits:
                await self._inbox.wait(row, self._settings.wait(row.attempts), problem.code)
                return "waiting"
            case Wait(ordinary=True):
                await self._inbox.done(row, note="news_of_no_case")
                return "news_of_no_case"
            case Wait(problem):
                waited = f"{self._settings.fact_waits_hours:g} h"
                detail = {**problem.detail, "waited": waited}
                problems: tuple[Problem, ...] = (problem.model_copy(update={"detail": detail}),)
            case Refuse(problems):
                pass
        number = await self._quarantine.keep_row(row, [problem.model_dump() for problem in problems])
        _log.warning("quarantined", entry=number, codes=[problem.code for problem in problems])
        return "quarantined"


def _in_turn(rows: Sequence[InboxRow]) -> list[list[list[InboxRow]]]:
    """Rows by lane, in two turns: what makes orders and cases known, then what is told of them, however sorted."""
    turns: tuple[dict[str, list[InboxRow]], dict[str, list[InboxRow]]] = {}, {}
    for row in rows:
        turns[row.type not in (REQUEST, ORDER, CLAIM)].setdefault(row.lane, []).append(row)
    return [list(lanes.values()) for lanes in turns]


@contextlib.asynccontextmanager
async def running(dispatcher: Dispatcher, dsn: str) -> AsyncIterator[None]:
    """The dispatcher at work beside the caller."""
    task = asyncio.create_task(dispatcher.run(dsn), name="dispatcher")
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

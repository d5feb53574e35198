"""Posting planned events to the shop's door: driven by a test or the demo, or by the clock on the wall."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import httpx2

from domain.events import PREFIX
from gateways.simulator import payments, provider
from gateways.simulator.faults import Fault, FaultKind, Faults
from gateways.simulator.world import World
from gateways.standard_webhooks import SignedExchange

_TICK = 0.25  # seconds between looks at the clock
_LONGEST_PAUSE = 60.0  # seconds, after the door failed again and again
_LATER = (401, 408, 429)  # refusals that end: a clock put right, a door less busy
_AT_ONCE = 16  # cases whose events are posted side by side


class DoorFailed(Exception):
    """The door did not take an event. It stays planned, unless the door refused it for good."""


class Delivery:
    """Posts events, each case's own in order, one after the other."""

    def __init__(
        self, world: World, faults: Faults, door: str, exchange: SignedExchange, client: httpx2.AsyncClient
    ) -> None:
        self._world = world
        self._faults = faults
        self._address = f"{door.rstrip('/')}/events"
        self._exchange = exchange
        self._client = client
        self._locks: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)

    async def release(self, shop: str, case_no: str, until: datetime) -> list[dict[str, Any]]:
        """Post everything of a case that is planned up to an instant and return what was posted, in the order of
        posting.

        Raises:
            DoorFailed: the door did not take one of them; what was posted before it stays posted.
        """
        async with self._locks[shop, case_no]:
            posted: list[dict[str, Any]] = []
            held: sqlite3.Row | None = None  # an event that a later one overtakes
            while True:
                due = [
                    row for row in self._world.ledger.due(until, shop, case_no) if not held or row["id"] != held["id"]
                ]
                if not due:
                    break
                fault = self._fault(due[0])
                if fault and fault.kind is FaultKind.REORDER and held is None:
                    held = due[0]
                    continue
                posted += await self._event(due[0], fault)
                if held:
                    posted += await self._event(held, None)
                    held = None
            if held:
                posted += await self._event(held, None)
            return posted

    async def keep_time(self) -> None:
        """Post events when their instant comes on the wall's clock. Runs until cancelled."""
        pause: dict[tuple[str, str], tuple[float, datetime]] = {}
        free = asyncio.Semaphore(_AT_ONCE)

        async def one(case: tuple[str, str], now: datetime) -> None:
            async with free:
                try:
                    await self.release(*case, now)
                    pause.pop(case, None)
                except DoorFailed:
                    seconds = min(2 * pause[case][0] if case in pause else 1.0, _LONGEST_PAUSE)
                    pause[case] = (seconds, now + timedelta(seconds=seconds))

        while True:
            now = datetime.now(UTC)
            due = sorted((row["shop"], row["case_no"]) for row in self._world.ledger.due(now))
            ready = [case for case, _ in groupby(due) if case not in pause or pause[case][1] <= now]
            await asyncio.gather(*(one(case, now) for case in ready))
            await asyncio.sleep(_TICK)

    def _fault(self, row: sqlite3.Row) -> Fault | None:
        return self._faults.take(
            event=True, partner=row["partner"], operation=row["kind"], shop=row["shop"], case_no=row["case_no"]
        )

    async def _event(self, row: sqlite3.Row, fault: Fault | None) -> list[dict[str, Any]]:
        ledger = self._world.ledger
        deliver_at = datetime.fromisoformat(row["deliver_at"])
        if fault and fault.kind is FaultKind.DELAY:
            ledger.move(row["id"], deliver_at + timedelta(seconds=fault.seconds) / self._world.pace)
            return []
        data = json.loads(row["data"])
        if row["kind"] == "refund_notice":
            self._settle("refunds", data["key"])
        elif row["kind"] == "payment_received":
            self._settle(payments.WHO, data["key"])
        if fault and fault.kind is FaultKind.DROP:
            ledger.end(row["id"], "dropped")
            return []
        event = {
            "specversion": "1.0",
            "id": row["id"],
            "source": f"simulator/{row['partner']}",
            "type": PREFIX + row["kind"],
            "subject": f"{row['shop']}/{row['case_no']}",
            "time": deliver_at.isoformat(),
            "datacontenttype": "application/json",
            "data": data,
        }
        times = 2 if fault and fault.kind is FaultKind.DUPLICATE else 1
        for _ in range(times):
            await self._post(event)
            ledger.posted(row["id"])
        return [event] * times

    def _settle(self, partner: str, key: str) -> None:
        """Before a payment is announced it is made."""
        ledger, settled = self._world.ledger, payments.settled if partner == payments.WHO else provider.settled
        with ledger.transaction():
            kept = ledger.answer(partner, key)
            if kept:
                settled(self._world, key, kept[1], now=True)

    async def _post(self, event: dict[str, Any]) -> None:
        body = json.dumps(event, ensure_ascii=False).encode()
        headers = {"content-type": "application/cloudevents+json", **self._exchange.request(body, event["id"])}
        try:
            response = await self._client.post(self._address, content=body, headers=headers)
        except httpx2.HTTPError as error:
            raise DoorFailed(
                f"{event['type']} {event['id']}: the door does not answer ({type(error).__name__})"
            ) from None
        if not response.is_success:
            if response.is_client_error and response.status_code not in _LATER:
                self._world.ledger.end(
                    event["id"], "refused"
                )  # sending it again would not help, and others wait behind it
            raise DoorFailed(f"{event['type']} {event['id']}: the door answered {response.status_code}")

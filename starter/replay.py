"""Out of the quarantine and through the door again, after the data or the software was corrected."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

import asyncpg

from domain.events import CloudEvent
from starter.columns import ColumnMap
from starter.door import arrival
from starter.envelope import STRUCTURED, Spoilt, read_message
from starter.file_events import LINE, ROW, TEXT, read_again
from starter.problem import BadEvent, Problem, bad
from store.inbox import Arrival, Inbox, Put
from store.quarantine import Quarantine, Quarantined

_OF_FILES = (LINE, ROW, TEXT)


class Ending(StrEnum):
    """What became of a replay."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"  # the inbox has it already, from elsewhere
    STILL_BAD = "still_bad"
    UNKNOWN = "unknown"  # no such entry
    EMPTIED = "emptied"  # its body was erased, or its time is over


@dataclass(frozen=True, slots=True)
class Replayed:
    """One entry's ending."""

    id: int
    ending: Ending
    problems: tuple[Problem, ...] = ()


class Replay:
    """Replays entries. `columns` reads rows of tables; it may know more than it did when the row was refused."""

    def __init__(self, pool: asyncpg.Pool, columns: ColumnMap) -> None:
        self._pool = pool
        self._quarantine = Quarantine(pool)
        self._inbox = Inbox(pool)
        self._columns = columns

    async def one(self, id: int, edited: bytes | None = None) -> Replayed:
        """Put an entry through the door again, with `edited` in place of its body. The original is kept either way.

        It counts as received when it first came: a customer loses no deadline by our software's fault.
        """
        entry = await self._quarantine.show(id)
        if entry is None:
            return Replayed(id, Ending.UNKNOWN)
        if entry.status == "emptied":
            return Replayed(id, Ending.EMPTIED)
        body = entry.body if edited is None else edited
        try:
            events = self._events(entry, body, corrected=body is not entry.raw)
            arrivals = [replace(arrival(event, entry.door), received_at=entry.first_at) for event in events]
            answers = await self._put(entry, arrivals, edited, corrected=body is not entry.raw)
        except BadEvent as error:
            return await self._still_bad(entry, error.problems, edited)
        return Replayed(id, Ending.ACCEPTED if Put.ACCEPTED in answers else Ending.DUPLICATE)

    async def open_entries(self) -> list[int]:
        """Numbers of all entries that wait."""
        numbers: list[int] = []
        while page := await self._quarantine.entries(after=numbers[-1] if numbers else 0, most=500):
            numbers += [entry["id"] for entry in page]
        return numbers

    async def _put(
        self, entry: Quarantined, arrivals: list[Arrival], edited: bytes | None, *, corrected: bool
    ) -> list[Put]:
        """Into the inbox and out of the quarantine in one transaction.

        A dispatcher may refuse the event again at once, and its word must be the last. Raises BadEvent; nothing was
        taken then.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            answers = []
            for one in arrivals:
                if (entry.source, entry.event_id) == (one.source, one.id):
                    again = await self._inbox.retry_within(connection, one.source, one.id, one if corrected else None)
                    answers.append(Put.ACCEPTED if again else Put.DUPLICATE)
                else:
                    answers += await self._inbox.put_within(connection, [one])
            if Put.CONFLICT in answers:
                raise bad("conflict", "id")
            await self._quarantine.replayed_within(connection, entry.id, edited)
        return answers

    def _events(self, entry: Quarantined, body: bytes, *, corrected: bool) -> list[CloudEvent]:
        if entry.headers.get("content-type") in _OF_FILES:
            return [read_again(entry.headers, body, self._columns)]
        headers = {"content-type": STRUCTURED} if corrected else entry.headers
        events: list[CloudEvent] = []
        for event in read_message(headers, body, most=len(body)):
            if isinstance(event, Spoilt):
                raise event.error
            events.append(event)
        return events

    async def _still_bad(self, entry: Quarantined, problems: tuple[Problem, ...], edited: bytes | None) -> Replayed:
        await self._quarantine.still_bad(entry.id, [problem.model_dump() for problem in problems], edited)
        return Replayed(entry.id, Ending.STILL_BAD, problems)

"""What every door does with events: check them, put them into the inbox, keep bad ones in quarantine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg

from domain.events import CloudEvent
from domain.holding import holds
from starter.envelope import BATCH, STRUCTURED, Spoilt, check, digest, encode, lane
from starter.problem import BadEvent, Problem
from store.inbox import Arrival, Inbox, Put
from store.quarantine import Quarantine

OF_A_CASE = "case"  # the door of events that cases put in themselves, with their journal pages


@dataclass(frozen=True, slots=True)
class Refused:
    """One event that was not taken. `place` is its number in the message or file, from 1."""

    place: int
    entry: int  # in the quarantine
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class Taken:
    """What became of several events."""

    accepted: int = 0
    duplicate: int = 0
    conflicts: list[Refused] = field(default_factory=list)
    bad: list[Refused] = field(default_factory=list)


def arrival(event: CloudEvent, door: str, raw: bytes | None = None, headers: dict[str, str] | None = None) -> Arrival:
    """A checked event as a row for the inbox. Raises BadEvent when its content is not right."""
    check(event, of_case=door == OF_A_CASE)
    return Arrival(
        source=event.source,
        id=event.id,
        type=event.type,
        lane=lane(event),
        door=door,
        raw=encode(event) if raw is None else raw,
        headers=headers or {"content-type": STRUCTURED},
        digest=digest(event),
    )


class Door:
    """Takes events for one door. `name` is kept with each row."""

    def __init__(self, pool: asyncpg.Pool, name: str) -> None:
        self.name = name
        self.inbox = Inbox(pool)
        self.quarantine = Quarantine(pool)

    @holds("R-CHANNEL", "R-SELF")
    async def take(self, arrivals: Sequence[tuple[int, str, Arrival]]) -> Taken:
        """Put checked events in: (place, origin, arrival). The origin tells where a conflicting one came from."""
        taken = Taken()
        answers = await self.inbox.put([one for _, _, one in arrivals])
        for (place, origin, one), answer in zip(arrivals, answers, strict=True):
            if answer is Put.ACCEPTED:
                taken.accepted += 1
            elif answer is Put.DUPLICATE:
                taken.duplicate += 1
            else:
                problems = (Problem(code="conflict", where="id"),)
                entry = await self.keep(origin, one.raw, one.headers, problems)
                taken.conflicts.append(Refused(place, entry, problems))
        return taken

    async def keep(self, origin: str, raw: bytes, headers: Mapping[str, str], problems: Sequence[Problem]) -> int:
        """Keep a bad body; the answer is its number in the quarantine."""
        return await self.quarantine.keep(
            origin=origin,
            door=self.name,
            raw=raw,
            headers=dict(headers),
            problems=[problem.model_dump() for problem in problems],
        )

    async def take_message(self, events: Sequence[CloudEvent | Spoilt], raw: bytes, headers: dict[str, str]) -> Taken:
        """Take the events of one message; good ones go in even when others are bad, since sending again is harmless."""
        good: list[tuple[int, str, Arrival]] = []
        bad: list[Refused] = []
        for place, event in enumerate(events, start=1):
            body, own = raw, headers
            if len(events) > 1 or headers.get("content-type", "").startswith(BATCH):
                body = event.raw if isinstance(event, Spoilt) else encode(event)
                own = {"content-type": STRUCTURED}
            try:
                if isinstance(event, Spoilt):
                    raise event.error
                good.append((place, self.name, arrival(event, self.name, body, own)))
            except BadEvent as error:
                entry = await self.keep(self.name, body, own, error.problems)
                bad.append(Refused(place, entry, error.problems))
        taken = await self.take(good)
        taken.bad = bad
        return taken

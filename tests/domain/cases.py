"""An invented case to give commands and facts to, as it stands between two rests."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from domain import commands, receiving, refusals
from domain.case import CaseState, Waiting
from domain.clocks import Clock
from domain.events import CaseStart
from domain.messages.commands import Command
from domain.messages.decoding import Message, decode
from domain.refusal import Refusal
from domain.vocabulary import Party, ReasonCode
from tests.domain.example import RULES, SIGNED, request

NOW = SIGNED + timedelta(days=2)
FEN = {"minor": 1, "currency": "CNY"}


def yuan_of(text: str) -> dict[str, Any]:
    """A sum as it travels."""
    return {"minor": round(float(text) * 100), "currency": "CNY"}


class Desk:
    """A case (order of 99.00) and those who act on it. `now` goes on when told."""

    def __init__(self, waits_for: str = "") -> None:
        self.start = CaseStart(request=request(ReasonCode.NO_REASON), rules=RULES, opened_at=SIGNED)
        self.state = CaseState(opened_at=SIGNED)
        self.now = NOW
        if waits_for:
            self.wait(waits_for)

    def wait(self, code: str) -> Desk:
        """The case rests and waits for something."""
        self.state.waiting = Waiting(code=code, ball_with=Party.AGENT)
        return self

    def clock(self, key: str, hours: float = 10) -> Clock:
        """A running clock."""
        rule = RULES.clocks[key.partition("/")[0]]
        due = self.now + timedelta(hours=hours)
        self.state.clocks[key] = Clock.start(rule, self.now, due)
        return self.state.clocks[key]

    def message(self, kind: str, by: str = "agent:1", **fields: Any) -> Message:
        """A message as it comes from outside."""
        read = decode(kind, json.dumps({"by": by, **fields}, default=str, ensure_ascii=False).encode())
        assert isinstance(read, Message), read
        return read

    def refusal(self, kind: str, by: str = "agent:1", **fields: Any) -> Refusal | None:
        """Why the command is refused now."""
        return refusals.refusal(self.start, self.state, self.message(kind, by, **fields))

    def code(self, kind: str, by: str = "agent:1", **fields: Any) -> str:
        """The refusal's code; empty when the command is accepted."""
        refused = self.refusal(kind, by, **fields)
        return refused.code if refused else ""

    def does(self, kind: str, by: str = "agent:1", **fields: Any) -> str:
        """Give a command that is accepted, or report a fact."""
        message = self.message(kind, by, **fields)
        if not isinstance(message.payload, Command):
            receiving.receive(self.state, message, self.now)
            return "taken"
        assert refusals.refusal(self.start, self.state, message) is None
        return commands.apply(self.start, self.state, message, self.now)

    def records(self, kind: str) -> list[dict[str, Any]]:
        """The records of one kind that go on the next page."""
        return [record.data for record in self.state.records.values() if record.kind == kind]

    def events(self) -> list[str]:
        """The journal so far."""
        return [entry.event for entry in self.state.unread]

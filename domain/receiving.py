"""What a fact changes in a case, the moment it arrives and in whatever order facts come."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.case import Attempt, CaseState, Fact
from domain.clocks import ClockState
from domain.messages import (
    CustomerReplied,
    CustomerWithdrew,
    EvidenceReceived,
    Message,
    ParcelUpdate,
    RequestRepeated,
    SurveyAnswered,
    Undecodable,
)
from domain.vocabulary import AttemptResult, Channel

MAILBOX_LIMIT = 500
SEEN_LIMIT = 3000


def is_new(state: CaseState, message: Message) -> bool:
    """Whether the message was not applied before; remembers its id. A message without an id is always new."""
    if not message.id:
        return True
    if message.id in state.seen:
        return False
    state.seen[message.id] = None
    while len(state.seen) > SEEN_LIMIT:
        del state.seen[next(iter(state.seen))]
    return True


def receive(state: CaseState, message: Message, now: datetime) -> None:
    """Apply a fact. What no step can use yet waits in the mailbox."""
    payload = message.payload
    state.note(
        now, message.by, payload.kind, payload.rule, **_codes(payload.model_dump(mode="json", exclude_none=True))
    )
    match payload:
        case ParcelUpdate():
            state.parcels[payload.waybill] = payload.state
        case EvidenceReceived():
            for item in payload.items:
                if item not in state.evidence:
                    state.evidence.append(item)
                    state.record(now, "evidence_item", item, "R-EVID", ref=item, by=message.by)
        case CustomerWithdrew():
            state.withdrawn = True
        case SurveyAnswered():
            state.record(now, "survey_response", f"survey-{state.round}", "R-SURVEY", score=payload.score)
            clock = state.clocks.get("D-SURVEY")
            if clock is not None and clock.state is ClockState.RUNNING:
                clock.end(ClockState.MET, now)
        case RequestRepeated():
            pass
        case _:
            if isinstance(payload, CustomerReplied):
                state.attempts.append(Attempt(at=now, channel=Channel.IM, result=AttemptResult.REACHED, by=message.by))
            if len(state.mailbox) >= MAILBOX_LIMIT:
                dropped = state.mailbox.pop(0)
                state.note(now, "system", "mailbox_full", kind=dropped.kind)
            state.mailbox.append(Fact.of(payload, message.by, message.received_at))


def keep_undecodable(state: CaseState, message: Undecodable, raw: bytes, now: datetime) -> None:
    """Keep a message that cannot be read: what is wrong goes to the journal, the message itself to a record."""
    state.note(
        now, "system", "message_not_understood", kind=message.kind, problem=message.problem, digest=message.digest
    )
    state.record(
        now,
        "undecodable_message",
        f"{message.digest}-{state.entry_count}",
        message=message.kind,
        problem=message.problem,
        size=message.size,
        raw=raw[:8192].decode("utf-8", "replace"),
    )


def _codes(document: dict[str, Any]) -> dict[str, Any]:
    """A payload as journal data: it holds codes, sums and references, so it may stand there whole but for length."""
    return {key: value for key, value in document.items() if value not in ("", [], ()) and len(str(value)) <= 2000}

"""What a fact changes in a case, the moment it arrives and in whatever order facts come."""

from __future__ import annotations

from datetime import datetime
from hashlib import blake2b
from typing import Any

from domain.case import AWAITED, UNDECODABLE, Attempt, CaseState, Fact
from domain.clocks import ClockState
from domain.messages.decoding import Message, Undecodable
from domain.messages.facts import (
    CustomerConfirmed,
    CustomerReplied,
    CustomerWithdrew,
    EvidenceReceived,
    ParcelUpdate,
    RequestRepeated,
    SurveyAnswered,
)
from domain.vocabulary import AttemptResult, Channel

# Bounds of what a case remembers, so that no sender makes it too heavy to live; the journal keeps everything.
MAILBOX_LIMIT = 500
SEEN_LIMIT = 3000
EVIDENCE_LIMIT = 200
PARCEL_LIMIT = 200
ATTEMPT_LIMIT = 300
RAW_LIMIT = 8192  # bytes kept of a message that cannot be read
_LONG_ID = 32


def is_new(state: CaseState, message: Message) -> bool:
    """Whether the message was not applied before; remembers its id. A message without an id is always new."""
    if is_known(state, message):
        return False
    if message.id:
        state.seen[_short(message.id)] = None
        while len(state.seen) > SEEN_LIMIT:
            del state.seen[next(iter(state.seen))]
    return True


def is_known(state: CaseState, message: Message) -> bool:
    """Whether a message of that id was applied."""
    return bool(message.id) and _short(message.id) in state.seen


def _short(id: str) -> str:
    return id if len(id) <= _LONG_ID else blake2b(id.encode(), digest_size=12).hexdigest()


def receive(state: CaseState, message: Message, now: datetime) -> None:
    """Apply a fact. What no step can use yet waits in the mailbox."""
    payload = message.payload
    state.note(
        now, message.by, payload.kind, payload.rule, **_codes(payload.model_dump(mode="json", exclude_none=True))
    )
    match payload:
        case ParcelUpdate():
            _scanned(state, payload, message.received_at)
        case EvidenceReceived():
            for item in dict.fromkeys(payload.items):
                if item not in state.evidence:
                    state.record(now, "evidence_item", item, "R-EVID", ref=item, by=message.by)
                    state.evidence.append(item)
            del state.evidence[EVIDENCE_LIMIT:]
        case CustomerWithdrew():
            state.withdrawn = True
        case SurveyAnswered():
            state.record(now, "survey_response", f"survey-{state.round}", "R-SURVEY", score=payload.score)
            for clock in state.clocks.values():
                if clock.id == "D-SURVEY" and clock.running:
                    clock.end(ClockState.MET, now)
        case RequestRepeated(deadline=None):
            pass
        case _:
            if isinstance(payload, CustomerReplied):
                state.attempts.append(Attempt(at=now, channel=Channel.IM, result=AttemptResult.REACHED, by=message.by))
                del state.attempts[:-ATTEMPT_LIMIT]
            if len(state.mailbox) >= MAILBOX_LIMIT:
                dropped = state.mailbox.pop(0)
                state.note(now, "system", "mailbox_full", kind=dropped.kind)
            state.mailbox.append(Fact.of(payload, message.by, message.received_at))


def note_contact(
    state: CaseState, message: Message, now: datetime, utc_offset_minutes: int, *, solved: bool = False
) -> None:
    """Count that the customer came of his own accord while there is no solution (R-OURMESS, P-NOREPEAT).

    `solved`: the case holds that there is one; then only his "not solved" counts.
    """
    match message.payload:
        case CustomerReplied():
            unasked = not solved and (state.waiting is None or state.waiting.code not in AWAITED)
        case CustomerConfirmed() as said:  # whether help from afar did help, he was asked
            unasked = not said.solved and (state.waiting is None or state.waiting.code != "remote_guidance")
        case _:
            unasked = False
    if unasked:
        state.came_back.note_contact(now, utc_offset_minutes)


def _scanned(state: CaseState, update: ParcelUpdate, received_at: datetime | None) -> None:
    """The latest scan counts, in whatever order scans come; one without an instant counts as it comes."""
    scanned_at = update.scanned_at
    if scanned_at is not None:
        if received_at is not None:
            scanned_at = min(scanned_at, received_at)  # a courier's clock that is ahead must not outlast later scans
        known = state.scans.get(update.waybill)
        if known is not None and scanned_at < known:
            return
        state.scans[update.waybill] = scanned_at
    state.parcels.pop(update.waybill, None)
    state.parcels[update.waybill] = update.state
    while len(state.parcels) > PARCEL_LIMIT:
        forgotten = next(iter(state.parcels))
        del state.parcels[forgotten]
        state.scans.pop(forgotten, None)


def keep_undecodable(state: CaseState, message: Undecodable, raw: bytes, now: datetime) -> None:
    """Keep a message that cannot be read: what is wrong goes to the journal, the message itself to a record."""
    state.note(
        now, "system", "message_not_understood", kind=message.kind, problem=message.problem, digest=message.digest
    )
    state.record(
        now,
        UNDECODABLE,
        f"{message.digest}-{state.entry_count}",
        message=message.kind,
        problem=message.problem,
        size=message.size,
        raw=raw[:RAW_LIMIT].decode("utf-8", "replace"),
    )


def _codes(document: dict[str, Any]) -> dict[str, Any]:
    """A payload as journal data: it holds codes, sums and references, so it may stand there whole but for length."""
    return {key: value for key, value in document.items() if value not in ("", [], ()) and len(str(value)) <= 2000}

"""A message as it is read from its raw JSON, or why it cannot be read."""

from __future__ import annotations

import json
from datetime import datetime
from hashlib import blake2b
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from domain.instant import Instant
from domain.messages.commands import COMMANDS
from domain.messages.facts import FACTS
from domain.messages.payload import Payload
from domain.vocabulary import Party

MAX_BYTES = 64 * 1024  # of one message: bigger things travel by reference


class Message(BaseModel):
    """A decoded message."""

    model_config = ConfigDict(frozen=True)

    id: str  # empty when the sender gave none: then each arrival counts
    kind: str
    by: str  # role or role:staff-id
    received_at: datetime | None
    payload: Payload

    @property
    def role(self) -> Party:
        """The sender's role."""
        return Party(self.by.split(":", 1)[0])


class Undecodable(BaseModel):
    """A message that could not be read: kept with what is wrong and where. The raw text stays out of it."""

    model_config = ConfigDict(frozen=True)

    kind: str
    problem: str
    size: int
    digest: str


def decode(kind: str, raw: bytes) -> Message | Undecodable:
    """Read a message named `kind` from its raw JSON. Never raises: what cannot be read is described instead."""

    def problem(text: str) -> Undecodable:
        return Undecodable(kind=kind[:64], problem=text, size=len(raw), digest=digest)

    digest = blake2b(kind.encode() + b"\n" + raw, digest_size=8).hexdigest()
    model = FACTS.get(kind) or COMMANDS.get(kind)
    if model is None:
        return problem(f"unknown message; known are: {', '.join(sorted({**FACTS, **COMMANDS}))}")
    if len(raw) > MAX_BYTES:
        return problem(f"larger than {MAX_BYTES} bytes; put the content into the store and send its reference")
    try:
        document: Any = json.loads(raw) if raw.strip() else {}
        if b"\\u" in raw:  # half a character, which no store and no history can hold
            json.dumps(document, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return problem("not JSON")
    if document is None:
        document = {}
    if not isinstance(document, dict):
        return problem("must be one JSON object")
    sent_by = document.get("by") or model.sender.value
    if not isinstance(sent_by, str) or sent_by.split(":", 1)[0] not in set(Party) or len(sent_by) > 80:
        return problem("by: must be a role such as `agent` or `agent:17`")
    given_id = document.get("id")
    if given_id is not None and (not isinstance(given_id, str | int) or not 0 < len(str(given_id)) <= 128):
        return problem("id: must be a text of at most 128 characters")
    try:
        stamp = _Stamp.model_validate(document)
        payload = model.model_validate(document)
    except ValidationError as error:
        return problem(
            "; ".join(f"{'.'.join(str(part) for part in e['loc'])}: {e['type']}" for e in error.errors()[:5])
        )
    return Message(id=str(given_id or ""), kind=kind, by=sent_by, received_at=stamp.at, payload=payload)


class _Stamp(BaseModel):
    """The instant our door received a message."""

    model_config = ConfigDict(extra="ignore")
    at: Instant | None = None

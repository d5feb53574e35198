"""Signed bodies on the partner wire: a request with an id of its own, and an answer that is bound to that request.

`domain.webhook_signature` holds the cryptography. Added here is what an exchange needs beyond a single message: the
answer's id is `re:<id of the request>`, so that neither an old answer nor our own request, sent back to us, passes
for the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from uuid import uuid4

from domain.webhook_signature import BadSignature, SigningKeys

ANSWER = "re:"


def wall_clock() -> datetime:
    """The machine's time: signatures bind machines, not cases."""
    return datetime.now(UTC)


class SignedExchange:
    """Signs and checks what travels between us and one partner."""

    def __init__(self, keys: SigningKeys, clock: Callable[[], datetime] = wall_clock) -> None:
        self._keys = keys
        self._clock = clock

    def request(self, body: bytes, message_id: str = "") -> dict[str, str]:
        """Headers for a request or an event; a fresh id when none is given."""
        return self._keys.sign(message_id or f"msg_{uuid4().hex}", self._clock(), body)

    def answer(self, request_id: str, body: bytes) -> dict[str, str]:
        """Headers for the answer to the request with that id."""
        return self._keys.sign(ANSWER + request_id, self._clock(), body)

    def check_request(self, headers: Mapping[str, str], body: bytes) -> str:
        """Check a received request and return its id. Raises BadSignature."""
        message_id = self._keys.verify(headers, body, self._clock())
        if message_id.startswith(ANSWER):
            raise BadSignature("this is an answer, not a request")
        return message_id

    def check_answer(self, headers: Mapping[str, str], body: bytes, request_id: str) -> None:
        """Check that a received answer is the partner's, and the one to this very request. Raises BadSignature."""
        if self._keys.verify(headers, body, self._clock()) != ANSWER + request_id:
            raise BadSignature("the answer belongs to another request")

"""Standard Webhooks signatures, both ways: what a sender adds to a body, and whether a received one may be believed.

    webhook-id: msg_1     webhook-timestamp: 1767225600 (Unix seconds)     webhook-signature: v1,<base64> v1,<base64>

A signature is HMAC-SHA256 over `<id>.<timestamp>.<body>`, the body as raw bytes, never as parsed and rewritten JSON.
A sender with several keys signs with each of them, and a receiver takes any match: that is how a key is changed
without a gap. Instants are passed in. Source: the Standard Webhooks specification 1.0.
"""

from __future__ import annotations

import binascii
import hmac
from base64 import b64decode, b64encode
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

ID = "webhook-id"
TIMESTAMP = "webhook-timestamp"
SIGNATURE = "webhook-signature"

TOLERANCE = timedelta(minutes=5)  # of the sender's clock, as the specification recommends: bounds replays
PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64  # of a key, by the specification
_STAMP_DIGITS = 11  # of Unix seconds that are an instant still: up to the year 5138
_MOST_SIGNATURES = 16  # looked at in one header, so that a stranger cannot make us compute for ever


class BadSignature(Exception):
    """The message is not proven to come from the partner. The text says what to check and holds no secret."""


class SigningKeys:
    """The keys shared with one partner, one or more. Shows nothing of them in repr or text."""

    __slots__ = ("_keys",)

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        self._keys = keys

    @classmethod
    def parse(cls, text: str) -> SigningKeys:
        """Read `whsec_<base64>`; several, separated by spaces, while a key is being changed.

        Raises:
            ValueError: none given, prefix missing, not base64, or not 24-64 bytes long. The text never repeats the
            secret.
        """
        keys = tuple(_key(number, secret) for number, secret in enumerate(text.split(), start=1))
        if not keys:
            raise ValueError("no signing secret given; write whsec_ followed by 24-64 random bytes in base64")
        return cls(keys)

    def __repr__(self) -> str:
        return f"SigningKeys(<{len(self._keys)} hidden>)"

    def sign(self, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
        """The three headers for `body`. A resent message keeps its id and takes a new instant."""
        stamp = str(int(at.timestamp()))
        signatures = (b64encode(_mac(key, message_id, stamp, body)).decode() for key in self._keys)
        return {ID: message_id, TIMESTAMP: stamp, SIGNATURE: " ".join(f"v1,{one}" for one in signatures)}

    @staticmethod
    def look(headers: Mapping[str, str], now: datetime) -> str:
        """What can be seen before the body is there: the id that the sender claims. It proves nothing.

        Raises:
            BadSignature: a header is missing or unreadable, or the stamp lies more than 5 minutes off.
        """
        message_id, stamp, given = headers.get(ID, ""), headers.get(TIMESTAMP, ""), headers.get(SIGNATURE, "")
        if not (message_id and stamp and given):
            raise BadSignature(f"not signed: the headers {ID}, {TIMESTAMP} and {SIGNATURE} are all needed")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= _STAMP_DIGITS):
            raise BadSignature(f"{TIMESTAMP} must be Unix seconds")
        drift = datetime.fromtimestamp(int(stamp), UTC) - now
        if abs(drift) > TOLERANCE:
            raise BadSignature(
                f"{TIMESTAMP} is more than 5 minutes off; check both clocks, and sign anew when resending"
            )
        return message_id

    def verify(self, headers: Mapping[str, str], body: bytes, now: datetime) -> str:
        """Check a received message and return its id. Header names are looked up in lower case.

        Raises:
            BadSignature: a header is missing or unreadable, the stamp lies more than 5 minutes off, or no signature
            matches.
        """
        self.look(headers, now)
        message_id, stamp, given = headers[ID], headers[TIMESTAMP], headers[SIGNATURE]
        expected = [_mac(key, message_id, stamp, body) for key in self._keys]
        for signature in given.split(" ", _MOST_SIGNATURES)[:_MOST_SIGNATURES]:
            version, _, encoded = signature.partition(",")
            if version == "v1" and _matches(encoded, expected):
                return message_id
        raise BadSignature(f"no signature in {SIGNATURE} matches; check the secret and that the body is sent unchanged")


def _key(number: int, secret: str) -> bytes:
    if not secret.startswith(PREFIX):
        raise ValueError(f"signing secret {number} must begin with {PREFIX}")
    encoded = secret.removeprefix(PREFIX)
    try:
        key = b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"signing secret {number} is not base64 after {PREFIX}") from None
    if not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise ValueError(f"signing secret {number} has {len(key)} bytes; {_LEAST_BYTES}-{_MOST_BYTES} are needed")
    return key


def _mac(key: bytes, message_id: str, stamp: str, body: bytes) -> bytes:
    return hmac.digest(key, f"{message_id}.{stamp}.".encode() + body, "sha256")


def _matches(encoded: str, expected: list[bytes]) -> bool:
    try:
        given = b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        return False
    return any(hmac.compare_digest(given, one) for one in expected)

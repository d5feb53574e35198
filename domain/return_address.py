"""Where customers send goods back: every message that says it must fit the channel with it (R-RET-ADDR)."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from domain.texts import MESSAGE_BYTES, render, templates, variables_of

FULL: Mapping[str, str] = {
    "case_no": "20261120000123456789",
    "order_no": "2026112000012345678",
    "rma": "RMA-20261120000123456789",
    "freight": "customer",
    "due": "2026-11-20T10:00:00+00:00",
}
"""As long as a message's other values are at marketplaces."""
_NAME = "return_address"


@cache
def room() -> int:
    """How many bytes (UTF-8) it may have in the message, of both languages, that leaves it the least."""
    rest = []
    for template in templates():
        for language in ("zh", "en"):
            taken = variables_of(template, language)[1]
            if _NAME in taken:
                values = {name: FULL[name] for name in taken - {_NAME}}
                rest.append(MESSAGE_BYTES - len(render(template, language, {**values, _NAME: ""}).encode()))
    return min(rest)


def too_long(address: str) -> int:
    """By how many characters, counted from its end, it is too long; 0 where it fits."""
    over = 0
    while len(address[: len(address) - over].encode()) > room():
        over += 1
    return over

"""Whether a body that no door could read is about one customer: his numbers stand in it.

Such a body has no shop, case or customer of its own, so its content is all there is to go by. A number counts where it
is a whole value of a JSON document, or a whole word of a text. A short one could be a sum as well: it counts only
where the document itself calls it a number of ours.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping
from enum import Enum
from typing import Any

SHORT = 6  # characters: a number below that counts only under a key of ours
_OURS = ("order_no", "case_no", "request_id", "customer_ref", "waybill", "rma")
_BATCH = "cloudevents-batch"


class Mention(Enum):
    """What a body has to do with a customer."""

    NONE = "none"
    HIS = "his"
    SHARED = "shared"  # he stands in it beside others


def mention(body: bytes, headers: Mapping[str, str], shop: str, numbers: Collection[str]) -> Mention:
    """Look for a shop's customer by his numbers: order, case, parcel, return, customer, telephone."""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        document = None
    if isinstance(document, dict | list):
        found = _about(document, shop, numbers)
        several = isinstance(document, list) and len(document) > 1
    else:
        words = [re.escape(number.encode()) for number in numbers if len(number) >= SHORT]
        pattern = rb"(?<![0-9A-Za-z_.-])(?:" + b"|".join(words) + rb")(?![0-9A-Za-z_-])"
        found = bool(words) and re.search(pattern, body) is not None
        several = _BATCH in headers.get("content-type", "")
    if not found:
        return Mention.NONE
    return Mention.SHARED if several else Mention.HIS


def _about(document: Any, shop: str, numbers: Collection[str]) -> bool:
    shops, found = set(), False
    for key, value in _values(document):
        if key == "shop":
            shops.add(value)
        elif key == "subject" and "/" in value:
            named, _, number = value.partition("/")
            shops.add(named)
            found |= number in numbers
        elif len(value) >= SHORT or key in _OURS:
            found |= value in numbers
    return found and (not shops or shop in shops)


def _values(document: Any) -> Iterator[tuple[str, str]]:
    """Every text and number of a document, with the key it stands under."""
    left = [("", document)]
    while left:
        key, value = left.pop()
        if isinstance(value, dict):
            left.extend(value.items())
        elif isinstance(value, list):
            left.extend((key, inner) for inner in value)
        elif isinstance(value, str | int) and not isinstance(value, bool):
            yield key, str(value)

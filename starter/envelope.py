"""From bytes to an event whose content is known to be right, or a `BadEvent` that says what is not.

CloudEvents 1.0: structured mode, batch mode, and binary mode with `ce-` headers. Everything a door accepts has passed
`check`, so that a partner learns at once what is wrong and not from a case that stands still.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b, sha256
from typing import Any
from urllib.parse import unquote

from pydantic import ValidationError

from domain.events import CLAIM, ORDER, PREFIX, REQUEST, CloudEvent, OrderNotice, Request
from domain.identity import is_business_id
from domain.journal import OF_CASES
from domain.messages.facts import AMONG_CASES, FACTS
from domain.messages.payload import Payload
from domain.vocabulary import CaseType
from starter.problem import BadEvent, Problem, bad, problems_of

STRUCTURED = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"
DATA = "application/json"  # of binary mode: the event's data alone
DEPTH = 32  # levels of nesting; ours need six
NUMBERS = ("case_no", "rma", "waybill")  # by which a fact may name its case, the surest first
LONGEST_NUMBER = 128  # characters; a case is known by none that is longer


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An event of a batch that cannot be read, apart from the others."""

    raw: bytes
    error: BadEvent


def read_json(raw: bytes) -> Any:
    """Read one JSON text strictly: UTF-8, no NUL, no NaN, no key twice, not too deep. Raises BadEvent."""
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise bad("not_utf8", encoding="UTF-8", byte=error.start + 1) from None
    try:
        document = json.loads(text, object_pairs_hook=_object, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        raise bad("not_json", reason=error.msg, column=error.pos + 1) from None
    except RecursionError:
        raise bad("too_deep", limit=DEPTH) from None
    except ValueError:
        raise bad("not_json", reason="a number is too long or not finite", column="?") from None
    _look_through(document)
    return document


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    document = dict(pairs)
    if len(document) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise bad("duplicate_key", key=json.dumps(twice[:40]))
    return document


def _no_constant(name: str) -> None:
    raise ValueError(name)


def _look_through(document: Any) -> None:
    """Refuse what PostgreSQL cannot keep as text (NUL, unpaired surrogates) and what is nested too deep."""
    level = [document]
    for _ in range(DEPTH):
        deeper: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                deeper.extend(value.keys())
                deeper.extend(value.values())
            elif isinstance(value, list):
                deeper.extend(value)
            elif isinstance(value, str):
                if "\x00" in value:
                    raise bad("nul")
                if not value.isascii() and any("\ud800" <= letter <= "\udfff" for letter in value):
                    raise bad("control_character")
        if not deeper:
            return
        level = deeper
    raise bad("too_deep", limit=DEPTH)


def read_event(document: Any) -> CloudEvent:
    """An event of a JSON object. Raises BadEvent."""
    if not isinstance(document, dict):
        raise bad("not_object")
    try:
        event = CloudEvent.model_validate(document)
    except ValidationError as error:
        raise BadEvent(*problems_of(error), source=_text(document, "source"), id=_text(document, "id")) from None
    for where, value in (("id", event.id), ("source", event.source), ("type", event.type), ("subject", event.subject)):
        if not value.isprintable():
            raise bad("control_character", where)
    return event


def _text(document: dict[str, Any], key: str) -> str | None:
    value = document.get(key)
    return value if isinstance(value, str) and value.isprintable() and len(value) <= 256 else None


def read_message(headers: Mapping[str, str], raw: bytes, most: int = 1) -> list[CloudEvent | Spoilt]:
    """The events of one HTTP message or inbox row; of a batch of up to `most` also those that cannot be read.

    Header names are lower case.

    Raises:
        BadEvent: nothing can be read.
    """
    media = _media(headers)
    if media == BATCH:
        documents = read_json(raw)
        if not isinstance(documents, list):
            raise bad("not_batch")
        if len(documents) > most:
            raise bad("too_many_events", limit=most)
        return [_event_or_spoilt(document) for document in documents]
    if media == STRUCTURED:
        return [read_event(read_json(raw))]
    if is_binary(headers):
        attributes = {name[3:]: unquote(value) for name, value in attribute_headers(headers).items()}
        return [read_event({**attributes, "datacontenttype": media, "data": read_json(raw) if raw.strip() else {}})]
    raise bad("content_type", "content-type")


def is_binary(headers: Mapping[str, str]) -> bool:
    """Whether a message has its event's attributes in headers, and only the data in its body."""
    return _media(headers) == DATA and "ce-specversion" in headers


def _media(headers: Mapping[str, str]) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def attribute_headers(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers in which binary mode has an event's attributes, by name."""
    return {name: headers[name] for name in sorted(headers) if name.startswith("ce-")}


def attributes_digest(headers: Mapping[str, str]) -> str:
    """What a binary message's `webhook-id` must end with: SHA-256, in hex, of its lines `ce-name:value` as sent.

    They say which case an event is about, and no signature covers headers other than that id.
    """
    lines = "".join(f"{name}:{value}\n" for name, value in attribute_headers(headers).items())
    return sha256(lines.encode()).hexdigest()


def _event_or_spoilt(document: Any) -> CloudEvent | Spoilt:
    try:
        return read_event(document)
    except BadEvent as error:
        return Spoilt(json.dumps(document, ensure_ascii=False).encode(), error)


def check(event: CloudEvent, *, of_case: bool = False) -> Request | OrderNotice | Payload:
    """What the event says, validated: an after-sales request, an order, or a fact.

    What cases tell each other comes from a case (`of_case`) and from nobody else: neither its types nor its source,
    whose ids can be guessed, and of two events of one id the first counts.

    Raises:
        BadEvent: it is not as it must be.
    """
    try:
        if event.type == CLAIM and of_case:
            return Request.model_validate(event.data)
        if event.type == CLAIM or (event.type == REQUEST and event.data.get("case_type") == CaseType.COURIER_CLAIM):
            raise bad("claim_of_a_case", "type")
        if not of_case and event.type.removeprefix(PREFIX) in AMONG_CASES:
            raise bad("among_cases", "type")
        if not of_case and event.source == OF_CASES:
            raise bad("source_of_cases", "source")
        if event.type == REQUEST and event.data.get("case_type") == CaseType.UNIDENTIFIED_PARCEL:
            raise bad("parcel_of_nobody", "data.case_type")
        if event.type == REQUEST:
            return _in_one_currency(event, Request.model_validate(event.data))
        if event.type == ORDER:
            return _in_one_currency(event, OrderNotice.model_validate(event.data))
        fact = FACTS.get(event.type.removeprefix(PREFIX)) if event.type.startswith(PREFIX) else None
        if fact is None:
            raise bad("unknown_type", "type", known=", ".join(sorted({*FACTS} - AMONG_CASES)))
        payload = fact.model_validate(event.data)
    except ValidationError as error:
        raise BadEvent(*problems_of(error, "data"), source=event.source, id=event.id) from None
    except BadEvent as error:
        raise BadEvent(*error.problems, source=event.source, id=event.id) from None
    problem = _whereabouts_problem(event)
    if problem:
        raise BadEvent(problem, source=event.source, id=event.id)
    return payload


def _in_one_currency(event: CloudEvent, content: Request | OrderNotice) -> Request | OrderNotice:
    order = content.order
    problems = [
        Problem(code="other_currency", where=f"data.order.{place}", detail={"currency": order.paid.currency})
        for place in order.foreign_sums()
    ]
    if problems:
        raise BadEvent(*problems, source=event.source, id=event.id)
    return content


def _whereabouts_problem(event: CloudEvent) -> Problem | None:
    if event.subject:
        shop, slash, case_no = event.subject.partition("/")
        if slash and is_business_id(shop) and is_business_id(case_no):
            return None
        return Problem(code="bad_subject", where="subject")
    for key in ("shop", *NUMBERS):
        value = event.data.get(key)
        if value is not None and not isinstance(value, str):
            return Problem(code="string_type", where=f"data.{key}")
        if value is not None and len(value) > LONGEST_NUMBER:
            return Problem(code="string_too_long", where=f"data.{key}", detail={"max_length": str(LONGEST_NUMBER)})
    return None if any(event.data.get(key) for key in NUMBERS) else Problem(code="no_case_named")


def lane(event: CloudEvent) -> str:
    """What a checked event is about: `case:<shop>/<number>`, `order:`, `case_no:`, `rma:` or `waybill:<number>`."""
    if event.type == REQUEST:
        request = Request.model_validate(event.data)
        return f"case:{request.shop}/{request.case_no}"
    if event.type == ORDER:
        notice = OrderNotice.model_validate(event.data)
        return f"order:{notice.shop}/{notice.order.order_no}"
    if event.subject:
        return f"case:{event.subject}"
    shop = event.data.get("shop")
    for key in NUMBERS:
        value = event.data.get(key)
        if value:
            return f"case:{shop}/{value}" if key == "case_no" and shop else f"{key}:{value}"
    raise bad("no_case_named")


def encode(event: CloudEvent) -> bytes:
    """The event as one line of structured JSON, spelled the same way whoever sent it."""
    document = event.model_dump(mode="json", exclude_defaults=True) | {"specversion": event.specversion}
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def digest(event: CloudEvent) -> bytes:
    """Of what the event means: white space, the order of keys and the mode it was sent in do not count."""
    return blake2b(encode(event), digest_size=16).digest()


def message_id(source: str, id: str) -> str:
    """The id under which a case applies the event once."""
    return blake2b(f"{source}\n{id}".encode(), digest_size=12).hexdigest()

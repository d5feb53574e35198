"""Messages by chance: sensible ones, wrong ones and silence, from the forms of the messages themselves."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from pydantic import ValidationError

from domain.messages.commands import COMMANDS, AdoptRulebook, MoveClock, PauseClock
from domain.messages.facts import FACTS, CalendarChanged
from domain.messages.payload import Payload

STAFF = ("agent:1", "agent:2", "supervisor:1", "manager:1", "finance:1", "qc:1", "qc:2", "warehouse:1")
FACT_KINDS = sorted({*FACTS} - {CalendarChanged.kind})
COMMAND_KINDS = sorted({*COMMANDS} - {AdoptRulebook.kind, MoveClock.kind, PauseClock.kind})
"""Commands that stop or move a clock would make a case rest without a deadline on purpose."""

NONSENSE: tuple[Any, ...] = (
    None, "", -1, "不存在", [], {"minor": -5}, {"minor": 10**15}, "2026-13-40", True, 2**70, "x" * 3000,
)  # fmt: skip
WORDS = ("coupon", "cash", "flaw", "call_back", "freight", "found", "lost", "moving", "text-1", "P1", "")


def well_formed(kind: str, document: dict[str, Any]) -> bool:
    """Whether the door would let it in."""
    try:
        FACTS[kind].model_validate(document)
    except ValidationError:
        return False
    return True


DAYS = (-400, -3, 1, 2, 8, 25)  # from the case's beginning to an instant that a message names


def payload(kind: str, chance: Random, began: datetime) -> dict[str, Any]:
    """A document of that kind: mostly as its form says, sometimes with a field that is wrong or missing."""
    model: type[Payload] = {**FACTS, **COMMANDS}[kind]
    schema = model.model_json_schema()
    document = {
        name: _value(form, schema.get("$defs", {}), chance, began)
        for name, form in schema.get("properties", {}).items()
        if name in schema.get("required", ()) or chance.random() < 0.7
    }
    if document and chance.random() < 0.15:
        document[chance.choice(sorted(document))] = chance.choice(NONSENSE)
    return document


def _value(form: dict[str, Any], known: dict[str, Any], chance: Random, began: datetime) -> Any:
    if "$ref" in form:
        return _value(known[form["$ref"].rpartition("/")[2]], known, chance, began)
    if "anyOf" in form:
        return _value(chance.choice(form["anyOf"]), known, chance, began)
    if "enum" in form:
        return chance.choice(form["enum"])
    if "const" in form:
        return form["const"]
    match form.get("type"):
        case "boolean":
            return chance.random() < 0.7
        case "integer" | "number":
            return chance.randint(form.get("minimum", 0), min(form.get("maximum", 3000), 3000))
        case "array":
            items = form.get("items", {"type": "string"})
            return [_value(items, known, chance, began) for _ in range(chance.randint(0, 2))]
        case "object":
            inner = form.get("properties", {})
            return {name: _value(one, known, chance, began) for name, one in inner.items()}
        case "null":
            return None
    if form.get("format") == "date-time":
        return (began + timedelta(days=chance.choice(DAYS))).isoformat()
    if "[A-Z]{3}" in form.get("pattern", ""):
        return "CNY"
    return chance.choice(WORDS)

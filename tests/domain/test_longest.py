"""How heavy a case can be made: all that Temporal keeps of it lies far below the two megabytes of one payload."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel, TypeAdapter, ValidationError

from domain.events import CaseStart, Request
from domain.order import Order, OrderLine
from domain.ports.collection import CollectionAnswer, CollectionRow
from domain.ports.courier import ParcelReport
from domain.ports.customer import ContactAnswer
from domain.ports.partner import Receipt
from domain.ports.refunds import RefundAnswer, RefundRow
from domain.price_drop import PriceDrop
from tests.domain.example import RULES

LIMIT = 1_000_000  # bytes: half of what the server takes
DEAREST = "\x01"  # as JSON six bytes: no character takes more
IDS = {"shop", "order_no", "request_id"}  # held to 64 plain characters by the request as a whole
LAST = "2100-12-31T23:59:59.999999Z"


def heaviest(model: type[BaseModel], **given: Any) -> Any:
    """The longest document that the model's own bounds admit. Fails on a field that has none."""
    schema = TypeAdapter(model).json_schema()
    return _document(schema, schema.get("$defs", {}), model.__name__, given)


def _document(schema: dict[str, Any], known: dict[str, Any], where: str, given: dict[str, Any]) -> Any:
    if "$ref" in schema:
        return _document(known[schema["$ref"].rpartition("/")[2]], known, where, given)
    if "anyOf" in schema:
        return max((_document(one, known, where, given) for one in schema["anyOf"]), key=_size)
    match schema:
        case {"enum": values}:
            return max(values, key=_size)
        case {"type": "object", "properties": fields}:
            return {
                name: given[name] if name in given else _document(field, known, f"{where}.{name}", given)
                for name, field in fields.items()
            }
        case {"type": "array", "maxItems": most, "items": one}:
            return [_document(one, known, where, given)] * most
        case {"type": "string", "format": "date-time"}:
            return LAST
        case {"type": "string", "pattern": "^[A-Z]{3}$"}:
            return "CNY"
        case {"type": "string"} if where.rpartition(".")[2] in IDS:
            return "9" * 64
        case {"type": "string", "maxLength": most}:
            return DEAREST * most
        case {"type": "integer", "maximum": most}:
            return most
        case {"type": "integer"}:
            return 2**63 - 1
        case {"type": "boolean"}:
            return False
        case {"type": "null"}:
            return None
    raise AssertionError(f"{where} has no bound: {schema}")


def _size(value: Any) -> int:
    return len(json.dumps(value))


def test_the_heaviest_request_starts_a_case_far_below_the_limit() -> None:
    """As many lines, photos and characters as the door admits, with the packaged rules: less than half of the limit."""
    drop = heaviest(PriceDrop)
    del drop["prices"][1:]  # each SKU once, and the heaviest lines have one and the same
    request = Request.model_validate(heaviest(Request, drop=drop, parent=""))
    assert (len(request.order.lines), len(request.evidence)) == (200, 50)
    start = CaseStart(request=request, rules=RULES, opened_at=datetime(2100, 12, 31, tzinfo=UTC))
    assert 100_000 < len(start.model_dump_json().encode()) < LIMIT


@pytest.mark.parametrize(
    "model", [ParcelReport, RefundRow, RefundAnswer, CollectionRow, CollectionAnswer, ContactAnswer, Receipt]
)
def test_the_longest_answer_of_a_partner_is_a_short_one(model: type[BaseModel]) -> None:
    """A partner's answer stays in the history of the case: codes, sums and instants, a few kilobytes at the most."""
    answer = model.model_validate(heaviest(model))
    assert len(answer.model_dump_json().encode()) < 4_000


@pytest.mark.parametrize(
    ("model", "field", "value"),
    [
        (OrderLine, "category", "x" * 65),
        (Order, "channel", "x" * 65),
        (Order, "language", "x" * 65),
        (Order, "lines", [{"sku": "CUP", "quantity": 1, "price": {"minor": 1}}] * 201),
        (Request, "evidence", ["photo"] * 51),
        (Request, "evidence", ["x" * 257]),
        (ContactAnswer, "reason", "x" * 65),
        (RefundRow, "code", "x" * 65),
    ],
)
def test_what_is_longer_is_refused_by_field(model: type[BaseModel], field: str, value: Any) -> None:
    """One more than is admitted: the error names the field and the bound."""
    with pytest.raises(ValidationError) as refused:
        model.model_validate({field: value})
    (why,) = [one for one in refused.value.errors() if one["loc"][0] == field]
    assert why["type"] in ("string_too_long", "too_long")
    assert why["ctx"]["max_length"] in (64, 256, 200, 50)

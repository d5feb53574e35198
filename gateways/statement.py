"""A page of a statement, of payments to customers or from them, as the wire has it (docs/partner-wire.md)."""

from __future__ import annotations

from typing import Any

from pydantic import ValidationError

from domain.ports.partner import PartnerUnavailable
from domain.ports.reconciliation import StatementLine, StatementPage
from gateways.signed_json import code_of


def page_of(operation: str, document: dict[str, Any]) -> StatementPage:
    """Read a page.

    Raises:
        PartnerUnavailable: a line or `next` cannot be read. Nothing of the page is used: half a statement would tell of
            differences that are none.
    """
    lines, following = document.get("lines"), document.get("next")
    if not isinstance(lines, list):
        raise PartnerUnavailable(f"{operation}: the answer has no list of lines")
    if not isinstance(following, str | None):
        raise PartnerUnavailable(f"{operation}: next cannot be read: not a text")
    read = tuple(_line(operation, number, line) for number, line in enumerate(lines, 1))
    return StatementPage(lines=read, next=following or "")


def _line(operation: str, number: int, line: Any) -> StatementLine:
    """One payment. What does not look like a code in `key` and the references is none: it could hold a person."""
    try:
        read = StatementLine.model_validate(line)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "not an object"
        raise PartnerUnavailable(f"{operation}: line {number} cannot be read: {where}") from None
    if read.at.tzinfo is None:
        raise PartnerUnavailable(f"{operation}: line {number} cannot be read: at has no zone")
    codes = {name: code_of(getattr(read, name)) for name in ("key", "partner_ref", "shop", "order_no")}
    return read.model_copy(update=codes)

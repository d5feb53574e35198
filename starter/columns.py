"""The column map: from the headers and words of an export to an after-sales request. Data in `columns.toml`.

A file with a column for the type of after-sales holds requests; one without holds orders as the shop ships them.
"""

from __future__ import annotations

import json
import re
import tomllib
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict

from domain.events import ORDER, REQUEST, CloudEvent
from domain.identity import is_business_id
from domain.vocabulary import CaseType, ReasonCode
from starter import cells
from starter.cells import Cell
from starter.problem import BadEvent, Problem, bad

_DEFAULTS = Path(__file__).with_name("columns.toml")
SOURCE = "file"  # of rows that bring no id of their own: they are known by their content
_BRACKETS = re.compile(r"\(.*?\)|[\s_\-:*]+")
_SHOWN = 12  # known words told in a problem
_CODES = {"kind": {kind.value for kind in CaseType}, "reason": {reason.value for reason in ReasonCode}}
_NEEDED = ("order_no", "paid")
_NEEDED_OF_REQUEST = ("requested_at",)


def _plain(header: str) -> str:
    return _BRACKETS.sub("", unicodedata.normalize("NFKC", header.translate(cells.UNSEEN))).casefold()


def _some(known: Sequence[str]) -> str:
    """The first of the words or headers that are known, and whether there are more."""
    return ", ".join([*known[:_SHOWN], *(["…"] if len(known) > _SHOWN else [])])


class ColumnMap(BaseModel):
    """Headers per field, words per field, and what stands for an absent cell."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    columns: dict[str, list[str]]
    values: dict[str, dict[str, str]] = {}
    reason_of: dict[str, str] = {}
    defaults: dict[str, str] = {}

    @classmethod
    def read(cls, own: Path | None = None, shop: str = "") -> Self:
        """The packaged map, then the entries of a shop's own file, then the shop of a command line.

        Raises:
            OSError, tomllib.TOMLDecodeError, pydantic.ValidationError: the own file is missing, not TOML, or not right.
        """
        merged = cls.model_validate(tomllib.loads(_DEFAULTS.read_text(encoding="utf-8")))
        if own is not None:
            changes = cls.model_validate({"columns": {}} | tomllib.loads(own.read_text(encoding="utf-8")))
            if strangers := changes.columns.keys() - merged.columns.keys():
                raise ValueError(f"{own.name}: no such field: {', '.join(sorted(strangers))}")
            fields = {field: changes.columns.get(field, []) + names for field, names in merged.columns.items()}
            merged = merged.model_copy(
                update={
                    "columns": fields,
                    "values": {field: merged.values.get(field, {}) | changes.values.get(field, {}) for field in fields},
                    "reason_of": merged.reason_of | changes.reason_of,
                    "defaults": merged.defaults | changes.defaults,
                }
            )
        return merged.model_copy(update={"defaults": merged.defaults | ({"shop": shop} if shop else {})})

    def known(self, headers: Sequence[str]) -> int:
        """How many of these headers the map knows."""
        names = {_plain(name) for names in self.columns.values() for name in names}
        return sum(_plain(header) in names for header in headers)

    def table(self, headers: Sequence[str]) -> Table:
        """A reader of rows under these headers.

        Raises:
            BadEvent: a column that every row needs is missing, or two columns mean the same field.
        """
        places: dict[str, int] = {}
        problems = []
        plain = [_plain(header) for header in headers]
        for field, names in self.columns.items():
            for name in names:  # the first known name wins: the map's order says which column is the better one
                found = [place for place, header in enumerate(plain) if header == _plain(name)]
                if len(found) > 1:
                    columns = ", ".join(str(place + 1) for place in found)
                    problems.append(
                        Problem(code="duplicate_header", where=headers[found[0]], detail={"columns": columns})
                    )
                if found:
                    places[field] = found[0]
                    break
        needed = [*_NEEDED, *(_NEEDED_OF_REQUEST if "kind" in places else ())]
        if "shop" not in self.defaults:
            needed.append("shop")
        for field in needed:
            if field not in places:
                known = _some(self.columns[field])
                problems.append(Problem(code="missing_column", where=field, detail={"known": known}))
        if problems:
            raise BadEvent(*problems)
        return Table(self, list(headers), places)


class Table:
    """Rows under the headers of one file."""

    def __init__(self, map: ColumnMap, headers: list[str], places: Mapping[str, int]) -> None:
        self.headers = headers
        self.places = places
        self._map = map
        self._words = {
            field: {_plain(word): code for word, code in words.items()} for field, words in map.values.items()
        }

    def event(self, row: Sequence[Cell]) -> CloudEvent:
        """The event that a row tells. Raises BadEvent with every wrong cell by its header."""
        reader = _Row(self, row)
        data = reader.request() if "kind" in self.places else reader.notice()
        if reader.problems:
            raise BadEvent(*reader.problems)
        content = json.dumps(data, ensure_ascii=False, sort_keys=True).encode()
        return CloudEvent(
            specversion="1.0",
            id=f"row-{blake2b(content, digest_size=12).hexdigest()}",
            source=SOURCE,
            type=REQUEST if "kind" in self.places else ORDER,
            data=data,
        )

    @property
    def unread(self) -> list[str]:
        """Headers of columns that nothing is read from."""
        used = {*self.places.values()}
        return [header.strip() for place, header in enumerate(self.headers) if place not in used and header.strip()]

    def where(self, field: str) -> str:
        """The header of a field."""
        return self.headers[self.places[field]] if field in self.places else field

    def at_header(self, problem: Problem) -> Problem:
        """What is wrong inside the event of a row (`data.order.waybill`), said of the column that it came from."""
        parts = ["kind" if part == "case_type" else part for part in problem.where.split(".")]
        field = next((part for part in reversed(parts) if part in self.places), "")
        return problem.model_copy(update={"where": self.where(field)}) if field else problem

    def cell(self, row: Sequence[Cell], field: str) -> Cell:
        """The cell of a field, or what stands for an absent one."""
        place = self.places.get(field)
        found = row[place] if place is not None else None
        return self._map.defaults.get(field) if found is None or found == "" else found

    def word(self, field: str, plain: str) -> str:
        """The code that a word of the export stands for. Raises BadEvent when nobody mapped it."""
        words = self._words.get(field, {})
        code = words.get(_plain(plain))
        if code is not None or plain in _CODES.get(field, ()):
            return code or plain
        raise bad("unknown_value", known=_some(list(self._map.values.get(field, {}))))

    def reason_of(self, kind: str) -> str:
        """The reason of a row that names none."""
        return self._map.reason_of.get(kind, "")


class _Row:
    """One row on its way to an event; collects the problems of all its cells."""

    def __init__(self, table: Table, row: Sequence[Cell]) -> None:
        self._table = table
        self._row = row
        self.problems: list[Problem] = []
        self._offset = int(table.cell(row, "utc_offset_minutes") or 480)  # type: ignore[arg-type]

    def request(self) -> dict[str, Any]:
        kind = self._read("kind", lambda cell: self._table.word("kind", cells.text(cell)), needed=True)
        told = self._read("reason", cells.text) or ""
        data = self.notice() | {
            "case_type": kind,
            "reason": self._reason(told, kind or ""),
            "platform_reason": told[:200],
            "request_id": self._read("request_id", _business_id) or None,
            "requested_at": self._instant("requested_at", needed=True),
            "deadline": self._instant("deadline"),
            "amount": self._money("amount"),
            "fee": self._money("fee"),
            "drop": self._drop(),
            "worn": self._choice("worn") or None,
            "lines": self._concerned(),
            "replacement": self._replacement(),
            "evidence": [part for part in re.split(r"[;,\s|]+", self._read("evidence", cells.text) or "") if part],
        }
        if kind == CaseType.ADDRESS_CHANGE:
            self._send_elsewhere(data)
        return {key: value for key, value in data.items() if value not in (None, "", [])}

    def _replacement(self) -> list[dict[str, Any]]:
        """What he wants instead, where the row names it: as many pieces as it is about, at the price that it tells."""
        sku = self._read("replacement", cells.identifier)
        if not sku:
            return []
        pieces = self._read("asked_quantity", cells.count) or self._read("quantity", cells.count)
        return [{"sku": sku, "quantity": pieces, "price": self._money("replacement_price", needed=True)}]

    def _send_elsewhere(self, data: dict[str, Any]) -> None:
        """The address of the order is the one that is to be changed; where it shall go stands in its own column."""
        person = {key: value for key, value in data.get("person", {}).items() if key != "address"}
        if place := self._read("new_address", cells.text):
            person["address"] = place
        data["person"] = person or None

    def notice(self) -> dict[str, Any]:
        """Shop, order and person of the row."""
        paid = self._money("paid", needed=True)
        order_no = self._read("order_no", _business_id, needed=True) or ""
        shop = self._read("shop", self._shop, needed=True) or ""
        buyer = self._read("buyer", cells.text) or ""
        line = {
            "sku": self._read("sku", cells.identifier) or "",
            "quantity": self._read("quantity", cells.count),
            "price": paid,
            "category": self._read("category", cells.text),
        }
        order = {
            "order_no": order_no,
            "customer_ref": _customer_ref(shop, buyer, order_no),
            "paid": paid,
            "freight": self._money("freight"),
            "free_postage": self._choice("free_postage"),
            "lines": [{key: value for key, value in line.items() if value not in (None, "")}],
            "channel": self._table_word("channel", self._read("channel", cells.text) or ""),
            "invoice": self._read("invoice", cells.identifier),
            "courier": self._table_word("courier", self._read("courier", cells.text) or ""),
            "waybill": self._read("waybill", cells.identifier),
            "paid_at": self._instant("paid_at"),
            "shipped_at": self._instant("shipped_at"),
            "signed_at": self._instant("signed_at"),
            "succeeded_at": self._instant("succeeded_at"),
            "utc_offset_minutes": self._offset,
        }
        person = {
            "name": self._read("name", cells.text),
            "phone": self._read("phone", cells.identifier),
            "address": self._read("address", cells.text),
        }
        person = {key: value for key, value in person.items() if value}
        return {
            "shop": shop,
            "order": {key: value for key, value in order.items() if value not in (None, "")},
            **({"person": person} if person else {}),
        }

    def _concerned(self) -> list[dict[str, Any]]:
        """Of the row's goods, how many it is about, where a column tells it."""
        pieces = self._read("asked_quantity", cells.count)
        return [] if pieces is None else [{"sku": self._read("sku", cells.identifier) or "", "quantity": pieces}]

    def _drop(self) -> dict[str, Any] | None:
        """What the row's goods cost now, one piece, and what the gifts that came with them were worth."""
        price, gifts = self._money("price_now"), self._money("gifts")
        if price is None:
            return None
        sku = self._read("sku", cells.identifier) or ""
        return {"prices": [{"sku": sku, "price": price}], **({"gifts": [{"value": gifts}]} if gifts else {})}

    def _read(self, field: str, how: Callable[[Cell], Any], *, needed: bool = False) -> Any:
        cell = self._table.cell(self._row, field)
        try:
            if cell is None or cell == "" or (isinstance(cell, str) and not cell.strip()):
                if needed:
                    raise bad("missing")
                return None
            return how(cell)
        except BadEvent as error:
            where = self._table.where(field)
            self.problems += [problem.model_copy(update={"where": where}) for problem in error.problems]
            return None

    def _shop(self, cell: Cell) -> str:
        """The code of a shop; its name is one only where it is mapped."""
        code = self._table_word("shop", cells.text(cell))
        if not is_business_id(code):
            raise bad("unmapped_shop")
        return code

    def _table_word(self, field: str, plain: str) -> str:
        """A word that may also stand for itself, such as the code of a courier that nobody mapped."""
        try:
            return self._table.word(field, plain)
        except BadEvent:
            return plain

    def _reason(self, told: str, kind: str) -> str:
        fallback = self._table.reason_of(kind)
        if not told and (fallback or not kind):
            return fallback
        try:
            if not told:
                raise bad("missing")
            return self._table.word("reason", told)
        except BadEvent as error:
            if fallback:
                return fallback
            where = self._table.where("reason")
            self.problems += [problem.model_copy(update={"where": where}) for problem in error.problems]
            return ""

    def _money(self, field: str, *, needed: bool = False) -> dict[str, Any] | None:
        found = self._read(field, cells.amount, needed=needed)
        return None if found is None else found.model_dump()

    def _instant(self, field: str, *, needed: bool = False) -> str | None:
        found: datetime | None = self._read(field, lambda cell: cells.instant(cell, self._offset), needed=needed)
        return None if found is None else found.isoformat()

    def _choice(self, field: str) -> bool | None:
        found: bool | None = self._read(field, lambda cell: cells.yes(self._table.word(field, cells.text(cell))))
        return found


def _business_id(cell: Cell) -> str:
    """An id that may stand in a case's number. Raises BadEvent."""
    plain = cells.identifier(cell)
    if not is_business_id(plain):
        raise bad("not_id")
    return plain


def _customer_ref(shop: str, buyer: str, order_no: str) -> str:
    """An opaque reference (P-PRIV): the same buyer of a shop has the same one; without a buyer each order its own."""
    return "c-" + blake2b(f"{shop}\n{buyer or 'order ' + order_no}".encode(), digest_size=8).hexdigest()

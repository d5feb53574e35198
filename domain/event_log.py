"""The journal as an object-centric event log, OCEL 2.0 (JSON), and flat for tools that know one case id per event.

Source: OCEL 2.0 specification, the JSON format (https://www.ocel-standard.org). No person is in it: the objects are
cases, orders and parcels, and of an actor there is only the role.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

HANDED_ON = frozenset(
    {"result", "channel", "template", "choice", "outcome", "reason", "state", "verdict", "clock", "percent", "code"}
)
"""What of an entry's data is handed on: codes. Sums and numbers are attributes of the objects."""


class LoggedCase(BaseModel):
    """A case of which the log holds events."""

    model_config = ConfigDict(frozen=True)

    shop: str
    case_no: str
    order_no: str
    case_type: str
    opened_as: str
    outcome: str
    opened_at: datetime
    closed_at: datetime | None
    refunded_minor: int
    currency: str

    @property
    def id(self) -> str:
        """Its object's id."""
        return f"case:{self.shop}/{self.case_no}"


class LoggedEvent(BaseModel):
    """A journal entry."""

    model_config = ConfigDict(frozen=True)

    shop: str
    case_no: str
    order_no: str
    number: int
    at: datetime
    role: str
    event: str
    rule: str
    data: Mapping[str, Any]

    def codes(self) -> dict[str, str]:
        """What it says beside its name: who, under which rule, and codes."""
        said = {name: str(value) for name, value in self.data.items() if name in HANDED_ON and value not in (None, "")}
        return {"role": self.role, **({"rule": self.rule} if self.rule else {}), **said}

    def parcel(self) -> str:
        """The parcel that it is about, if any."""
        waybill = self.data.get("waybill")
        return f"parcel:{self.shop}/{waybill}" if isinstance(waybill, str) and waybill else ""


_CASE = ("case_type", "opened_as", "outcome")


def ocel(cases: Sequence[LoggedCase], events: Sequence[LoggedEvent]) -> dict[str, Any]:
    """The log as OCEL 2.0 JSON. Instants are ISO 8601 in UTC."""
    parcels = sorted({parcel for event in events if (parcel := event.parcel())})
    orders = sorted({f"order:{case.shop}/{case.order_no}" for case in cases})
    names = sorted({event.event for event in events})
    attributes = {
        name: sorted({key for event in events if event.event == name for key in event.codes()}) for name in names
    }
    return {
        "objectTypes": [
            {"name": "case", "attributes": [{"name": one, "type": "string"} for one in _CASE]
             + [{"name": "refunded_minor", "type": "integer"}, {"name": "currency", "type": "string"}]},
            {"name": "order", "attributes": []},
            {"name": "parcel", "attributes": []},
        ],
        "eventTypes": [
            {"name": name, "attributes": [{"name": one, "type": "string"} for one in attributes[name]]}
            for name in names
        ],
        "objects": [
            *(_case(case) for case in cases),
            *({"id": order, "type": "order", "attributes": [], "relationships": []} for order in orders),
            *({"id": parcel, "type": "parcel", "attributes": [], "relationships": []} for parcel in parcels),
        ],
        "events": [
            {
                "id": f"{event.shop}/{event.case_no}#{event.number}",
                "type": event.event,
                "time": event.at.isoformat(),
                "attributes": [{"name": name, "value": value} for name, value in event.codes().items()],
                "relationships": [{"objectId": id, "qualifier": id.partition(":")[0]} for id in _objects(event)],
            }
            for event in events
        ],
    }  # fmt: skip


def _case(case: LoggedCase) -> dict[str, Any]:
    known = {name: getattr(case, name) for name in (*_CASE, "refunded_minor", "currency")}
    time = (case.closed_at or case.opened_at).isoformat()
    return {
        "id": case.id,
        "type": "case",
        "attributes": [{"name": name, "time": time, "value": value} for name, value in known.items() if value != ""],
        "relationships": [{"objectId": f"order:{case.shop}/{case.order_no}", "qualifier": "about"}],
    }


def _objects(event: LoggedEvent) -> Iterable[str]:
    yield f"case:{event.shop}/{event.case_no}"
    yield f"order:{event.shop}/{event.order_no}"
    if parcel := event.parcel():
        yield parcel


FLAT = ("case", "activity", "time", "role", "rule", "order", "parcel", "details")


def flat(events: Sequence[LoggedEvent]) -> list[list[str | datetime]]:
    """The log with one case id per event, in the columns of `FLAT`."""
    return [
        [
            f"{event.shop}/{event.case_no}", event.event, event.at, event.role, event.rule,
            f"{event.shop}/{event.order_no}", event.parcel().partition(":")[2],
            "; ".join(f"{name}={value}" for name, value in event.codes().items() if name not in ("role", "rule")),
        ]
        for event in events
    ]  # fmt: skip

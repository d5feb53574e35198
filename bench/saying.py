"""What customers, partners and staff say on a plain path, and the pieces that many paths have in common."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from domain.messages.commands import COMMANDS

KEY = "<key>"  # in a payload: the key of the asking that it answers
OPENED = "opened"  # in the place of an asking: what is said to a case that asks nobody


@dataclass(frozen=True)
class Saying:
    """A message to the case: its kind and payload. A timedelta in it is an instant so long after it is said."""

    kind: str
    payload: Mapping[str, Any] = field(default_factory=dict)

    @property
    def by_staff(self) -> bool:
        """Whether it is a command, which takes a member of staff."""
        return self.kind in COMMANDS


Answers = Mapping[str, tuple[Saying, ...]]
"""What is said, one thing after the other, when a partner is asked that for the first time."""


def said(answers: Answers, case_no: str, asked: str, key: str) -> Iterator[tuple[Saying, dict[str, Any]]]:
    """What is said when a partner was asked `asked` under `key`, with id and stamp as our doors make them."""
    for place, saying in enumerate(answers.get(asked, ())):
        now = datetime.now(UTC)
        told = {name: key if value == KEY else instant(value, now) for name, value in saying.payload.items()}
        stamp = {} if saying.by_staff else {"at": now.isoformat()}
        yield saying, {**told, "id": f"{case_no}/{asked}/{place}", **stamp}


def instant(value: Any, now: datetime) -> Any:
    """The instant that a timedelta stands for; anything else as it is."""
    return now + value if isinstance(value, timedelta) else value


# --- what is said on many paths ---

AGREED = Saying("customer_agreed", {"agreed": True})
SIGNED = Saying("approve", {"by": "supervisor:1"})
CLOSING: Answers = {"closing": (Saying("customer_confirmed", {"solved": True}),)}


def parcel(waybill: str, state: str) -> Saying:
    """A scan."""
    return Saying("parcel_update", {"waybill": waybill, "state": state, "raw_code": state.upper()})


def decides(resolution: str, by: str = "agent:1", **more: Any) -> Saying:
    """A person's decision."""
    return Saying("decide", {"by": by, "resolution": resolution, **more})


def sent(told: str = "shipped_told") -> Answers:
    """A parcel of ours leaves; when the customer was told its number, it arrives."""
    shipped = Saying("shipped", {"courier": "yto", "waybill": "NEW-1"})
    return {"warehouse.ship": (shipped,), told: (parcel("NEW-1", "delivered"),)}


def arrives(sku: str = "SKU-1") -> tuple[Saying, ...]:
    """Goods come to us, their number first."""
    return (
        Saying("return_shipped", {"courier": "yto", "waybill": "BACK-1"}),
        Saying("return_received", {"waybill": "BACK-1", "lines": [{"sku": sku, "quantity": 1}]}),
    )


def returned(sku: str = "SKU-1", found: str = "pass", **more: Any) -> tuple[Saying, ...]:
    """They come and are inspected by two persons."""
    return (
        *arrives(sku),
        Saying("inspected", {"round": 1, "result": "pass", "by": "qc:1"}),
        Saying("inspected", {"round": 2, "result": found, "by": "qc:2", **more}),
    )


def repaired() -> Answers:
    """The goods come in, the repairer tells each step, and they go back."""
    steps = ("received", "confirmed", "repairing", "done")
    return {
        "repair_authorized": arrives(),
        "repairer.order": tuple(Saying("repair_status", {"request": KEY, "state": state}) for state in steps),
        **sent("repair_shipped"),
    }


PAID: Answers = {"payments.request": (Saying("payment_received", {"key": KEY}),)}
NOT_SOLVED: Answers = {"remote_guidance": (Saying("customer_confirmed", {"solved": False}),)}

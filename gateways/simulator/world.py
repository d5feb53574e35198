"""What all simulated partners share: the ledger, the personas, and how events are planned."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from domain.ports.partner import CaseKey
from gateways.simulator.ledger import Ledger
from gateways.simulator.personas import Personas


def reference(prefix: str, *parts: str) -> str:
    """A business number that is always the same for the same occasion."""
    return f"{prefix}-{blake2b(chr(10).join(parts).encode(), digest_size=8).hexdigest()}"


@dataclass
class World:
    """Everything a partner needs to answer a call. The control doors may exchange the personas while it runs."""

    ledger: Ledger
    personas: Personas
    pace: float = 1.0  # in real time: how many times faster partners act than their personas say

    def later(self, at: datetime | None, delay: timedelta | None) -> datetime | None:
        """The instant `delay` after `at`; None for never."""
        return None if at is None or delay is None else at + delay / self.pace

    def plan(self, trigger: str, case: CaseKey, at: datetime | None, partner: str, kind: str, **data: Any) -> None:
        """Let `partner` report a fact at an instant, or never.

        `trigger` tells occasions apart: one occasion, one event.
        """
        if at is not None:
            event_id = reference(kind, case.shop, case.case_no, trigger)
            self.ledger.plan(event_id, case, at, partner=partner, kind=kind, data=data)

    def coming(self, case: CaseKey, kind: str) -> bool:
        """Whether such a fact is already on its way: nobody answers a question twice because he is reminded of it."""
        return any(row["state"] == "planned" for row in self.ledger.plans(case, kind))

    def receipt(self, key: str) -> dict[str, Any]:
        """An acknowledgement."""
        return {"partner_ref": reference("SIM", key), "duplicate": False}

"""A receipt of the warehouse that leads to no case opens a case of its own; a number that comes later leads it home."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.events import CloudEvent
from domain.holding import holds
from domain.messages.facts import ReturnReceived
from domain.unidentified_parcel import request_for
from starter.case_opening import CaseOpening
from starter.handing_over import Done, Pace
from store.openings import Openings
from store.parcel_candidates import ParcelCandidates

SLIPS = ("rma", "slip", "order_no")  # fields of the event in which something that was written on its slip may stand


class Unidentified:
    """Opens cases for parcels of nobody (T-INBOUND, W-3)."""

    def __init__(self, openings: Openings, opening: CaseOpening, candidates: ParcelCandidates) -> None:
        self._openings = openings
        self._opening = opening
        self._candidates = candidates

    @holds("T-INBOUND")
    async def open(
        self, event: CloudEvent, receipt: ReturnReceived, message: dict[str, Any], *, at: datetime, retried: bool
    ) -> Done | Pace | None:
        """Open its case with the receipt; None where no shop is named and there are several, or none.

        Raises:
            TemporalAway: Temporal did not answer; try again.
        """
        label = receipt.waybill or _text(event, "rma")
        shop = _text(event, "shop") or await self._openings.only_shop()
        if not label or not shop:
            return None
        slips = [_text(event, name) for name in SLIPS]
        found = await self._candidates.of(shop, receipt, slips, _text(event, "sender_phone"))
        request = request_for(shop, receipt, label, at)
        first = (receipt.kind, message)
        done = await self._opening.open(
            request, at=at, id=message["id"], retried=retried, first=first, candidates=found
        )
        for kind, value in (("waybill", receipt.waybill), ("rma", _text(event, "rma"))):
            if value:
                await self._openings.know(shop, request.case_no, kind, value)
        return done


def _text(event: CloudEvent, name: str) -> str:
    value = event.data.get(name)
    return value if isinstance(value, str) and len(value) <= 128 else ""

"""A receipt of the warehouse that leads to no case opens a case of its own; a number that comes later leads it home."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.events import CloudEvent
from domain.holding import holds
from domain.identity import is_business_id
from domain.messages.facts import ReturnReceived
from domain.unidentified_parcel import is_telephone, request_for
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
        """Open its case with the receipt; None where the shop that is named has no customers, or none is named and
        there are several.

        Raises:
            TemporalAway: Temporal did not answer; try again.
        """
        slip = _text(event, "rma")
        shop = await self._shop(_text(event, "shop"))
        if not shop or not (receipt.waybill or slip):
            return None
        slips = [_text(event, name) for name in SLIPS]
        found = await self._candidates.of(shop, receipt, slips, _text(event, "sender_phone"))
        for after in ("", message["id"]):  # another may have come under its number, and its case be over
            request = request_for(shop, receipt, slip, at, after=after)
            done = await self._opening.open(
                request, at=at, id=message["id"], retried=retried, first=(receipt.kind, message), candidates=found
            )
            if isinstance(done, Pace) or done.case_is_there:
                break
        if isinstance(done, Done):
            readable = slip if is_business_id(slip) and not is_telephone(slip) else ""
            for kind, value in (("waybill", receipt.waybill), ("rma", readable)):
                if value:
                    await self._openings.know(shop, request.case_no, kind, value)
        return done

    async def _shop(self, named: str) -> str:
        """Whose parcel it is: the shop that is named, if it has customers, else the only one there is."""
        if not named:
            return await self._openings.only_shop()
        return named if is_business_id(named) and await self._openings.has_orders(named) else ""


def _text(event: CloudEvent, name: str) -> str:
    value = event.data.get(name)
    return value if isinstance(value, str) and len(value) <= 128 else ""

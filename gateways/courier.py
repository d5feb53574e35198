"""Speaks to couriers, or to an aggregator in front of them (docs/partner-wire.md, `courier.*`)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain.ports.courier import CourierRequest, ParcelReport
from domain.ports.customer import Recipient
from domain.ports.partner import Receipt
from domain.vocabulary import ParcelState
from gateways.parcel_codes import parcel_state
from gateways.signed_json import Effect, PartnerWire, code_of


class SignedCourierGateway:
    """A `domain.ports.courier.CourierGateway` over the partner wire.

    Requests are repeatable: the partner does each key once.
    """

    def __init__(self, wire: PartnerWire) -> None:
        self._wire = wire

    async def track(self, courier: str, waybill: str, at: datetime) -> ParcelReport:
        """The parcel's present state; a code that nobody mapped is `unknown` with the raw code kept."""
        content = {"courier": courier, "waybill": waybill, "at": at.isoformat()}
        document = await self._wire.call("courier.track", content, Effect.READS)
        raw = code_of(document.get("code"))
        return ParcelReport(
            waybill=waybill,
            state=_state(document, raw),
            raw_code=raw or code_of(document.get("state")),
            last_scan_at=_instant(document.get("last_scan_at")),
        )

    async def request(self, request: CourierRequest, recipient: Recipient | None = None) -> Receipt:
        """Hand in a request to the service desk; a change of address with its recipient."""
        content = request.model_dump(mode="json")
        if recipient is not None:
            content |= {"recipient": recipient.model_dump(mode="json")}
        return receipt(await self._wire.call("courier.request", content, Effect.REPEATABLE, request.key))


def receipt(document: dict[str, Any]) -> Receipt:
    """Read a partner's acknowledgement."""
    return Receipt(partner_ref=code_of(document.get("partner_ref")), duplicate=document.get("duplicate") is True)


def _state(document: dict[str, Any], raw: str) -> ParcelState:
    """Our own word where the partner uses it, else its code in the vocabulary that it names."""
    word = document.get("state")
    if word in set(ParcelState):
        return ParcelState(word)
    return parcel_state(code_of(document.get("vocabulary")), raw)


def _instant(raw: Any) -> datetime | None:
    """An instant with its zone. A local time without one is of no use for a deadline and is left out (ecosystem 1)."""
    try:
        moment = datetime.fromisoformat(raw) if isinstance(raw, str) else None
    except ValueError:
        return None
    return moment if moment and moment.tzinfo else None

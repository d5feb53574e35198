"""Asks customers for money by the order's own way (docs/partner-wire.md, `payments.*`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.ports.collection import CollectionAnswer, CollectionOrder, CollectionStatus
from domain.ports.partner import PartnerRefused, PartnerUnavailable
from domain.ports.reconciliation import StatementPage
from gateways.signed_json import Effect, PartnerWire, code_of
from gateways.statement import page_of

_STATUS = {s.value: s for s in (CollectionStatus.OPEN, CollectionStatus.PAID, CollectionStatus.CLOSED)}
_LINK = re.compile(r"https?://[!-~]{1,120}")


class SignedCollectionGateway:
    """The provider's port (`domain.ports.collection`) over the partner wire, a wire per channel."""

    def __init__(self, wires: Mapping[str, PartnerWire]) -> None:
        self._wires = dict(wires)

    async def request(self, order: CollectionOrder) -> CollectionAnswer:
        """Make the request for payment. The provider knows the key and makes it once."""
        content = order.model_dump(mode="json")
        document = await self._wire(order.channel).call("payments.request", content, Effect.REPEATABLE, order.key)
        return _answer("payments.request", document)

    async def find_collection(self, key: str, channel: str) -> CollectionAnswer | None:
        """How it stands; None when the provider never saw the key."""
        document = await self._wire(channel).call("payments.find", {"key": key, "channel": channel}, Effect.READS)
        return _answer("payments.find", document) if document.get("found") is not False else None

    async def close(self, key: str, channel: str, at: datetime) -> CollectionAnswer:
        """Let nobody pay it any more; `paid` when somebody has."""
        content = {"key": key, "channel": channel, "at": at.isoformat()}
        document = await self._wire(channel).call("payments.close", content, Effect.REPEATABLE, key)
        return _answer("payments.close", document)

    async def statement(self, channel: str, start: datetime, end: datetime, cursor: str = "") -> StatementPage:
        """Payments of customers that the provider booked in `start <= instant < end`, a page at a time.

        Raises:
            PartnerUnavailable: a line or `next` cannot be read; nothing of the page is used.
        """
        content = {"channel": channel, "start": start.isoformat(), "end": end.isoformat(), "cursor": cursor}
        document = await self._wire(channel).call("payments.statement", content, Effect.READS)
        return page_of("payments.statement", document)

    def _wire(self, channel: str) -> PartnerWire:
        wire = self._wires.get(channel)
        if wire is None:
            known = ", ".join(sorted(self._wires))
            raise PartnerRefused("unknown_channel", f"no way to collect is set up for it; set up are: {known}")
        return wire


def _answer(operation: str, document: dict[str, Any]) -> CollectionAnswer:
    """The answer in our words. Whether money came is never guessed: a status that nobody mapped is no answer."""
    raw = code_of(document.get("status"))
    if raw not in _STATUS:
        raise PartnerUnavailable(f"{operation}: the status cannot be read: {raw or 'none'}")
    link = document.get("link")
    return CollectionAnswer(
        status=_STATUS[raw],
        partner_ref=code_of(document.get("partner_ref")),
        link=link if isinstance(link, str) and _LINK.fullmatch(link) else "",
        code=code_of(document.get("code")),
    )

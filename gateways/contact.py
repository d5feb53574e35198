"""Speaks to customers through a messaging and telephone partner (docs/partner-wire.md, `contact.*`)."""

from __future__ import annotations

from typing import Any

from domain.ports.customer import ContactAnswer, OutboundMessage
from domain.vocabulary import AttemptResult
from gateways.signed_json import Effect, PartnerWire, code_of

# What a partner may say of an attempt. `blocked_by_guard` is ours alone: the guard spoke before anything was sent.
_RESULTS = {result.value: result for result in AttemptResult if result is not AttemptResult.BLOCKED_BY_GUARD}


class SignedContactGateway:
    """A `domain.ports.customer.ContactGateway` over the partner wire.

    A message is never sent twice: after a time-out it is asked for.
    """

    def __init__(self, wire: PartnerWire) -> None:
        self._wire = wire

    async def deliver(self, message: OutboundMessage) -> ContactAnswer:
        """Send or call."""
        content = message.model_dump(mode="json")
        return _answer(await self._wire.call("contact.deliver", content, Effect.ASK_FIRST, message.key))

    async def find_delivery(self, key: str) -> ContactAnswer | None:
        """What became of the attempt with that key; None when the partner never saw it."""
        document = await self._wire.call("contact.find", {"key": key}, Effect.READS)
        return _answer(document) if document.get("found") is not False else None


def _answer(document: dict[str, Any]) -> ContactAnswer:
    raw = code_of(document.get("result"))
    result = _RESULTS.get(raw, AttemptResult.UNKNOWN)
    unread = "" if raw in _RESULTS else raw  # a word that nobody mapped is kept, and the attempt counts as unknown
    return ContactAnswer(
        result=result,
        partner_ref=code_of(document.get("partner_ref")),
        reason=unread or code_of(document.get("reason")),
    )

"""Pays customers back by the order's own way (docs/partner-wire.md, `refunds.*`).

Who can pay an order back is a fact of the order, not of the shop: a marketplace order lies in escrow and only the
marketplace can agree to its refund; an own-site order goes to the payment provider; the rest to a person at finance
(ecosystem 0.1).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from domain.ports.partner import PartnerRefused
from domain.ports.reconciliation import StatementPage
from domain.ports.refunds import HumanNeed, RefundAnswer, RefundOrder, RefundStatus
from gateways.signed_json import Effect, PartnerWire, code_of
from gateways.statement import page_of

_ANSWERS = {
    s.value: s for s in (RefundStatus.DONE, RefundStatus.PENDING, RefundStatus.REFUSED, RefundStatus.NEEDS_HUMAN)
}
_NEEDS = {need.value: need for need in HumanNeed}


class SignedRefundGateway:
    """The provider's ports (`domain.ports`) over the partner wire, a wire per channel: `marketplace`, `manual`, ..."""

    def __init__(self, wires: Mapping[str, PartnerWire]) -> None:
        self._wires = dict(wires)

    async def pay(self, order: RefundOrder) -> RefundAnswer:
        """Ask for the payment.

        The same key and amount pay once; the same key with another amount is refused (`key_reused`).
        """
        wire = self._wire(order.channel)
        return _answer(await wire.call("refunds.pay", order.model_dump(mode="json"), Effect.ASK_FIRST, order.key))

    async def find_refund(self, key: str, channel: str) -> RefundAnswer | None:
        """What became of it; None when the provider never saw the key."""
        content = {"key": key, "channel": channel}
        document = await self._wire(channel).call("refunds.find", content, Effect.READS)
        return _answer(document) if document.get("found") is not False else None

    @property
    def channels(self) -> tuple[str, ...]:
        """The channels that are set up."""
        return tuple(self._wires)

    async def statement(self, channel: str, start: datetime, end: datetime, cursor: str = "") -> StatementPage:
        """Payments that the provider booked in `start <= instant < end`, a page at a time.

        Raises:
            PartnerUnavailable: a line or `next` cannot be read. Nothing of the page is used: half a
                statement would tell of differences that are none.
        """
        content = {"channel": channel, "start": start.isoformat(), "end": end.isoformat(), "cursor": cursor}
        document = await self._wire(channel).call("refunds.statement", content, Effect.READS)
        return page_of("refunds.statement", document)

    def _wire(self, channel: str) -> PartnerWire:
        wire = self._wires.get(channel)
        if wire is None:
            known = ", ".join(sorted(self._wires))
            raise PartnerRefused(
                "unknown_channel", f"no way to pay this order back is set up for it; set up are: {known}"
            )
        return wire


def _answer(document: dict[str, Any]) -> RefundAnswer:
    """The answer in our words.

    A status that nobody mapped is no verdict: it counts as pending and is asked for again. A need that nobody mapped
    still needs a person: it counts as `permission`, which makes somebody look, and its own word is the code.
    """
    raw = code_of(document.get("status"))
    need = code_of(document.get("need"))
    status = _ANSWERS.get(raw, RefundStatus.PENDING)
    unread = raw if raw not in _ANSWERS else "" if need in _NEEDS else need
    return RefundAnswer(
        status=status,
        partner_ref=code_of(document.get("partner_ref")),
        need=_NEEDS.get(need, HumanNeed.PERMISSION) if status is RefundStatus.NEEDS_HUMAN else None,
        code=code_of(document.get("code")) or unread,
    )

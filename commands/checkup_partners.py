"""Check-up of the partners: each answers a question that does nothing, and signs its answer."""

from __future__ import annotations

import asyncio

import settings
from commands.finding import Finding, bad, good, unknown
from commands.language import say
from domain.ports.partner import PartnerError, PartnerRefused
from gateways.signed_json import Effect, PartnerWire, partner_client

ON_THE_WIRE = {name: name for name in settings.PARTNERS} | {"refund": "refunds"}


async def partners(configured: settings.Settings) -> list[Finding]:
    """A finding per partner, asked side by side."""
    return list(await asyncio.gather(*(_partner(configured, name) for name in settings.PARTNERS)))


async def _partner(configured: settings.Settings, name: str) -> Finding:
    """`<partner>.ping` is no operation: a signed refusal proves address, secret and clock as well as an answer does."""
    check = f"partner {name}"
    try:
        partner = configured.partner(name)
    except settings.SettingsInvalid:
        return unknown(check, "settings")
    async with partner_client() as client:
        try:
            await PartnerWire(client, partner.url, partner.keys).call(f"{ON_THE_WIRE[name]}.ping", {}, Effect.READS)
        except PartnerRefused:
            pass
        except PartnerError as error:
            return bad(
                check,
                str(error),
                say(
                    f"检查 AFTERSALES_{name.upper()}_URL、签名密钥和两边的时钟。",
                    f"Check AFTERSALES_{name.upper()}_URL, the signing secret and both clocks.",
                ),
            )
    return good(check, say("应答，签名正确。", "Answers, and the signature is right."))

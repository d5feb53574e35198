"""Telling the warehouse that the goods of a note leave the defect zone for their maker."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import asyncpg

    from domain.factory_note import FactoryNote
    from settings import Partner


async def tell_warehouse(pool: asyncpg.Pool, partner: Partner, note: FactoryNote) -> tuple[FactoryNote, str]:
    """Tell it of every return on the note, each once: the key is the note's and the return's place on it.

    Answers with the note as it stands then, and with what went wrong, if anything: what is untold is told next time.
    """
    from domain.ports.partner import CaseKey, PartnerError
    from domain.ports.warehouse import Line, StockDisposal
    from domain.vocabulary import Disposition
    from gateways.signed_json import PartnerWire, partner_client
    from gateways.warehouse import SignedWarehouseGateway
    from store.case_register import CaseRegister
    from store.factory_notes import FactoryNotes

    assert note.sent_at is not None, "a note is sent before the warehouse hears of it"
    notes, failed = FactoryNotes(pool), ""
    async with partner_client() as http:
        warehouse = SignedWarehouseGateway(PartnerWire(http, partner.url, partner.keys))
        returns = groupby(note.lines, lambda line: (line.case_no, line.rma))
        for place, ((case_no, rma), grouped) in enumerate(returns, start=1):
            lines = [line for line in grouped if line.told_at is None]
            if not lines:
                continue
            row = await CaseRegister(pool).get(note.shop, case_no)
            assert row is not None, "a line of a note has its case"
            disposal = StockDisposal(
                key=f"{note.name}-{place}",
                case=CaseKey(shop=note.shop, case_no=case_no, order_no=row.order_no),
                rma=rma,
                disposition=Disposition.RETURN_TO_FACTORY,
                lines=tuple(Line(sku=line.sku, quantity=line.quantity) for line in lines if line.quantity),
                at=note.sent_at,
            )
            try:
                await warehouse.dispose(disposal)
            except PartnerError as error:
                failed = str(error)
                continue
            await notes.told(note.number, case_no, rma, note.sent_at)
    return await notes.get(note.number), failed

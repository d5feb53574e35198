"""The Return-to-Factory Note on paper: it goes with the goods, and both sides sign it."""

from __future__ import annotations

from datetime import tzinfo

from domain.factory_note import FactoryNote
from domain.holding import holds
from papers.sheet import Sheet


@holds("W-10")
def factory_note(note: FactoryNote, zone: tzinfo) -> Sheet:
    """The note; `zone` is the warehouse's own. Its barcode is the note's name (Code 128)."""
    sheet = Sheet(("退厂单", "Return-to-Factory Note"), note.name)
    sheet.fields(
        [
            (("厂家", "Maker"), note.supplier),
            (("店铺", "Shop"), note.shop),
            (("开单", "Drawn up"), f"{note.drawn_up_at.astimezone(zone):%Y-%m-%d %H:%M} · {note.drawn_up_by}"),
            (("扣款", "Deducted"), str(note.deducted or "")),
        ]
    )
    heading = [
        ("商品", "Goods"),
        ("件数", "Pieces"),
        ("退货编号", "Return"),
        ("入不良区", "Booked"),
    ]
    rows = [
        (
            line.sku or "?",
            str(line.quantity or "?"),
            line.rma,
            f"{line.booked_at.astimezone(zone):%Y-%m-%d}",
        )
        for line in note.lines
    ]
    sheet.table(heading, rows, (4, 1.6, 6, 2.4))
    pieces = sum(line.quantity for line in note.lines)
    sheet.fields([(("合计", "In all"), f"{len(note.lines)} 行 lines · {pieces} 件 pieces")])
    sheet.blanks([("仓库交货 签字", "Handed over by"), ("厂家收货 签字", "Received by"), ("日期", "Date")])
    return sheet

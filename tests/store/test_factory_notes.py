"""The defect zone and its notes on a real PostgreSQL: goods leave it once, and by the right hands."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import asyncpg
import pytest

from domain.factory_note import KIND, NoteState
from domain.journal import JournalEntry
from domain.money import Money
from store.exports import records
from store.factory_notes import FactoryNotes, NoSuchNote, NotNoted
from store.journal import PostgresJournal
from tests.store.pages import START, page, record

PURCHASING, FINANCE, WAREHOUSE = "purchasing:4", "finance:3", "warehouse:2"
AT = START + timedelta(days=20)


async def booked(pool: asyncpg.Pool, case_no: str, rma: str = "", **goods: Any) -> None:
    """A case whose return was inspected by qc:1 and booked into the defect zone, pieces by SKU."""
    entry = JournalEntry(at=START, actor="qc:1", event="inspected", rule="W-6", data={"round": 2})
    rma = rma or f"RMA-{case_no}"
    log = record("return_log", rma, rma=rma, disposition=goods.pop("disposition", "quarantine"), received=goods)
    made = page(1, range(1, 1), log, case_no=case_no).model_copy(update={"entries": (entry,)})
    await PostgresJournal(pool).write(made)


@pytest.fixture
def notes(pool: asyncpg.Pool) -> FactoryNotes:
    """The notes over the test's database."""
    return FactoryNotes(pool)


async def test_what_was_booked_as_defective_waits_with_its_pieces(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """W-9: defects of a return, a line per SKU; back to stock is no defect; what nobody counted waits too."""
    await booked(pool, "A", CUP=2, LID=1)
    await booked(pool, "B", disposition="restock", CUP=5)
    await booked(pool, "C")
    found = await notes.waiting("demo")
    assert [(one.case_no, one.rma, one.sku, one.quantity) for one in found] == [
        ("A", "RMA-A", "CUP", 2), ("A", "RMA-A", "LID", 1), ("C", "RMA-C", "", 0),
    ]  # fmt: skip
    assert [one.sku for one in await notes.waiting("demo", ["A"], ["LID"])] == ["LID"]
    assert await notes.waiting("other") == []


async def test_a_parcel_of_nobody_that_is_kept_goes_to_no_maker(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """W-3: a supervisor kept what nobody claimed; it lies with us, but it is a customer's and no defect."""
    await booked(pool, "A", CUP=2)
    await pool.execute("UPDATE cases SET case_type = 'unidentified_parcel' WHERE case_no = 'A'")
    assert await notes.waiting() == []


async def test_a_note_takes_goods_out_of_the_zone_and_is_on_record(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """W-10: drawn up, sent, what the maker took off his bill entered; each case has the note among its records."""
    await booked(pool, "A", CUP=2, LID=1)
    await booked(pool, "B", CUP=1)
    cups = [one for one in await notes.waiting() if one.sku == "CUP"]
    note = await notes.draw_up(cups, "示例制造", PURCHASING, AT)
    assert (note.state, note.supplier, sum(line.quantity for line in note.lines)) == (NoteState.OPEN, "示例制造", 3)
    assert [one.sku for one in await notes.waiting()] == ["LID"]

    sent = await notes.send(note.number, WAREHOUSE, AT)
    assert (sent.state, len(sent.untold)) == (NoteState.SENT, 2)
    await notes.told(note.number, "A", "RMA-A", AT)
    assert [line.case_no for line in (await notes.get(note.number)).untold] == ["B"]
    assert (await notes.send(note.number, "warehouse:9", AT + timedelta(days=1))).sent_by == WAREHOUSE
    settled = await notes.deduct(note.number, Money(minor=8800), FINANCE, AT)
    assert (settled.state, settled.deducted) == (NoteState.SETTLED, Money(minor=8800))
    assert await notes.notes() == []
    assert [one.number for one in await notes.notes(done_too=True)] == [note.number]

    written = await records(pool, KIND, "demo", START, AT + timedelta(days=1))
    assert {(one.case_no, one.key, one.rule) for one in written} == {("A", note.name, "W-10"), ("B", note.name, "W-10")}
    (of_a,) = [one.data for one in written if one.case_no == "A"]
    assert (of_a["state"], of_a["goods"], of_a["note_deducted_minor"]) == ("settled", {"RMA-A CUP": 2}, 8800)
    lid = await notes.waiting()
    assert [one.supplier for one in lid] == [""]
    await booked(pool, "D", CUP=4)
    assert {one.sku: one.supplier for one in await notes.waiting()} == {"LID": "", "CUP": "示例制造"}


async def test_two_who_note_the_same_goods_at_once_write_one_note(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """However many press the button, the goods leave the zone once; the others are told, and write nothing."""
    await booked(pool, "A", CUP=2, LID=1)
    goods = await notes.waiting()
    came = await asyncio.gather(
        *(notes.draw_up(goods, "", f"purchasing:{number}", AT) for number in range(2, 10)), return_exceptions=True
    )
    refused = [one for one in came if isinstance(one, NotNoted)]
    assert len(refused) == 7
    assert {one.why.code for one in refused} == {"gone"}
    assert await pool.fetchval("SELECT count(*) FROM factory_notes") == 1
    assert await pool.fetchval("SELECT count(*) FROM factory_note_lines") == 2
    with pytest.raises(asyncpg.UniqueViolationError):
        await pool.execute(
            "WITH n AS (INSERT INTO factory_notes (shop, drawn_up_by, drawn_up_at)"
            " VALUES ('demo', 'purchasing:1', now()) RETURNING number)"
            " INSERT INTO factory_note_lines (note, shop, case_no, rma, sku, quantity, booked_at)"
            " SELECT number, 'demo', 'A', 'RMA-A', 'CUP', 2, now() FROM n"
        )


async def test_a_note_is_taken_back_until_it_is_sent(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """Taken back, the goods lie in the zone and may be noted again; once they are with the maker it stands."""
    await booked(pool, "A", CUP=2)
    first = await notes.draw_up(await notes.waiting(), "", PURCHASING, AT)
    undone = await notes.take_back(first.number, PURCHASING, AT)
    assert undone.state is NoteState.TAKEN_BACK
    for work in (notes.take_back(first.number, PURCHASING, AT), notes.send(first.number, WAREHOUSE, AT)):
        with pytest.raises(NotNoted, match="taken back"):
            await work
    second = await notes.draw_up(await notes.waiting(), "", PURCHASING, AT)
    assert second.number != first.number
    await notes.send(second.number, WAREHOUSE, AT)
    with pytest.raises(NotNoted, match="went to the maker"):
        await notes.take_back(second.number, PURCHASING, AT)
    states = {one.key: one.data["state"] for one in await records(pool, KIND, "", START, AT + timedelta(days=1))}
    assert states == {first.name: "taken_back", second.name: "sent"}


async def test_no_single_person_does_all(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """A-SOD: purchasing draws up and not who inspected, by whatever role; finance enters the sum, after it was sent.

    A corrected sum stays in the record with who entered it and when.
    """
    await booked(pool, "A", CUP=2)
    goods = await notes.waiting()
    for by, code in (("warehouse:2", "not_purchasing"), ("purchasing:1", "inspector")):
        with pytest.raises(NotNoted) as refused:
            await notes.draw_up(goods, "", by, AT)
        assert (refused.value.why.code, refused.value.why.rule) == (code, "A-SOD")
    note = await notes.draw_up(goods, "", PURCHASING, AT)
    with pytest.raises(NotNoted, match="not sent yet"):
        await notes.deduct(note.number, Money(minor=1), FINANCE, AT)
    await notes.send(note.number, WAREHOUSE, AT)
    for by in ("purchasing:4", "finance:4", "agent:7"):
        with pytest.raises(NotNoted) as refused:
            await notes.deduct(note.number, Money(minor=1), by, AT)
        assert refused.value.why.code == "not_finance"
    await notes.deduct(note.number, Money(minor=100), FINANCE, AT)
    with pytest.raises(NotNoted, match="--instead"):
        await notes.deduct(note.number, Money(minor=200), FINANCE, AT)
    corrected = await notes.deduct(note.number, Money(minor=200), FINANCE, AT, instead=True)
    assert corrected.deducted == Money(minor=200)
    await notes.deduct(note.number, Money(minor=300), "finance:9", AT + timedelta(days=1), instead=True)
    (written,) = await records(pool, KIND, "demo", START, AT + timedelta(days=1))
    assert (written.data["note_deducted_minor"], written.data["deducted_by"]) == (300, "finance:9")
    assert [(one["minor"], one["currency"], one["by"]) for one in written.data["corrected"]] == [
        (100, "CNY", FINANCE), (200, "CNY", FINANCE),
    ]  # fmt: skip
    assert {datetime.fromisoformat(one["at"]) for one in written.data["corrected"]} == {AT}


async def test_a_note_holds_goods_of_one_shop_that_lie_in_the_zone(pool: asyncpg.Pool, notes: FactoryNotes) -> None:
    """Goods of two shops, none at all, goods that are gone, a number that nobody gave: refused, and nothing written."""
    await booked(pool, "A", CUP=2)
    (cup,) = await notes.waiting()
    for goods, code in (
        ([], "several_shops"),
        ([cup, cup.model_copy(update={"shop": "other"})], "several_shops"),
        ([cup, cup.model_copy(update={"sku": "LID"})], "gone"),
    ):
        with pytest.raises(NotNoted) as refused:
            await notes.draw_up(goods, "", PURCHASING, datetime.now(UTC))
        assert refused.value.why.code == code
    assert await pool.fetchval("SELECT count(*) FROM factory_notes") == 0
    with pytest.raises(NoSuchNote):
        await notes.get(99)

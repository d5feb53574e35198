"""A defect's way back to its maker: from a real case, by the command line, to the warehouse's yard."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.gateways.partners import SECRET
from tests.test_command_case import Told, told
from tests.workflows.house import House
from tests.workflows.test_return_slip import environment, read

CUP, LID = {"sku": "R2F-CUP", "quantity": 1, "price": 2500}, {"sku": "R2F-LID", "quantity": 2, "price": 2000}
FAULTY = {"first": "defect_confirmed", "second": "defect_confirmed"}
QUALITY: dict[str, Any] = {
    "reason": "quality", "evidence": ["photo-1", "photo-2"], "warehouse": FAULTY,
    "order": {"paid": 4500, "lines": [CUP, LID]},
}  # fmt: skip


def desk(house: House) -> Mapping[str, str]:
    """Purchasing's: it knows the warehouse's wire."""
    wire = {"AFTERSALES_WAREHOUSE_URL": str(house.control.base_url).rstrip("/"), "AFTERSALES_WAREHOUSE_SECRET": SECRET}
    return {**environment(house), **wire}


async def factory(house: House, *words: str, language: str = "en") -> Told:
    """`aftersales factory`."""
    return await told(desk(house), "factory", *words, language=language)


async def test_defects_wait_are_noted_printed_and_sent_to_the_maker(house: House, tmp_path: Path) -> None:
    """W-9, W-10: a confirmed defect waits with its due day; its note is printed, and the warehouse lets it go once."""
    case = await house.open("return_refund", **QUALITY)
    assert await case.to_the_end() == "refunded"
    name = f"{case.shop}/{case.case_no}"

    listed = await factory(house, "waiting", "--shop", case.shop, "--json")
    own = {one["sku"]: one for one in listed.json if one["case"] == name}
    assert {sku: one["quantity"] for sku, one in own.items()} == {"R2F-CUP": 1, "R2F-LID": 2}
    assert all(one["due_at"] > one["booked_at"] for one in own.values())

    unsure, keeper, inspector = await asyncio.gather(
        factory(house, "note", name, "--by", "purchasing:4"),
        factory(house, "note", name, "--by", "warehouse:2", "--yes", language="zh"),
        factory(house, "note", name, "--by", "purchasing:1", "--yes"),
    )
    assert (unsure.code, "--yes" in unsure.err) == (1, True), unsure.err
    assert (keeper.code, "退厂单由采购开" in keeper.err) == (1, True), keeper.err
    assert (inspector.code, "Who inspected these goods" in inspector.err) == (1, True)

    drawn_up = await factory(house, "note", name, "--supplier", "示例制造厂", "--by", "purchasing:4", "--yes", "--json")
    assert drawn_up.code == 0, drawn_up.err
    note = drawn_up.json["note"]
    assert (drawn_up.json["state"], drawn_up.json["pieces"]) == ("open", 3)
    again = await factory(house, "note", name, "--by", "purchasing:4", "--yes")
    assert (again.code, "No such goods" in again.err) == (1, True)

    file = tmp_path / "note.pdf"
    printed = await factory(house, "print", note, "--out", str(file))
    assert printed.code == 0, printed.err
    text, bars, fonts = read(file)
    assert bars == [note]
    assert fonts == {"NotoSansSC-Regular": True}
    for words in ("退厂单", "示例制造厂", "R2F-CUP", "R2F-LID", f"RMA-{case.case_no}", "purchasing:4", "3 件"):
        assert words in text, words
    assert len(file.read_bytes()) < 100_000

    await house.fault(case, "unavailable", partner="warehouse", operation="dispose")
    unasked = await factory(house, "send", note, "--by", "warehouse:2", "--json")
    assert (unasked.code, unasked.out, "--yes" in unasked.err) == (1, "", True)
    away = await factory(house, "send", note, "--by", "warehouse:2", "--yes")
    assert (away.code, f"aftersales factory send {note}" in away.err) == (1, True)
    sent = await factory(house, "send", note, "--by", "warehouse:2")
    repeated = await factory(house, "send", note, "--by", "warehouse:3", "--json")
    assert sent.code == 0, sent.err
    assert (repeated.code, repeated.json["untold"], repeated.json["sent_by"]) == (0, 0, "warehouse:2")
    moved = await case.ledger("goods_moved")
    assert [one["disposition"] for one in moved] == ["quarantine", "return_to_factory"]
    assert moved[1]["lines"] == [{"sku": "R2F-CUP", "quantity": 1}, {"sku": "R2F-LID", "quantity": 2}]

    late = await factory(house, "undo", note, "--by", "purchasing:4")
    assert (late.code, "went to the maker" in late.err) == (1, True)
    paid = await factory(house, "deducted", note, "--amount", "88.00", "--by", "finance:3", language="zh")
    assert (paid.code, f"{note} 扣款 88.00 CNY" in paid.out) == (0, True), paid.err
    (record,) = await case.records("return_to_factory_note")
    assert (record["note"], record["state"], record["note_deducted_minor"]) == (note, "settled", 8800)
    assert note not in {one["note"] for one in (await factory(house, "list", "--json")).json}
    exported = tmp_path / "notes.csv"
    wrote = await told(desk(house), "records", "export", "return_to_factory_note", str(exported), language="en")
    assert wrote.code == 0, wrote.err
    assert note in exported.read_text(encoding="utf-8")


async def test_part_of_a_return_goes_to_its_own_maker_and_a_note_can_be_undone(house: House) -> None:
    """Cups come from one maker and lids from another: a note each; taken back unsent, the goods wait again."""
    case = await house.open("return_refund", **QUALITY)
    assert await case.to_the_end() == "refunded"
    name = f"{case.shop}/{case.case_no}"
    cup = await factory(house, "note", name, "--sku", "R2F-CUP", "--by", "purchasing:4", "--yes", "--json")
    assert [line["sku"] for line in cup.json["lines"]] == ["R2F-CUP"]
    undone = await factory(house, "undo", cup.json["note"], "--by", "purchasing:4", language="zh")
    assert (undone.code, "货回到不良区" in undone.out) == (0, True)
    waits = [one["sku"] for one in (await factory(house, "waiting", "--json")).json if one["case"] == name]
    assert waits == ["R2F-CUP", "R2F-LID"]
    lid = await factory(house, "note", name, "--sku", "R2F-LID", "--by", "purchasing:4", "--yes", "--json")
    await factory(house, "send", lid.json["note"], "--by", "warehouse:2", "--yes")
    assert (await case.ledger("goods_moved"))[1]["lines"] == [{"sku": "R2F-LID", "quantity": 2}]


async def test_wrong_words_are_told_with_what_to_do(house: House) -> None:
    """A note that does not exist, a number that is none, a sum that is none, cases of two shops, somebody unknown."""
    unknown, no_number, no_sum, shops, nobody, none = await asyncio.gather(
        factory(house, "print", "RTF-999999", language="zh"),
        factory(house, "undo", "note-1", "--by", "purchasing:4"),
        factory(house, "deducted", "1", "--amount", "much", "--by", "finance:3"),
        factory(house, "note", "a/1", "b/1", "--by", "purchasing:4"),
        factory(house, "note", "--by", "alice", "--yes"),
        factory(house, "waiting", "--shop", "nowhere"),
    )
    assert (unknown.code, "没有退厂单 RTF-999999" in unknown.err) == (1, True)
    assert (no_number.code, "RTF-12" in no_number.err) == (2, True)
    assert (no_sum.code, "12.50" in no_sum.err) == (2, True)
    assert (shops.code, "each shop" in shops.err) == (1, True)
    assert (nobody.code, "alice" in nobody.err) == (1, False)
    assert (none.code, "None." in none.out) == (0, True)

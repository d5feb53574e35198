"""`aftersales report` and `aftersales records`: a month's numbers and records, through the command line itself."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest_asyncio
from python_calamine import CalamineWorkbook

from domain.journal import JournalEntry
from store.journal import PostgresJournal
from store.pool import open_pool
from tests.store.pages import START, page, record
from tests.test_command_case import Told, told

HOSTILE = '=HYPERLINK("http://example.invalid","x")'
LOST = {"incident": "lost", "courier": "yto", "waybill": HOSTILE}


@dataclass
class Books:
    """A database with one March in it, and the way to run verbs on it."""

    environment: Mapping[str, str]
    folder: Path

    async def run(self, *words: str, language: str = "en") -> Told:
        """`aftersales ...`."""
        return await told(self.environment, *words, language=language)


@pytest_asyncio.fixture(scope="module")
async def books(module_database: str, tmp_path_factory: Any) -> AsyncIterator[Books]:
    """A case that was paid in time, and one whose refund was late and whose parcel was lost."""
    folder: Path = tmp_path_factory.mktemp("books")
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    own |= {"AFTERSALES_DATABASE_DSN": module_database, "AFTERSALES_HOME": str(folder)}
    async with await open_pool(module_database) as pool:
        journal = PostgresJournal(pool)
        for case_no, missed in (("C1", False), ("C2", True)):
            ended = {"started_at": START.isoformat(), "ended_at": START.isoformat(), "due_at": START.isoformat()}
            kept = page(
                1,
                range(1, 1),
                record("clock", "D-REFPAY", id="D-REFPAY", state="met", missed=missed, **ended),
                *([record("parcel_incident", "p", liability="courier", **LOST)] if missed else ()),
                record("survey_response", "s", score=3 if missed else 5),
                record("case_tag", "tag", cause="defective", liability="supplier", products=["CUP"], by="system"),
                case_no=case_no,
                stage="closed",
                outcome="refunded",
                closed_at=START + timedelta(hours=missed),
            )
            opened = JournalEntry(
                at=START, actor="system", event="case_opened", rule="R-INTAKE", data={"reason": "quality"}
            )
            await journal.write(kept.model_copy(update={"entries": (opened,)}))
    yield Books(own, folder)


async def test_a_months_numbers_stand_beside_what_they_mean(books: Books) -> None:
    """Half of the refunds were late, and it says so in both languages, with the definition and what was counted."""
    english = await books.run("report", "--month", "2026-03")
    chinese = await books.run("report", "--month", "2026-03", language="zh")
    assert (english.code, chinese.code) == (0, 0), english.err + chinese.err
    assert "D-REFPAY" in english.out
    assert "50%" in english.out
    assert "the share that was kept" in english.out
    assert "按时率" in chinese.out
    assert "圆通" in chinese.out, chinese.out

    shown = (await books.run("report", "--month", "2026-03", "--json")).json
    by_id = {(one["id"], one["of"]): one for one in shown["indicators"]}
    assert by_id["on_time", "D-REFPAY"]["value"] == 0.5
    assert by_id["satisfaction", "2/0"]["value"] == 4
    assert all(one["means"] for one in shown["indicators"])
    empty = (await books.run("report", "--month", "2026-04", "--json")).json["indicators"]
    assert not any(one["count"] for one in empty)


async def test_a_cause_that_recurs_is_told_to_who_is_to_learn_from_it(books: Books) -> None:
    """The second cup with a defect is a recurrence: half of the two; the cup is named, and who learns from it."""
    shown = (await books.run("report", "--month", "2026-03", "--json")).json
    by_id = {(one["id"], one["of"]): one.get("value") for one in shown["indicators"]}
    assert by_id["tags", "defective/supplier"] == 2
    assert by_id["recurrence", "defective"] == 0.5
    assert by_id["recurring_products", "defective/CUP"] == 1
    told = await books.run("report", "--month", "2026-03", language="zh")
    assert "质量缺陷" in told.out
    assert "质检" in told.out


async def test_the_report_is_written_as_a_spreadsheet(books: Books) -> None:
    """The same rows in a file that opens in Excel; a file of another kind is refused with what to do."""
    file = books.folder / "march.xlsx"
    done = await books.run("report", "--month", "2026-03", "--xlsx", str(file))
    assert done.code == 0, done.err
    rows = CalamineWorkbook.from_path(str(file)).get_sheet_by_name("2026-03").to_python()
    assert rows[0] == ["Indicator", "Of which", "Value", "Counted", "What it means"]
    assert ["Cases opened", "", "2", 2.0, "Cases that were opened in the month."] in rows

    refused = await books.run("report", "--month", "2026-03", "--xlsx", str(books.folder / "march.pdf"))
    assert (refused.code, "Let the name end with .xlsx or .csv." in refused.err) == (1, True)


async def test_records_are_listed_and_exported_and_never_run_as_formulas(books: Books) -> None:
    """A waybill that begins with `=` is text in Excel, from either kind of file; Chinese survives Excel's guess."""
    kinds = (await books.run("records", "kinds", "--json")).json
    assert {one["kind"]: one["count"] for one in kinds} == {
        "case_tag": 2, "clock": 2, "parcel_incident": 1, "survey_response": 2,
    }  # fmt: skip
    listed = (await books.run("records", "list", "parcel_incident", "--month", "2026-03", "--json")).json
    assert [one["data"]["courier"] for one in listed] == ["yto"]

    for name in ("incidents.csv", "incidents.xlsx"):
        words = ("records", "export", "parcel_incident", str(books.folder / name), "--month", "2026-03")
        done = await books.run(*words, language="zh")
        assert done.code == 0, done.err
        assert "1 条破损丢失" in done.out
    raw = (books.folder / "incidents.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf"), "Excel takes it for UTF-8"
    heading, row = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert heading[:3] == ["时间", "店铺", "售后单"]
    assert dict(zip(heading, row, strict=True))["waybill"] == f"'{HOSTILE}"
    (sheet,) = CalamineWorkbook.from_path(str(books.folder / "incidents.xlsx")).sheet_names
    cells = CalamineWorkbook.from_path(str(books.folder / "incidents.xlsx")).get_sheet_by_name(sheet).to_python()
    assert HOSTILE in cells[1], "as text"


async def test_the_journal_is_exported_for_process_mining(books: Books) -> None:
    """OCEL 2.0: whatever an event or object refers to is there, every type is declared; and flat, one event a line."""
    log = books.folder / "march.json"
    done = await books.run("records", "events", str(log), "--month", "2026-03")
    assert (done.code, done.out) == (0, f"2 events of 2 cases written to {log}.\n"), done.err
    ocel = json.loads(log.read_text(encoding="utf-8"))
    objects = {one["id"]: one["type"] for one in ocel["objects"]}
    assert len(objects) == len(ocel["objects"])
    assert set(objects.values()) <= {one["name"] for one in ocel["objectTypes"]}
    declared = {one["name"]: {attribute["name"] for attribute in one["attributes"]} for one in ocel["eventTypes"]}
    for event in ocel["events"]:
        assert {one["name"] for one in event["attributes"]} <= declared[event["type"]]
        assert {one["objectId"] for one in event["relationships"]} <= objects.keys()
    assert [event["type"] for event in ocel["events"]] == ["case_opened", "case_opened"]

    table = books.folder / "march-log.csv"
    assert (await books.run("records", "events", str(table), "--month", "2026-03")).code == 0
    heading, *rows = csv.reader(table.read_text(encoding="utf-8-sig").splitlines())
    assert heading[:3] == ["case", "activity", "time"]
    assert [row[0] for row in rows] == ["demo/C1", "demo/C2"]


async def test_a_kind_that_does_not_exist_is_refused(books: Books) -> None:
    """A slip of the pen is told, with where to see the kinds; a known kind without records is an empty list."""
    wrong = await books.run("records", "list", "incident", "--month", "2026-03")
    assert wrong.code == 1
    assert "aftersales records kinds" in wrong.err
    assert (await books.run("records", "list", "promise", "--month", "2026-03", "--json")).json == []

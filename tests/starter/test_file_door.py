"""Files of operations come in line by line, and everything can be run again."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import asyncpg
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from starter.columns import ColumnMap
from starter.envelope import encode
from starter.file_door import FileDoor
from starter.intake_settings import IntakeSettings
from store.inbox import Inbox
from store.quarantine import Quarantine
from tests.starter.events import request
from tests.starter.taken_file import HEADER, ROW, codes, data, take, workbook

# --- what is read -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
async def test_export_with_chinese_headers_is_read(pool: asyncpg.Pool, encoding: str, delimiter: str) -> None:
    """An ERP's export becomes a request: sums in fen, local times in UTC, the buyer a reference, the person apart."""
    content = f"{HEADER}\r\n{ROW}\r\n".replace(",", delimiter).encode(encoding)
    report = await take(content, pool)
    assert (report.accepted, report.bad, report.format) == (1, 0, "csv")
    told = await data(pool)
    assert told["case_type"] == "return_refund"
    assert told["request_id"] == "R1"
    assert told["reason"] == "no_reason"
    assert told["platform_reason"] == "七天无理由"
    assert told["requested_at"] == "2026-03-01T01:30:00+00:00"
    assert told["order"]["signed_at"] == "2026-02-28T10:00:00+00:00"
    assert told["order"]["paid"] == {"minor": 12800, "currency": "CNY"}
    assert told["order"]["courier"] == "yto"
    assert told["person"] == {"name": "测试甲", "phone": "10000000001", "address": "测试路1号"}
    assert "测试" not in told["order"]["customer_ref"]


async def test_workbook_is_read_without_float_damage(pool: asyncpg.Pool) -> None:
    """Numbers and dates of a workbook arrive as the ids, sums and instants that people see."""
    row: list[Any] = [2026030100001, "退货退款", "质量问题", 128.1, dt.datetime(2026, 3, 1, 9, 30), 46_082.5]  # noqa: DTZ001
    content = workbook([["订单编号", "售后类型", "申请原因", "实付金额", "申请时间", "签收时间"], row], top=2)
    report = await take(content, pool, "export.xlsx")
    assert (report.accepted, report.bad, report.format) == (1, 0, "workbook")
    told = await data(pool)
    assert told["order"]["order_no"] == "2026030100001"
    assert told["order"]["paid"]["minor"] == 12810
    assert told["requested_at"] == "2026-03-01T01:30:00+00:00"
    assert told["order"]["signed_at"] == "2026-03-01T04:00:00+00:00"


async def test_content_decides_what_a_file_is(pool: asyncpg.Pool) -> None:
    """A workbook called .csv, a CSV called .xlsx and NDJSON called .txt are read as what they are."""
    book = workbook(
        [["订单编号", "售后类型", "申请原因", "实付金额", "申请时间"], ["A1", "仅退款", "缺货", 5, "2026-03-01"]]
    )
    assert (await take(book, pool, "a.csv")).format == "workbook"
    assert (await take(f"{HEADER}\n{ROW}\n".encode(), pool, "a.xlsx")).format == "csv"
    assert (await take(encode(request("A3")), pool, "a.txt")).format == "ndjson"
    assert await Inbox(pool).counts() == {"new": 3}


async def test_shipping_export_makes_orders_known(pool: asyncpg.Pool) -> None:
    """An export without a column for the type of after-sales holds orders, which open nothing."""
    report = await take("订单编号,实付金额,运单号\nA1,20.00,YT9\n".encode(), pool)
    assert report.accepted == 1
    assert await pool.fetchval("SELECT type FROM inbox") == "aftersales.order"


async def test_own_map_teaches_headers_words_and_shops(pool: asyncpg.Pool, tmp_path: Path) -> None:
    """A shop's own headers, types and shop names are taught by a small file."""
    own = tmp_path / "map.toml"
    own.write_text(
        '[columns]\norder_no = ["单子"]\n[values.kind]\n"包裹不见了" = "parcel_lost"\n[values.shop]\n"小城" = "xc"\n'
    )
    content = "店铺,单子,售后类型,实付金额,申请时间\n小城,A1,包裹不见了,20,2026-03-01\n".encode()
    door = FileDoor(pool, ColumnMap.read(own), IntakeSettings.read())
    assert (await door.take(io.BytesIO(content), "f")).accepted == 1
    told = await data(pool)
    assert (told["shop"], told["case_type"], told["reason"]) == ("xc", "parcel_lost", "lost")


async def test_a_row_says_what_the_goods_cost_now_and_what_came_free(pool: asyncpg.Pool) -> None:
    """T-PRICE: the price now, the gifts and the success of the trade stand in columns of their own."""
    content = (
        "订单编号,售后类型,实付金额,商家编码,申请时间,交易成功时间,现价,赠品价值\n"
        "A1,退差价,45.00,TEA-01,2026-03-09,2026-03-02 12:00,38.50,2\n"
    )
    assert (await take(content.encode(), pool)).accepted == 1
    told = await data(pool)
    assert (told["case_type"], told["reason"]) == ("price_difference", "price_drop")
    assert told["drop"] == {
        "prices": [{"sku": "TEA-01", "price": {"minor": 3850, "currency": "CNY"}}],
        "gifts": [{"value": {"minor": 200, "currency": "CNY"}}],
    }
    assert told["order"]["succeeded_at"] == "2026-03-02T04:00:00+00:00"


async def test_an_order_says_which_invoice_was_written_for_it(pool: asyncpg.Pool) -> None:
    """R-INV-RET: its number stands in a column of its own; an order without one says nothing of it."""
    heading = "订单编号,售后类型,退款原因,实付金额,申请时间,发票号码\n"
    content = f"{heading}A1,仅退款,质量问题,45.00,2026-03-09,0012345678\nA2,仅退款,质量问题,45.00,2026-03-09,\n"
    assert (await take(content.encode(), pool)).accepted == 2
    rows = await pool.fetch("SELECT raw FROM inbox ORDER BY id")
    invoices = [json.loads(row["raw"])["data"]["order"].get("invoice") for row in rows]
    assert {*invoices} == {"0012345678", None}


async def test_postage_claimed_back_says_why_it_arose(pool: asyncpg.Pool) -> None:
    """T-POSTAGE: whose the freight is hangs on the reason, so a row without one is a problem, not a guess."""
    header = "订单编号,售后类型,申请原因,实付金额,退款金额,申请时间\n"
    report = await take(f"{header}A1,退运费,质量问题,45,12,2026-03-09\nA2,退运费,,45,12,2026-03-09\n".encode(), pool)
    assert (report.accepted, report.bad) == (1, 1)
    assert (await data(pool))["reason"] == "quality"


async def test_a_row_asks_for_a_paid_repair_with_its_quoted_fee(pool: asyncpg.Pool) -> None:
    """R-MAINT: the type by its Chinese name, the fee that was quoted, and a defect as the reason where none is told."""
    content = "订单编号,售后类型,实付金额,申请时间,维修报价\nA1,付费维修,45,2026-03-09,80\n"
    assert (await take(content.encode(), pool)).accepted == 1
    found = await data(pool)
    assert (found["case_type"], found["reason"], found["fee"]["minor"]) == ("paid_maintenance", "quality", 8000)


async def test_a_row_says_that_the_goods_were_worn(pool: asyncpg.Pool) -> None:
    """R-QUAL-WORN: a yes stands in the request, a no is what is usual."""
    content = "订单编号,售后类型,申请原因,实付金额,申请时间,是否穿洗\nA1,退货退款,质量问题,45,2026-03-09,是\n"
    assert (await take(content.encode(), pool)).accepted == 1
    assert (await data(pool))["worn"] is True


async def test_a_new_address_stands_in_its_own_column(pool: asyncpg.Pool) -> None:
    """The address of the order is the one to be changed: without a new one the customer is asked for it."""
    content = (
        "店铺,订单号,售后类型,实付金额,申请时间,收货地址,新地址\n"
        "demo,A1,改地址,20,2026-03-01,示例市旧街1号,示例市新街2号\n"
        "demo,A2,改地址,20,2026-03-01,示例市旧街1号,\n"
    ).encode()
    assert (await FileDoor(pool, ColumnMap.read(), IntakeSettings.read()).take(io.BytesIO(content), "f")).accepted == 2
    rows = await pool.fetch("SELECT raw FROM inbox")
    told = {one["data"]["order"]["order_no"]: one["data"] for one in (json.loads(row["raw"]) for row in rows)}
    assert told["A1"]["person"] == {"address": "示例市新街2号"}
    assert "person" not in told["A2"]


# --- run again ----------------------------------------------------------------------------------------------------


async def test_running_a_file_twice_changes_nothing(pool: asyncpg.Pool) -> None:
    """The second run of a file finds only what it knows; a longer, re-sorted export brings only what is new."""
    rows = [ROW.replace("2026030100001", f"20260301{n:05}") for n in range(20)]
    first = await take("\n".join([HEADER, *rows]).encode(), pool)
    again = await take("\n".join([HEADER, *rows]).encode("gb18030"), pool, "renamed.csv")
    assert (first.accepted, again.accepted, again.duplicate) == (20, 0, 20)
    more = [*reversed(rows), ROW.replace("2026030100001", "2026030200001")]
    later = await take("\n".join([HEADER, *more]).encode(), pool)
    assert (later.accepted, later.duplicate) == (1, 20)


async def test_broken_off_run_is_finished_by_running_again(pool: asyncpg.Pool) -> None:
    """A run that was killed in the middle is finished by the next one, without gaps and without repeats."""
    lines = b"\n".join(encode(request(f"20260301{n:05}")) for n in range(1_500))

    class Killed(Exception):
        pass

    def kill(_: int) -> None:
        raise Killed

    door = FileDoor(pool, ColumnMap.read(), IntakeSettings.read())
    with pytest.raises(Killed):
        await door.take(io.BytesIO(lines), "f", kill)
    before = (await Inbox(pool).counts())["new"]
    assert 0 < before < 1_500
    report = await take(lines, pool)
    assert (report.accepted, report.duplicate) == (1_500 - before, before)
    assert await Inbox(pool).counts() == {"new": 1_500}


async def test_titles_above_a_header_are_no_rows(pool: asyncpg.Pool) -> None:
    """Exports put a title or a note above their headers; it is named, kept, and the rows are read."""
    titles = ["售后订单导出", '"店铺：示例店, 2026 年 3 月"']
    report = await take("\n".join([*titles, "", HEADER, ROW]).encode("gb18030"), pool)
    assert (report.accepted, codes(report)) == (1, {1: ["above_header"], 2: ["above_header"]})
    header, row = (
        ["订单编号", "售后类型", "申请原因", "实付金额", "申请时间"],
        ["A1", "仅退款", "缺货", 5, "2026-03-01"],
    )
    report = await take(workbook([["售后订单导出"], header, row]), pool)
    assert (report.accepted, codes(report)) == (1, {1: ["above_header"]})


async def test_a_shop_is_told_by_its_code_or_a_mapped_name() -> None:
    """The name of a shop that nobody mapped makes no cases of a shop of that name: the row says how to map it."""
    door = FileDoor(None, ColumnMap.read(), IntakeSettings.read())
    content = "店铺,订单编号,售后类型,退款原因,实付金额,申请时间\n别家旗舰店,A1,仅退款,缺货,20,2026-03-01\n".encode()
    report = await door.take(io.BytesIO(content), "f")
    assert [(one.code, one.where) for one in report.listed[0].problems] == [("unmapped_shop", "店铺")]
    assert "[values.shop]" in report.listed[0].problems[0].text("zh")


async def test_rows_without_a_word_are_no_rows() -> None:
    """Empty lines of a table, whether they hold commas or nothing, are passed over in a CSV as in a workbook."""
    empty = "," * HEADER.count(",")
    report = await take("\n".join([HEADER, ROW, empty, "", " " + empty]).encode())
    assert (report.accepted, report.bad) == (1, 0)


async def test_a_date_that_lost_its_format_is_read(pool: asyncpg.Pool) -> None:
    """A spreadsheet that saves a CSV writes a date without a format as the number of its day; it is the same date."""
    await take(f"{HEADER}\n{ROW.replace('2026-03-01 09:30:00', '46082.395833')}\n".encode(), pool)
    assert (await data(pool))["requested_at"] == "2026-03-01T01:30:00+00:00"


async def test_columns_that_are_not_read_are_named(pool: asyncpg.Pool) -> None:
    """A column that the map does not know is told, so that a misnamed number is not lost in silence."""
    report = await take(f"{HEADER},备注,退款单\n{ROW},急,T9\n".encode(), pool)
    assert (report.accepted, report.unread) == (1, ["备注", "退款单"])


async def test_characters_without_a_width_do_not_count(pool: asyncpg.Pool) -> None:
    """What a web page or a second byte-order mark leaves in a header or a number changes neither."""
    header, row = HEADER.replace("退款编号", "\ufeff退款编号"), ROW.replace("R1", "\u200bR1")
    report = await take(f"{header}\n{row}\n".encode(), pool)
    assert (report.accepted, report.unread) == (1, [])
    assert (await data(pool))["request_id"] == "R1"


async def test_a_further_sheet_is_not_passed_over_in_silence(pool: asyncpg.Pool) -> None:
    """Rows of a second sheet are not read, and the report says so with what to do; an empty sheet is none."""
    table = [["订单编号", "售后类型", "申请原因", "实付金额", "申请时间"], ["A1", "仅退款", "缺货", "5", "2026-03-01"]]
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        for rows in (table, [], table):
            sheet = book.add_worksheet()
            for number, row in enumerate(rows):
                sheet.write_row(number, 0, row)
    report = await take(buffer.getvalue(), pool, "export.xlsx")
    assert (report.accepted, codes(report)) == (1, {1: ["other_sheet"]})
    assert "sheet 3" in report.listed[0].problems[0].text("en")
    assert len(await Quarantine(pool).entries()) == 1


async def test_forced_text_and_quoted_cells_are_read(pool: asyncpg.Pool) -> None:
    """Exports force ids to be text, and quote cells with commas, quotes and line breaks: all of it is read."""
    row = ROW.replace("2026030100001", '"=""2026030100001"""').replace("测试路1号", '"测试路1号,\n""后门"""')
    report = await take(f"{HEADER}\n{row}\n{ROW.replace('R1', 'R2')}\n".encode(), pool)
    assert (report.accepted, report.bad) == (2, 0)
    addresses = await pool.fetch("SELECT raw FROM inbox ORDER BY number")
    assert json.loads(addresses[0]["raw"])["data"]["person"]["address"] == '测试路1号,\n"后门"'

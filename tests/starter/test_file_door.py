"""Files of operations come in line by line; bad lines are named with their numbers, and everything can be run again."""

from __future__ import annotations

import datetime as dt
import io
import json
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import asyncpg
import pytest
import xlsxwriter  # type: ignore[import-untyped]

from starter.columns import ColumnMap
from starter.envelope import encode
from starter.file_door import FileDoor, Report
from starter.intake_settings import IntakeSettings
from starter.problem import BadEvent
from store.inbox import Inbox
from store.quarantine import Quarantine
from tests.starter.events import request

HEADER = (
    "订单编号,退款编号,售后类型,申请原因,买家会员名,收货人,手机,收货地址,"
    "实付金额(元),退款金额,商家编码,数量,物流公司,运单号,申请时间,签收时间"
)
ROW = (
    "2026030100001,R1,退货退款,七天无理由,测试买家一,测试甲,10000000001,测试路1号,¥128.00,128.00,TEA-01,1,"
    "圆通速递,YT1,2026-03-01 09:30:00,2026/2/28 18:00"
)


async def take(content: bytes, pool: asyncpg.Pool | None = None, name: str = "file.csv", **settings: Any) -> Report:
    """Take a file of one shop."""
    door = FileDoor(pool, ColumnMap.read(shop="demo"), IntakeSettings.read(**settings))
    return await door.take(io.BytesIO(content), name)


def codes(report: Report) -> dict[int, list[str]]:
    """What is wrong, by line."""
    return {line.line: sorted({problem.code for problem in line.problems}) for line in report.listed}


async def data(pool: asyncpg.Pool) -> dict[str, Any]:
    """The data of the one event in the inbox."""
    (row,) = await pool.fetch("SELECT raw FROM inbox")
    return cast(dict[str, Any], json.loads(row["raw"])["data"])


def workbook(rows: list[list[Any]], *, formulas: dict[tuple[int, int], str] | None = None, top: int = 0) -> bytes:
    """An XLSX file; `top` empty rows come first."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, {"default_date_format": "yyyy-mm-dd hh:mm"}) as book:
        sheet = book.add_worksheet("售后")
        for number, row in enumerate(rows):
            for column, value in enumerate(row):
                sheet.write(number + top, column, value)
        for (number, column), formula in (formulas or {}).items():
            sheet.write_formula(number + top, column, formula, None, "2026030100009")
    return buffer.getvalue()


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


@pytest.mark.parametrize("seed", range(3))
async def test_garbage_and_disorder_leave_the_same_inbox(pool: asyncpg.Pool, seed: int) -> None:
    """With a tenth of garbage, duplicates and any order, the inbox holds the same events; every bad line is named."""
    chance = random.Random(seed)
    good = [encode(request(f"20260301{n:05}")) for n in range(200)]
    garbage = [bytes(chance.choices(range(32, 256), k=40)).replace(b"\n", b"") for _ in range(22)]
    lines = [*good, *chance.sample(good, 20), *garbage]
    chance.shuffle(lines)
    report = await take(b"\n".join(lines), pool)
    assert (report.accepted, report.duplicate, report.bad) == (200, 20, 22)
    assert {lines[line.line - 1] for line in report.listed} == set(garbage)
    assert await Inbox(pool).counts() == {"new": 200}
    kept = [await Quarantine(pool).show(line.entry) for line in report.listed]
    assert {entry.raw for entry in kept if entry} == set(garbage)


async def test_same_id_with_another_content_is_named(pool: asyncpg.Pool) -> None:
    """A line whose id came before with another content is a bad line, and both contents are kept."""
    report = await take(b"\n".join([encode(request()), encode(request(reason="quality"))]), pool)
    assert (report.accepted, codes(report)) == (1, {2: ["conflict"]})
    assert len(await Quarantine(pool).entries()) == 1


@pytest.mark.parametrize(
    "first",
    [
        b"\x00\x01\x02\x03" * 10,
        "3 月导出".encode(),
        b"{",
        b"[",
        b'{"specversion": "1.0", "id"',
        b"x" * 1_100_000,
        b"a,b",
    ],
)
async def test_rubbish_on_the_first_line_costs_one_line(first: bytes) -> None:
    """What a file is, most of its lines say: rubbish above them is a bad line like any other."""
    report = await take(b"\n".join([first, encode(request()), encode(request("2026030100002"))]))
    assert (report.format, report.accepted, report.bad) == ("ndjson", 2, 1)
    assert report.listed[0].line == 1


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


async def test_a_header_with_a_fault_below_a_title_is_explained() -> None:
    """When no line will do as a header, the refusal is about the one that is most like it."""
    without_sum = HEADER.replace("实付金额(元),", "")
    with pytest.raises(BadEvent) as refused:
        await take("\n".join(["售后订单导出", without_sum, *[ROW] * 30]).encode())
    assert [(problem.code, problem.where) for problem in refused.value.problems] == [("missing_column", "paid")]


# --- hostile lines ------------------------------------------------------------------------------------------------

GOOD = encode(request())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"{", "not_json"),
        (b'{"a": 1} {"b": 2}', "not_json"),
        (b'{"specversion": "1.0"}', "missing"),
        (b'{"a": "\x00"}', "nul"),
        (b'{"a":' * 500 + b"1" + b"}" * 500, "too_deep"),
        (b"[" * 100_000, "too_deep"),
        (b'{"a": "' + b"x" * 5_000_000 + b'"}', "too_long"),
        (b'{"a": "' + b"x" * 1_100_000 + b'"}', "too_long"),
        ('{"a": "测试"}'.encode("gb18030"), "not_utf8"),
        (b'{"a": 1, "a": 2}', "duplicate_key"),
        (b"null", "not_object"),
        (b"1e999999", "not_object"),
        (encode(request(order={"paid": {"minor": 12.5}})), "int_type"),
        (encode(request(order={"order_no": "../../etc"})), "value_error"),
        (encode(request(requested_at="2026-03-01 09:30")), "timezone_aware"),
        (encode(request(shop="")), "value_error"),
    ],
)
async def test_hostile_line_is_named_and_its_neighbours_are_taken(pool: asyncpg.Pool, line: bytes, code: str) -> None:
    """One hostile line between good ones: it is named by its number, kept, and the good ones go in."""
    report = await take(b"\n".join([GOOD, line, encode(request("2026030100002"))]), pool)
    assert codes(report) == {2: [code]}
    assert report.accepted == 2
    assert len(await Quarantine(pool).entries()) == 1


@pytest.mark.parametrize(
    ("row", "code", "where"),
    [
        (ROW + ",extra", "wrong_columns", ""),
        ("2026030100009,R9,退货退款", "wrong_columns", ""),
        (ROW.replace("2026030100001", "2.02603E+12"), "damaged_number", "订单编号"),
        (ROW.replace("2026030100001", "=A1+1"), "formula", "订单编号"),
        (ROW.replace("¥128.00", "#REF!"), "spreadsheet_error", "实付金额(元)"),
        (ROW.replace("¥128.00", "一百"), "not_amount", "实付金额(元)"),
        (ROW.replace("¥128.00", "-5"), "not_amount", "实付金额(元)"),
        (ROW.replace("¥128.00", "1.005"), "not_amount", "实付金额(元)"),
        (ROW.replace("¥128.00", ""), "missing", "实付金额(元)"),
        (ROW.replace("2026-03-01 09:30:00", "昨天"), "not_time", "申请时间"),
        (ROW.replace("2026-03-01 09:30:00", "2026-02-30"), "not_time", "申请时间"),
        (ROW.replace("TEA-01,1", "TEA-01,一"), "not_count", "数量"),
        (ROW.replace("退货退款", "要个说法"), "unknown_value", "售后类型"),
        (ROW.replace("七天无理由", "心情不好"), "unknown_value", "申请原因"),
        (ROW.replace("测试路1号", '"测试路1号'), "open_quote", ""),
        (ROW.replace("测试路1号", "测试\x00路"), "nul", ""),
        (ROW.replace("TEA-01,1", "TEA-01,0"), "greater_than_equal", "数量"),
        (ROW.replace("七天无理由", ""), "missing", "申请原因"),
        (ROW.replace("测试路1号", "路" * 501), "string_too_long", "收货地址"),
        (ROW.replace("2026030100001", "单号1"), "not_id", "订单编号"),
        (ROW.replace("R1", "R 1"), "not_id", "退款编号"),
    ],
)
async def test_hostile_row_is_named_by_its_header(pool: asyncpg.Pool, row: str, code: str, where: str) -> None:
    """One hostile row between good ones: named by line and header, kept, and the good ones go in."""
    other = ROW.replace("2026030100001", "2026030100002").replace("R1", "R2")
    report = await take("\n".join([HEADER, ROW, row, other]).encode(), pool)
    assert list(codes(report)) == [3]
    assert (report.listed[0].problems[0].code, report.listed[0].problems[0].where) == (code, where)
    assert report.accepted == 2


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


async def test_quote_that_is_never_closed_costs_one_line(pool: asyncpg.Pool) -> None:
    """A stray quote does not swallow the rest of the file."""
    rows = [ROW.replace("2026030100001", f"20260301{n:05}").replace("R1", f"R{n}") for n in range(300)]
    rows[10] = rows[10].replace("测试路1号", '"测试路1号')
    report = await take("\n".join([HEADER, *rows]).encode(), pool)
    assert (report.accepted, codes(report)) == (299, {12: ["open_quote"]})


async def test_mixed_encodings_are_named(pool: asyncpg.Pool) -> None:
    """A line in another encoding than the rest of its file is named instead of being read as nonsense."""
    rows = [ROW.replace("2026030100001", f"20260301{n:05}") for n in range(10)]
    for first, second in (("utf-8", "gb18030"), ("gb18030", "utf-8")):
        lines = [HEADER.encode(first), *(row.encode(first) for row in rows)]
        lines[5] = rows[4].encode(second)
        report = await take(b"\n".join(lines))
        assert (report.accepted, codes(report)) == (9, {6: ["not_utf8"]})


async def test_damaged_and_computed_cells_of_a_workbook_are_named(pool: asyncpg.Pool) -> None:
    """A long id typed as a number has lost digits, and a formula may be stale: both are named by row and header."""
    header = ["订单编号", "售后类型", "申请原因", "实付金额", "申请时间"]
    good = ["A1", "仅退款", "缺货", 5, "2026-03-01"]
    rows: list[list[Any]] = [header, good, [202603010000123456, *good[1:]], ["", *good[1:]], ["A2", *good[1:]]]
    report = await take(workbook(rows, formulas={(3, 0): "=A2"}), pool)
    assert codes(report) == {3: ["damaged_number"], 4: ["formula"]}
    assert report.accepted == 2


# --- hostile files ------------------------------------------------------------------------------------------------


def _bomb() -> bytes:
    buffer = io.BytesIO(workbook([["订单编号"]]))
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/media/bomb.xml", b"\0" * 3_000_000)
    return buffer.getvalue()


def _lying_bomb() -> bytes:
    """Its directory says that the big part is small."""
    content = bytearray(_bomb())
    size = (3_000_000).to_bytes(4, "little")
    while (place := content.find(size)) >= 0:
        content[place : place + 4] = (10).to_bytes(4, "little")
    return bytes(content)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty_file"),
        (b"\n\n  \n", "empty_file"),
        (f"{HEADER}\n".encode(), "empty_file"),
        (b"[\n  {}\n]", "json_document"),
        (b'{\n  "id": 1\n}', "json_document"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "binary"),
        ("订单编号".encode("utf-16"), "binary"),
        (b"PK\x03\x04 not a workbook", "not_workbook"),
        (workbook([["订单编号"], ["1"]])[:-200], "not_workbook"),
        (b"\xd0\xcf\x11\xe0 not one either", "not_workbook"),
        (_bomb(), "zip_bomb"),
        (_lying_bomb(), "not_workbook"),
        (b"a,b,c\n1,2,3\n", "missing_column"),
        (f"{HEADER},订单编号\n{ROW},1\n".encode(), "duplicate_header"),
    ],
)
async def test_file_that_cannot_be_read_is_explained(content: bytes, code: str) -> None:
    """A file that is nothing of ours, broken or a bomb is refused whole, with the reason and what to do."""
    with pytest.raises(BadEvent) as refused:
        await take(content, workbook_megabytes=2)
    assert code in {problem.code for problem in refused.value.problems}
    for problem in refused.value.problems:
        assert problem.text("zh") != problem.text("en")


async def test_file_of_any_length_needs_the_memory_of_a_line() -> None:
    """A file of 200 MB is read in a few megabytes of memory, a line of 50 MB in it included."""

    class Endless(io.RawIOBase):
        """Good lines without end, made while they are read."""

        def __init__(self) -> None:
            self.left = 200_000_000
            self.pieces = self._pieces()

        def _pieces(self) -> Iterator[bytes]:
            line = GOOD + b"\n"
            yield line
            for _ in range(50):
                yield b"x" * 1_000_000
            yield b"\n"
            block = line * (1_000_000 // len(line))
            while True:
                yield block

        def readable(self) -> bool:
            return True

        def seekable(self) -> bool:
            return True

        def seek(self, *_: object) -> int:
            self.pieces = self._pieces()
            return 0

        def readinto(self, buffer: Any) -> int:
            if self.left <= 0:
                return 0
            if not getattr(self, "rest", b""):
                self.rest = next(self.pieces)
            piece, self.rest = self.rest[: len(buffer)], self.rest[len(buffer) :]
            buffer[: len(piece)] = piece
            self.left -= len(piece)
            return len(piece)

    stream = io.BufferedReader(Endless())
    door = FileDoor(None, ColumnMap.read(), IntakeSettings.read())
    text = door._pieces(stream, Report("f"))
    tracemalloc.start()
    for _ in range(20_000):
        next(text)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000

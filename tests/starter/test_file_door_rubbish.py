"""Bad lines and files that cannot be read are named with their numbers, and cost nobody else anything."""

from __future__ import annotations

import io
import random
import tracemalloc
import zipfile
from collections.abc import Iterator
from typing import Any

import asyncpg
import pytest

from starter.columns import ColumnMap
from starter.envelope import encode
from starter.file_door import FileDoor, Report
from starter.intake_settings import IntakeSettings
from starter.problem import BadEvent
from store.inbox import Inbox
from store.quarantine import Quarantine
from tests.starter.events import request
from tests.starter.taken_file import HEADER, ROW, codes, take, workbook


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

"""Files as operations have them, taken in by the file door, for tests."""

from __future__ import annotations

import io
import json
from typing import Any, cast

import asyncpg
import xlsxwriter  # type: ignore[import-untyped]

from starter.columns import ColumnMap
from starter.file_door import FileDoor, Report
from starter.intake_settings import IntakeSettings

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

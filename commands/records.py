"""`aftersales records`: what the rulebook wants recorded, listed and handed on as a spreadsheet."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.case_named import with_pool
from commands.failure import Failure
from commands.language import say
from commands.output import AsJson, Column, show_json, show_table, tell
from commands.report import bounds
from domain.wall_clock import CHINA

if TYPE_CHECKING:
    from store.exports import ExportedRecord

app = typer.Typer(
    no_args_is_help=True, help=say("各种记录：列出、导出。", "Records of every kind: list and export them.")
)

NAMES = {
    "approval": ("审批", "approvals"),
    "breach": ("违规", "breaches by us"),
    "case_remark": ("备注", "case remarks"),
    "case_tag": ("打标", "tags"),
    "clock": ("时限", "deadlines"),
    "compensation": ("补偿", "goodwill"),
    "consent": ("顾客同意", "consents"),
    "contact_attempt": ("联系记录", "contact attempts"),
    "courier_claim": ("快递索赔", "claims on couriers"),
    "courier_fee": ("换快递费用", "fees of another courier"),
    "defect_cause": ("缺陷原因", "causes of defects"),
    "dispute_report": ("纠纷处理报告", "dispute reports"),
    "evidence_item": ("证据", "evidence"),
    "evidence_pack": ("平台举证材料", "evidence packs"),
    "evidence_submission": ("平台举证提交", "evidence handed to platforms"),
    "exchange_order": ("换货单", "exchange orders"),
    "fee_quote": ("费用报价", "fee quotes"),
    "goods_taken_over": ("接手他单的商品", "goods taken over from another case"),
    "handover_note": ("交接", "hand-over notes"),
    "inbound_parcel_log": ("退件表", "inbound parcel log"),
    "invoice_action": ("发票处理", "invoice actions"),
    "negotiation_entry": ("协商记录", "negotiation log"),
    "parcel_incident": ("破损丢失", "parcel incidents"),
    "promise": ("承诺", "promises"),
    "provisional_clock": ("暂定的时限", "provisional deadlines"),
    "repair_order": ("维修单", "repair orders"),
    "return_log": ("退货记录表", "return log"),
    "return_quality_report": ("退货质量检查表", "return quality reports"),
    "return_to_factory_note": ("退厂单", "return-to-factory notes"),
    "survey_response": ("满意度", "survey answers"),
    "task": ("任务", "tasks"),
    "undecodable_message": ("读不懂的消息", "messages that could not be read"),
}
KIND = (
    Column("kind", "种类", "Kind", whole=True),
    Column("name", "名称", "Name"),
    Column("count", "条数", "Records", "right"),
    Column("first", "最早", "First", spare=1),
    Column("last", "最新", "Last"),
)
FIXED = (
    Column("at", "时间", "When"),
    Column("shop", "店铺", "Shop"),
    Column("case_no", "售后单", "Case", whole=True),
    Column("key", "编号", "Key"),
    Column("rule", "规则", "Rule"),
)
Shop = Annotated[str, typer.Option("--shop", help=say("店铺；默认全部。", "The shop; all by default."))]
Kind = Annotated[str, typer.Argument(metavar=say("种类", "KIND"))]
Month = Annotated[
    datetime | None,
    typer.Option("--month", formats=["%Y-%m"], help=say("哪个月；默认本月。", "Which month; this one by default.")),
]


@app.command(help=say("有哪些种类的记录，各多少条。", "The kinds of records that there are, and how many of each."))
def kinds(shop: Shop = "", as_json: AsJson = False) -> None:
    """List kinds."""
    from store.exports import kinds as known

    found = with_pool(lambda pool: known(pool, shop))
    rows = [{**one.model_dump(), "name": name_of(one.kind)} for one in found]
    show_table(rows, KIND, as_json=as_json)


@app.command("list", help=say("列出一个月里一种记录。", "List a month's records of one kind."))
def list_records(kind: Kind, month: Month = None, shop: Shop = "", as_json: AsJson = False) -> None:
    """List records."""
    found = _read(kind, month, shop)
    if as_json:
        show_json([one.model_dump(mode="json") for one in found])
        return
    fields = _fields(found)
    columns = (*FIXED, *(Column(name, name, name) for name in fields))
    show_table([_row(one) for one in found], columns, as_json=False, title=name_of(kind))


@app.command(
    help=say(
        "把一个月里一种记录写成 .xlsx 或 .csv 文件。", "Write a month's records of one kind to an .xlsx or .csv file."
    )
)
def export(
    kind: Kind,
    file: Annotated[Path, typer.Argument(metavar=say("文件", "FILE"), dir_okay=False)],
    month: Month = None,
    shop: Shop = "",
    as_json: AsJson = False,
) -> None:
    """Export records."""
    from commands import spreadsheet

    found = _read(kind, month, shop)
    fields = _fields(found)
    heading = [*(say(column.zh, column.en) for column in FIXED), *fields]
    names = [*(column.key for column in FIXED), *fields]
    rows = [[_row(one).get(name) for name in names] for one in found]
    count = spreadsheet.write(file, heading, rows, sheet=kind[:31])
    if as_json:
        show_json({"kind": kind, "records": count, "file": str(file)})
    else:
        tell(f"{count} 条{name_of(kind)}，已写入 {file}。", f"{count} {name_of(kind)} written to {file}.")


@app.command(
    help=say(
        "把一个月的日志写成事件日志，供流程挖掘：.json 为 OCEL 2.0，.csv 每行一个事件。",
        "Write a month's journal as an event log for process mining: .json is OCEL 2.0, .csv one event a line.",
    )
)
def events(
    file: Annotated[Path, typer.Argument(metavar=say("文件", "FILE"), dir_okay=False)],
    month: Month = None,
    shop: Shop = "",
    as_json: AsJson = False,
) -> None:
    """Export the event log."""
    from commands import spreadsheet
    from domain.event_log import FLAT, flat, ocel
    from store.event_log import event_log

    since, until = bounds(month or datetime.now(CHINA))
    cases, found = with_pool(lambda pool: event_log(pool, shop, since, until))
    if file.suffix.lower() == ".json":
        spreadsheet.write_text(file, json.dumps(ocel(cases, found), ensure_ascii=False))
    else:
        spreadsheet.write(file, FLAT, flat(found), sheet="events")
    if as_json:
        show_json({"cases": len(cases), "events": len(found), "file": str(file)})
    else:
        tell(
            f"{len(cases)} 单的 {len(found)} 个事件，已写入 {file}。",
            f"{len(found)} events of {len(cases)} cases written to {file}.",
        )


def name_of(kind: str) -> str:
    """What people call that kind."""
    return say(*NAMES.get(kind, (kind, kind)))


def _read(kind: str, month: datetime | None, shop: str) -> list[ExportedRecord]:
    from store import exports

    since, until = bounds(month or datetime.now(CHINA))

    async def read(pool: Any) -> list[ExportedRecord]:
        found = await exports.records(pool, kind, shop, since, until)
        if not found and kind not in NAMES and kind not in {one.kind for one in await exports.kinds(pool)}:
            raise Failure(
                say(f"没有“{kind}”这种记录。", f"There are no records of the kind {kind!r}."),
                say("运行 aftersales records kinds 查看有哪些。", "See which there are: aftersales records kinds"),
            )
        return found

    return with_pool(read)


def _fields(found: Sequence[ExportedRecord]) -> list[str]:
    """The fields that these records have, in the order in which they first come up."""
    return list(dict.fromkeys(name for one in found for name in one.data))


def _row(one: ExportedRecord) -> dict[str, Any]:
    fixed = {"at": one.at, "shop": one.shop, "case_no": one.case_no, "key": one.key, "rule": one.rule}
    return {name: _cell(value) for name, value in one.data.items()} | fixed


def _cell(value: Any) -> str | float | None:
    match value:
        case bool():
            return say("是", "yes") if value else say("否", "no")
        case None | str() | int() | float():
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)

"""`aftersales case`: list, show, explain and act on cases."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import case_act, case_replay, case_slip
from commands.case_explained import explained, may_be_done, six_steps, why
from commands.case_named import PATIENCE, CaseName, NamedCase, no_worker, with_case, with_pool
from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_record, show_table, tell

if TYPE_CHECKING:
    import asyncpg

    from domain.explain import Explanation

app = typer.Typer(no_args_is_help=True, help=say("查看、解释、操作售后单。", "List, show, explain and act on cases."))

ROW = (
    Column("priority", "优先级", "Priority", whole=True),
    Column("case_no", "售后单", "Case", whole=True),
    Column("shop", "店铺", "Shop", spare=3),
    Column("order_no", "订单", "Order", spare=5),
    Column("case_type", "类型", "Type"),
    Column("stage", "阶段", "Stage", spare=2),
    Column("ball_with", "轮到", "Ball with", spare=1),
    Column("needs_human", "需要人工", "Needs a person"),
    Column("due_at", "到期", "Due"),
    Column("due_rule", "时限", "Clock", spare=4),
    Column("outcome", "结果", "Outcome"),
)
CLOSED = (*ROW[:5], ROW[-1], Column("closed_at", "结案", "Closed"))
MORE = (
    Column("priority_why", "优先原因", "Why that priority"),
    Column("refunded_minor", "已退（分）", "Refunded (minor units)"),
    Column("opened_at", "受理", "Opened"),
    Column("closed_at", "结案", "Closed"),
    Column("parent_case_no", "所属售后单", "Claim of case"),
    Column("claims", "快递索赔单", "Its claims on couriers"),
    Column("rulebook", "规则版本", "Rulebook"),
    Column("workflow_id", "工作流", "Workflow"),
)
NUMBERS = {
    "case_no": ("售后单", "Case"),
    "order_no": ("订单", "Order"),
    "customer_ref": ("顾客编号", "Customer"),
    "waybill": ("运单", "Waybill"),
    "rma": ("退货编号", "Return"),
}
"""What a case may be known by."""
SIX = Column("six", "六步", "The six steps")


@app.command(
    "list",
    help=say(
        "按优先级列出未结的售后单，同级的先到期的在前。",
        "List open cases by priority, within it the earliest due first.",
    ),
)
def list_cases(
    *,
    shop: Annotated[str, typer.Option("--shop", help=say("店铺；默认全部。", "The shop; all by default."))] = "",
    ball: Annotated[
        list[str] | None, typer.Option("--ball", help=say("轮到谁，可多次。", "Who must act; may be repeated."))
    ] = None,
    stage: Annotated[list[str] | None, typer.Option("--stage", help=say("阶段，可多次。", "Stages."))] = None,
    type_: Annotated[list[str] | None, typer.Option("--type", help=say("类型，可多次。", "Types of case."))] = None,
    needs_person: Annotated[
        bool, typer.Option("--needs-person", help=say("只列需要人工的。", "Only those that need a person."))
    ] = False,
    due_within: Annotated[
        float | None, typer.Option("--due-within", metavar="HOURS", help=say("多少小时内到期。", "Due within hours."))
    ] = None,
    closed: Annotated[bool, typer.Option("--closed", help=say("列出已结的。", "Closed ones instead."))] = False,
    find: Annotated[
        str,
        typer.Option("--find", help=say("按任一号码查找，包括已结的。", "By any of its numbers, closed ones too.")),
    ] = "",
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("每店最多行数。", "At most so many per shop."))] = 50,
    as_json: AsJson = False,
) -> None:
    """List cases."""
    from store.case_register import CaseRegister, Worklist

    async def read(pool: asyncpg.Pool) -> list[Any]:
        register = CaseRegister(pool)
        found: list[Any] = []
        for one in [shop] if shop else await register.shops():
            if find:
                found += await register.find(one, find)
            elif closed:
                found += (await register.closed(one, limit=limit)).cases
            else:
                until = datetime.now(UTC) + timedelta(hours=due_within) if due_within is not None else None
                wanted = Worklist(
                    shop=one, ball_with=ball, stages=stage, case_types=type_, needs_human=needs_person or None,
                    due_until=until,
                )  # fmt: skip
                found += (await register.worklist(wanted, limit=limit)).cases
        return found

    cases = with_pool(read)
    if not closed and not find:
        cases.sort(key=lambda case: (case.priority, case.due_at is None, case.due_at, case.case_no))
    rows = [case.model_dump() for case in cases]
    columns = ROW if find else CLOSED if closed else ROW[:-1]  # an open case has no outcome yet
    show_table(rows if as_json else [_spoken(row) for row in rows], columns, as_json=as_json)


def _spoken(row: dict[str, Any]) -> dict[str, Any]:
    """The register's row with its codes in words."""
    from domain.journal_words import words_of
    from domain.texts import label

    tables = {"case_type": "case_type", "stage": "stage", "ball_with": "party", "outcome": "outcome"}
    own = {name: label(table, row[name], language()) for name, table in tables.items() if row[name]}
    if row["parent_case_no"]:  # the loss of which case a claim is about
        own["case_type"] += f" · {row['parent_case_no']}"
    own |= {"priority": f"P{row['priority']}", "priority_why": why(row["priority_why"].split())}
    return {**row, **own, "needs_human": words_of(row["needs_human"], language())}


@app.command(help=say("显示登记簿里的一行、记录和号码。", "Show its row, its records and its numbers."))
def show(case: CaseName, as_json: AsJson = False) -> None:
    """Show a case."""
    from commands.records import NAMES
    from store.case_register import CaseRegister

    async def read(named: NamedCase) -> tuple[dict[str, Any], list[Any], list[Any]]:
        register, row = CaseRegister(named.pool), named.row
        handles = await register.handles(row.shop, row.case_no)
        claims = [claim.case_no for claim in await register.claims(row.shop, row.case_no)]
        return {**row.model_dump(), "claims": claims}, handles, await register.records(row.shop, row.case_no)

    async def both(named: NamedCase) -> tuple[dict[str, Any], list[Any], list[Any], dict[str, Any]]:
        six = await CaseRegister(named.pool).six_steps(named.row.shop, named.row.case_no)
        return *await read(named), {step.value: at for step, at in six.items()}

    row, handles, records, six = with_case(case, both)
    numbers: list[dict[str, Any]] = [{"kind": kind, "value": value} for kind, value in handles]
    written = [record.model_dump() for record in records]
    if as_json:
        show_json({"case": row, "six_steps": six, "numbers": numbers, "records": written})
        return
    show_record({**_spoken(row), "six": six_steps(six)}, (*ROW, *MORE, SIX), as_json=False)
    named = [number | {"kind": say(*NUMBERS[number["kind"]])} for number in numbers]
    show_table(named, (Column("kind", "号码", "Number"), Column("value", "内容", "Is")), as_json=False)
    columns = (
        Column("at", "时间", "At"),
        Column("kind", "记录", "Record"),
        Column("key", "编号", "Key"),
        Column("rule", "规则", "Rule"),
        Column("data", "内容", "Content"),
    )
    spoken = [record | {"kind": say(*NAMES.get(record["kind"], (record["kind"],) * 2))} for record in written]
    show_table([record | {"data": _content(record)} for record in spoken], columns, as_json=False)


def _content(record: Mapping[str, Any]) -> str:
    """What a record says and its other columns do not."""
    known = {*record, "shop", "case_no"}
    said = {key: value for key, value in record["data"].items() if key not in known and value not in ("", None, [], {})}
    return " · ".join(f"{key} {value}" for key, value in said.items())


@app.command(help=say("这个售后单发生过什么。", "What has happened in a case."))
def timeline(
    case: CaseName,
    limit: Annotated[int, typer.Option("--limit", min=1, help=say("最多条数。", "At most so many."))] = 1000,
    as_json: AsJson = False,
) -> None:
    """Tell its journal."""
    from domain.journal_words import sentence
    from domain.texts import label
    from store.case_register import CaseRegister, TimelineEntry

    async def read(named: NamedCase) -> list[TimelineEntry]:
        return await CaseRegister(named.pool).timeline(named.row.shop, named.row.case_no, limit=limit)

    rows = [
        {
            "number": one.number,
            **one.entry.model_dump(),
            "who": label("party", one.entry.actor.partition(":")[0], language()),
            "what": sentence(one.entry, language()),
        }
        for one in with_case(case, read)
    ]
    columns = (
        Column("number", "序号", "No.", "right"),
        Column("at", "时间", "At"),
        Column("who", "谁", "Who"),
        Column("what", "什么", "What"),
        Column("rule", "规则", "Rule"),
    )
    show_table(rows, columns, as_json=as_json)


@app.command(
    help=say(
        "解释现状：阶段、轮到谁、各时限、什么被挡住、接下来会发生什么、现在能做什么。",
        "Explain it: stage, who has the ball, its clocks, what is held back, what comes next, what may be done now.",
    )
)
def explain(case: CaseName, as_json: AsJson = False) -> None:
    """Ask the case itself."""

    async def ask(named: NamedCase) -> tuple[Explanation, bool]:
        from temporalio.service import RPCError, RPCStatusCode

        from domain.explain import Explanation

        handle = await named.handle()
        try:
            answer: Explanation = await handle.query("explain", result_type=Explanation, rpc_timeout=PATIENCE)
            ended = (await handle.describe(rpc_timeout=PATIENCE)).close_time is not None
        except RPCError as error:
            if error.status is RPCStatusCode.NOT_FOUND:
                raise Failure(
                    say("这个售后单的工作流已不在 Temporal 里", "Temporal no longer has this case's workflow"),
                    say("show 和 timeline 仍有记录。", "`show` and `timeline` still have its records."),
                ) from None
            if error.status in (RPCStatusCode.DEADLINE_EXCEEDED, RPCStatusCode.CANCELLED):
                raise no_worker() from None
            raise
        return answer, ended

    told, ended = with_case(case, ask)
    if as_json:
        show_json({**told.model_dump(), "ended": ended})
        return
    explained(told)
    if ended:
        tell("售后已全部结束，不再接受操作。", "The case has ended for good and takes no more commands.")
    else:
        may_be_done(told)


app.command(
    "act",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    help=case_act.HELP,
)(case_act.act)
app.command("replay", help=case_replay.HELP)(case_replay.replay)
app.command("slip", help=case_slip.HELP)(case_slip.slip)

"""`aftersales money`: our refunds beside the providers' books, and what differs."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands import money_invoices
from commands.case_named import connected, no_worker, with_pool
from commands.failure import Failure, ending_with
from commands.language import language, say, sentence_of
from commands.output import AsJson, Column, show_json, show_table, tell
from commands.signature import checked

if TYPE_CHECKING:
    import asyncpg
    from temporalio.client import Client, WorkflowHandle

    from domain.reconciliation import Reconciled, ReconciliationOrder
    from store.money_differences import DifferenceTask

app = typer.Typer(
    no_args_is_help=True,
    help=say(
        "与支付渠道对账，查看和了结差异；处理发票。",
        "Compare with the providers' books; see and settle differences; see to invoices.",
    ),
)

NOT_COMPARED = 2  # the exit code of a comparison that is not whole
PATIENCE = timedelta(minutes=1)  # with a provider who does not answer, while a person waits
TAKEN_UP_WITHIN = 20.0  # seconds in which a worker begins the run, if there is one
_BEGINS = 2  # events of a run that nobody has taken up yet

COLUMNS = (
    Column("number", "编号", "No.", "right"),
    Column("day", "日期", "Day"),
    Column("what", "差异", "Difference"),
    Column("reason", "说明", "What it means"),
    Column("severity", "轻重", "Severity", spare=1),
    Column("rule", "规则", "Rule", spare=3),
    Column("channel", "渠道", "Channel", spare=4),
    Column("order_no", "订单", "Order", whole=True, spare=2),
    Column("case_no", "售后单", "Case", whole=True),
    Column("key", "退款", "Refund", spare=5),
)
CLOSED = (
    Column("state", "状态", "State"),
    Column("closed_by", "了结人", "Closed by"),
    Column("closed_for", "了结原因", "Closed for"),
)
Day = Annotated[
    datetime | None,
    typer.Option("--day", formats=["%Y-%m-%d"], help=say("只看这一天（北京时间）。", "This day only (UTC+8).")),
]


@app.command(
    help=say(
        "现在就与支付渠道对账：没有 --day 时核对所有没对完的日子，到昨天为止。平时每天自动进行。"
        "退出码：0 没有差异，1 有差异，2 没有全部核对成。",
        "Compare with the providers' books now: without --day every unfinished day up to yesterday. It runs daily by "
        "itself. Exit code: 0 no difference, 1 differences, 2 not everything could be compared.",
    )
)
def reconcile(day: Day = None, as_json: AsJson = False) -> None:
    """Run the reconciliation now."""
    from commands.rulebook import in_force
    from domain.reconciliation import ReconciliationOrder

    wanted = day.date() if day else None
    with ending_with(NOT_COMPARED):
        order = ReconciliationOrder.under(in_force(), patience=PATIENCE, days=[wanted] if wanted else [])
        done, whole = asyncio.run(reconciled(order))
        tasks = with_pool(lambda pool: _tasks(pool, day=wanted))
    if as_json:
        compared = [one.model_dump(mode="json", exclude={"nudges"}) for one in done.done]
        missing = [one.model_dump(mode="json") for one in done.missing]
        show_json({"compared": compared, "not_compared": missing, "differences": [_written(task) for task in tasks]})
    else:
        _tell(done)
        if tasks:
            _show(tasks)
    raise typer.Exit(NOT_COMPARED if not whole else 1 if tasks else 0)


@app.command(help=say("列出未了结的差异。", "List the differences that are open."))
def differences(
    *,
    all_entries: Annotated[
        bool, typer.Option("--all", help=say("包括已了结的。", "Also those that are closed."))
    ] = False,
    day: Day = None,
    as_json: AsJson = False,
) -> None:
    """List differences."""
    wanted = day.date() if day else None
    tasks = with_pool(lambda pool: _tasks(pool, day=wanted, closed_too=all_entries))
    if as_json:
        show_json([_written(task) for task in tasks])
    else:
        _show(tasks, closed_too=all_entries)


@app.command(
    help=say(
        "由人了结一项差异并写明原因；再次对出同一差异也不会重新打开。申请或批准过该订单退款的人不能了结。",
        "Settle a difference by a person's word, with the reason; found again it stays settled. Who asked for or "
        "approved a refund of the order may not settle it.",
    )
)
def settle(
    number: Annotated[int, typer.Argument(metavar=say("编号", "NUMBER"))],
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="ROLE:ID", help=say("谁，例如 finance:3。", "Who, such as finance:3."))
    ],
    reason: Annotated[str, typer.Option("--reason", help=say("原因。", "The reason."))],
    as_json: AsJson = False,
) -> None:
    """Settle a difference."""
    from store.money_differences import LONGEST_REASON, MoneyDifferences, NotSettled

    by, reason = checked(by, staff=True), reason.strip()
    if not 0 < len(reason) <= LONGEST_REASON:
        raise typer.BadParameter(
            say(
                f"--reason 要写，最多 {LONGEST_REASON} 个字。",
                f"--reason must be given, at most {LONGEST_REASON} characters.",
            )
        )

    async def close(pool: asyncpg.Pool) -> DifferenceTask:
        return await MoneyDifferences(pool).settle(number, by, reason, datetime.now(UTC))

    try:
        task = with_pool(close)
    except KeyError:
        raise Failure(
            say(f"没有编号 {number} 的差异", f"There is no difference {number}"),
            say("aftersales money differences --all 列出全部。", "`aftersales money differences --all` lists them."),
        ) from None
    except NotSettled as refused:
        raise Failure(sentence_of(str(refused))) from None
    if as_json:
        show_json(_written(task))
    else:
        tell(f"差异 {number} 已了结。", f"Difference {number} is settled.")


app.command("invoices", help=money_invoices.LIST)(money_invoices.invoices)
app.command("invoice-done", help=money_invoices.DONE)(money_invoices.invoice_done)


async def reconciled(order: ReconciliationOrder, client: Client | None = None) -> tuple[Reconciled, bool]:
    """What a run of this order did, and whether it could compare everything; on this installation if no other is given.

    Raises:
        Failure: no worker takes it up, Temporal is not there, or the run was ended by somebody.
    """
    from temporalio.client import WorkflowFailureError
    from temporalio.exceptions import ApplicationError

    from domain.reconciliation import Reconciled

    handle = await _begun(order, client or await connected())
    result = asyncio.create_task(handle.result())
    taken_up, _ = await asyncio.wait([result], timeout=TAKEN_UP_WITHIN)
    if not taken_up and (await handle.describe()).history_length <= _BEGINS:
        result.cancel()
        await handle.terminate("nobody took it up")
        raise no_worker()
    try:
        return await result, True
    except WorkflowFailureError as error:
        if isinstance(error.cause, ApplicationError) and error.cause.details:
            return Reconciled.model_validate(error.cause.details[0]), False
        raise Failure(say(f"对账没有完成：{error.cause}", f"The reconciliation did not end: {error.cause}")) from None


async def _begun(order: ReconciliationOrder, client: Client) -> WorkflowHandle[Any, Reconciled]:
    """A run of this order; one that is under way already is the same."""
    from temporalio.common import WorkflowIDConflictPolicy

    from domain.identity import TASK_QUEUE
    from domain.reconciliation import RUN, Reconciled

    return await client.start_workflow(
        RUN,
        order,
        id=f"reconciliation/{order.days[0] if order.days else 'now'}",
        task_queue=TASK_QUEUE,
        id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
        result_type=Reconciled,
        static_summary=say("对账 · Reconciliation", "Reconciliation · 对账"),
    )


async def _tasks(pool: asyncpg.Pool, *, day: date | None, closed_too: bool = False) -> list[DifferenceTask]:
    from store.money_differences import MoneyDifferences

    return await MoneyDifferences(pool).entries(day=day, closed_too=closed_too)


def _written(task: DifferenceTask) -> dict[str, Any]:
    """A task for programs: codes, sums and the sentence in both languages."""
    one = task.difference
    closed = {"closed_at": task.closed_at, "closed_by": task.closed_by, "closed_for": task.reason}
    return {
        "number": task.number,
        "state": task.state,
        "day": task.day,
        **one.model_dump(mode="json"),
        "severity": one.severity,
        "rule": one.rule,
        "desk": task.desk,
        "zh": one.reason("zh"),
        "en": one.reason("en"),
        "found_at": task.found_at,
        "seen_at": task.seen_at,
        **closed,
    }


def _show(tasks: list[DifferenceTask], *, closed_too: bool = False) -> None:
    from domain.texts import label

    rows = [
        _written(task)
        | {
            "what": label("difference", task.difference.kind, language()),
            "severity": label("severity", task.difference.severity, language()),
            "state": label("difference_state", task.state, language()),
            "reason": task.difference.reason(language()),
            "day": str(task.day),
        }
        for task in tasks
    ]
    show_table(rows, (*COLUMNS, *CLOSED) if closed_too else COLUMNS, as_json=False)


def _tell(reconciled: Reconciled) -> None:
    days = len({one.part.day for one in reconciled.done})
    found = sum(one.found for one in reconciled.done)
    opened = sum(one.noted.opened for one in reconciled.done)
    closed = sum(one.noted.closed for one in reconciled.done)
    tell(
        f"核对了 {days} 天：发现差异 {found} 项，新开 {opened} 项，自行消失 {closed} 项。",
        f"Days compared: {days}. Differences: {found}, of them new: {opened}; gone: {closed}.",
    )
    for one in reconciled.missing:
        typer.secho(
            say(
                f"{one.part.day} {one.part.channel} 没有对成（{one.code}），下次再对。",
                f"{one.part.day} {one.part.channel} could not be compared ({one.code}); the next run tries again.",
            ),
            err=True,
            fg="red",
        )

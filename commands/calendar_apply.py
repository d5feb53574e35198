"""`aftersales calendar apply`: tell the cases whose deadlines were counted before the notice of their days came."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import uuid
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

import settings
from commands.case_named import PATIENCE, connected, with_pool
from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_table, tell

if TYPE_CHECKING:
    import asyncpg

    from store.provisional_clocks import ProvisionalClock

HELP = say(
    "通知发布并导入后运行：期限跨入该年的售后单按正式日历重算。重复运行无害。",
    "Once a notice is imported: cases whose deadlines reach into its year count them anew. Harmless to repeat.",
)
AT_ONCE = 20  # cases told side by side
STATES = {
    "told": ("已通知", "told"),
    "would_be_told": ("将通知", "would be told"),
    "no_notice": ("通知尚未发布", "no notice yet"),
    "ended": ("已结束", "has ended"),
}


def apply(
    dry_run: Annotated[bool, typer.Option("--dry-run", help=say("只列出。", "Only list them."))] = False,
    as_json: AsJson = False,
) -> None:
    """Signal each case once, whatever the number of its deadlines."""
    from domain.calendar_file import CalendarError
    from store.provisional_clocks import countable, provisional_clocks
    from store.working_time import CalendarWorkingTime

    try:
        calendar = CalendarWorkingTime.from_folder(settings.load().calendar_folder)
    except CalendarError as error:
        raise Failure(error.text(language())) from None

    async def work(pool: asyncpg.Pool) -> list[tuple[ProvisionalClock, str]]:
        clocks = await provisional_clocks(pool)
        ready = await countable(clocks, calendar)
        ids = list(dict.fromkeys(one.workflow_id for one in ready))
        if dry_run or not ids:
            states = dict.fromkeys(ids, "would_be_told")
        else:
            with _progress(len(ids), shown=not as_json) as step:
                states = await _tell(ids, step)
        return [(one, states[one.workflow_id] if one in ready else "no_notice") for one in clocks]

    _show(with_pool(work), dry_run=dry_run, as_json=as_json)


async def _tell(ids: Sequence[str], step: Callable[[], None]) -> dict[str, str]:
    from temporalio.service import RPCError, RPCStatusCode

    from domain.messages.facts import CalendarChanged

    client, free, run = await connected(), asyncio.Semaphore(AT_ONCE), uuid.uuid4().hex

    async def one(id: str) -> str:
        async with free:
            try:
                # Another run of this verb tells them again: it has another id.
                await client.get_workflow_handle(id).signal(
                    CalendarChanged.kind, {"id": f"calendar-{run}"}, rpc_timeout=PATIENCE
                )
            except RPCError as error:
                if error.status is not RPCStatusCode.NOT_FOUND:
                    raise
                return "ended"
            finally:
                step()
            return "told"

    try:
        return dict(zip(ids, await asyncio.gather(*map(one, ids)), strict=True))
    except RPCError as error:
        raise Failure(
            say(f"Temporal 没有应答（{error.status.name}）", f"Temporal does not answer ({error.status.name})"),
            say("稍后再运行一次，重复无害。", "Run it again later; repeating is harmless."),
        ) from None


@contextlib.contextmanager
def _progress(count: int, *, shown: bool) -> Iterator[Callable[[], None]]:
    if not shown or not sys.stderr.isatty():
        yield lambda: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=count)
        yield lambda: bar.advance(task)


def _show(found: Sequence[tuple[ProvisionalClock, str]], *, dry_run: bool, as_json: bool) -> None:
    rows: list[dict[str, Any]] = [one.model_dump() | {"state": state} for one, state in found]
    counts = {state: len({row["workflow_id"] for row in rows if row["state"] == state}) for state in STATES}
    if as_json:
        show_json({"dry_run": dry_run, "cases": counts, "clocks": rows})
        return
    columns = (
        Column("shop", "店铺", "Shop"),
        Column("case_no", "售后单", "Case"),
        Column("clock", "时限", "Clock"),
        Column("due_at", "暂定到期", "Provisionally due"),
        Column("state", "情况", "State"),
    )
    show_table([row | {"state": say(*STATES[row["state"]])} for row in rows], columns, as_json=False)
    if counts["told"]:
        tell(
            f"已通知 {counts['told']} 个售后单；新的期限见 aftersales case explain 和 timeline。",
            f"{counts['told']} cases were told; see `aftersales case explain` and `timeline` for their deadlines.",
        )

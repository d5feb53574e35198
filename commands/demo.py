"""`aftersales demo`: real servers, the example files, every case to its end in simulated days, and what it did."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Annotated, Any

import typer

import logs
from commands.failure import Failure
from commands.language import say
from commands.output import AsJson, show_json, tell

if TYPE_CHECKING:
    from commands.demo_house import DemoHouse
    from local.days import Lived

app = typer.Typer()
EXAMPLES = Path(__file__).parents[1] / "examples"


@app.command(
    help=say(
        "演示主要工作：启动真实的 PostgreSQL、Temporal、工作进程和合作方模拟器，从文件导入 examples/ 里的订单事件，"
        "用 Temporal 自己的时间跳跃让每个售后单走到结案，最后列出每单做了什么。"
        "全部符合 examples/expected.json 才返回 0。",
        "Show the main job: start a real PostgreSQL, Temporal, worker and partner simulator, take in the order events "
        "of examples/ as files, let every case live to its end by Temporal's own time skipping, and tell what it did. "
        "Exit code 0 only when all of it is as examples/expected.json says.",
    )
)
def demo(
    keep: Annotated[
        bool,
        typer.Option(
            "--keep",
            help=say("结束后保持运行，可在 Web UI 里查看，Ctrl-C 停止。", "Leave everything running; Ctrl-C stops."),
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Run the demonstration."""
    raise typer.Exit(asyncio.run(_until_asked_to_stop(keep=keep, as_json=as_json)))


async def _until_asked_to_stop(*, keep: bool, as_json: bool) -> int:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    work = asyncio.create_task(_demo(keep=keep, as_json=as_json))
    stop = asyncio.create_task(asked.wait())
    await asyncio.wait((work, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if not work.done():
        typer.echo(say("正在停止……", "Stopping ..."), err=True)
        work.cancel()
    try:
        return await work
    except asyncio.CancelledError:
        return 130


async def _demo(*, keep: bool, as_json: bool) -> int:
    from commands import demo_cases, demo_report
    from commands.demo_books import books_row
    from commands.demo_house import standing
    from starter.problem import BadEvent

    began = monotonic()
    expected = demo_report.expectations(EXAMPLES)
    progress = _Progress()
    progress.phase(
        "启动 PostgreSQL、Temporal、工作进程、合作方模拟器", "Starting PostgreSQL, Temporal, worker, partners"
    )
    # The log is closed after the house: its door says goodbye in it.
    async with contextlib.AsyncExitStack() as last, standing(EXAMPLES, progress.lived) as house, _watched(house):
        log = last.enter_context((house.stack.folder / "logs" / "demo.log").open("a"))
        logs.configure("info", log)
        progress.phase("从文件导入订单事件", "Taking order events in from files")
        try:
            reports = await demo_cases.take_files(house, demo_cases.files_of(EXAMPLES), expected["shop"])
        except BadEvent as error:
            raise Failure(str(error)) from None
        progress.phase("售后单在模拟时间里处理", "Cases live through simulated days")
        with progress.shown():
            lives = await demo_cases.live(house, progress.cases)
        files = demo_report.file_rows(reports, expected)
        events = await demo_report.event_rows(house, expected)
        cases = await demo_report.case_rows(house, lives, expected)
        progress.phase("与支付渠道对账", "Comparing refunds with the provider's books")
        books = await books_row(house)
        wrong = [(row, what) for row in (*files, *events, *cases, books) for what in row["wrong"]]
        if as_json:
            answer = {"right": not wrong, "seconds": round(monotonic() - began, 1), "files": files, "events": events}
            show_json(answer | {"cases": cases, "books": books})
        else:
            demo_report.show(files, events, cases, links=keep)
            _sum_up(cases, books, wrong, monotonic() - began)
        if keep:
            _tell_where(house)
            await asyncio.Event().wait()
        return 1 if wrong else 0


@contextlib.asynccontextmanager
async def _watched(house: DemoHouse) -> Any:
    """End with a failure when a server or program ends and cannot be started again."""
    owner = asyncio.current_task()
    broken: list[str] = []

    async def watch() -> None:
        async for ending in house.stack.endings():
            if not ending.again and owner is not None:
                broken.append(f"{ending.name}: {ending.last_words}")
                owner.cancel()

    watching = asyncio.create_task(watch())
    try:
        yield
    except asyncio.CancelledError:
        if broken:
            raise Failure(say("一个服务意外结束", "A server ended unexpectedly") + f"\n{broken[0]}") from None
        raise
    finally:
        watching.cancel()


class _Progress:
    """What is going on, on stderr: a bar for a person at a terminal, a line per phase otherwise."""

    def __init__(self) -> None:
        self._days: dict[str, float] = {}
        self._bar: Any = None
        self._task: Any = None

    def phase(self, zh: str, en: str) -> None:
        """The next phase begins."""
        typer.echo(f"· {say(zh, en)}", err=True)

    @contextlib.contextmanager
    def shown(self) -> Any:
        """A bar for cases, where somebody watches."""
        if not sys.stderr.isatty():
            yield
            return
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[days]}"), TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as self._bar:
            self._task = self._bar.add_task("", total=None, days="")
            yield
        self._bar = None

    def lived(self, lived: Lived) -> None:
        """A case went on."""
        self._days[lived.case] = lived.days

    def cases(self, ended: int, opened: int) -> None:
        """So many cases have ended, of so many that opened."""
        if self._bar is not None:
            days = say(f"模拟 {sum(self._days.values()):.0f} 天", f"{sum(self._days.values()):.0f} simulated days")
            self._bar.update(self._task, completed=ended, total=opened or None, days=days)


def _sum_up(
    cases: list[dict[str, Any]], books: dict[str, Any], wrong: list[tuple[dict[str, Any], str]], seconds: float
) -> None:
    days = sum(float(row.get("days", 0)) for row in cases)
    ends = {(row.get("case_type"), row.get("outcome")) for row in cases if row.get("outcome")}
    types = {type for type, _ in ends}
    tell(
        f"{len(cases)} 个售后单，{len(types)} 种类型，{len(ends)} 种结局，模拟 {days:.0f} 天，用时 {seconds:.0f} 秒。",
        f"{len(cases)} cases of {len(types)} types, {len(ends)} ways to end, {days:.0f} simulated days, "
        f"{seconds:.0f} seconds.",
    )
    if books["right"]:
        tell(
            f"对账：{books['days']} 天，{books['refunds']} 笔退款，与支付渠道一致。",
            f"Reconciliation: {books['refunds']} refunds on {books['days']} days, as in the provider's books.",
        )
    for row, what in wrong:
        named = row.get("case") or row.get("file") or row.get("event") or say("对账", "reconciliation")
        typer.secho(f"{named}: {what}", err=True, fg="red")
    if not wrong:
        tell("全部符合 examples/expected.json。", "All of it is as examples/expected.json says.")


def _tell_where(house: DemoHouse) -> None:
    """Addresses, and the variables with which the other verbs find this house."""
    file = house.stack.folder / "demo.env"
    lines = [f"{name}='{value}'\n" for name, value in house.stack.environment.items()]
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.writelines(lines)
    typer.echo(f"Temporal Web UI: {house.stack.temporal.ui_address}", err=True)
    typer.echo(
        say(
            f"其他命令（例如 aftersales case list）请先运行：set -a; . {file}; set +a\n保持运行中，Ctrl-C 停止。",
            f"For other verbs, such as `aftersales case list`: set -a; . {file}; set +a\n"
            "Everything runs on; Ctrl-C stops.",
        ),
        err=True,
    )

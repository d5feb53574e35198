"""`aftersales intake`: order events from a file into the inbox. Harmless to run twice."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO

import typer

import settings
from commands.failure import Failure, ending_with
from commands.language import language, say
from commands.output import AsJson, show_json, tell

if TYPE_CHECKING:
    from starter.columns import ColumnMap
    from starter.file_door import Progress, Report

app = typer.Typer()
NOTHING_READ = 2  # the exit code where 1 means that some lines are bad
LONG_FILE = 8 * 1024 * 1024  # bytes: a longer one gets a progress bar


@app.command(
    help=say(
        "从文件导入订单事件：NDJSON、CSV（UTF-8 或 GB18030）、XLSX；- 表示标准输入。重复导入无害。"
        "退出码：0 全部正常，1 有坏行，2 读不了或中断，修好后再运行即可。",
        "Take in order events from a file: NDJSON, CSV (UTF-8 or GB18030) or XLSX; - is standard input. "
        "Harmless to repeat. Exit code: 0 all fine, 1 some lines are bad, 2 it could not be read, or not to its end: "
        "mend what it says and run it again.",
    )
)
def intake(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help=say("文件，或 -。", "The file, or -."))],
    map_file: Annotated[
        Path | None,
        typer.Option("--map", help=say("自己的表头与取值映射（TOML）。", "Own headers and words of exports (TOML).")),
    ] = None,
    shop: Annotated[
        str, typer.Option("--shop", help=say("没有店铺列时的店铺代码。", "The shop, where no column names it."))
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=say("只检查，不写入。", "Check only; write nothing."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Take in one file."""
    from starter.problem import BadEvent

    try:
        with ending_with(NOTHING_READ):
            columns = column_map(map_file, shop)
            with _opened(file) as (stream, name, size), _progress(size, shown=not as_json) as progress:
                report = asyncio.run(_take(stream, name, columns, progress, dry_run=dry_run))
    except BadEvent as error:
        _nothing_read(error, as_json=as_json)
        raise typer.Exit(NOTHING_READ) from None
    except KeyboardInterrupt:
        tell(
            "已中断。已导入的不会丢失也不会重复；再运行一次即可接着导入。",
            "Interrupted. What was taken in is kept and never taken twice; run it again to go on.",
            err=True,
        )
        raise
    _show(report, as_json=as_json, dry_run=dry_run)
    raise typer.Exit(1 if report.bad else 0)


def column_map(own: Path | None, shop: str = "") -> ColumnMap:
    """The column map, or a failure that says what is wrong with the shop's own file."""
    from pydantic import ValidationError

    from starter.columns import ColumnMap

    try:
        return ColumnMap.read(own, shop)
    except ValidationError as error:
        wrong = "; ".join(".".join(map(str, one["loc"])) for one in error.errors())
        raise Failure(
            say(f"映射文件 {own} 有误：{wrong}", f"The map {own} is not right: {wrong}"),
            say("格式见 starter/columns.toml 开头。", "The head of starter/columns.toml shows the form."),
        ) from None
    except (OSError, tomllib.TOMLDecodeError, ValueError) as error:
        raise Failure(say(f"映射文件 {own} 不能用：{error}", f"The map {own} cannot be used: {error}")) from None


async def _take(stream: BinaryIO, name: str, columns: ColumnMap, progress: Progress, *, dry_run: bool) -> Report:
    from starter.file_door import FileDoor
    from starter.intake_settings import IntakeSettings

    if dry_run:
        return await FileDoor(None, columns, IntakeSettings.read()).take(stream, name, progress)
    from store.pool import open_pool

    pool = await open_pool(settings.load().database(), application_name="aftersales-intake", max_size=2)
    try:
        return await FileDoor(pool, columns, IntakeSettings.read()).take(stream, name, progress)
    finally:
        await pool.close()


@contextlib.contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, str, int]]:
    """The file with its name and size. Standard input goes to disk first: a workbook must be read from its end."""
    if file == "-":
        with tempfile.TemporaryFile() as spool:
            shutil.copyfileobj(sys.stdin.buffer, spool)
            size = spool.tell()
            spool.seek(0)
            yield spool, "stdin", size
        return
    path = Path(file)
    try:
        stream = path.open("rb")
    except OSError as error:
        what = say(f"打不开 {file}：{error.strerror}", f"{file} cannot be opened: {error.strerror}")
        raise Failure(what) from None
    with stream:
        yield stream, path.name, path.stat().st_size


@contextlib.contextmanager
def _progress(size: int, *, shown: bool) -> Iterator[Progress]:
    if size < LONG_FILE or not shown or not sys.stderr.isatty():
        yield lambda _: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

    columns = (BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=size)
        yield lambda position: bar.update(task, completed=position)


def _nothing_read(error: Any, *, as_json: bool) -> None:
    if as_json:
        show_json({"accepted": 0, "problems": [problem.told() for problem in error.problems]})
        return
    typer.secho(say("什么也没读到：", "Nothing was read:"), err=True, fg="red")
    for problem in error.problems:
        typer.echo(f"  {problem.text(language())}", err=True)


def _show(report: Report, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        show_json(
            {
                "file": report.file,
                "format": report.format,
                "encoding": report.encoding,
                "dry_run": dry_run,
                "lines": report.lines,
                "accepted": report.accepted,
                "duplicate": report.duplicate,
                "bad": report.bad,
                "unread_columns": report.unread,
                "bad_lines": [
                    {
                        "line": line.line,
                        "quarantine": line.entry or None,
                        "problems": [problem.told() for problem in line.problems],
                    }
                    for line in report.listed
                ],
            }
        )
        return
    for line in report.listed:
        what = say("；", "; ").join(problem.text(language()) for problem in line.problems)
        typer.echo(say(f"第 {line.line} 行：{what}", f"line {line.line}: {what}"), err=True)
    if report.bad > len(report.listed):
        more = report.bad - len(report.listed)
        typer.echo(say(f"……另有 {more} 个坏行。", f"... and {more} more bad lines."), err=True)
    taken = say("可接收", "would be accepted") if dry_run else say("已接收", "accepted")
    typer.echo(
        f"{report.file}: {report.accepted} {taken} · {report.duplicate} {say('重复', 'duplicate')}"
        f" · {report.bad} {say('坏行', 'bad')}"
    )
    if report.unread:
        names = say("、", ", ").join(report.unread)
        tell(
            f"未使用的列：{names}。可用 --map 指定。", f"Columns not read: {names}. Name them with --map where needed."
        )
    if report.bad and not dry_run:
        tell(
            "坏行已隔离保存：aftersales quarantine list 查看；改正源文件后重新导入，"
            "或 aftersales quarantine replay 编号 --edit 改正稿。",
            "Bad lines are kept: `aftersales quarantine list` shows them. Correct the file and take it in again, "
            "or `aftersales quarantine replay NUMBER --edit FILE`.",
        )

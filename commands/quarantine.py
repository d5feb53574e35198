"""`aftersales quarantine`: events that could not be read; correct them and put them through the door again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

import settings
from commands.failure import Failure
from commands.intake import column_map
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_record, show_table, tell

app = typer.Typer(
    no_args_is_help=True, help=say("查看和重放读不懂的事件。", "See and replay events that could not be read.")
)
T = TypeVar("T")
STATES = {
    "open": ("待处理", "waits"),
    "replayed": ("已重放", "replayed"),
    "emptied": ("内容已删除", "its body is gone"),
    "accepted": ("已接收", "accepted"),
    "duplicate": ("已有，未重复", "known already"),
    "still_bad": ("仍有问题", "still bad"),
    "unknown": ("没有这个编号", "no such entry"),
}
"""Of an entry, and of what became of its replay."""


@app.command("list", help=say("列出隔离的事件。", "List what is kept."))
def list_entries(
    all_entries: Annotated[
        bool, typer.Option("--all", help=say("包括已重放的。", "Also those that were replayed."))
    ] = False,
    most: Annotated[int, typer.Option("--limit", min=1, help=say("最多行数。", "At most so many."))] = 100,
    as_json: AsJson = False,
) -> None:
    """List entries."""
    from store.quarantine import Quarantine

    async def read(pool: Any) -> list[dict[str, Any]]:
        return await Quarantine(pool).entries(most=most, replayed_too=all_entries)

    rows = [row | {"problems": _told(row["problems"]), "what": _sentence(row["problems"])} for row in _with_pool(read)]
    columns = (
        Column("id", "编号", "No.", "right"),
        Column("origin", "来源", "From"),
        Column("what", "问题", "What is wrong"),
        Column("seen", "次数", "Seen", "right"),
        Column("last_at", "最近", "Last"),
    )
    show_table(rows, columns, as_json=as_json)


@app.command(help=say("显示一个事件；个人信息被遮住。", "Show one; personal fields are hidden."))
def show(
    id: Annotated[int, typer.Argument(metavar=say("编号", "NUMBER"))],
    raw: Annotated[
        bool, typer.Option("--raw", help=say("原样显示，含个人信息。", "As it came, personal fields too."))
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show an entry."""
    from starter.masking import masked
    from store.quarantine import Quarantine

    entry = _with_pool(lambda pool: Quarantine(pool).show(id))
    if entry is None:
        raise _unknown(id)
    shown = {
        "id": entry.id,
        "origin": entry.origin,
        "door": entry.door,
        "status": entry.status,
        "what": _sentence(entry.problems),
        "problems": _told(entry.problems),
        "first_at": entry.first_at,
        "last_at": entry.last_at,
        "seen": entry.seen,
        "replays": entry.replays,
        "body": entry.raw.decode("utf-8", "backslashreplace") if raw else masked(entry.raw),
    }
    if entry.edited is not None:
        shown["edited"] = entry.edited.decode("utf-8", "backslashreplace") if raw else masked(entry.edited)
    labels = (
        Column("id", "编号", "No."),
        Column("origin", "来源", "From"),
        Column("status", "状态", "Status"),
        Column("what", "问题", "What is wrong"),
        Column("first_at", "首次", "First"),
        Column("last_at", "最近", "Last"),
        Column("replays", "重放次数", "Replays"),
        Column("body", "内容", "Body"),
        Column("edited", "改正稿", "Corrected"),
    )
    show_record(shown if as_json else shown | {"status": say(*STATES[entry.status])}, labels, as_json=as_json)
    if entry.status == "open" and not as_json:
        tell(
            f"改正后重放：aftersales quarantine replay {id} --edit 改正稿；表头或取值不认识时加 --map。",
            f"Corrected, put it through again: `aftersales quarantine replay {id} --edit FILE`; "
            f"with --map where a header or a word is unknown.",
        )


@app.command(
    help=say(
        "数据或程序改正后重放：重新通过入口。退出码 1：仍有读不懂的。",
        "Put entries through the door again, after the data or the program was corrected. "
        "Exit code 1: some are still bad.",
    )
)
def replay(
    id: Annotated[int | None, typer.Argument(metavar=say("编号", "NUMBER"))] = None,
    *,
    all_entries: Annotated[bool, typer.Option("--all", help=say("全部未重放的。", "All that wait."))] = False,
    edit: Annotated[
        Path | None,
        typer.Option("--edit", help=say("用此文件的内容代替；原文保留。", "Use this body; the original is kept.")),
    ] = None,
    map_file: Annotated[
        Path | None, typer.Option("--map", help=say("表头与取值映射。", "Headers and words of exports."))
    ] = None,
    shop: Annotated[str, typer.Option("--shop", help=say("店铺代码。", "The shop."))] = "",
    as_json: AsJson = False,
) -> None:
    """Replay one entry or all."""
    from starter.replay import Ending, Replay, Replayed

    if (id is None) != all_entries or (edit is not None and all_entries):
        raise typer.BadParameter(say("给出一个编号，或 --all。", "Give a number, or --all."))
    corrected = _body(edit)
    columns = column_map(map_file, shop)

    async def run(pool: Any) -> list[Replayed]:
        replays = Replay(pool, columns)
        numbers = [id] if id is not None else await replays.open_entries()
        return [await replays.one(number, corrected) for number in numbers]

    done = _with_pool(run)
    if id is not None and done[0].ending is Ending.UNKNOWN:
        raise _unknown(id)
    if id is not None and done[0].ending is Ending.EMPTIED:
        raise Failure(
            say(
                f"事件 {id} 的内容已删除：客户要求，或保留期已过。",
                f"The body of {id} is gone: a customer was erased, or its time was over.",
            ),
            say("请从来源处重新发送。", "Have its source send it again."),
        )
    rows = [
        {
            "id": one.id,
            "ending": one.ending,
            "problems": [problem.told() for problem in one.problems],
            "what": say("；", "; ").join(problem.text(language()) for problem in one.problems),
        }
        for one in done
    ]
    columns_shown = (
        Column("id", "编号", "No.", "right"),
        Column("ending", "结果", "Result"),
        Column("what", "问题", "What is wrong"),
    )
    if as_json:
        show_json(rows)
    else:
        show_table([row | {"ending": say(*STATES[str(row["ending"])])} for row in rows], columns_shown, as_json=False)
    raise typer.Exit(1 if any(one.ending is Ending.STILL_BAD for one in done) else 0)


def _with_pool(work: Callable[[Any], Awaitable[T]]) -> T:
    async def run() -> T:
        from store.pool import open_pool

        pool = await open_pool(settings.load().database(), application_name="aftersales-quarantine", max_size=2)
        try:
            return await work(pool)
        finally:
            await pool.close()

    return asyncio.run(run())


def _body(edit: Path | None) -> bytes | None:
    if edit is None:
        return None
    try:
        return edit.read_bytes()
    except OSError as error:
        raise Failure(say(f"打不开 {edit}：{error.strerror}", f"{edit} cannot be opened: {error.strerror}")) from None


def _told(problems: list[dict[str, Any]]) -> list[dict[str, Any]]:
    from starter.problem import Problem

    return [Problem.model_validate(problem).told() for problem in problems]


def _sentence(problems: list[dict[str, Any]]) -> str:
    from starter.problem import Problem

    return say("；", "; ").join(Problem.model_validate(problem).text(language()) for problem in problems)


def _unknown(id: int) -> Failure:
    return Failure(
        say(f"没有编号 {id} 的隔离事件。", f"There is no entry {id} in the quarantine."),
        say("aftersales quarantine list 列出全部。", "`aftersales quarantine list` lists them."),
    )

"""`aftersales db`: bring the database's tables to this version, see where they stand, empty what is too old."""

from __future__ import annotations

import asyncio

import typer

import settings
from commands.language import say
from commands.output import AsJson, Column, show_json, show_table, tell

app = typer.Typer(
    no_args_is_help=True,
    help=say("数据库迁移与过期原文清理。", "Migrate the database, see where it stands, empty what is too old."),
)


@app.command(
    help=say("执行还没有执行的迁移；重复运行无害。", "Apply the migrations that are waiting; harmless to repeat.")
)
def migrate() -> None:
    """Apply what is waiting."""
    from store.migrate import migrate as apply

    applied = asyncio.run(apply(settings.load().database()))
    if applied:
        tell(f"已执行：{', '.join(applied)}", f"Applied: {', '.join(applied)}")
    else:
        tell("数据库已是最新。", "The database is current.")


@app.command(help=say("列出每个迁移文件的状态。", "List every migration file and its state."))
def status(as_json: AsJson = False) -> None:
    """Show each file's state."""
    from store.migrate import status as look

    lines = asyncio.run(look(settings.load().database()))
    columns = (
        Column("name", "文件", "File"),
        Column("state", "状态", "State"),
        Column("applied_at", "执行时间", "Applied at"),
    )
    rows = [{"name": line.name, "state": line.state, "applied_at": line.applied_at} for line in lines]
    show_table(rows, columns, as_json=as_json)


@app.command(
    help=say(
        "清空超过规则手册保留期的事件原文；入口进程每小时也会自动执行。重复运行无害。",
        "Empty bodies of events that are older than the rulebook keeps them. The door does so every hour by itself; "
        "harmless to repeat.",
    )
)
def purge(as_json: AsJson = False) -> None:
    """Empty old bodies."""
    from dataclasses import asdict

    from commands.rulebook import in_force
    from store.pool import open_pool
    from store.retention import Emptied, Retention

    own = settings.load()
    book = in_force()

    async def run() -> Emptied:
        async with await open_pool(own.database(), application_name="aftersales-db", max_size=1) as pool:
            return await Retention.of(pool, book).purge()

    emptied = asyncio.run(run())
    if as_json:
        show_json(asdict(emptied))
        return
    tell(
        f"已清空：事件原文 {emptied.events} 条，隔离区原文 {emptied.quarantined} 条。",
        f"Emptied: {emptied.events} bodies of events, {emptied.quarantined} refused bodies.",
    )

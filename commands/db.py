"""`aftersales db`: bring the database's tables to this version, and see where they stand."""

from __future__ import annotations

import asyncio

import typer

import settings
from commands.language import say
from commands.output import AsJson, Column, show_table, tell

app = typer.Typer(no_args_is_help=True, help=say("数据库迁移。", "Migrate the database and see where it stands."))


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

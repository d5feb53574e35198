"""`aftersales up`: everything on this machine, kept until Ctrl-C."""

from __future__ import annotations

import asyncio
import signal

import typer

import settings
from commands.failure import Failure
from commands.language import say
from commands.output import Column, show_table, tell
from domain.identity import TASK_QUEUE
from local.stack import Stack
from store.migrate import migrate

app = typer.Typer()


@app.command(
    help=say(
        "在本机启动 PostgreSQL、Temporal、合作方模拟器、工作进程和接单入口。数据保留在 .local/（或 AFTERSALES_HOME）。"
        "Ctrl-C 停止全部。",
        "Start PostgreSQL, Temporal, the partner simulator, the worker and the door on this machine. "
        "Data stays in .local/ (or AFTERSALES_HOME). Ctrl-C stops everything.",
    )
)
def up() -> None:
    """Run until asked to stop."""
    asyncio.run(_until_asked_to_stop())


async def _until_asked_to_stop() -> None:
    asked = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, asked.set)
    tell("正在启动……", "Starting ...")
    running = asyncio.create_task(_run())
    stop = asyncio.create_task(asked.wait())
    await asyncio.wait((running, stop), return_when=asyncio.FIRST_COMPLETED)
    stop.cancel()
    if asked.is_set():
        tell("正在停止……", "Stopping ...")
        running.cancel()
    try:
        await running
    except asyncio.CancelledError:
        tell("已全部停止，数据保留。", "Everything is stopped; the data is kept.")


async def _run() -> None:
    async with _stack() as stack:
        _show(stack)
        async for ending in stack.endings():
            how = say("信号", "signal") if ending.exit_code < 0 else say("退出码", "exit code")
            number = abs(ending.exit_code)
            what = say(
                f"{ending.name} 意外结束（{how} {number}）", f"{ending.name} ended unexpectedly ({how} {number})"
            )
            if not ending.again:
                raise Failure(f"{what}\n{ending.last_words}", say("已停止其余进程。", "The others have been stopped."))
            typer.echo(what + say("，已重新启动。", "; it was started again."), err=True)


def _stack() -> Stack:
    """The partners live by the clock on the wall, like the cases."""
    return Stack(settings.home(), migrate=migrate, task_queue=TASK_QUEUE, options={"simulator": ["--real-time", "1"]})


def _show(stack: Stack) -> None:
    rows: list[dict[str, object]] = [
        {"what": say("接单入口", "Door, where events come in"), "where": stack.door_url},
        {"what": "Temporal Web UI", "where": stack.temporal.ui_address},
        {"what": "Temporal", "where": stack.temporal.address},
        {"what": say("合作方模拟器", "Partner simulator"), "where": stack.simulator_url},
        {"what": "PostgreSQL", "where": f"127.0.0.1:{stack.postgres.port} ({stack.postgres.folder})"},
        {"what": say("数据、日志、密码", "Data, logs, passwords"), "where": stack.folder},
    ]
    show_table(rows, (Column("what", "服务", "Service"), Column("where", "地址", "Where")), as_json=False)
    tell(
        "另开一个终端即可使用其他命令，例如 aftersales doctor。Ctrl-C 停止。",
        "Use the other verbs from another terminal, for example `aftersales doctor`. Ctrl-C stops.",
    )

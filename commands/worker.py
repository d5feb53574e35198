"""`aftersales worker`: carry the cases until SIGTERM or Ctrl-C."""

from __future__ import annotations

import typer

from commands.language import say

app = typer.Typer()


@app.command(
    help=say(
        "启动处理售后单的工作进程。一个进程用一个核，可以同时运行多个。SIGTERM 或 Ctrl-C 让进行中的步骤做完再退出。",
        "Run the worker that carries the cases. One process uses one core; run as many as you like. "
        "SIGTERM or Ctrl-C let the running steps finish.",
    )
)
def worker() -> None:
    """Run until asked to stop."""
    from worker import run

    run()

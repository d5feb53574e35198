"""`aftersales case replay`: does this version of the workflows go on with the cases that are open?"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

import typer

from commands.case_named import connected
from commands.language import say
from commands.output import AsJson, Column, show_json, show_table, tell

if TYPE_CHECKING:
    from temporalio.client import WorkflowHistory

OPEN = "WorkflowType = 'Case' AND ExecutionStatus = 'Running'"
DIFFERENT = (Column("workflow_id", "工作流", "Workflow"), Column("problem", "差别", "Where it differs"))
HELP = say(
    "升级前：用本版本的代码重放所有未结售后单的历史，只读，不影响它们。有走不通的，退出码为 1。",
    "Before an upgrade: replay the history of every open case with this version's code. It reads only and changes no "
    "case. Exit code 1 when one could not go on.",
)


def replay(as_json: AsJson = False) -> None:
    """Replay what is open."""
    replayed, different = asyncio.run(_replayed())
    if as_json:
        show_json({"replayed": replayed, "different": different})
    else:
        tell(
            f"已重放 {replayed} 个未结售后单，走不通的 {len(different)} 个。",
            f"Open cases replayed: {replayed}. Those that could not go on: {len(different)}.",
        )
        if different:
            show_table(different, DIFFERENT, as_json=False)
            tell(
                "请不要让本版本上线；原有工作进程继续运行，这些售后单不受影响。",
                "Do not let this version go live. The workers that run keep these cases going.",
            )
    if different:
        raise typer.Exit(1)


async def _replayed() -> tuple[int, list[dict[str, str]]]:
    """How many were replayed, and the workflow id and the problem of each that differs."""
    from temporalio.worker import Replayer

    import worker

    client, replayed, different = await connected(), 0, []

    async def histories() -> AsyncIterator[WorkflowHistory]:
        async for history in client.list_workflows(OPEN).map_histories():
            yield history

    replayer = Replayer(workflows=[], plugins=[worker.plugin()])
    async with replayer.workflow_replay_iterator(histories()) as results:
        async for result in results:
            replayed += 1
            if result.replay_failure is not None:
                problem = _said(str(result.replay_failure))
                different.append({"workflow_id": result.history.workflow_id, "problem": problem})
    return replayed, different


def _said(failure: str) -> str:
    """The sentence within the SDK's printout of a failure."""
    found = re.search(r'message: "(.+?)", source: ', failure)
    return found[1] if found else failure

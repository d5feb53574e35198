"""Check-up of the agenda: the schedule of every item stands, so that its list is drawn up when its time comes."""

from __future__ import annotations

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from commands.finding import Finding, bad, doubtful, good
from commands.language import say
from domain import rulebook_file
from starter.agenda import schedules

CHECK = "agenda"


async def agenda(client: Client) -> Finding:
    """The finding about it. Raises RPCError for anything but a schedule that is not there."""
    wanted = sorted(schedules(rulebook_file.default()))
    stands = await asyncio.gather(*(_is_paused(client, id) for id in wanted))
    missing = [id for id, paused in zip(wanted, stands, strict=True) if paused is None]
    if missing:
        return bad(
            CHECK,
            say(f"没有计划：{', '.join(missing)}", f"Not scheduled: {', '.join(missing)}"),
            say(
                "启动接单入口（aftersales up，或 python -m starter），它会建立计划。",
                "Start the door (`aftersales up`, or `python -m starter`): it makes the schedules.",
            ),
        )
    paused = [id for id, paused in zip(wanted, stands, strict=True) if paused]
    if paused:
        return doubtful(
            CHECK,
            say(f"已暂停：{', '.join(paused)}", f"Paused: {', '.join(paused)}"),
            f"temporal schedule toggle --schedule-id {paused[0]} --unpause --reason ...",
        )
    return good(CHECK, say(f"{len(wanted)} 项待办清单按时生成。", f"{len(wanted)} lists are drawn up at their times."))


async def _is_paused(client: Client, id: str) -> bool | None:
    """None: there is no such schedule."""
    try:
        return (await client.get_schedule_handle(id).describe()).schedule.state.paused
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return None

"""Check-up of the daily reconciliation: its schedule stands, and its last run could compare everything."""

from __future__ import annotations

from temporalio.client import (
    Client,
    ScheduleActionExecutionStartWorkflow,
    ScheduleDescription,
    WorkflowExecutionStatus,
)
from temporalio.service import RPCError, RPCStatusCode

from commands.finding import Finding, bad, doubtful, good
from commands.language import say
from starter.daily_reconciliation import SCHEDULE

CHECK = "reconciliation"
_ENDED_BADLY = (
    WorkflowExecutionStatus.FAILED,
    WorkflowExecutionStatus.TIMED_OUT,
    WorkflowExecutionStatus.TERMINATED,
)


async def reconciliation(client: Client) -> Finding:
    """The finding about it. Raises RPCError for anything but a schedule or run that is not there."""
    try:
        described = await client.get_schedule_handle(SCHEDULE).describe()
    except RPCError as error:
        if error.status is not RPCStatusCode.NOT_FOUND:
            raise
        return bad(
            CHECK,
            say("没有每日对账的计划。", "There is no schedule for the daily reconciliation."),
            say(
                "启动接单入口（aftersales up，或 python -m starter），它会建立计划。",
                "Start the door (`aftersales up`, or `python -m starter`): it makes the schedule.",
            ),
        )
    if described.schedule.state.paused:
        return doubtful(
            CHECK,
            say("已暂停。", "It is paused."),
            f"temporal schedule toggle --schedule-id {SCHEDULE} --unpause --reason ...",
        )
    if await _last_ended_badly(client, described):
        return doubtful(
            CHECK,
            say("上一次没有对完。", "The last run could not compare everything."),
            say("运行 aftersales money reconcile 查看原因。", "Run `aftersales money reconcile` to see why."),
        )
    coming = described.info.next_action_times
    when = coming[0].astimezone().strftime("%Y-%m-%d %H:%M") if coming else "–"
    return good(CHECK, say(f"下一次 {when}", f"next at {when}"))


async def _last_ended_badly(client: Client, described: ScheduleDescription) -> bool:
    """Whether the latest run that the schedule began ended without its result. Forgotten runs are past worrying."""
    begun = [one.action for one in described.info.recent_actions]
    for last in [one for one in begun if isinstance(one, ScheduleActionExecutionStartWorkflow)][-1:]:
        try:
            run = await client.get_workflow_handle(last.workflow_id).describe()
        except RPCError as error:
            if error.status is not RPCStatusCode.NOT_FOUND:
                raise
            return False
        return run.status in _ENDED_BADLY
    return False

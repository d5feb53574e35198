"""Check-up of Temporal: reachable, prepared, worked for, no case stuck on a fault of ours, and what it does daily."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable

from temporalio.api.enums.v1 import IndexedValueType, TaskQueueType
from temporalio.api.operatorservice.v1 import ListSearchAttributesRequest
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

import settings
from commands import checkup_agenda, checkup_reconciliation
from commands.finding import Finding, bad, good, unknown
from commands.language import say
from domain.identity import TASK_QUEUE
from local.temporal_server import SEARCH_ATTRIBUTES

CHECKS = (
    "temporal", "namespace", "search attributes", "worker", "stuck cases", checkup_reconciliation.CHECK,
    checkup_agenda.CHECK,
)  # fmt: skip
STUCK = "TemporalReportedProblems = 'category=WorkflowTaskFailed' AND ExecutionStatus = 'Running'"
NAMED = 5  # stuck cases that are named; the count tells of the others
PATIENCE = 10.0  # seconds


async def temporal() -> list[Finding]:
    """Every finding about Temporal, in the order of CHECKS."""
    connection = settings.temporal_connection()
    address = connection["target_host"]
    try:
        async with asyncio.timeout(PATIENCE):
            client = await Client.connect(**connection)
    except (RPCError, RuntimeError, TimeoutError):
        remedy = say(
            "启动 Temporal，检查 TEMPORAL_ADDRESS；本机试用请运行 aftersales up。",
            "Start Temporal and check TEMPORAL_ADDRESS; to try things out here, run `aftersales up`.",
        )
        found = say(f"{address} 连不上。", f"{address} cannot be reached.")
        return [bad(CHECKS[0], found, remedy), *(unknown(check, CHECKS[0]) for check in CHECKS[1:])]
    here = good("temporal", address)
    namespace = await _namespace(client)
    if namespace.remedy:
        return [here, namespace, *(unknown(check, "namespace") for check in CHECKS[2:])]
    looks = _search_attributes, _worker, _stuck, checkup_reconciliation.reconciliation, checkup_agenda.agenda
    others = zip(CHECKS[2:], looks, strict=True)
    return [here, namespace, *[await _answer(check, look(client)) for check, look in others]]


async def _answer(check: str, finding: Awaitable[Finding]) -> Finding:
    """A refusal is a finding too. A namespace just made, for one, is not known everywhere for some seconds."""
    try:
        return await finding
    except RPCError as error:
        again = say("稍后再试，并查看 Temporal 的日志。", "Try again in a moment, and see Temporal's log.")
        return bad(check, f"{error.status.name}: {error.message}", again)


async def _namespace(client: Client) -> Finding:
    try:
        answer = await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace=client.namespace))
    except RPCError as error:
        found = say(f"{client.namespace}：{error.status.name}", f"{client.namespace}: {error.status.name}")
        command = f"temporal operator namespace create --namespace {client.namespace}"
        return bad("namespace", found, say(f"运行 {command}", f"Run `{command}`."))
    days = answer.config.workflow_execution_retention_ttl.seconds // 86_400
    kept = say(f"已结束的历史保留 {days} 天", f"closed histories are kept {days} days")
    return good("namespace", f"{client.namespace}, {kept}")


async def _search_attributes(client: Client) -> Finding:
    answer = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    registered = {
        name: IndexedValueType.Name(kind).removeprefix("INDEXED_VALUE_TYPE_").replace("_", "").lower()
        for name, kind in answer.custom_attributes.items()
    }
    lacking = {name: kind for name, kind in SEARCH_ATTRIBUTES.items() if registered.get(name) != kind.lower()}
    if not lacking:
        return good("search attributes", say("已全部登记。", "All are registered."))
    create = f"temporal operator search-attribute create --namespace {client.namespace}"
    command = " && ".join(f"{create} --name {name} --type {kind}" for name, kind in lacking.items())
    return bad(
        "search attributes",
        say(f"没有登记：{', '.join(lacking)}", f"Not registered: {', '.join(lacking)}"),
        say(f"运行 {command}", f"Run `{command}`."),
    )


async def _worker(client: Client) -> Finding:
    seen: dict[str, set[str]] = {}
    kinds = {"workflows": TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, "activities": TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY}
    for name, kind in kinds.items():
        answer = await client.workflow_service.describe_task_queue(
            DescribeTaskQueueRequest(
                namespace=client.namespace, task_queue=TaskQueue(name=TASK_QUEUE), task_queue_type=kind
            )
        )
        seen[name] = {poller.identity for poller in answer.pollers}
    if all(seen.values()):
        workers = set.union(*seen.values())
        return good(
            "worker", say(f"{len(workers)} 个在取任务：", f"{len(workers)} polling: ") + ", ".join(sorted(workers))
        )
    missing = ", ".join(name for name, identities in seen.items() if not identities)
    return bad(
        "worker",
        say(f"任务队列 {TASK_QUEUE} 没有人取：{missing}", f"Nobody polls task queue {TASK_QUEUE} for: {missing}"),
        say("运行 aftersales worker。", "Run `aftersales worker`."),
    )


async def _stuck(client: Client) -> Finding:
    """Cases whose code fails again and again: Temporal repeats the task for ever and the case stands still."""
    try:
        count = (await client.count_workflows(STUCK)).count
        named = [one.id async for one in client.list_workflows(STUCK, limit=NAMED)]
    except RPCError as error:
        if error.status is not RPCStatusCode.INVALID_ARGUMENT:
            raise
        return unknown("stuck cases", say("Temporal 1.30 或更新版本", "an older Temporal server (1.30 is needed)"))
    if not count:
        return good("stuck cases", say("没有。", "None."))
    return bad(
        "stuck cases",
        say(f"{count} 个售后单卡住：", f"{count} cases stand still: ") + ", ".join(named),
        say(
            "在 Temporal UI 看失败原因，改正程序后重启 worker，售后单会自己继续。",
            "See the failure in the Temporal UI, mend the code and restart the worker; the cases go on by themselves.",
        ),
    )

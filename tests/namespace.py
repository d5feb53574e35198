"""A namespace of its own on the session's Temporal server, so that the workers of two test files never meet."""

from __future__ import annotations

from asyncio import sleep

from google.protobuf.duration_pb2 import Duration
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.api.workflowservice.v1 import RegisterNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local.temporal_server import SEARCH_ATTRIBUTES, TemporalServer


async def own_namespace(temporal: TemporalServer, name: str) -> None:
    """Register it with our search attributes and wait until it takes cases: the server's caches follow after a moment.

    Raises:
        AssertionError: it did not come up.
    """
    client = await Client.connect(temporal.address, namespace=name)
    await client.workflow_service.register_namespace(
        RegisterNamespaceRequest(namespace=name, workflow_execution_retention_period=Duration(seconds=86_400))
    )
    await client.operator_service.add_search_attributes(
        AddSearchAttributesRequest(
            namespace=name,
            search_attributes={
                attribute: IndexedValueType.Value(f"INDEXED_VALUE_TYPE_{kind.upper()}")
                for attribute, kind in SEARCH_ATTRIBUTES.items()
            },
        )
    )
    for _ in range(600):
        try:
            async for _found in client.list_workflows("AfterSaleShop = 'nobody'"):
                pass
            await client.start_workflow("Nothing", id="nothing", task_queue="nothing")
            await client.get_workflow_handle("nothing").terminate()
        except RPCError:
            await sleep(0.05)
        else:
            return
    raise AssertionError("the namespace did not come up")

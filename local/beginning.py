"""Cases that begin at an instant still to come, on a server with time skipping."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.common.v1 import FastForwardConfig, TimeSkippingConfig, WorkflowExecution
from temporalio.api.enums.v1 import FastForwardPollingResult
from temporalio.api.workflowservice.v1 import PollWorkflowExecutionTimeSkippingRequest
from temporalio.client import Client, Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle


class BeginsWhenOpened(Interceptor):
    """A case that is opened at an instant still to come begins then by its own clock, which is at once by ours."""

    def __init__(self, client: Client) -> None:
        self._client = client

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Stand before the client's calls."""
        return _Beginning(next, self._client)


class _Beginning(OutboundInterceptor):
    def __init__(self, next: OutboundInterceptor, client: Client) -> None:
        super().__init__(next)
        self._client = client

    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        opened_at = getattr(input.args[0], "opened_at", None) if input.args else None
        delay = opened_at - datetime.now(UTC) if opened_at else timedelta(0)
        if delay <= timedelta(0):
            return await super().start_workflow(input)
        forward = FastForwardConfig(id=str(uuid.uuid4()))
        forward.duration.FromTimedelta(delay)
        input.start_delay = delay
        input.time_skipping_config = TimeSkippingConfig(enabled=True, fast_forward_config=forward)
        handle = await super().start_workflow(input)
        await self._begun(handle.id, forward.id)
        return handle

    async def _begun(self, workflow_id: str, forward_id: str) -> None:
        """Until its clock stands where it begins: a message that came sooner would cut the way there short.

        A case that ran already never heard of this fast-forward, and the answer is at once that it failed.
        """
        request = PollWorkflowExecutionTimeSkippingRequest(
            namespace=self._client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=workflow_id),
            fast_forward_id=forward_id,
        )
        result = FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_UNSPECIFIED
        while result not in (
            FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_COMPLETED,
            FastForwardPollingResult.FAST_FORWARD_POLLING_RESULT_FAST_FORWARD_FAILED,
        ):
            answer = await self._client.workflow_service.poll_workflow_execution_time_skipping(request, retry=True)
            result = answer.fast_forward_polling_result

"""Cases that go on in a new run at every rest, for tests: their request's number begins with `ANEW`."""

from __future__ import annotations

from typing import Any

from temporalio.client import Interceptor, OutboundInterceptor, StartWorkflowInput, WorkflowHandle

from domain.events import CaseStart

ANEW = "anew-"


class AnewAtEveryRest(Interceptor):
    """Starts such cases with the smallest bound of a run's length."""

    def intercept_client(self, next: OutboundInterceptor) -> OutboundInterceptor:
        """Stand before the client's calls."""
        return _Start(next)


class _Start(OutboundInterceptor):
    async def start_workflow(self, input: StartWorkflowInput) -> WorkflowHandle[Any, Any]:
        start = input.args[0] if input.args else None
        if isinstance(start, CaseStart) and (start.request.request_id or "").startswith(ANEW):
            input.args = [start.model_copy(update={"continue_after_events": 1})]
        return await super().start_workflow(input)

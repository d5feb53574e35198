"""Starting a case: ours as the dispatcher does it, register first; bare with a plain start."""

from __future__ import annotations

from datetime import UTC, datetime

import asyncpg
from temporalio.client import Client, WorkflowHandle
from temporalio.common import SearchAttributePair, TypedSearchAttributes

from bench import bare
from bench.request import DAILY, NEXT_ATTEMPT, REOPEN, SHOP, SURVEY, UNREACHABLE, rules
from domain import rulebook_file
from domain.events import Request
from domain.vocabulary import CaseStatus, CaseType
from starter.case_opening import KIND, ORDER, STATUS, CaseOpening
from starter.case_opening import SHOP as SHOP_ATTRIBUTE
from starter.pace import Paces
from store.openings import Openings

TWINS = {
    CaseType.RETURN_REFUND: bare.BareReturnRefund,
    CaseType.CUSTOMER_UNREACHABLE: bare.BareCustomerUnreachable,
    CaseType.REFUND_ONLY: bare.BareRefundOnly,
}
Handle = WorkflowHandle  # of either twin
WORKERS = ("ours", "bare", "lean")
"""Worker processes: ours; the bare twin's on the SDK as it comes; the bare twin's with the loop and sandbox of ours."""


class Opener:
    """Starts cases of one twin, for the worker of that name, which is its task queue too."""

    def __init__(self, twin: str, client: Client, pool: asyncpg.Pool | None = None) -> None:
        """`pool`: of our register; a bare twin needs none."""
        self._twin = twin
        self._client = client
        version = rules(), rulebook_file.default_text()
        self._opening = None
        if twin == "ours":
            assert pool is not None, "a case of ours is registered first"
            self._opening = CaseOpening(client, Openings(pool), Paces(1000), lambda: version)

    async def open(self, request: Request) -> Handle:  # type: ignore[type-arg]
        """Start a case for the request."""
        if self._opening is not None:
            await self._opening.open(request, at=datetime.now(UTC), id=f"open-{request.case_no}", retried=False)
            return self._client.get_workflow_handle(request.workflow_id, result_type=str)
        start = bare.BareStart(
            request=request.model_copy(update={"person": None}),
            unreachable=UNREACHABLE,
            next_attempt=NEXT_ATTEMPT,
            daily=DAILY,
            survey=SURVEY,
            reopen=REOPEN,
        )
        return await self._client.start_workflow(
            TWINS[request.case_type].run,  # type: ignore[attr-defined]
            start,
            id=f"{self._twin}/{request.shop}/{request.case_no}",
            task_queue=self._twin,
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(SHOP_ATTRIBUTE, SHOP),
                    SearchAttributePair(KIND, request.case_type.value),
                    SearchAttributePair(STATUS, CaseStatus.OPEN.value),
                    SearchAttributePair(ORDER, request.order.order_no),
                ]
            ),
        )

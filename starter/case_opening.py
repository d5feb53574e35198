"""An after-sales request becomes a case: register first, then the workflow.

The register's row and the workflow are two systems. The row is written first; a crash in between leaves an event that
is tried again, and the same id and policy find or start the same single run.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from weakref import WeakValueDictionary

from temporalio.client import Client
from temporalio.common import (
    SearchAttributeKey,
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.events import CUSTOMS, CaseStart, Request
from domain.holding import holds
from domain.identity import TASK_QUEUE, case_number
from domain.messages.facts import RequestRepeated
from domain.parcel_candidates import Candidate
from domain.rules import Rules
from domain.texts import label
from domain.vocabulary import CaseStatus
from starter.handing_over import Done, Pace, about_the_case, asking_temporal
from starter.pace import Paces
from store.openings import Opening, Openings

PATIENCE = timedelta(seconds=10)  # of one call to Temporal

SHOP = SearchAttributeKey.for_keyword("AfterSaleShop")
KIND = SearchAttributeKey.for_keyword("AfterSaleKind")
STATUS = SearchAttributeKey.for_keyword("AfterSaleStage")
ORDER = SearchAttributeKey.for_keyword("AfterSaleOrder")

Signal = tuple[str, Mapping[str, Any]]


class CaseOpening:
    """Opens cases. `rulebook` gives the rules that bind a new case, and their full text for the archive."""

    def __init__(
        self, client: Client, openings: Openings, paces: Paces, rulebook: Callable[[], tuple[Rules, str]]
    ) -> None:
        self._client = client
        self._openings = openings
        self._paces = paces
        self._rulebook = rulebook
        self._orders: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    @holds("R-N1")
    async def open(
        self,
        request: Request,
        *,
        at: datetime,
        id: str,
        retried: bool,
        first: Signal | None = None,
        candidates: tuple[Candidate, ...] = (),
    ) -> Done | Pace:
        """Start the case, or tell the open one that its request came again; a closed one is left alone.

        `id` is the message id of the event; `retried`: an earlier attempt of the same event may have got half way, so
        the open case can be its own. `first` is a message that starts the case's mailbox; `candidates` are the cases
        that a parcel of nobody may belong to.

        Raises:
            TemporalAway: Temporal did not answer; try again.
        """
        order = (request.shop, request.order.order_no)
        async with self._orders.setdefault(order, asyncio.Lock()):  # its case starts with the request that registers it
            return await self._open(request, at=at, id=id, retried=retried, first=first, candidates=candidates)

    async def _open(
        self,
        request: Request,
        *,
        at: datetime,
        id: str,
        retried: bool,
        first: Signal | None,
        candidates: tuple[Candidate, ...],
    ) -> Done | Pace:
        shop = request.shop
        if pause := self._paces.pause(f"{shop}/{request.case_no}"):
            return Pace(pause)
        rules, text = self._rulebook()
        registered = await self._openings.open(request, rules, text, at)
        found, case_no = registered.found, registered.case_no
        if found is Opening.CLOSED:
            return Done("closed_already", shop, case_no, request.order.customer_ref)
        repeated = found is Opening.OPEN and not retried
        signal: Signal | None = first
        if first is None and (repeated or (found is Opening.OPEN and request.deadline)):  # which may be told late
            again = RequestRepeated(deadline=request.deadline).model_dump(mode="json", exclude_defaults=True)
            signal = (
                RequestRepeated.kind,
                again | {"id": id, "by": RequestRepeated.sender.value, "at": at.isoformat()},
            )
        start = CaseStart(
            request=_under(case_no, request),
            rules=rules,
            opened_at=at,
            customs=CUSTOMS,
            held_by=registered.held_by,
            candidates=candidates,
        )
        try:
            with asking_temporal():
                await self._start(start, signal)
        except WorkflowAlreadyStartedError:  # ended; its last page is still on the way to the register
            return Done("ended_already", shop, case_no, request.order.customer_ref)
        except RPCError as error:
            about_the_case(error)
            raise
        self._paces.count(f"{shop}/{request.case_no}")
        note = "repeated" if repeated else "opened"
        return Done(note, shop, case_no, request.order.customer_ref, appeared=_lanes(request, case_no))

    async def _start(self, start: CaseStart, signal: Signal | None) -> None:
        request = start.request
        kind = request.case_type
        await self._client.start_workflow(
            "Case",
            start,
            id=request.workflow_id,
            task_queue=TASK_QUEUE,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            static_summary=f"{label('case_type', kind, 'zh')} {kind} · order {request.order.order_no}",
            search_attributes=TypedSearchAttributes(
                [
                    SearchAttributePair(SHOP, request.shop),
                    SearchAttributePair(KIND, kind.value),
                    SearchAttributePair(STATUS, CaseStatus.OPEN.value),
                    SearchAttributePair(ORDER, request.order.order_no),
                ]
            ),
            start_signal=signal[0] if signal else None,
            start_signal_args=[dict(signal[1])] if signal else [],
            rpc_timeout=PATIENCE,
        )


def _under(case_no: str, request: Request) -> Request:
    """The request without its person, under the number of its case: a twin's may be there already.

    So row, workflow id and partners' keys tell one number, whichever of the two comes to start the case.
    """
    own = case_number(request.order.order_no, request.case_type, None)
    place = request.new_address_ref or request.address_ref
    own_number = None if case_no == own else case_no
    return request.model_copy(update={"person": None, "request_id": own_number, "address_ref": place})


def _lanes(request: Request, case_no: str) -> tuple[str, ...]:
    """What may have waited for the case: by the number that was asked under, by its own, by the parcel's."""
    numbers = []
    for number in dict.fromkeys((request.case_no, case_no)):
        numbers += [f"case:{request.shop}/{number}", f"case_no:{number}"]
    if request.order.waybill:
        numbers.append(f"waybill:{request.order.waybill}")
    return tuple(numbers)

"""The daily reconciliation (对账) as a durable run: begun by a schedule, or by a person at the command line.

It compares part by part, the channels side by side. A channel that does not answer within the order's patience is left
for the next run, which finds its days unfinished; the others go on. Nothing is kept here: what was compared and found
lies in PostgreSQL, so a run may be repeated, skipped or killed.
"""

import asyncio
from datetime import timedelta

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, FailureError

from activities.reconciliation import PartQuestion, ReconciliationActivities, UnfinishedQuestion
from domain.reconciliation import RUN, Nudge, Part, PartDone, PartMissing, Reconciled, ReconciliationOrder

NOT_COMPARED = "NotCompared"
"""Type of the failure with which a run ends that could not compare everything; its detail is what it did."""

_OWN_BOOKS = timedelta(seconds=30)  # one attempt at PostgreSQL alone
_STATEMENT = timedelta(minutes=10)  # one attempt at reading a statement to its end
_PAGE = timedelta(minutes=1)  # between two pages of it
_RETRIES = RetryPolicy(
    initial_interval=timedelta(seconds=1), backoff_coefficient=2.0, maximum_interval=timedelta(minutes=5)
)


@workflow.defn(name=RUN)
class ReconciliationWorkflow:
    """Our refunds beside the providers' statements; a task for finance per difference."""

    @workflow.run
    async def run(self, order: ReconciliationOrder) -> Reconciled:
        """Compare what the order names, or whatever is unfinished."""
        parts = await self._parts(order)
        channels = list(dict.fromkeys(part.channel for part in parts))
        courses = [self._channel([part for part in parts if part.channel == one], order) for one in channels]
        ends = [end for course in await asyncio.gather(*courses) for end in course]
        reconciled = Reconciled(
            done=tuple(end for end in ends if isinstance(end, PartDone)),
            missing=tuple(end for end in ends if isinstance(end, PartMissing)),
        )
        if reconciled.missing:
            told = ", ".join(f"{one.part.day} {one.part.channel} ({one.code})" for one in reconciled.missing[:10])
            raise ApplicationError(f"not compared: {told}", reconciled, type=NOT_COMPARED, non_retryable=True)
        return reconciled

    async def _parts(self, order: ReconciliationOrder) -> list[Part]:
        if order.days:
            channels: list[str] = await workflow.execute_activity_method(
                ReconciliationActivities.list_channels,
                start_to_close_timeout=_OWN_BOOKS,
                retry_policy=_RETRIES,
                summary="有哪些退款渠道 · Which channels",
            )
            return [Part(day=day, channel=channel) for day in order.days for channel in channels]
        parts: list[Part] = await workflow.execute_activity_method(
            ReconciliationActivities.list_unfinished_parts,
            UnfinishedQuestion(now=workflow.now(), back=order.back),
            start_to_close_timeout=_OWN_BOOKS,
            retry_policy=_RETRIES,
            summary="哪些日子还没对完 · Unfinished days",
        )
        return parts

    async def _channel(self, parts: list[Part], order: ReconciliationOrder) -> list[PartDone | PartMissing]:
        """One channel's parts, one after the other, until it does not answer."""
        ends: list[PartDone | PartMissing] = []
        away = ""
        for part in parts:
            if away:
                ends.append(PartMissing(part=part, code=away))
                continue
            try:
                done = await self._part(part, order)
            except ActivityError as error:
                away = _code(error)
                ends.append(PartMissing(part=part, code=away))
            else:
                ends.append(done)
                for nudge in done.nudges:
                    await _tell(nudge)
        return ends

    async def _part(self, part: Part, order: ReconciliationOrder) -> PartDone:
        done: PartDone = await workflow.execute_activity_method(
            ReconciliationActivities.reconcile_part,
            PartQuestion(part=part, now=workflow.now(), unnoted_after=order.unnoted_after),
            schedule_to_close_timeout=order.patience,
            start_to_close_timeout=_STATEMENT,
            heartbeat_timeout=_PAGE,
            retry_policy=_RETRIES,
            summary=f"对账 · Reconcile {part.day} {part.channel}",
        )
        return done


async def _tell(nudge: Nudge) -> None:
    """Have the case ask the provider how the payment stands. It takes each notice once; one that is over takes none."""
    notice = {"id": f"reconciliation/{nudge.difference}", "key": nudge.key}
    try:
        await workflow.get_external_workflow_handle(nudge.workflow_id).signal("refund_notice", notice)
    except FailureError:
        workflow.logger.info("reconciliation_case_is_over")


def _code(error: ActivityError) -> str:
    """What kept us from comparing: the partner's own code, or the class of the failure."""
    cause: BaseException | None = error.cause
    if isinstance(cause, ApplicationError):
        return str(cause.details[0]) if cause.details else str(cause.type)
    last = cause.cause if isinstance(cause, FailureError) else None
    return str(last.type) if isinstance(last, ApplicationError) else "no_answer"

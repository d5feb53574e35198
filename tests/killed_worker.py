"""A worker for tests that kills itself with SIGKILL at one step of a refund: `python -m tests.killed_worker [STEP]`.

It is the product's worker with the refund ports wrapped; without a step it is the product's worker. TEMPORAL_ADDRESS,
TEMPORAL_NAMESPACE and AFTERSALES_* tell it where everything is, as they tell the product's.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable
from datetime import datetime
from typing import Any, TypeVar

import httpx2

import settings
import worker
from activities.refunds import RefundActivities
from domain.ports.refunds import RefundAnswer, RefundIntent, RefundOrder, RefundRow
from gateways.refunds import SignedRefundGateway
from gateways.signed_json import PartnerWire, partner_client
from store.one_time_inputs import PostgresOneTimeInputs
from store.pool import open_pool
from store.refund_ledger import PostgresRefundLedger
from store.working_time import CalendarWorkingTime

T = TypeVar("T")

AFTER_INTENT = "after_intent"
BEFORE_SEND = "before_send"
AFTER_SEND = "after_send_before_answer"
AFTER_ANSWER = "after_answer_before_settle"
AFTER_SETTLE = "after_settle_before_completion"
STEPS = (AFTER_INTENT, BEFORE_SEND, AFTER_SEND, AFTER_ANSWER, AFTER_SETTLE)


def die() -> None:
    """As the kernel does when memory is out: nothing is tidied up."""
    os.kill(os.getpid(), signal.SIGKILL)


async def then_die(work: Awaitable[T], here: bool) -> T:
    """Do the work and, if it is here, die before anybody learns of it."""
    done = await work
    if here:
        die()
    return done


class MortalLedger(PostgresRefundLedger):
    """The refund ledger of a worker that dies after the intent or after the settlement."""

    def __init__(self, pool: Any, step: str) -> None:
        super().__init__(pool)
        self._step = step

    async def intend(self, intent: RefundIntent) -> RefundRow:
        return await then_die(super().intend(intent), self._step == AFTER_INTENT)

    async def settle(self, key: str, answer: RefundAnswer, at: datetime) -> RefundRow:
        return await then_die(super().settle(key, answer, at), self._step == AFTER_SETTLE)


class MortalGateway(SignedRefundGateway):
    """The way to the provider of a worker that dies around the payment."""

    def __init__(self, wires: dict[str, PartnerWire], step: str, simulator: str) -> None:
        super().__init__(wires)
        self._step = step
        self._simulator = simulator

    async def pay(self, order: RefundOrder) -> RefundAnswer:
        if self._step == BEFORE_SEND:
            die()
        if self._step == AFTER_SEND:
            asyncio.get_running_loop().create_task(self._die_when_paid(order.key))
        return await then_die(super().pay(order), self._step == AFTER_ANSWER)

    async def _die_when_paid(self, key: str) -> None:
        """The simulator has paid and is slow to say so."""
        async with httpx2.AsyncClient(trust_env=False) as control:
            while True:
                ledger = (await control.get(f"{self._simulator}/ledger", params={"key": key})).json()
                if any(effect["effect"] == "payment" for effect in ledger["effects"]):
                    die()
                await asyncio.sleep(0.02)


async def main(step: str) -> None:
    """Work until killed or asked to stop."""
    options = settings.load(env_file=None)
    asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, asked.set)
    client = await worker.connect()
    async with await open_pool(options.database()) as pool, partner_client() as http:
        partners = {name: options.partner(name) for name in settings.PARTNERS}
        wires = {name: PartnerWire(http, partner.url, partner.keys) for name, partner in partners.items()}
        activities = worker.activities_over(pool, wires, CalendarWorkingTime.from_folder(None))
        gateway = MortalGateway({"provider": wires["refund"]}, step, partners["refund"].url)
        refunds = RefundActivities(MortalLedger(pool, step), gateway, PostgresOneTimeInputs(pool))
        own = [one for one in activities if one.__name__ != RefundActivities.issue_refund.__name__]
        async with worker.worker_over(client, [*own, refunds.issue_refund]):
            await asked.wait()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1] if len(sys.argv) > 1 else ""))

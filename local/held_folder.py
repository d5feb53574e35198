"""The folder of one server: one server at a time, and swept when nobody holds it any more.

The lock is a file descriptor that the server process inherits. So it is held exactly as long as any process of that
server lives, whatever became of the one that started it, and a stale pid file says nothing that we need to know.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Self

LOCK = "in-use.lock"
PATIENCE = 15.0  # seconds that an earlier server gets to end
YOUNG = 60.0  # seconds in which a folder without a holder may be one that is being made


class FolderInUse(RuntimeError):
    """Another server lives in this folder. The text says where and what to do."""


class HeldFolder:
    """A folder that we hold. `descriptor` is to be inherited by the server that lives there."""

    def __init__(self, path: Path, descriptor: int, *, lasting: bool) -> None:
        self.path = path
        self.descriptor = descriptor
        self._lasting = lasting

    @classmethod
    async def lasting(cls, path: Path, patience: float | None = None) -> Self:
        """Take an existing folder, waiting for an earlier server that is ending. Raises FolderInUse."""
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        until = time.monotonic() + (PATIENCE if patience is None else patience)
        while not _lock(descriptor):
            if time.monotonic() > until:
                os.close(descriptor)
                raise FolderInUse(f"{path} is in use by another `aftersales up`. Stop that one first.")
            await asyncio.sleep(0.1)
        return cls(path, descriptor, lasting=True)

    @classmethod
    def scratch(cls, kind: str, parent: Path) -> Self:
        """Make a folder that is gone after `release`. Sweeps what killed processes left of the same kind."""
        prefix = f"aftersales-{kind}-"
        for left in parent.glob(f"{prefix}*"):
            _sweep(left)
        path = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        path.chmod(0o755)
        descriptor = os.open(path / LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        _lock(descriptor)
        return cls(path, descriptor, lasting=False)

    def release(self) -> None:
        """Let go; a scratch folder is removed."""
        if not self._lasting:
            shutil.rmtree(self.path, ignore_errors=True)
        os.close(self.descriptor)


def _lock(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _sweep(left: Path) -> None:
    try:
        found = left.stat()
        if found.st_uid != os.geteuid() or time.time() - found.st_mtime < YOUNG:
            return
        descriptor = os.open(left / LOCK, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if _lock(descriptor):
            shutil.rmtree(left, ignore_errors=True)
    finally:
        os.close(descriptor)

"""`make clean` removes all that was kept for a checkout, and never under a running server."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from local import account
from local.account import fallback_folder, server_account
from local.clearing import clear
from local.held_folder import FolderInUse, HeldFolder
from local.postgres import PostgresServer

ROOT = Path(__file__).parents[1]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The data folder of a checkout that only its owner may enter; what lies elsewhere for it is ours alone."""
    shared = Path(account.scratch_folder(server_account()))
    monkeypatch.setattr(account, "STATE", shared / f"aftersales-test-clearing-{os.getpid()}")
    return tmp_path / "checkout" / ".local"


async def test_a_database_that_had_to_lie_elsewhere_goes_too(home: Path) -> None:
    """After it, neither the checkout nor the machine holds anything of its servers."""
    async with PostgresServer(home) as server:
        with pytest.raises(FolderInUse, match="Stop that one first"):
            await clear(home)
        assert (server.folder / "data" / "PG_VERSION").exists()
    await clear(home)
    assert not any(folder.exists() for folder in (home, fallback_folder(home).parent))


async def test_nothing_is_removed_while_a_stack_is_held(home: Path) -> None:
    """Whatever of it runs, all of it stays."""
    folders = [home, home / "postgres", home / "temporal"]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    for folder in folders:
        held = await HeldFolder.lasting(folder)
        with pytest.raises(FolderInUse):
            await clear(home)
        held.release()
    assert all(folder.exists() for folder in folders)


async def test_it_needs_no_environment_of_ours_and_no_data(home: Path) -> None:
    """In a fresh clone, with bare Python, there is nothing to remove and nothing to complain of."""
    done = await asyncio.create_subprocess_exec(sys.executable, "-S", "-m", "local.clearing", str(home), cwd=ROOT)
    assert await done.wait() == 0

"""Local servers run as a harmless user and open nobody's folders."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import asyncpg
import psutil
import pytest

from local import account
from local.account import lasting_folder, own_folder, server_account
from local.postgres import PostgresServer


async def test_postgresql_never_runs_as_root(postgres: PostgresServer) -> None:
    """Started by root, it runs as the machine's harmless user; started by an ordinary user, as that one."""
    user = server_account()
    assert psutil.Process(postgres.child.pid).uids().real == (user.uid if user else os.geteuid()) != 0


async def test_a_home_closed_to_others_stays_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkout under a private folder works, and the private folder keeps its mode."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    state = Path(account.scratch_folder(server_account())) / f"aftersales-test-state-{os.getpid()}"
    monkeypatch.setattr(account, "STATE", state)
    async with PostgresServer(private / "checkout" / ".local") as server:
        connection = await asyncpg.connect(server.dsn())
        await connection.close()
        elsewhere = server.folder.is_relative_to(state)
    assert elsewhere == (server_account() is not None)
    assert stat.S_IMODE(private.stat().st_mode) == 0o700
    shutil.rmtree(state, ignore_errors=True)


def test_a_folder_that_somebody_else_could_change_is_refused(tmp_path: Path) -> None:
    """A folder prepared by another user in a shared place is not trusted with the shop's data."""
    tmp_path.chmod(0o777)
    with pytest.raises(RuntimeError, match="another user"):
        own_folder(tmp_path)
    tmp_path.chmod(0o700)


def test_an_ordinary_user_keeps_data_in_the_checkout(tmp_path: Path) -> None:
    """Without root nothing is written outside the folder that was asked for."""
    assert lasting_folder(tmp_path / ".local", None) == tmp_path / ".local"

"""Forward-only migrations: numbered SQL files, one transaction each, exactly once however many starters race.

A file that was applied must not change afterwards: its checksum is kept, and a difference is refused. A database that
is newer than this code is left alone, so that the old version keeps running while a new one rolls out.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path

import asyncpg

FOLDER = Path(__file__).parent / "migrations"
MARK = "-- migrate:up"  # so that dbmate can read the files too
_LOCK = 0x6166746572  # one advisory lock for all starters: "after"

_TABLE = """
CREATE TABLE IF NOT EXISTS applied_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT clock_timestamp()
)
"""


class MigrationRefused(Exception):
    """The files and the database contradict each other; the text says which file and what to do."""


class MigrationState(StrEnum):
    """How a file and the database stand to each other."""

    APPLIED = "applied"
    WAITING = "waiting"
    CHANGED = "changed"  # applied, and edited afterwards
    NEWER = "newer"  # applied by a newer version of this program


@dataclass(frozen=True, slots=True)
class MigrationStatus:
    """One line of the status table."""

    name: str
    state: MigrationState
    applied_at: datetime | None


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    sql: str
    checksum: str


def _files(folder: Path) -> list[_File]:
    files = []
    numbers: dict[str, str] = {}
    for path in sorted(folder.glob("*.sql")):
        number = path.name.partition("_")[0]
        if not (number.isdigit() and len(number) == 4):
            raise MigrationRefused(f"{path.name}: the name starts with four digits, such as 0007_parcels.sql")
        if number in numbers:
            raise MigrationRefused(f"{path.name} and {numbers[number]} have the same number; renumber one")
        numbers[number] = path.name
        sql = path.read_text(encoding="utf-8")
        if not sql.startswith(MARK):
            raise MigrationRefused(f"{path.name}: the first line must be '{MARK}'")
        files.append(_File(path.name, sql, sha256(sql.encode()).hexdigest()))
    return files


async def migrate(dsn: str, folder: Path = FOLDER) -> list[str]:
    """Apply what is waiting, in the order of the numbers, and return the names applied by this call.

    Raises:
        MigrationRefused: an applied file was changed, or a file's name or first line is wrong.
        asyncpg.PostgresError: a file failed; its transaction is rolled back, earlier ones stay applied.
    """
    files = _files(folder)
    applied: list[str] = []
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "aftersales-migrate"})
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute("SET client_min_messages = warning")  # "already exists, skipping" is not news
        await connection.execute(_TABLE)
        known = {row["name"]: row["checksum"] for row in await connection.fetch("SELECT * FROM applied_migrations")}
        for file in files:
            if file.name in known:
                _refuse_changed(file, known[file.name])
        for file in files:
            if file.name not in known:
                async with connection.transaction():
                    await connection.execute(file.sql)
                    await connection.execute(
                        "INSERT INTO applied_migrations (name, checksum) VALUES ($1, $2)", file.name, file.checksum
                    )
                applied.append(file.name)
    finally:
        await connection.close()  # gives the lock back too
    return applied


def _refuse_changed(file: _File, checksum: str) -> None:
    if file.checksum != checksum:
        raise MigrationRefused(
            f"{file.name} was applied and has been changed since. Put the applied text back "
            "and write the change as a new migration with the next free number."
        )


async def status(dsn: str, folder: Path = FOLDER) -> list[MigrationStatus]:
    """How every file and every applied migration stands. Changes nothing, not even on an empty database."""
    connection = await asyncpg.connect(dsn, server_settings={"application_name": "aftersales-migrate"})
    try:
        exists = await connection.fetchval("SELECT to_regclass('applied_migrations') IS NOT NULL")
        rows = await connection.fetch("SELECT * FROM applied_migrations") if exists else []
    finally:
        await connection.close()
    files = {file.name: file for file in _files(folder)}
    applied = {row["name"]: row for row in rows}
    lines = []
    for name in sorted({*files, *applied}):
        if name not in applied:
            lines.append(MigrationStatus(name, MigrationState.WAITING, None))
            continue
        row = applied[name]
        if name not in files:
            state = MigrationState.NEWER
        elif files[name].checksum != row["checksum"]:
            state = MigrationState.CHANGED
        else:
            state = MigrationState.APPLIED
        lines.append(MigrationStatus(name, state, row["applied_at"]))
    return lines

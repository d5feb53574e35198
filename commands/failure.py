"""An expected failure of a command: one sentence that says what is wrong, and one that says what to do next."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from commands.language import say


class Failure(Exception):
    """What went wrong and what to do next, in the person's language. The command ends with `exit_code`."""

    exit_code = 1

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.what = what
        self.remedy = remedy


@contextlib.contextmanager
def ending_with(exit_code: int) -> Iterator[None]:
    """Whatever expected failure happens herein ends the command with this exit code, where 1 means something else."""
    try:
        yield
    except Exception as error:
        failure = error if isinstance(error, Failure) else expected(error)
        if failure is None:
            raise
        failure.exit_code = exit_code
        raise failure from None


def expected(error: BaseException) -> Failure | None:
    """What an error of another room means for a person; None for a fault of ours, which keeps its traceback.

    Classes are known by name, so that a verb which needs no database does not import the driver.
    """
    for kind in type(error).__mro__:
        teller = _TOLD.get(f"{kind.__module__}.{kind.__qualname__}")
        if teller is not None:
            return teller(error)
    return None


def _settings(error: Any) -> Failure:
    lines = [f"{problem.variable}: {say(problem.zh, problem.en)}" for problem in error.problems]
    return Failure(
        "\n".join(lines),
        say(
            "写进环境变量或 .env 文件后重试；本机试用请先运行 aftersales up。",
            "Set it in the environment or in .env and try again; to try things out here, run `aftersales up` first.",
        ),
    )


def _connection(error: Any) -> Failure:
    why = str(error) or type(error).__name__
    return Failure(
        say(f"连不上服务：{why}", f"A server cannot be reached: {why}"),
        say("运行 aftersales doctor 查看是哪一个。", "Run `aftersales doctor` to see which one."),
    )


def _database(error: Any) -> Failure:
    return Failure(
        say(f"数据库拒绝了：{error}", f"The database refused: {error}"),
        say(
            "运行 aftersales doctor 检查；缺表时运行 aftersales db migrate。",
            "Run `aftersales doctor`; if a table is missing, `aftersales db migrate`.",
        ),
    )


def _temporal(error: Any) -> Failure:
    return Failure(
        say(f"Temporal 拒绝或连不上：{error}", f"Temporal refused or cannot be reached: {error}"),
        say(
            "运行 aftersales doctor 检查地址和命名空间。",
            "Run `aftersales doctor` to check the address and the namespace.",
        ),
    )


def _as_it_says(error: Any) -> Failure:
    return Failure(str(error))


_TOLD: dict[str, Callable[[Any], Failure]] = {
    "settings.SettingsInvalid": _settings,
    "builtins.ConnectionError": _connection,
    "builtins.TimeoutError": _connection,
    "socket.gaierror": _connection,
    "asyncpg.exceptions._base.PostgresError": _database,
    "asyncpg.exceptions._base.InterfaceError": _database,
    "temporalio.service.RPCError": _temporal,
    "store.migrate.MigrationRefused": _as_it_says,
    "local.child.ServerDidNotStart": _as_it_says,
    "local.held_folder.FolderInUse": _as_it_says,
}

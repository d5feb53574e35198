"""Check-up of PostgreSQL: reachable, current, and not piling up."""

from __future__ import annotations

from datetime import timedelta

import asyncpg

from commands.finding import Finding, bad, doubtful, good, unknown
from commands.language import say
from store.health import Backlog, backlog, server_version
from store.migrate import MigrationState, status

CHECKS = ("postgresql", "migrations", "inbox", "quarantine")
LATE = timedelta(minutes=2)  # a row that no dispatcher took for so long has no dispatcher


async def database(dsn: str) -> list[Finding]:
    """Every finding about the database, in the order of CHECKS."""
    try:
        version = await server_version(dsn)
    except (OSError, asyncpg.PostgresError, TimeoutError) as error:
        found = say(f"连不上（{type(error).__name__}）", f"Cannot be reached ({type(error).__name__}).")
        remedy = say(
            "启动 PostgreSQL，检查 AFTERSALES_DATABASE_DSN；本机试用请运行 aftersales up。",
            "Start PostgreSQL and check AFTERSALES_DATABASE_DSN; to try things out here, run `aftersales up`.",
        )
        return [bad(CHECKS[0], found, remedy), *(unknown(check, CHECKS[0]) for check in CHECKS[1:])]
    findings = [good("postgresql", version), await _migrations(dsn)]
    try:
        lies = await backlog(dsn)
    except asyncpg.UndefinedTableError:
        return [*findings, unknown("inbox", "migrations"), unknown("quarantine", "migrations")]
    return [*findings, _inbox(lies), _quarantine(lies)]


async def _migrations(dsn: str) -> Finding:
    lines = await status(dsn)
    waiting, changed, newer = (
        [line.name for line in lines if line.state is state]
        for state in (MigrationState.WAITING, MigrationState.CHANGED, MigrationState.NEWER)
    )
    if changed:
        return bad(
            "migrations",
            say(f"执行后又被改过：{', '.join(changed)}", f"Changed after they were applied: {', '.join(changed)}"),
            say("恢复原文件，改动写成新的迁移。", "Put the applied text back and write the change as a new migration."),
        )
    if waiting:
        return bad(
            "migrations",
            say(f"还没有执行：{', '.join(waiting)}", f"Not applied yet: {', '.join(waiting)}"),
            say("运行 aftersales db migrate。", "Run `aftersales db migrate`."),
        )
    if newer:
        return doubtful(
            "migrations",
            say(f"数据库比程序新：{', '.join(newer)}", f"The database is newer than this program: {', '.join(newer)}"),
            say("升级程序。", "Upgrade this program."),
        )
    return good("migrations", say(f"{len(lines)} 个全部执行。", f"All {len(lines)} are applied."))


def _inbox(lies: Backlog) -> Finding:
    found = say(f"{lies.open_rows} 条未交给售后单", f"{lies.open_rows} events not handed to a case yet")
    if lies.waiting_for:
        found += say(
            f"，最久的等自己的单 {_hours(lies.waiting_for)}", f"; one waits for its case for {_hours(lies.waiting_for)}"
        )
    if lies.unhanded_for and lies.unhanded_for > LATE:
        found += say(
            f"，最早一条 {_hours(lies.unhanded_for)} 没人取",
            f"; the oldest lies untaken for {_hours(lies.unhanded_for)}",
        )
        remedy = say("检查分发进程和 Temporal 是否在运行。", "See whether the dispatcher and Temporal are running.")
        return bad("inbox", found, remedy)
    return good("inbox", found)


def _quarantine(lies: Backlog) -> Finding:
    if lies.quarantined:
        return doubtful(
            "quarantine",
            say(f"{lies.quarantined} 条事件读不懂。", f"{lies.quarantined} events could not be read."),
            say("运行 aftersales quarantine list。", "Run `aftersales quarantine list`."),
        )
    return good("quarantine", say("空。", "Empty."))


def _hours(length: timedelta) -> str:
    minutes = int(length.total_seconds() // 60)
    return f"{minutes // 60} h {minutes % 60} min" if minutes >= 60 else f"{minutes} min"

"""`aftersales doctor`: look at everything that a case needs, and say how to mend what is wrong."""

from __future__ import annotations

import asyncio

import typer

from commands.checkup_calendar import provisional
from commands.checkup_database import CHECKS as DATABASE_CHECKS
from commands.checkup_database import database
from commands.checkup_install import calendar, python, read_settings, rulebook
from commands.checkup_partners import partners
from commands.checkup_temporal import temporal
from commands.finding import Finding, Health, bad, unknown
from commands.language import say
from commands.output import AsJson, Column, show_table
from settings import Settings, SettingsInvalid

app = typer.Typer()

MARKS = {Health.GOOD: "✓", Health.DOUBTFUL: "!", Health.BAD: "✗", Health.UNKNOWN: "?"}


@app.command(
    help=say(
        "检查 Python、设置、PostgreSQL、迁移、Temporal、worker、卡住的售后单、每日对账、待办清单、日历、"
        "暂定期限、合作方、收件箱和隔离区。有问题时退出码为 1。",
        "Check Python, settings, PostgreSQL, migrations, Temporal, worker, stuck cases, daily reconciliation, agenda, "
        "calendar, provisional deadlines, partners, inbox and quarantine. Exit code 1 when something is bad.",
    )
)
def doctor(as_json: AsJson = False) -> None:
    """Print the findings."""
    findings = asyncio.run(_findings())
    rows = [
        {"check": one.check, "health": one.health, "found": one.found, "remedy": one.remedy, "mark": MARKS[one.health]}
        for one in findings
    ]
    columns = (
        Column("mark", "", ""),
        Column("check", "检查", "Check"),
        Column("found", "情况", "Found"),
        Column("remedy", "怎么办", "What to do"),
    )
    show_table(rows, columns, as_json=as_json)
    if any(one.health is Health.BAD for one in findings):
        raise typer.Exit(1)


async def _findings() -> list[Finding]:
    configured, about_settings = read_settings()
    configured = configured or Settings.model_construct()
    in_database, in_temporal, of_partners, of_deadlines = await asyncio.gather(
        _database(configured), temporal(), partners(configured), provisional(configured)
    )
    return [
        python(),
        about_settings,
        *in_database,
        *in_temporal,
        rulebook(configured),
        calendar(configured),
        of_deadlines,
        *of_partners,
    ]


async def _database(configured: Settings) -> list[Finding]:
    try:
        dsn = configured.database()
    except SettingsInvalid as error:
        found = say(error.problems[0].zh, error.problems[0].en)
        remedy = say(
            "设置 AFTERSALES_DATABASE_DSN，或运行 aftersales up。",
            "Set AFTERSALES_DATABASE_DSN, or run `aftersales up`.",
        )
        return [
            bad(DATABASE_CHECKS[0], found, remedy),
            *(unknown(one, DATABASE_CHECKS[0]) for one in DATABASE_CHECKS[1:]),
        ]
    return await database(dsn)

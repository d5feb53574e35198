"""Check-up of what is on this machine: Python, settings, calendar."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib import metadata

import settings
from commands.finding import Finding, bad, doubtful, good
from commands.language import language, say
from domain import rulebook_file
from domain.calendar_file import CalendarError
from store.working_time import CalendarWorkingTime

OLDEST_PYTHON = (3, 11)
LEAST_HORIZON = 60  # days ahead that must be official: the rulebook's longest clocks run that far


def python() -> Finding:
    """Whether this Python and the SDK are ones that we support."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    if sys.version_info < OLDEST_PYTHON:
        return bad("python", version, say("需要 Python 3.11 或更新版本。", "Python 3.11 or newer is needed."))
    return good("python", f"{version}, temporalio {metadata.version('temporalio')}")


def read_settings() -> tuple[settings.Settings | None, Finding]:
    """The settings, and whether they can be read."""
    try:
        found = settings.load()
    except settings.SettingsInvalid as error:
        told = "; ".join(f"{one.variable}: {say(one.zh, one.en)}" for one in error.problems)
        return None, bad("settings", told, say("改正环境变量或 .env。", "Correct the environment or .env."))
    needed = [f"{name}_{what}" for name in settings.PARTNERS for what in ("url", "secret")]
    unset = [f"{settings.PREFIX}{name.upper()}" for name in needed if getattr(found, name) is None]
    if unset:
        return found, doubtful(
            "settings",
            say(f"没有设置：{', '.join(unset)}", f"Not set: {', '.join(unset)}"),
            say(
                "worker 启动前必须设置；本机试用请运行 aftersales up。",
                "The worker needs them; to try out, `aftersales up`.",
            ),
        )
    return found, good("settings", say("可读，没有未知项。", "Readable, nothing unknown."))


def calendar(configured: settings.Settings) -> Finding:
    """Whether the calendar files can be used, and the official days reach far enough ahead."""
    try:
        days = CalendarWorkingTime.from_folder(configured.calendar_folder).horizon_days(datetime.now(UTC).date())
    except CalendarError as error:
        return bad("calendar", error.text(language()), say("改正该文件后重试。", "Correct that file and try again."))
    found = say(f"官方日历还覆盖 {days} 天。", f"Official for another {days} days.")
    if days < LEAST_HORIZON:
        return doubtful(
            "calendar",
            found,
            say(
                "国务院办公厅公布下一年放假安排后，运行 aftersales calendar import。",
                "When the State Council has published next year's holidays, run `aftersales calendar import`.",
            ),
        )
    return good("calendar", found)


def rulebook(configured: settings.Settings) -> Finding:
    """Whether the rulebook that new cases will follow can be read."""
    file = configured.rulebook_file
    try:
        book = rulebook_file.load(file.read_text(encoding="utf-8"), file.name) if file else rulebook_file.default()
    except OSError as error:
        found = f"{file}: {error.strerror}"
        return bad("rulebook", found, say("检查 AFTERSALES_RULEBOOK_FILE。", "Check AFTERSALES_RULEBOOK_FILE."))
    except rulebook_file.RulebookError as error:
        found = "; ".join(problem.text(language()) for problem in error.problems)
        return bad("rulebook", found, say("运行 aftersales rulebook check。", "Run `aftersales rulebook check`."))
    return good("rulebook", f"{book.name}, {book.digest[:12]}")

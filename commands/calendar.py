"""`aftersales calendar`: which days are working days, and take in a year's notice."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands import calendar_apply
from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_table, tell

if TYPE_CHECKING:
    from domain.calendar import CalendarYear, NationalCalendar

app = typer.Typer(no_args_is_help=True, help=say("查看和导入工作日历。", "Show and import working calendars."))

_DAYS = (Column("date", "日期", "Date"), Column("weekday", "星期", "Weekday"), Column("kind", "类别", "Kind"))


@app.command(
    help=say("显示某年的假日和调休，缺省为今年。", "Show a year's days off and make-up days; this year by default.")
)
def show(
    year: Annotated[int | None, typer.Argument(min=2000, max=2200, help=say("年份", "The year"))] = None,
    as_json: AsJson = False,
) -> None:
    """Show a year."""
    from datetime import UTC, datetime

    import settings

    today = datetime.now(UTC).date()
    national = _national(settings.load().calendar_folder)
    chosen = national.year(year or today.year)
    horizon = national.horizon_days(today)
    if as_json:
        show_json({**chosen.model_dump(), "days": _rows(chosen), "official_days_ahead": horizon})
        return
    status = say({"official": "正式", "provisional": "暂定"}[chosen.status], chosen.status)
    show_table(_rows(chosen), _DAYS, as_json=False, title=f"{chosen.year} · {status} · {chosen.source}")
    tell(f"正式日历还有 {horizon} 天。", f"The calendar is official for another {horizon} days.")
    if horizon < HORIZON_DAYS:
        tell(
            "通知发布后请运行 aftersales calendar import。", "When the notice is out, run `aftersales calendar import`."
        )


@app.command(
    name="import",
    help=say(
        "导入一年的放假通知（holiday-cn 的 JSON），写入店铺日历目录。",
        "Take in a year's notice (holiday-cn's JSON) and write it to the shop's calendar folder.",
    ),
)
def import_(
    file: Annotated[Path, typer.Argument(help=say("JSON 文件", "The JSON file"))],
    folder: Annotated[
        Path | None, typer.Option(help=say("目录，缺省取设置。", "The folder; the configured one by default."))
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help=say("替换该年已有的文件。", "Replace the file that the year has."))
    ] = False,
) -> None:
    """Check a notice, say what it changes, and keep it."""
    import os

    import settings
    from domain.calendar_file import CalendarError, parse_notice, write_notice

    target_folder = folder or settings.load().calendar_folder
    if target_folder is None:
        raise Failure(
            say("没有设置日历目录。", "No calendar folder is configured."),
            say("设置 AFTERSALES_CALENDAR_FOLDER，或加 --folder。", "Set AFTERSALES_CALENDAR_FOLDER or give --folder."),
        )
    try:
        notice = parse_notice(_text(file), file.name)
    except CalendarError as error:
        raise Failure(error.text(language())) from None
    before = _national(target_folder).year(notice.year)
    target = target_folder / f"cn-{notice.year}.json"
    text = write_notice(notice)
    if target.exists() and target.read_text(encoding="utf-8") == text:
        tell(f"{notice.year} 年没有变化。", f"Nothing changes in {notice.year}.")
        return
    changed = sorted((before.off ^ notice.off) | (before.work ^ notice.work))
    show_table(
        [
            {"date": day.isoformat(), "weekday": _weekday(day.isoweekday()), "kind": _kind(notice, day)}
            for day in changed
        ],
        _DAYS,
        as_json=False,
        title=say(f"{notice.year} 年与现有日历的差别", f"What changes in {notice.year}"),
    )
    if target.exists() and not overwrite:
        raise Failure(
            say(f"{target.name} 已存在，内容不同。", f"{target.name} is there already, with other days."),
            say("核对上表后加 --overwrite 再运行。", "Look at the table and run again with --overwrite."),
        )
    target_folder.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".json.new")
    draft.write_text(text, encoding="utf-8")
    os.replace(draft, target)  # a worker that reads meanwhile sees the old file or the new one, never half of it
    tell(
        f"已写入 {target.name}，新的时限按它计算。每台 worker 的日历目录都有此文件后，运行 aftersales calendar apply，"
        "让已有的售后单重算。",
        f"Wrote {target.name}; new deadlines follow it. When every worker's calendar folder has it, run "
        "`aftersales calendar apply`, so that cases under way count anew.",
    )


app.command("apply", help=calendar_apply.HELP)(calendar_apply.apply)


HORIZON_DAYS = 60
"""Fewer official days ahead than this, and `doctor` warns: a case that opens today may outlive the calendar."""


def _national(folder: Path | None) -> NationalCalendar:
    from domain.calendar_file import CalendarError, default, parse_notice

    national = default()
    for file in sorted(folder.glob("*.json")) if folder and folder.is_dir() else ():
        try:
            national = national.with_year(parse_notice(_text(file), file.name))
        except CalendarError as error:
            raise Failure(error.text(language())) from None
    return national


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(
            say(f"读不了日历文件 {file}：{error}", f"The calendar file {file} cannot be read: {error}"),
            say("请检查路径；文件须为 UTF-8。", "Check the path; the file is in UTF-8."),
        ) from None


def _rows(year: CalendarYear) -> list[dict[str, str]]:
    return [
        {"date": day.isoformat(), "weekday": _weekday(day.isoweekday()), "kind": _kind(year, day)}
        for day in sorted(year.off | year.work)
    ]


def _kind(year: CalendarYear, day: object) -> str:
    if day in year.off:
        return say("放假", "day off")
    return say("调休上班", "make-up working day") if day in year.work else say("按星期", "as its weekday")


def _weekday(number: int) -> str:
    return say("一二三四五六日"[number - 1], ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")[number - 1])

"""How every verb speaks: a table for people or `--json` for programs, on stdout; what went wrong, on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Annotated, Any, Literal

import typer
from pydantic_core import to_jsonable_python

from commands.failure import Failure
from commands.language import say

AsJson = Annotated[bool, typer.Option("--json", help=say("输出 JSON，供程序读取。", "Print JSON for programs."))]
"""Annotate a verb's parameter with it: `as_json: AsJson = False`."""

WIDE = 10_000  # characters: what goes into a file or pipe is not folded to a screen's width


@dataclass(frozen=True)
class Column:
    """A column: the key of the row, and its heading in both languages.

    `whole`: never folded, for what people copy. `spare`: left out where the screen is too narrow for all of them, the
    highest first; 0 stays.
    """

    key: str
    zh: str
    en: str
    align: Literal["left", "right"] = "left"
    whole: bool = False
    spare: int = 0


def show_table(
    rows: Sequence[Mapping[str, Any]],
    columns: Sequence[Column],
    *,
    as_json: bool,
    title: str = "",
    lines: bool = False,
    err: bool = False,
) -> None:
    """Rows as a table, or as a JSON array of objects that keeps every key of the rows, shown or not.

    `lines`: with lines between the rows, for cells of several lines. `err`: on stderr, before a question.
    """
    if as_json:
        show_json(list(rows))
        return
    console, left_out = _console(err=err), list[Column]()

    def table(shown: Sequence[Column]) -> Any:
        from rich.table import Table

        drawn = Table(title=title or None, title_justify="left", show_lines=lines)
        for column in shown:
            drawn.add_column(say(column.zh, column.en), justify=column.align, overflow="fold", no_wrap=column.whole)
        for row in rows:
            drawn.add_row(*(_cell(row.get(column.key)) for column in shown))
        return drawn

    kept = list(columns)
    for spare in sorted((column for column in columns if column.spare), key=lambda column: -column.spare):
        if console.measure(table(kept), options=console.options.update(width=WIDE)).maximum <= console.width:
            break
        kept.remove(spare)
        left_out.append(spare)
    console.print(table(kept))
    if left_out:
        names = say("、", ", ").join(say(column.zh, column.en) for column in left_out)
        tell(f"屏幕较窄，未列出：{names}。", f"Left out on this narrow screen: {names}.", err=err)
    if not rows:
        tell("没有。", "None.", err=err)


def show_record(record: Mapping[str, Any], labels: Sequence[Column], *, as_json: bool, err: bool = False) -> None:
    """One thing, a line per label; or as a JSON object that keeps every key. `err`: on stderr, before a question."""
    if as_json:
        show_json(record)
        return
    from rich.table import Table

    table = Table(box=None, show_header=False)
    table.add_column(style="bold")
    table.add_column(overflow="fold")
    for label in labels:
        table.add_row(say(label.zh, label.en), _cell(record.get(label.key)))
    _console(err=err).print(table)


def show_json(value: Any) -> None:
    """Anything pydantic can write, as JSON on stdout. Instants are ISO 8601 in UTC."""
    typer.echo(json.dumps(to_jsonable_python(value), ensure_ascii=False, indent=2))


def tell(zh: str, en: str, *, err: bool = False) -> None:
    """A line for a person, on stdout: not for `--json`. `err`: on stderr, before a question."""
    if not (sys.stderr if err else sys.stdout).isatty():
        typer.echo(say(zh, en), err=err)
        return
    _console(err=err).print(say(zh, en), markup=False, highlight=False, soft_wrap=False)  # folded between words


def tell_failure(failure: Failure, *, as_json: bool) -> None:
    """A failure on stderr: the sentence and what to do next; one JSON object where the caller asked for JSON."""
    if as_json:
        typer.echo(json.dumps({"error": failure.what, "remedy": failure.remedy}, ensure_ascii=False), err=True)
        return
    typer.secho(failure.what, err=True, fg="red")
    if failure.remedy:
        typer.echo(failure.remedy, err=True)


def _console(*, err: bool) -> Any:
    from rich.console import Console

    seen = (sys.stderr if err else sys.stdout).isatty()
    return Console(stderr=err) if seen else Console(stderr=err, width=WIDE, highlight=False)


def _cell(value: Any) -> str:
    """A value as a person reads it. Square brackets are text, not mark-up."""
    return _text(value).replace("[", "\\[")


def _text(value: Any) -> str:
    """A value in words; instants in the machine's own time zone."""
    match value:
        case None | "":
            return "–"
        case bool():
            return say("是", "yes") if value else say("否", "no")
        case datetime():
            return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case Enum():
            return str(value.value)
        case list() | tuple() | set() | frozenset():
            return ", ".join(_text(one) for one in value) or "–"
        case dict():
            return json.dumps(to_jsonable_python(value), ensure_ascii=False)
        case _:
            return str(value)

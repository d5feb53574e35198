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
    """A column: the key of the row, and its heading in both languages."""

    key: str
    zh: str
    en: str
    align: Literal["left", "right"] = "left"


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
    from rich.table import Table

    table = Table(title=title or None, title_justify="left", show_lines=lines)
    for column in columns:
        table.add_column(say(column.zh, column.en), justify=column.align, overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(column.key)) for column in columns))
    _console(err=err).print(table)
    if not rows:
        typer.echo(say("没有。", "None."), err=err)


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
    typer.echo(say(zh, en), err=err)


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
    """A value as a person reads it; instants in the machine's own time zone. Square brackets are text, not mark-up."""
    match value:
        case None | "":
            text = "–"
        case bool():
            text = say("是", "yes") if value else say("否", "no")
        case datetime():
            text = value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        case Enum():
            text = str(value.value)
        case list() | tuple() | set() | frozenset():
            text = ", ".join(_cell(one) for one in value)
        case dict():
            text = json.dumps(to_jsonable_python(value), ensure_ascii=False)
        case _:
            text = str(value)
    return text.replace("[", "\\[")

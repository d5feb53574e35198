"""The `aftersales` command. Verbs live in `commands/`, one module each, and are imported when they run.

So `aftersales --help` costs no database driver and no Temporal SDK. A module exposes `app`, a `typer.Typer`: with one
command it is the verb itself, with several it is a group (`aftersales case show`).
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperCommand, TyperGroup

from commands.failure import Failure, expected
from commands.language import language, say
from process_end import ends_at_once


@dataclass(frozen=True)
class Verb:
    """A verb's module in `commands` and its line in the help."""

    module: str
    zh: str
    en: str


VERBS: dict[str, Verb] = {
    "demo": Verb(
        "demo",
        "演示：启动真实服务，跑完示例订单，列出每个售后单做了什么。",
        "Run the example orders on real servers and show what each case did.",
    ),
    "up": Verb(
        "up",
        "在本机启动全部服务并保留数据，Ctrl-C 停止。",
        "Start everything on this machine and keep the data; Ctrl-C stops it.",
    ),
    "worker": Verb("worker", "启动处理售后单的工作进程。", "Run the worker that carries the cases."),
    "intake": Verb(
        "intake", "从文件导入订单事件（NDJSON、CSV、XLSX）。", "Take in order events from a file (NDJSON, CSV, XLSX)."
    ),
    "quarantine": Verb("quarantine", "查看和重放读不懂的事件。", "See and replay events that could not be read."),
    "case": Verb("case", "查看、解释、操作售后单。", "List, show, explain and act on cases."),
    "evidence": Verb("evidence", "售后单的照片：添加、列出、取出。", "Photos of a case: add, list and fetch them."),
    "customer": Verb("customer", "按客户要求删除其个人资料。", "Erase a customer's personal data at his request."),
    "money": Verb(
        "money",
        "与支付渠道对账，查看和了结差异。",
        "Compare refunds with the providers' books; see and settle differences.",
    ),
    "agenda": Verb("agenda", "备忘：到点该过一遍的事。", "What is to be looked through now."),
    "factory": Verb(
        "factory",
        "不良区与退厂单：退给厂家的货。",
        "The defect zone, and the notes with which goods go back to their maker.",
    ),
    "records": Verb("records", "各种记录：列出、导出。", "List and export records."),
    "report": Verb("report", "一个月的售后指标。", "The indicators of a month."),
    "rulebook": Verb("rulebook", "查看、校验、比较规则手册。", "Show, check and compare rulebooks."),
    "calendar": Verb("calendar", "查看和导入工作日历。", "Show and import working calendars."),
    "db": Verb("db", "数据库迁移。", "Migrate the database and see where it stands."),
    "doctor": Verb(
        "doctor", "检查安装，并逐项说明如何修好。", "Check the installation and say how to mend what is wrong."
    ),
}


class LazyVerbs(TyperGroup):
    """Lists verbs from the table above and imports the one that runs."""

    def __init__(self, **attrs: Any) -> None:
        super().__init__(**attrs)
        self.commands = {
            name: TyperCommand(name, help=say(verb.zh, verb.en), callback=lambda: None) for name, verb in VERBS.items()
        }

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        """The verb that was typed, imported."""
        name, command, rest = super().resolve_command(ctx, args)
        return name, _load(name) if name else command, rest


_COMPLETION = ("install_completion", "show_completion")


def _load(name: str) -> Any:
    command = typer.main.get_command(import_module(f"commands.{VERBS[name].module}").app)
    command.name = name
    # Completion is the whole command's affair, not a verb's.
    command.params = [param for param in command.params if param.name not in _COMPLETION]
    command.help = command.help or say(VERBS[name].zh, VERBS[name].en)
    return command


app = typer.Typer(
    cls=LazyVerbs,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback(help=say("网店售后服务。", "The after-sales service of an online shop."))
def aftersales() -> None:
    """Carry no options of its own."""


@ends_at_once
def main() -> None:
    """Run the verb. Exit code 0 done, 1 an expected failure told in a sentence, 2 wrong usage, or as its help says."""
    if language() == "zh" and not {"-h", "--help"}.isdisjoint(sys.argv):
        _chinese_headings()
    try:
        app(prog_name="aftersales")
    except Exception as error:
        failure = error if isinstance(error, Failure) else expected(error)
        if failure is None:
            raise
        from commands.output import tell_failure

        tell_failure(failure, as_json="--json" in sys.argv)
        sys.exit(failure.exit_code)


def _chinese_headings() -> None:
    from typer import rich_utils

    rich_utils.OPTIONS_PANEL_TITLE, rich_utils.ARGUMENTS_PANEL_TITLE = "选项", "参数"
    rich_utils.COMMANDS_PANEL_TITLE = "命令"
    rich_utils.DEFAULT_STRING, rich_utils.REQUIRED_LONG_STRING = "[默认 {}]", "[必填]"
    for kind in (TyperCommand, TyperGroup):
        setattr(kind, "get_help_option", _in_chinese(kind.get_help_option))  # noqa: B010  mypy: no plain assignment


def _in_chinese(own: Callable[..., Any]) -> Callable[..., Any]:
    def get_help_option(command: Any, ctx: Any) -> Any:
        option = own(command, ctx)
        if option is not None:
            option.help = "显示这段说明。"
        return option

    return get_help_option


if __name__ == "__main__":
    main()

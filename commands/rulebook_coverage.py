"""`aftersales rulebook coverage`: every rule with what holds it and which test saw it at work (docs/coverage.md)."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from commands.failure import Failure
from commands.language import say
from commands.output import AsJson, Column, show_json, show_table, tell

OnlyMissing = Annotated[
    bool,
    typer.Option(
        "--missing", help=say("只列出未落实或未见测试的规则。", "Only the rules that are not held or not exercised.")
    ),
]


def coverage(missing: OnlyMissing = False, as_json: AsJson = False) -> None:
    """Print a row per rule, then the shares."""
    from commands import coverage as reading

    try:
        every = reading.coverage()
    except FileNotFoundError as error:
        raise Failure(
            say(f"找不到规则手册：{error}", f"The rulebook's page is not here: {error}"),
            say("请在项目文件夹里运行。", "Run it in the project's folder."),
        ) from None
    rows = [row for row in every if not (missing and row.accounted)]
    shares = list(reading.shares(every))
    if as_json:
        show_json({"rules": [reading.plain(row) for row in rows], "shares": shares})
        return
    show_table([_cells(row) for row in rows], _COLUMNS, as_json=False)
    show_table([_share(one) for one in shares], _SHARES, as_json=False)
    if old := sum(row.old for row in every):
        tell(
            f"其中 {old} 条的测试早于现在的代码；运行 make test 更新。",
            f"For {old} of them the tests ran before the code was last changed; `make test` looks anew.",
        )


_COLUMNS = (
    Column("id", "规则", "Rule"),
    Column("marks", "标记", "Marks"),
    Column("held", "落实方式", "Held"),
    Column("by", "由何处", "By"),
    Column("exercised", "测试", "Exercised by"),
)
_SHARES = (
    Column("of", "标记", "Marks"),
    Column("rules", "规则数", "Rules", "right"),
    Column("held", "已落实", "Held", "right"),
    Column("exercised", "并经测试", "And exercised", "right"),
    Column("accounted", "有交代", "Accounted for", "right"),
)
_WAYS = {
    "executed": "执行", "guarded": "守护", "scheduled": "计时", "reminded": "提醒", "recorded": "记录",
}  # fmt: skip


def _cells(row: Any) -> dict[str, Any]:
    held = ", ".join(say(_WAYS[how], how) for how in row.ways)
    if row.people and not row.held:
        held = say(f"由人处理：{row.people['zh']}", f"a person's business: {row.people['en']}")
    tests = [one.test for one in row.exercised]
    return {
        "id": row.rule.id,
        "marks": row.rule.marks,
        "held": held,
        "by": _first([str(one) for one in row.held]),
        "exercised": _first(tests) + (say("（旧）", " (old)") if row.old else ""),
    }


def _first(names: list[str]) -> str:
    more = len(set(names)) - 1
    return f"{names[0]} +{more}" if more > 0 else "".join(names[:1])


def _share(one: Any) -> dict[str, Any]:
    def part(count: int) -> str:
        return f"{count} ({count / one.rules:.0%})" if one.rules else "0"

    return {
        "of": say("全部", "all") if one.of == "all" else f"[{one.of}]",
        "rules": one.rules,
        "held": part(one.held),
        "exercised": part(one.exercised),
        "accounted": part(one.accounted),
    }


HELP = say(
    "列出规则手册的每条规则：由哪段代码落实，哪个测试见过它起作用。",
    "List every rule of the rulebook: which code holds it, and which test saw it at work.",
)

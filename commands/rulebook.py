"""`aftersales rulebook`: the values that bind the shop, a file of one's own, two versions; what holds each rule."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_json, show_record, show_table, tell
from commands.rulebook_coverage import HELP, coverage

if TYPE_CHECKING:
    import asyncpg

    from domain.ports.case_file import KeptRulebook
    from domain.rulebook import Rulebook

app = typer.Typer(no_args_is_help=True, help=say("查看、校验、比较规则手册。", "Show, check and compare rulebooks."))

app.command("coverage", help=HELP)(coverage)

DEFAULT = "default"
_FILE = say(
    f"规则文件，或 {DEFAULT} 表示自带的规则。", f"A rulebook file, or {DEFAULT} for the one that comes with it."
)


@app.command(
    help=say("列出全部规则值；给出编号则详细显示一项。", "List every value; with an id, show that one in full.")
)
def show(
    id: Annotated[
        str | None, typer.Argument(help=say("如 D-REFPAY、M-QUAL、X2。", "Such as D-REFPAY, M-QUAL, X2."))
    ] = None,
    file: Annotated[str | None, typer.Option("--file", help=_FILE)] = None,
    as_json: AsJson = False,
) -> None:
    """Show values."""
    book = _read(file) if file else in_force()
    rows = list(_rows(book))
    if id is None:
        title = say(f"规则 {book.name}，指纹 {book.digest[:12]}", f"Rulebook {book.name}, digest {book.digest[:12]}")
        show_table(rows, _COLUMNS[:5], as_json=as_json, title=title)
        return
    wanted = [row for row in rows if id.casefold() in (row["id"].casefold(), row["rule"].casefold())]
    if not wanted:
        raise Failure(
            say(f"没有编号 {id}。", f"There is no {id}."),
            say("运行 aftersales rulebook show 查看全部编号。", "Run `aftersales rulebook show` to see every id."),
        )
    if as_json:
        show_json(wanted)
        return
    for row in wanted:
        show_record(row, [column for column in _COLUMNS if row.get(column.key)], as_json=False)


@app.command(help=say("校验一个规则文件，并列出它改了什么。", "Check a rulebook file and list what it changes."))
def check(file: Annotated[Path, typer.Argument(help=_FILE)], as_json: AsJson = False) -> None:
    """Check a file; exit code 1 with every problem found."""
    from domain.rulebook import diff
    from domain.rulebook_file import default

    book = _read(str(file))
    changes = [change.model_dump() for change in diff(default(), book)]
    loosened = [guard.model_dump() for guard in book.loosened]
    if as_json:
        show_json({"name": book.name, "digest": book.digest, "changes": changes, "loosened_guards": loosened})
        return
    tell(f"可用。规则 {book.name}，指纹 {book.digest[:12]}", f"Good. Rulebook {book.name}, digest {book.digest[:12]}")
    show_table(changes, _DIFF, as_json=False, title=say("与自带规则的差别", "Against the rulebook that comes with it"))
    if loosened:
        title = say("已确认放宽的保护规则", "Guards that this file makes looser, as it acknowledges")
        show_table(loosened, _LOOSENED, as_json=False, title=title)


@app.command(help=say("逐值比较两个规则文件。", "Compare two rulebook files, value by value."))
def diff(
    before: Annotated[str, typer.Argument(help=_FILE)],
    after: Annotated[str, typer.Argument(help=_FILE)],
    as_json: AsJson = False,
) -> None:
    """Compare two versions."""
    from domain.rulebook import diff as compare

    show_table([one.model_dump() for one in compare(_read(before), _read(after))], _DIFF, as_json=as_json)


@app.command(
    help=say(
        "把规则存入档案，未结的售后单可以改用它（case act … adopt_rulebook）；缺省为现行规则。",
        "Keep a rulebook in the archive, so that open cases may change to it (case act … adopt_rulebook); "
        "the one in force by default.",
    )
)
def keep(
    file: Annotated[str | None, typer.Argument(help=_FILE)] = None,
    as_json: AsJson = False,
) -> None:
    """Keep a version."""
    from commands.case_named import with_pool
    from store.rulebook_archive import RulebookArchive

    file = file or _configured()
    text = _text(file)
    book = _parsed(file, text)
    rules = book.rules()

    async def work(pool: asyncpg.Pool) -> KeptRulebook:
        archive = RulebookArchive(pool)
        await archive.keep(rules, text)
        return (await archive.find(rules.digest))[0]

    kept = with_pool(work)
    if as_json:
        show_json({"name": kept.name, "digest": kept.digest, "version": kept.version})
        return
    tell(f"已存档：{kept.version}", f"Kept: {kept.version}")
    if kept.name != book.name:
        tell(f"同样的值早已以 {kept.name} 存档。", f"The same values were kept before, as {kept.name}.")


@app.command("list", help=say("列出档案里的规则版本。", "List the versions in the archive."))
def list_kept(as_json: AsJson = False) -> None:
    """List versions, with how many open cases follow each."""
    from commands.case_named import with_pool
    from store.rulebook_archive import RulebookArchive

    async def work(pool: asyncpg.Pool) -> list[dict[str, Any]]:
        archive = RulebookArchive(pool)
        followed = await archive.followed()
        return [
            {"version": one.version, "name": one.name, "digest": one.digest, "cases": followed.get(one.version, 0)}
            for one in await archive.kept()
        ]

    columns = (Column("version", "版本", "Version"), Column("cases", "未结售后单", "Open cases", "right"))
    show_table(with_pool(work), columns, as_json=as_json)


_COLUMNS = (
    Column("id", "编号", "Id"),
    Column("value", "值", "Value"),
    Column("label", "名称", "Name"),
    Column("rule", "规则", "Rule"),
    Column("source", "出处", "Source"),
    Column("section", "章节", "Section"),
    Column("goal", "目标", "Goal"),
    Column("anchor", "起点", "Starts at"),
    Column("calendar", "历法", "Calendar"),
    Column("warn_percent", "预警 %", "Warnings at %"),
    Column("fires", "到期时", "When it fires"),
    Column("allowed", "可选", "Allowed"),
    Column("guard", "保护规则", "Guard"),
)
_DIFF = (Column("path", "位置", "Place"), Column("before", "之前", "Before"), Column("after", "之后", "After"))
_LOOSENED = (
    Column("guard", "保护规则", "Guard"),
    Column("path", "位置", "Place"),
    Column("default", "默认", "Default"),
    Column("value", "现值", "Value"),
)


def in_force() -> Rulebook:
    """The rulebook of this installation. Raises Failure when its file cannot be used."""
    return _read(_configured())


def _configured() -> str:
    import settings

    configured = settings.load().rulebook_file
    return str(configured) if configured else DEFAULT


def _text(file: str) -> str:
    from domain.rulebook_file import default_text

    try:
        return default_text() if file == DEFAULT else Path(file).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Failure(
            say(f"读不了规则文件 {file}：{error}", f"The rulebook file {file} cannot be read: {error}"),
            say("请检查路径；文件须为 UTF-8 编码的 TOML。", "Check the path; the file is TOML in UTF-8."),
        ) from None


def _read(file: str) -> Rulebook:
    return _parsed(file, _text(file))


def _parsed(file: str, text: str) -> Rulebook:
    from domain.rulebook_file import RulebookError, default, load

    if file == DEFAULT:
        return default()
    try:
        return load(text, Path(file).name)
    except RulebookError as error:
        raise Failure(
            "\n".join(problem.text(language()) for problem in error.problems),
            say("改好后再运行 aftersales rulebook check。", "Mend it and run `aftersales rulebook check` again."),
        ) from None


def _rows(book: Rulebook) -> Iterator[dict[str, Any]]:
    """Every value as one row: its id, the value as people say it, and where it comes from."""
    from domain.rulebook import SECTIONS

    for section in SECTIONS:
        part = getattr(book, section)
        for id, row in ({"ladder": part, **part.sizes} if section == "compensation" else part).items():
            plain = row.model_dump(mode="json", exclude={"label", "fires", "sizes"}, exclude_none=True)
            yield {
                **plain,
                "id": str(id),
                "section": section,
                "rule": plain.get("rule") or str(id),  # a freight rule and a choice are called by their rule
                "value": _value(section, str(id), row),
                "label": row.label.text(language()),
                "fires": row.fires.text(language()) if section == "clocks" else "",
            }


def _value(section: str, id: str, row: Any) -> str:
    match section:
        case "clocks":
            return str(row.length)
        case "freight":
            legs = (
                (say("去程", "out"), row.outbound),
                (say("回程", "in"), row.inbound),
                (say("再寄", "back"), row.back),
            )
            return ", ".join(f"{name}: {payer}" for name, payer in legs)
        case "compensation":
            return " → ".join(row.ladder) if id == "ladder" else f"{row.least} – {row.most}"
        case "authority":
            free = say("不限", "no limit")
            return say(
                f"补偿 {row.compensation or free}，退款 {row.refund or free}",
                f"goodwill {row.compensation or free}, refund {row.refund or free}",
            )
        case "numbers":
            return f"{row.value} {row.unit}"
        case "agenda" | "categories":
            return ", ".join(row.value)
        case _:
            return str(row.value)

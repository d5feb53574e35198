"""`aftersales evidence`: photos of a case, put in, listed, and looked at."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from commands.case_named import CaseName, NamedCase, with_case, with_pool
from commands.failure import Failure
from commands.language import language, say
from commands.output import AsJson, Column, show_table, tell
from commands.signature import checked

if TYPE_CHECKING:
    import asyncpg

    from domain.vocabulary import Party
    from starter.evidence import EvidenceDoor
    from store.evidence import EvidenceFile

app = typer.Typer(
    no_args_is_help=True, help=say("售后单的照片：添加、列出、取出。", "Photos of a case: add, list and fetch them.")
)

REF = Annotated[str, typer.Argument(metavar="REF", help=say("照片编号 file-…。", "The photo's reference, file-…."))]


@app.command(
    help=say(
        "把照片加入售后单：清除隐藏信息（拍摄地点、时间、设备等）后保存，并告知该单。重复添加无害。"
        "退出码 1：有文件未被接受。",
        "Add photos to a case: they lose their hidden data (place, time, device, ...), are kept, and the case is told. "
        "Harmless to repeat. Exit code 1: some files were not taken.",
    )
)
def add(
    case: CaseName,
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help=say("照片文件。", "The photos' files."))],
    *,
    by: Annotated[
        str, typer.Option("--by", metavar="ROLE:ID", help=say("谁添加，例如 agent:17。", "Who adds them: agent:17."))
    ] = "agent",
    giver: Annotated[
        str,
        typer.Option(
            "--from",
            help=say(
                "谁的照片：customer（客户）、warehouse（仓库）、courier（快递）。",
                "Whose photos: customer, warehouse or courier.",
            ),
        ),
    ] = "customer",
    as_json: AsJson = False,
) -> None:
    """Add photos."""
    party = _giver(giver)
    by = checked(by)

    async def take(named: NamedCase) -> list[dict[str, Any]]:
        from starter.evidence import EvidenceDoor
        from starter.intake_settings import IntakeSettings

        intake = IntakeSettings.read()
        door = EvidenceDoor(named.pool, intake)
        return [await _one(door, named, file, giver=party, by=by, most=intake.photo_bytes) for file in files]

    rows = with_case(case, take)
    columns = (
        Column("file", "文件", "File"),
        Column("result", "结果", "Result"),
        Column("ref", "编号", "Reference"),
        Column("what", "说明", "What is wrong"),
    )
    show_table([_in_words(row) for row in rows] if not as_json else rows, columns, as_json=as_json)
    raise typer.Exit(1 if any(row["result"] == "refused" for row in rows) else 0)


@app.command("list", help=say("列出售后单的照片。", "List a case's photos."))
def list_photos(case: CaseName, as_json: AsJson = False) -> None:
    """List photos."""

    async def read(named: NamedCase) -> Sequence[EvidenceFile]:
        from store.evidence import PostgresEvidence

        return await PostgresEvidence(named.pool).of_case(named.row.shop, named.row.case_no)

    rows = [photo.model_dump() for photo in with_case(case, read)]
    columns = (
        Column("ref", "编号", "Reference"),
        Column("given_by", "来自", "From"),
        Column("taken_in_by", "添加人", "Added by"),
        Column("at", "时间", "When"),
        Column("media_type", "类型", "Kind"),
        Column("width", "宽", "Width", "right"),
        Column("height", "高", "Height", "right"),
        Column("size", "字节", "Bytes", "right"),
        Column("erased_at", "已删除", "Erased"),
    )
    show_table(rows, columns, as_json=as_json)


@app.command(help=say("取出一张照片，写入文件。", "Fetch a photo into a file."))
def show(
    ref: REF,
    out: Annotated[
        Path, typer.Option("-o", "--out", metavar="FILE", help=say("写入的文件；不覆盖。", "The new file."))
    ],
) -> None:
    """Write a photo to a file that only its owner can read."""

    async def read(pool: asyncpg.Pool) -> bytes:
        from store.evidence import PostgresEvidence

        evidence = PostgresEvidence(pool)
        photo = await evidence.find(ref)
        if photo is None:
            raise Failure(
                say(f"没有照片 {ref}", f"There is no photo {ref}"),
                say("aftersales evidence list 售后单号 列出照片。", "`aftersales evidence list CASE` lists them."),
            )
        kept = await evidence.content(photo.shop, ref)
        if kept is None:
            raise Failure(
                say("这张照片已按客户要求删除。", "This photo was erased together with its customer's data."),
            )
        return kept[1]

    content = with_pool(read)
    try:
        handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(content)
    except OSError as error:
        raise Failure(
            say(f"写不了 {out}：{error.strerror}", f"{out} cannot be written: {error.strerror}"),
            say("请指定一个新文件。", "Name a new file with -o."),
        ) from None
    tell(f"已写入 {out}（{len(content)} 字节）", f"Written to {out} ({len(content)} bytes)")


async def _one(door: EvidenceDoor, named: NamedCase, file: Path, *, giver: Party, by: str, most: int) -> dict[str, Any]:
    from starter.photo import PhotoRefused

    row: dict[str, Any] = {"file": str(file), "result": "refused", "ref": "", "code": "", "what": ""}
    try:
        raw = await asyncio.to_thread(_read, file, most)
        taken = await door.take(
            named.row.shop, named.row.case_no, raw, given_by=giver, taken_in_by=by, at=datetime.now(UTC)
        )
    except OSError as error:
        if error.filename is None:  # the database, not the file
            raise
        return row | {"code": "cannot_be_read", "what": error.strerror}
    except PhotoRefused as error:
        return row | {"code": error.problem.code, "what": error.problem.text(language())}
    return row | {"result": "known" if taken.known else "taken", "ref": taken.ref}


def _read(file: Path, most: int) -> bytes:
    """The file, or one byte more than may be."""
    with file.open("rb") as stream:
        return stream.read(most + 1)


def _in_words(row: dict[str, Any]) -> dict[str, Any]:
    words = {
        "taken": say("已接收", "taken"),
        "known": say("早已存在", "known already"),
        "refused": say("未接受", "refused"),
    }
    return row | {"result": words[row["result"]]}


def _giver(name: str) -> Party:
    from domain.vocabulary import Party
    from starter.evidence import GIVERS

    if name not in GIVERS:
        known = ", ".join(party.value for party in GIVERS)
        raise Failure(
            say(f"--from 不能是 {name}", f"--from cannot be {name}"), say(f"可用的有：{known}", f"There are: {known}")
        )
    return Party(name)

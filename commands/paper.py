"""A printed paper, written to a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.failure import Failure
from commands.language import say

if TYPE_CHECKING:
    from papers.sheet import Sheet

Out = Annotated[
    Path | None,
    typer.Option("--out", metavar="FILE.pdf", dir_okay=False, help=say("写到哪个文件。", "The file to write.")),
]


def write(sheet: Sheet, file: Path) -> str:
    """Write the paper. Answers with the characters that the font does not have: they stand on it as 〓.

    Raises:
        Failure: the file cannot be written, with what to do.
    """
    content = sheet.pdf()
    try:
        file.write_bytes(content)
    except OSError as error:
        raise Failure(
            say(f"{file} 写不进去：{error.strerror}", f"{file} cannot be written: {error.strerror}"),
            say("用 --out 换一个可写的位置。", "Give another place with --out."),
        ) from None
    return "".join(sorted(sheet.missing))


def tell_missing(missing: str) -> None:
    """On stderr, for whoever prints it: the hand must add what the font lacks."""
    if missing:
        typer.secho(
            say(
                f"字库没有这些字，纸上是〓，请用笔补上：{missing}",
                f"The font lacks these characters; they stand as 〓 and are to be added by pen: {missing}",
            ),
            err=True,
            fg="yellow",
        )

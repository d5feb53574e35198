"""Asking before what nobody takes back: on a terminal; a program says `--yes`, or is told to."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Annotated

import typer

from commands.failure import Failure
from commands.language import say

Yes = Annotated[bool, typer.Option("--yes", "-y", help=say("不再询问。", "Do not ask."))]
"""Annotate a verb's parameter with it: `yes: Yes = False`."""


def confirm(question: str, *, unasked: Failure, declined: str, show: Callable[[], None] = lambda: None) -> None:
    """Show on stderr what it is about and ask; stdout is left to the answer of the verb.

    Raises:
        Failure: `unasked` where nobody sits at a terminal; `declined` where the answer is no.
    """
    if not sys.stdin.isatty():
        raise unasked
    show()
    if not typer.confirm(question, err=True):
        raise Failure(declined)


def for_good(what: str, *, yes: bool, show: Callable[[], None] = lambda: None) -> None:
    """Ask before a step that cannot be taken back, unless it was said before. `what`: the step, as people call it.

    Raises:
        Failure: nobody sits at a terminal, or the answer is no.
    """
    if yes:
        return
    confirm(
        say(f"{what}。此操作不能撤回，继续吗？", f"{what}. This cannot be taken back. Go on?"),
        unasked=Failure(
            say(f"{what}：不能撤回，需要确认", f"{what}: this cannot be taken back and must be confirmed"),
            say("确定的话加上 --yes。", "Add --yes if you are sure."),
        ),
        declined=say("没有执行。", "Nothing was done."),
        show=show,
    )

"""How a function says which rules it holds, where no decision, note, record or refusal of it names them.

    @holds("R-IDENT")
    def render(...)

`aftersales rulebook coverage` finds the ids in the code, and the tests see whether the function really ran
(docs/coverage.md). When the house runs, nothing more happens.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

F = TypeVar("F", bound=Callable[..., object])


def holds(*rules: str) -> Callable[[F], F]:
    """Say that the function holds these rules."""

    def said(function: F) -> F:
        return function

    return said

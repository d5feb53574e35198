"""What is wrong with an event, where, and what to do: codes and places, told in Chinese or in English.

The values that somebody wrote are never part of it (P-PRIV): the raw body lies in the quarantine.
"""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

_TEXTS = Path(__file__).with_name("problem_texts.toml")
_LENGTHS = {"too_long": "too_many_items", "too_short": "too_few_items"}
"""Of a list, in pydantic's words; our own `too_long` is about bytes."""
MOST = 10  # problems told of one event; more of them help nobody


@cache
def _texts() -> dict[str, dict[str, str]]:
    return tomllib.loads(_TEXTS.read_text(encoding="utf-8"))


class Problem(BaseModel):
    """One thing that is wrong. `where` is a place inside the event or file, such as `data.order.paid` or `退款金额`."""

    model_config = ConfigDict(frozen=True)

    code: str
    where: str = ""
    detail: dict[str, str] = {}

    def text(self, language: str = "en") -> str:
        """The problem as a sentence, `zh` or `en`."""
        zh = language.startswith("zh")
        template = _texts()[self.code]["zh" if zh else "en"]
        halves = {key: value.partition(" / ") for key, value in self.detail.items()}  # the domain says both at once
        sentence = template.format(**{key: first if zh else last or first for key, (first, _, last) in halves.items()})
        return f"{self.where}: {sentence}" if self.where else sentence

    def told(self) -> dict[str, Any]:
        """The problem as a partner or a script reads it."""
        return {"code": self.code, "where": self.where, "what": self.text("en"), "what_zh": self.text("zh")}


class BadEvent(Exception):
    """An event that cannot be taken. `source` and `id` are given where they could be read."""

    def __init__(self, *problems: Problem, source: str | None = None, id: str | None = None) -> None:
        super().__init__("; ".join(problem.text() for problem in problems))
        self.problems = problems
        self.source = source
        self.id = id


def bad(code: str, where: str = "", **detail: object) -> BadEvent:
    """One problem, ready to be raised."""
    return BadEvent(Problem(code=code, where=where, detail={key: str(value) for key, value in detail.items()}))


def problems_of(error: ValidationError, prefix: str = "") -> tuple[Problem, ...]:
    """A failed validation as problems, without the values that failed."""
    found = []
    for one in error.errors(include_url=False, include_input=False)[:MOST]:
        where = ".".join(part for part in (prefix, *(str(part) for part in one["loc"])) if part)
        context = {key: str(value) for key, value in one.get("ctx", {}).items()}
        code = _LENGTHS.get(one["type"], one["type"])
        if code not in _texts():
            code = "other"
        detail = context if code != "other" else {"type": one["msg"]}
        found.append(Problem(code=code, where=where, detail=detail))
    return tuple(found)

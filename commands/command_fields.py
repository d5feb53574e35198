"""The fields of a case's command as a person types them: which there are, what is wrong with them, what each may be."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any, get_args

from commands.failure import Failure
from commands.language import language, say

if TYPE_CHECKING:
    from pydantic import ValidationError

    from domain.messages.commands import Command

TYPED = {"note_ref": "note", "input_ref": "input"}
"""What people type in place of a reference: the words themselves."""
TABLES = {"Resolution": "resolution", "Liability": "liability", "Party": "party"}
"""Where the codes of a field have their names; those of others stand among the journal's words."""


def unknown_field(model: type[Command], name: str) -> Failure:
    """The command has no such field."""
    return Failure(say(f"{model.kind} 没有字段 --{name}", f"{model.kind} has no field --{name}"), _all(model))


def wrong_fields(model: type[Command], error: ValidationError) -> Failure:
    """Fields that are missing or not as they must be: each with what it may be."""
    from starter.problem import problems_of

    wrong = []
    for problem in problems_of(error):
        name = problem.where.partition(".")[0]
        codes = _codes(model.model_fields[name].annotation) if name in model.model_fields else []
        told = say("应为以下之一：", "must be one of: ") + ", ".join(codes) if codes else problem.text(language())
        wrong.append(f"--{_typed(name)}: {told.removeprefix(f'{problem.where}: ')}")
    return Failure(
        "\n".join([say(f"{model.kind} 的字段不对：", f"Fields of {model.kind} are wrong:"), *wrong]), _all(model)
    )


def _all(model: type[Command]) -> str:
    names = [
        f"--{_typed(name)}" + ("" if info.is_required() else say("（可省）", " (optional)"))
        for name, info in model.model_fields.items()
    ]
    return say("它的字段：", "Its fields: ") + (", ".join(names) or say("无", "none"))


def _typed(name: str) -> str:
    return TYPED.get(name, name)


def _codes(annotation: Any) -> list[str]:
    """Each code with its name, where the field is one of a list: `full_refund (a full refund)`."""
    from domain.journal_words import words_of
    from domain.texts import label

    kinds = [one for one in (annotation, *get_args(annotation)) if isinstance(one, type) and issubclass(one, Enum)]
    told = []
    for kind in kinds:
        for code in kind:
            table = TABLES.get(kind.__name__)
            name = label(table, code.value, language()) if table else words_of(code.value, language())
            told.append(code.value if name == code.value else say(f"{code.value}（{name}）", f"{code.value} ({name})"))
    return told

"""Why something is not done, told so that the one who asked for it knows what to do instead."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Refusal(BaseModel):
    """Why a command is not carried out and what to do instead."""

    model_config = ConfigDict(frozen=True)

    code: str
    rule: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.zh} / {self.en} [{self.rule}]"


def refuse(code: str, rule: str, zh: str, en: str) -> Refusal:
    """A refusal with its sentence in both languages."""
    return Refusal(code=code, rule=rule, zh=zh, en=en)

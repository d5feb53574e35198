"""What a pure policy answers: yes or no, under which rule, for which reason, and in words where a person reads it."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict


class Decision(BaseModel):
    """A policy's answer. Policies that answer more than yes or no add fields to it."""

    model_config = ConfigDict(frozen=True)

    allowed: bool
    rule: str  # the rule that decided, for example A-CAP
    reason: str  # a code in snake_case, for the journal
    zh: str = ""
    en: str = ""

    def text(self, language: str) -> str:
        """The sentence for a person, in one language."""
        return self.zh if language.startswith("zh") else self.en

    def __bool__(self) -> bool:
        return self.allowed

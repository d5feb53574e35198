"""What every message has in common."""

from __future__ import annotations

from typing import ClassVar

from pydantic import BaseModel, ConfigDict

from domain.vocabulary import Party

LONGEST_TEXT = 256  # characters of any one field: they are codes, numbers and references


class Payload(BaseModel):
    """Common part of every message."""

    model_config = ConfigDict(frozen=True, extra="ignore", str_max_length=LONGEST_TEXT, hide_input_in_errors=True)
    kind: ClassVar[str]
    sender: ClassVar[Party]  # who says such a thing when `by` is absent
    rule: ClassVar[str] = ""  # the rule that asks for it, for the journal

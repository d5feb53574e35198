"""Lengths of time as people write them in a rulebook: `72 h`, `7 working days`, `1 month`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from domain.rules import Unit

_SPELLING: Mapping[str, tuple[Unit, int]] = {
    "s": (Unit.SECONDS, 1),
    "min": (Unit.SECONDS, 60),
    "h": (Unit.SECONDS, 3_600),
    "d": (Unit.SECONDS, 86_400),
    "working days": (Unit.WORKING_DAYS, 1),
    "working h": (Unit.WORKING_SECONDS, 3_600),
    "working min": (Unit.WORKING_SECONDS, 60),
    "working s": (Unit.WORKING_SECONDS, 1),
    "months": (Unit.CALENDAR_MONTHS, 1),
    "years": (Unit.CALENDAR_YEARS, 1),
}
_MOST: Mapping[Unit, int] = {
    Unit.SECONDS: 20 * 366 * 86_400,
    Unit.WORKING_SECONDS: 20 * 366 * 86_400,
    Unit.WORKING_DAYS: 20 * 366,
    Unit.CALENDAR_MONTHS: 240,
    Unit.CALENDAR_YEARS: 20,
}
_SINGULAR: Mapping[str, str] = {"working day": "working days", "month": "months", "year": "years"}
_SHAPE = re.compile(r"(\d{1,6}) ?(.+)")

ALLOWED = "a whole number and one of s, min, h, d, working days, working h, months, years; for example 72 h"


class Length(BaseModel):
    """So many `unit`s. `seconds` and `working_seconds` count seconds, whatever the spelling was."""

    model_config = ConfigDict(frozen=True)

    count: int = Field(ge=0)
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Length:
        """Read a spelling such as `72 h`, `4 d`, `7 working days` or `1 month`.

        Raises:
            ValueError: it is none of the allowed spellings; the text says which they are.
        """
        match = _SHAPE.fullmatch(" ".join(text.split()))
        word = match[2] if match else ""
        spelling = _SPELLING.get(_SINGULAR.get(word, word))
        if match is None or spelling is None:
            raise ValueError(f"not a length: write {ALLOWED}")
        unit, size = spelling
        count = int(match[1]) * size
        if count > _MOST[unit]:
            raise ValueError("longer than twenty years: that is no deadline")
        return cls(count=count, unit=unit)

    def __str__(self) -> str:
        """The shortest spelling that `parse` reads back to the same value."""
        if self.unit is Unit.WORKING_SECONDS:
            return self._largest({"working h": 3_600, "working min": 60, "working s": 1})
        if self.unit is Unit.SECONDS:
            # Up to three days the handbooks speak of hours: 24 h, 72 h.
            days = {} if self.count <= 3 * 86_400 else {"d": 86_400}
            return self._largest({**days, "h": 3_600, "min": 60, "s": 1})
        word = {Unit.WORKING_DAYS: "working day", Unit.CALENDAR_MONTHS: "month", Unit.CALENDAR_YEARS: "year"}[self.unit]
        return f"{self.count} {word}{'' if self.count == 1 else 's'}"

    def _largest(self, sizes: dict[str, int]) -> str:
        word, size = next((word, size) for word, size in sizes.items() if self.count % size == 0)
        return f"{self.count // size} {word}"

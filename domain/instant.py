"""An instant as it may come from outside."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, AwareDatetime

YEARS = range(2000, 2101)


def _usable(instant: datetime) -> datetime:
    if instant.year not in YEARS:
        first, last = YEARS.start, YEARS.stop - 1
        raise ValueError(f"年份必须在 {first} 至 {last} 之间 / the year must lie between {first} and {last}")
    return instant.astimezone(UTC)


Instant = Annotated[AwareDatetime, AfterValidator(_usable)]
"""Aware, told in UTC, and in a year in which a case can live: beyond it clocks and calendars would break."""

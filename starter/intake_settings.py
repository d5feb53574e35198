"""How the doors and the dispatcher behave: sizes, leases, waits. Data in `intake.toml`, replaceable value by value."""

from __future__ import annotations

import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from domain.vocabulary import CaseType, ParcelState
from store.evidence import EVIDENCE_BYTES

_DEFAULTS = Path(__file__).with_name("intake.toml")


class IntakeSettings(BaseModel):
    """The values of `intake.toml`. Sizes are bytes where the name does not say otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    body_bytes: int = Field(ge=1024)
    events_per_batch: int = Field(ge=1)
    line_bytes: int = Field(ge=1024)
    workbook_megabytes: int = Field(ge=1)
    photo_bytes: int = Field(ge=1024, le=EVIDENCE_BYTES)
    photo_megapixels: int = Field(ge=1, le=80)  # Pillow itself grows wary from 89 million pixels on
    deep_inbox: int = Field(ge=1)
    retry_after_seconds: int = Field(ge=1)
    lease_seconds: float = Field(gt=0)
    poll_seconds: float = Field(gt=0)
    first_wait_seconds: float = Field(gt=0)
    longest_wait_seconds: float = Field(gt=0)
    fact_waits_hours: float = Field(ge=0)
    clocks_apart_hours: float = Field(ge=0)
    purge_seconds: float = Field(gt=0)
    signals_per_case_and_minute: int = Field(ge=1)
    trouble: dict[ParcelState, CaseType]

    @classmethod
    def read(cls, own: Path | None = None, **changes: Any) -> Self:
        """The defaults, then the values of a shop's own file, then single changes.

        Raises:
            OSError, tomllib.TOMLDecodeError, pydantic.ValidationError: the own file is missing, not TOML, or not right.
        """
        values = tomllib.loads(_DEFAULTS.read_text(encoding="utf-8"))
        if own is not None:
            values |= tomllib.loads(own.read_text(encoding="utf-8"))
        return cls.model_validate(values | changes)

    @property
    def lease(self) -> timedelta:
        """How long a dispatcher may hold a row."""
        return timedelta(seconds=self.lease_seconds)

    @property
    def fact_waits(self) -> timedelta:
        """How long a fact waits for its case."""
        return timedelta(hours=self.fact_waits_hours)

    @property
    def clocks_apart(self) -> timedelta:
        """How far ahead of ours a sender's clock may be, or his zone be wrong."""
        return timedelta(hours=self.clocks_apart_hours)

    def wait(self, attempt: int) -> timedelta:
        """How long to wait after the n-th attempt, from 1: doubling up to the longest wait."""
        doubled = self.first_wait_seconds * 2.0 ** min(attempt - 1, 30)
        return timedelta(seconds=min(doubled, self.longest_wait_seconds))

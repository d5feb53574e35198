"""What a finished case was about, for those who are to learn from it (打标 / 反哺): cause x responsibility x product.

The causes are data (`tags.toml`); whose fault it was is one of the vocabulary's words, a product is an SKU.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources

from pydantic import BaseModel, ConfigDict

from domain.vocabulary import CaseType, Liability, Party, ReasonCode

RULE = "R-TAG"
RECORD = "case_tag"  # the kind of record; a case has one, under this key
KEY = "tag"


class Cause(BaseModel):
    """One cause that a case may be tagged with."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    label: dict[str, str]
    reasons: tuple[ReasonCode, ...] = ()  # of a request that point to it
    types: tuple[CaseType, ...] = ()  # of a case that are it, whatever was said at first
    liability: Liability
    feeds: tuple[Party, ...]


class Tag(BaseModel):
    """How a case is tagged. `by` is a member of staff, or the system where it was proposed from what was found out."""

    model_config = ConfigDict(frozen=True)

    cause: str
    liability: Liability
    products: tuple[str, ...] = ()  # SKUs; none where the goods have no part in it
    by: str = Party.SYSTEM


@cache
def causes() -> Mapping[str, Cause]:
    """Every cause by its code."""
    text = resources.files("domain").joinpath("tags.toml").read_text(encoding="utf-8")
    return {code: Cause.model_validate(row) for code, row in tomllib.loads(text).items()}


def name_of(code: str, language: str) -> str:
    """What people call that cause."""
    cause = causes().get(code)
    return cause.label["zh" if language.startswith("zh") else "en"] if cause else code

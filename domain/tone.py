"""The check of every outgoing text: tone (P-TONE), no trade for reviews (P-NOTRADE), plain words (R-PLAIN).

A plain word list, not a judge of character: it catches what may never leave the house and names what to write instead.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib import resources
from typing import Any

from pydantic import BaseModel, ConfigDict

_SENTENCE_END = re.compile(r"[。！？；!?;\n]|\.(?=\s|$)")
_HAN = re.compile(r"[\u4e00-\u9fff]")


class Finding(BaseModel):
    """One thing in a text that should not be sent."""

    model_config = ConfigDict(frozen=True)

    rule: str
    code: str
    start: int  # where in the text, so that an editor can mark it
    end: int
    zh: str  # what to write instead
    en: str

    @property
    def guard(self) -> bool:
        """Whether it protects a person, so that the text may not be sent; else it is advice."""
        return self.rule.startswith("P-")

    def text(self, language: str) -> str:
        """The advice in one language."""
        return self.zh if language.startswith("zh") else self.en


def findings(text: str) -> tuple[Finding, ...]:
    """What is wrong with an outgoing text in Chinese or English; guards first. Empty when it may be sent."""
    found = [*_phrases(text), *_trade(text), *_plain(text)]
    return tuple(sorted(found, key=lambda one: (not one.guard, one.start)))


def default_text() -> str:
    """The packaged word lists, as TOML."""
    return resources.files("domain").joinpath("tone.toml").read_text(encoding="utf-8")


@cache
def _lists() -> dict[str, Any]:
    return tomllib.loads(default_text())


@cache
def _pattern(alternatives: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{one})" for one in alternatives), re.IGNORECASE)


def _search(patterns: list[str], text: str) -> re.Match[str] | None:
    return _pattern(tuple(patterns)).search(text)


def _finding(entry: dict[str, Any], code: str, start: int, end: int) -> Finding:
    return Finding(rule=entry["rule"], code=code, start=start, end=end, zh=entry["zh"], en=entry["en"])


def _phrases(text: str) -> list[Finding]:
    lead = len(text) - len(text.lstrip())
    plain = text.replace("’", "'").strip()
    return [
        _finding(entry, entry["code"], lead + match.start(), lead + match.end())
        for entry in _lists()["phrase"]
        if (match := _search(entry["patterns"], plain))
    ]


def _trade(text: str) -> list[Finding]:
    entry = _lists()["trade"]
    review = _search(entry["review"], text)
    if review and _search(entry["benefit"], text):
        return [_finding(entry, entry["code"], review.start(), review.end())]
    return []


def _plain(text: str) -> list[Finding]:
    entry = _lists()["plain"]
    found = []
    if jargon := _search(entry["jargon"], text):
        found.append(_finding(entry, "jargon", jargon.start(), jargon.end()))
    start = 0
    for sentence in _SENTENCE_END.split(text):
        if _is_long(sentence, entry):
            found.append(_finding(entry, "long_sentence", start, start + len(sentence)))
        start += len(sentence) + 1
    return found


def _is_long(sentence: str, entry: dict[str, Any]) -> bool:
    if _HAN.search(sentence):
        # Numbers and names in Latin letters are read at a glance.
        return len(_HAN.findall(sentence)) > int(entry["longest_zh"])
    return len(sentence.split()) > int(entry["longest_en"])

"""What a journal's entries say to a person, in both languages: a sentence each, and for milestones a short name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Any

from domain.journal import JournalEntry
from domain.tag import causes, name_of
from domain.texts import codes, label

_LABELS: Mapping[str, str] = {
    "type": "case_type", "before": "case_type", "outcome": "outcome",
    "plan": "resolution", "choices": "resolution", "choice": "resolution",
    "resolution": "resolution", "suggests": "resolution", "needs": "party", "steps_missing": "six_steps",
    "liability": "liability",
}  # fmt: skip
LONGEST = 160  # characters of one value in a sentence; the record of what it tells of has all of it
_ALSO = ("parcel", "what", "case_type")  # tables of names that are looked through for a code without words of its own
_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FIELD = re.compile(r"\{([a-z_]+)\}")
_COUNTED = re.compile(r"_?\d+$")


def sentence(entry: JournalEntry, language: str) -> str:
    """The entry as a person reads it. An event without words here shows its code and data."""
    own = _own(language)
    words = _words()["events"].get(entry.event)
    shown = {name: _shown(name, value, own) for name, value in entry.data.items() if value not in ("", None, [], {})}
    if words is None:
        return " ".join([entry.event, *(f"{name}={value}" for name, value in shown.items())])

    def optional(match: re.Match[str]) -> str:
        return match[1] if {*_FIELD.findall(match[1])} <= shown.keys() else ""

    return _FIELD.sub(lambda match: shown.get(match[1], "–"), _OPTIONAL.sub(optional, words[own]))


def step(entry: JournalEntry, language: str) -> str:
    """The short name of a milestone; empty when the entry is none."""
    words = _words()["events"].get(entry.event, {})
    return str(words.get(f"step_{_own(language)}", ""))


def events() -> tuple[str, ...]:
    """The events that have words."""
    return tuple(_words()["events"])


def _shown(name: str, value: Any, language: str) -> str:
    match value:
        case bool():
            return {"zh": "是" if value else "否", "en": "yes" if value else "no"}[language]
        case list():
            return ("、" if language == "zh" else ", ").join(_shown(name, one, language) for one in value)
        case {"minor": int(minor), **rest}:
            return f"{minor / 100:.2f} {rest.get('currency', 'CNY')}"
        case _:
            pass
    if name == "cause" and value in causes():
        return name_of(str(value), language)
    if name in _LABELS:
        return label(_LABELS[name], str(value), language)
    if name == "reason" and value in codes("reason", language):
        return label("reason", str(value), language)
    told = words_of(str(value), language)
    named = (table for table in _ALSO if value in codes(table, language))
    if told == value and (table := next(named, "")):
        return label(table, told, language)
    return told if len(told) <= LONGEST else told[:LONGEST] + "…"


def words_of(code: str, language: str) -> str:
    """A code as a person reads it, such as what a case waits for (`decision_no_evidence`) or why it needs a person.

    `overdue:D-REFPAY` is told in two parts. A code that has no words stands as it is.
    """
    own, known = _own(language), _words()["codes"]
    if told := known.get(code) or known.get(_COUNTED.sub("", code)):
        return str(told[own])
    head, _, rest = (code.replace("decision_", "decide:", 1) if code.startswith("decision_") else code).partition(":")
    if head not in known or not rest:
        return code
    counted = _COUNTED.sub("", rest)  # the same question for the second time: `no_evidence_2`
    told = known.get(rest) or known.get(counted)
    return f"{known[head][own]}{'：' if own == 'zh' else ': '}{told[own] if told else rest}"


@cache
def _words() -> dict[str, dict[str, dict[str, str]]]:
    return tomllib.loads(resources.files("domain").joinpath("journal_words.toml").read_text(encoding="utf-8"))


def _own(language: str) -> str:
    return "zh" if language.startswith("zh") else "en"

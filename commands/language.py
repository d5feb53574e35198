"""The language of a person at the command line: AFTERSALES_LANG, then LC_ALL, LC_MESSAGES, LANG; else English."""

from __future__ import annotations

import os
from typing import Literal

Language = Literal["zh", "en"]


def language() -> Language:
    """`zh` where the first of the variables that is set begins with zh."""
    for name in ("AFTERSALES_LANG", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            return "zh" if value.lower().startswith("zh") else "en"
    return "en"


def say(zh: str, en: str) -> str:
    """The text in the person's language."""
    return zh if language() == "zh" else en


def sentence_of(refusal: str) -> str:
    """A refusal in the person's language: it is told as `中文 / English [rule]`."""
    zh, slash, en = refusal.partition(" / ")
    if not slash:
        return refusal
    if language() == "en":
        return en
    return f"{zh} [{en.rpartition(' [')[2]}" if en.endswith("]") else zh

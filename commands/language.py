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

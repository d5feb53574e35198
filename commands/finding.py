"""What `aftersales doctor` found out about one thing, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from commands.language import say


class Health(StrEnum):
    """How a thing is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"  # works, and somebody should look
    BAD = "bad"  # does not work
    UNKNOWN = "unknown"  # could not be looked at, because something before it is bad


@dataclass(frozen=True)
class Finding:
    """One line of the check-up, in the person's language. `check` is the same in every language."""

    check: str
    health: Health
    found: str
    remedy: str = ""


def good(check: str, found: str) -> Finding:
    """Nothing to do."""
    return Finding(check, Health.GOOD, found)


def doubtful(check: str, found: str, remedy: str) -> Finding:
    """It works, and somebody should look."""
    return Finding(check, Health.DOUBTFUL, found, remedy)


def bad(check: str, found: str, remedy: str) -> Finding:
    """It does not work."""
    return Finding(check, Health.BAD, found, remedy)


def unknown(check: str, after: str) -> Finding:
    """It could not be looked at before `after` is mended."""
    return Finding(
        check, Health.UNKNOWN, say(f"“{after}” 修好后才能检查。", f"Cannot be looked at before {after} is mended.")
    )

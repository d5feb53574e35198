"""What customers read, rendered from templates with typed variables, and the names of things in both languages.

A template's `{variable}` must be given; a `[part in brackets]` appears only when all its variables are. Variables
come as text over the wire and are read by their kind:

    text     case_no order_no rma waybill return_address link
    count    count days
    money    amount            "12.50 CNY", as `str(Money)` writes it
    instant  due slot          ISO 8601 with an offset, shown on the customer's wall clock; or that clock's 02-24 18:00
    label    stage outcome reason plan freight what courier parcel     a code; shown by its name
    labels   options           codes with commas between them
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from functools import cache
from importlib import resources
from typing import Literal

from domain.holding import holds

Language = Literal["zh", "en"]

MESSAGE_BYTES = 400  # the platform's refund message board takes no more (UTF-8)
ALWAYS = frozenset({"case_no", "order_no", "plan"})  # may be given to any template, shown or not

_LABELS: Mapping[str, str] = {
    "stage": "waiting", "outcome": "outcome", "reason": "reason", "plan": "resolution", "options": "resolution",
    "freight": "freight", "what": "what", "courier": "courier", "parcel": "parcel",
}  # fmt: skip
_TEXTS = frozenset({"case_no", "order_no", "rma", "waybill", "return_address", "link"})
_COUNTS = frozenset({"count", "days"})
KINDS = frozenset({*_LABELS, *_TEXTS, *_COUNTS, "amount", "due", "slot"})

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_WALL_CLOCK = re.compile(r"(\d\d)-(\d\d) (\d\d:\d\d)")
_AMOUNT = re.compile(r"(\d+(?:\.\d+)?) ([A-Z]{3})")


class TextError(ValueError):
    """A template that cannot be rendered: unknown, or a variable is missing, unknown or unreadable. Holds no values."""


def render(
    template: str, language: str, variables: Mapping[str, str], *, utc_offset_minutes: int = 480, call: bool = False
) -> str:
    """The text of `template` for a customer. Instants are shown in his own zone, `utc_offset_minutes` from UTC.

    A `call` has a line before it: whether the receiver himself is speaking. The rest is said when he is (R-IDENT).

    Raises:
        TextError: no such template; a variable is missing, not one of the template's, or not of its kind.
    """
    needed, taken = variables_of(template, language)
    unknown = sorted(variables.keys() - taken - ALWAYS)
    missing = sorted(needed - variables.keys())
    if missing or unknown:
        wrong = [f"{name} is missing" for name in missing] + [f"{name} is not one of its variables" for name in unknown]
        needs, also = (", ".join(sorted(names)) or "nothing" for names in (needed, taken - needed))
        raise TextError(f"template {template}: {'; '.join(wrong)}. It needs {needs}; it may take {also}")
    spoken = _language(language)

    def say(match: re.Match[str]) -> str:
        return _spoken(template, match[1], variables[match[1]], spoken, utc_offset_minutes)

    def optional(match: re.Match[str]) -> str:
        return match[1] if {*_VARIABLE.findall(match[1])} <= variables.keys() else ""

    text = _VARIABLE.sub(say, _OPTIONAL.sub(optional, _template(template, spoken)))
    return _opened(text, spoken) if call else text


@holds("R-IDENT")
def _opened(text: str, language: Language) -> str:
    return f"{_catalogue(language)['opening']['call']}\n{text}"


def templates() -> tuple[str, ...]:
    """The ids of all templates."""
    return tuple(_catalogue("zh")["templates"])


@cache
def apologises(template: str) -> bool:
    """Whether that message says that we are sorry; none does that does not exist."""
    return "歉" in _catalogue("zh")["templates"].get(template, "")


def variables_of(template: str, language: str = "zh") -> tuple[frozenset[str], frozenset[str]]:
    """The variables that a template needs, and all that it takes.

    Raises:
        TextError: there is no such template.
    """
    text = _template(template, _language(language))
    return frozenset(_VARIABLE.findall(_OPTIONAL.sub("", text))), frozenset(_VARIABLE.findall(text))


def label(table: str, code: str, language: str) -> str:
    """The name of a code in one of the tables stage, waiting, outcome, reason, resolution, party, case_type and so on.

    A longer code falls back to its first word (`decision_lost` to `decision`), an unknown one to the table's `other`.
    """
    names = _catalogue(_language(language))[table]
    return names.get(code) or names.get(code.partition("_")[0]) or names["other"]


def tables() -> tuple[str, ...]:
    """The tables of names."""
    return tuple(name for name in _catalogue("zh") if name not in ("templates", "opening"))


def codes(table: str, language: str) -> tuple[str, ...]:
    """The codes that a table names."""
    return tuple(_catalogue(_language(language))[table])


def instant(at: datetime, utc_offset_minutes: int, language: str) -> str:
    """An instant in words, to the minute. Midnight is the end of the day before: `2 月 24 日 24:00`."""
    local = at.astimezone(timezone(timedelta(minutes=utc_offset_minutes)))
    end_of_day = (local.hour, local.minute) == (0, 0)
    day, clock = (local - timedelta(days=1), "24:00") if end_of_day else (local, f"{local:%H:%M}")
    return _in_words(day.month, day.day, clock, language)


def default_text(language: Language) -> str:
    """The packaged texts of one language, as TOML."""
    return resources.files("domain.texts").joinpath(f"{language}.toml").read_text(encoding="utf-8")


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


@cache
def _catalogue(language: Language) -> dict[str, dict[str, str]]:
    return tomllib.loads(default_text(language))


def _language(language: str) -> Language:
    return "zh" if language.startswith("zh") else "en"


def _template(template: str, language: Language) -> str:
    known = _catalogue(language)["templates"]
    if template not in known:
        raise TextError(f"there is no template {template!r}; the templates are {', '.join(known)}")
    return known[template]


def _spoken(template: str, name: str, value: str, language: Language, utc_offset_minutes: int) -> str:
    if name in _LABELS:
        names = [label(_LABELS[name], code.strip(), language) for code in value.split(",")]
        return ("；" if language == "zh" else "; ").join(names)
    if name == "amount":
        match = _AMOUNT.fullmatch(value)
        if match is None:
            raise TextError(f"template {template}: amount is written like 12.50 CNY")
        return f"{match[1]} 元" if language == "zh" and match[2] == "CNY" else f"{match[2]} {match[1]}"
    if name in ("due", "slot"):
        return _due(template, value, language, utc_offset_minutes)
    if name in _COUNTS and not value.isdecimal():
        raise TextError(f"template {template}: {name} is a whole number")
    return value


def _due(template: str, value: str, language: Language, utc_offset_minutes: int) -> str:
    if match := _WALL_CLOCK.fullmatch(value):
        return _in_words(int(match[1]), int(match[2]), match[3], language)
    try:
        at = datetime.fromisoformat(value)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise TextError(
            f"template {template}: due is an ISO 8601 instant with an offset, or a wall clock's 02-24 18:00"
        )
    return instant(at, utc_offset_minutes, language)


def _in_words(month: int, day: int, clock: str, language: str) -> str:
    if language.startswith("zh"):
        return f"{month} 月 {day} 日 {clock}"
    return f"{day} {_MONTHS[month - 1]}, {clock}"

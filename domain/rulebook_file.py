"""Rulebook files: the packaged default and a shop's own changes to it, read from TOML with errors that name the place.

A shop's file may change known values only. A change that makes a guard of section 8 looser is refused with the guard's
id, unless the file acknowledges it; then it stays visible as `Rulebook.loosened`.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Any

from pydantic import ValidationError

from domain.length import Length
from domain.money import Money
from domain.rulebook import SECTIONS, Loosened, Rulebook

# What a shop may write, per section; the rest of a row (rule, source, names) is not a matter of the shop.
CHANGEABLE: Mapping[str, tuple[str, ...]] = {
    "clocks": ("length", "goal", "warn_percent"),
    "freight": ("outbound", "inbound", "back"),
    "authority": ("compensation", "refund"),
    "numbers": ("value",),
    "agenda": ("value", "back"),
    "categories": ("value",),
    "switches": ("value",),
    "compensation.sizes": ("least", "most"),
}
_TOP = ("name", "currency", "acknowledge", *SECTIONS)
_MONEY = ("compensation", "refund", "least", "most")
NO_LIMIT = "no limit"


@dataclass(frozen=True)
class Problem:
    """One thing wrong with a rulebook file."""

    file: str
    place: str  # table and key: clocks.D-REFPAY.length
    zh: str
    en: str

    def text(self, language: str) -> str:
        """For people, in one language."""
        return f"{self.file}: {self.place}: {self.zh if language.startswith('zh') else self.en}"


class RulebookError(ValueError):
    """A rulebook file that cannot be used. `problems` holds all that was found, not only the first."""

    def __init__(self, problems: list[Problem]) -> None:
        super().__init__("\n".join(problem.text("en") for problem in problems))
        self.problems = tuple(problems)


def default_text() -> str:
    """The packaged default rulebook, as TOML."""
    return resources.files("domain").joinpath("rulebook.toml").read_text(encoding="utf-8")


def default() -> Rulebook:
    """The packaged default rulebook."""
    return _build(_toml(default_text(), "rulebook.toml"), "rulebook.toml")


def load(text: str, file: str = "rulebook.toml") -> Rulebook:
    """A shop's rulebook: the default with the changes of `text`. `file` is the name that errors show.

    Raises:
        RulebookError: not TOML, an unknown key, a value that is not allowed, or a guard made looser in silence.
    """
    base = _toml(default_text(), "rulebook.toml")
    changes = _toml(text, file)
    problems = list(_unknown(changes, base, file))
    if problems:
        raise RulebookError(problems)
    merged = _merge(base, changes)
    merged["name"] = changes.get("name") or f"{base['name']}-changed"
    book = _build(merged, file)
    loosened = _loosened(_build(base, "rulebook.toml"), book)
    acknowledged = changes.get("acknowledge", [])
    silent = [
        Problem(
            file,
            item.path,
            f'比默认值 {item.default} 宽松，违反 {item.guard}；确需如此请写 acknowledge = ["{item.guard}"]',
            f"looser than the default {item.default}, against {item.guard}; "
            f'if it must be so, write acknowledge = ["{item.guard}"]',
        )
        for item in loosened
        if item.guard not in acknowledged
    ]
    guards = sorted({row["guard"] for section in base.values() if isinstance(section, dict) for row in section.values()
                     if isinstance(row, dict) and "guard" in row})  # fmt: skip
    silent += [_not_known(file, "acknowledge", str(name), guards) for name in acknowledged if name not in guards]
    if silent:
        raise RulebookError(silent)
    return book.model_copy(update={"loosened": tuple(loosened)})


def kept(text: str, file: str) -> Rulebook:
    """A text of the archive: a shop's changes, or a default rulebook of this program or an earlier one, whole.

    Raises:
        RulebookError: this program cannot read it, or lacks in it a value that it needs.
    """
    try:
        book = _build(_toml(text, file), file)
    except RulebookError:
        return load(text, file)
    lacking = sorted(default().values().keys() - book.values().keys())
    if lacking:
        raise RulebookError([Problem(file, lacking[0], "缺少这一项，版本太旧", "is missing: the version is too old")])
    return book


def _toml(text: str, file: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RulebookError([Problem(file, "TOML", f"不是有效的 TOML：{error}", f"not valid TOML: {error}")]) from None


def _not_known(file: str, place: str, name: str, known: list[str] | tuple[str, ...]) -> Problem:
    near = difflib.get_close_matches(name, known, n=1)
    allowed = ", ".join(known)
    return Problem(
        file,
        place,
        f"没有 {name} 这一项；" + (f"是否指 {near[0]}？" if near else "") + f"可用：{allowed}",
        f"there is no {name}; " + (f"did you mean {near[0]}? " if near else "") + f"Allowed: {allowed}",
    )


def _unknown(changes: dict[str, Any], base: dict[str, Any], file: str) -> Iterator[Problem]:
    for section, rows in changes.items():
        if section not in _TOP:
            yield _not_known(file, section, section, _TOP)
            continue
        if section in ("name", "currency"):
            continue
        if section == "acknowledge":
            if not isinstance(rows, list):
                yield Problem(file, section, "应为规则编号的列表", "must be a list of guard ids")
            continue
        if not isinstance(rows, dict):
            yield Problem(file, section, f"应为表，写作 [{section}.…]", f"must be a table: [{section}.…]")
            continue
        known_rows = base[section]
        if section == "compensation":
            for key in rows.keys() - {"ladder", "sizes"}:
                yield _not_known(file, f"{section}.{key}", key, ("ladder", "sizes"))
            yield from _unknown_rows("compensation.sizes", rows.get("sizes", {}), known_rows["sizes"], file)
        else:
            yield from _unknown_rows(section, rows, known_rows, file)


def _unknown_rows(section: str, rows: Any, known_rows: dict[str, Any], file: str) -> Iterator[Problem]:
    if not isinstance(rows, dict):
        yield Problem(file, section, f"应为表，写作 [{section}.…]", f"must be a table: [{section}.…]")
        return
    for id, row in rows.items():
        if id not in known_rows:
            yield _not_known(file, f"{section}.{id}", id, list(known_rows))
        elif not isinstance(row, dict):
            example = f"[{section}.{id}]\n{CHANGEABLE[section][0]} = …"
            yield Problem(file, f"{section}.{id}", f"应写作 {example}", f"must be written as {example}")
        else:
            for key in row:
                if key not in CHANGEABLE[section]:
                    yield _not_known(file, f"{section}.{id}.{key}", key, CHANGEABLE[section])


def _merge(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        if key != "acknowledge":
            merged[key] = _merge(merged[key], value) if isinstance(value, dict) and key in merged else value
    return merged


def _build(tree: dict[str, Any], file: str) -> Rulebook:
    problems: list[Problem] = []
    ready = _with_money(tree, "", tree.get("currency", "CNY"), file, problems)
    if problems:
        raise RulebookError(problems)
    try:
        return Rulebook.model_validate(ready)
    except ValidationError as error:
        raise RulebookError([_problem(file, item) for item in error.errors(include_url=False)]) from None


def _with_money(tree: dict[str, Any], path: str, currency: str, file: str, problems: list[Problem]) -> dict[str, Any]:
    ready: dict[str, Any] = {}
    for key, value in tree.items():
        place = f"{path}.{key}" if path else key
        if isinstance(value, dict):
            ready[key] = _with_money(value, place, currency, file, problems)
        elif key in _MONEY and path.startswith(("authority.", "compensation.sizes.")):
            if value == NO_LIMIT and path.startswith("authority."):
                ready[key] = None
                continue
            try:
                ready[key] = Money.parse(value if isinstance(value, str) else "", currency)
            except ValueError:
                problems.append(
                    Problem(
                        file,
                        place,
                        f'应为带引号的金额，如 "15.00"（{currency}），或 "{NO_LIMIT}"',
                        f'must be an amount of {currency} in quotes, such as "15.00", or "{NO_LIMIT}"',
                    )
                )
        else:
            ready[key] = value
    return ready


def _problem(file: str, item: Any) -> Problem:
    place = ".".join(str(part) for part in item["loc"] if part != "[key]") or "rulebook"
    kind, message = item["type"], item["msg"].removeprefix("Value error, ")
    chinese = {
        "missing": "缺少这一项",
        "extra_forbidden": "没有这一项",
        "enum": f"不在允许的值中：{item.get('ctx', {}).get('expected', '')}",
        "literal_error": f"不在允许的值中：{item.get('ctx', {}).get('expected', '')}",
    }.get(kind, f"值无效：{message}")
    return Problem(file, place, chinese, message)


def _loosened(base: Rulebook, book: Rulebook) -> list[Loosened]:
    found = []
    for id, clock in book.clocks.items():
        before = base.clocks[id]
        if clock.guard and _is_looser(before.length, clock.length, clock.stricter):
            found.append((clock.guard, f"clocks.{id}.length", str(before.length), str(clock.length)))
    for id, number in book.numbers.items():
        old = base.numbers[id].value
        if number.guard and _is_less_strict(old, number.value, number.stricter):
            found.append((number.guard, f"numbers.{id}.value", str(old), str(number.value)))
    for id, switch in book.switches.items():
        if switch.guard and switch.value != base.switches[id].value:
            found.append((switch.guard, f"switches.{id}.value", base.switches[id].value, switch.value))
    return [Loosened(guard=guard, path=path, default=old, value=new) for guard, path, old, new in found]


def _is_looser(before: Length, after: Length, stricter: str | None) -> bool:
    # Lengths in different units cannot be ordered without a calendar: another unit counts as looser.
    return after.unit is not before.unit or _is_less_strict(before.count, after.count, stricter)


def _is_less_strict(before: int, after: int, stricter: str | None) -> bool:
    return after > before if stricter == "lower" else after < before

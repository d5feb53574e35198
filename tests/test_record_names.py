"""Every kind of record that a case or a desk writes has a name that people read in `aftersales records`."""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterator
from pathlib import Path

from commands.records import NAMES
from domain.journal import Record

ROOT = Path(__file__).parent.parent
ROOMS = ("domain", "workflows", "store", "activities", "starter")
UNSEEN = {"contact_note", "inbox_event"}
"""Kinds that are written as something else: as a contact attempt, an event for another case."""


def kinds() -> Iterator[tuple[str, str]]:
    """Each kind that is given to `record(...)` or `Record(kind=...)`, with the file that does."""
    for file in (file for room in ROOMS for file in (ROOT / room).rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                yield from ((kind, name) for kind in _kinds_of(node, name))


def _kinds_of(call: ast.Call, module: str) -> Iterator[str]:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    named = [one.value for one in call.keywords if one.arg == "kind"] if called == Record.__name__ else []
    given = call.args[:2] if called == "record" else named
    for node in given[:1] if len(given) == 1 else given:
        value: object = None
        if isinstance(node, ast.Constant):
            value = node.value
        elif isinstance(node, ast.Name) and node.id.isupper():
            value = getattr(importlib.import_module(module), node.id)
        if isinstance(value, str):
            yield value
            return


def test_every_kind_that_is_recorded_has_a_name() -> None:
    """A new kind of record cannot come up in the list as a bare code."""
    found = dict(kinds())
    assert len(found) > 20, found
    assert not found.keys() - NAMES.keys() - UNSEEN


def test_every_name_is_in_both_languages() -> None:
    """And differs between them."""
    assert all(zh and en and zh != en for zh, en in NAMES.values())

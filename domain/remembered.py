"""The form in which a case remembers what a step gave: made once per process, not once per case."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

T = TypeVar("T")
Kind = Any  # of a value: `type[T]`, which the type checker does not take for hashable


def stored(value: T, kind: type[T]) -> Any:
    """The value as JSON can hold it."""
    key: Kind = kind
    return _adapter(key).dump_python(value, mode="json")


def restored(document: Any, kind: type[T]) -> T:
    """The value again, checked.

    Raises:
        ValidationError: the document holds no such value.
    """
    key: Kind = kind
    value: T = _adapter(key).validate_python(document)
    return value


@cache
def _adapter(kind: Kind) -> TypeAdapter[Any]:
    return TypeAdapter(kind)

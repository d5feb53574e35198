"""Named queries: SQL lives in `store/queries/*.sql`, one `-- name: <name>` line before each statement.

`SQL["refund_intend"]` is the statement's text. Names are unique over all files.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

FOLDER = Path(__file__).parent / "queries"
_NAME = re.compile(r"^-- name: *(.*?) *$", re.MULTILINE)


def load(folder: Path = FOLDER) -> Mapping[str, str]:
    """All statements of a folder by name.

    Raises:
        ValueError: a name is no identifier, stands twice, or has no statement.
    """
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*.sql")):
        parts = _NAME.split(path.read_text(encoding="utf-8"))
        for name, text in zip(parts[1::2], parts[2::2], strict=True):
            sql = text.strip().removesuffix(";")
            if not name.isidentifier() or name in found or not sql:
                raise ValueError(f"{path.name}: query {name!r} needs a name of its own and a statement")
            found[name] = sql
    return MappingProxyType(found)


SQL = load()

"""The header of a table: the first line that names its columns. What stands above it (a title, rubbish) is no row."""

from __future__ import annotations

from collections.abc import Sequence

from starter.columns import ColumnMap, Table
from starter.problem import BadEvent

ABOVE = 20  # lines that may stand above a header


class Header:
    """Looks for the header, line by line. `table` is there once it is found."""

    def __init__(self, columns: ColumnMap) -> None:
        self.table: Table | None = None
        self._columns = columns
        self._tried: list[tuple[int, BadEvent]] = []

    def is_in(self, headers: Sequence[str]) -> bool:
        """Whether this line is it. Raises BadEvent when it should have come by now."""
        try:
            self.table = self._columns.table(headers)
        except BadEvent as error:
            self.is_not(error, self._columns.known(headers))
        return self.table is not None

    def is_not(self, error: BadEvent, known: int = 0) -> None:
        """This line cannot be it, for that reason; so many of its cells are headers that the map knows."""
        self._tried.append((known, error))
        if len(self._tried) > ABOVE:
            raise self.missing()

    def missing(self) -> BadEvent:
        """What is wrong with the line that is most like a header."""
        return max(self._tried, key=lambda tried: tried[0])[1]

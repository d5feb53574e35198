"""The rules of docs/rulebook.md as its tables give them: every id once, with its marks.

A mark stands in a column of its own, in square brackets in the row or in the heading of its section. The rows of the
table of clocks need a clock because they are one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

MARKS = "PTAFMX"  # in this order
GATED = "TAP"  # rules of which each must be held and exercised
SECTIONS = (1, 2, 3, 4, 5, 6, 7, 8, 10)
HOME = Path(__file__).parents[1]

_ID = r"(?:[TRDMAP]-[A-Z0-9]+(?:-[A-Z0-9]+)*|W-\d+|X\d+)"
_CELL = re.compile(rf"^{_ID}(?: / (?:{_ID}|-[A-Z0-9]+))*(?:[ ]?\[[A-Z]\])*$")
_BOLD = re.compile(rf"\*\*({_ID})\*\*")
_MARK = re.compile(rf"\[([{MARKS}])\]")
_SLUG = re.compile(r"`([a-z_]+)`")
_HEADING = re.compile(r"^## (\d+)\. (.*)$")


@dataclass(frozen=True)
class Rule:
    """A rule of the handbooks."""

    id: str
    marks: str  # letters of `MARKS`
    section: int
    slugs: tuple[str, ...] = field(default=())  # of a case type: what the code calls it

    @property
    def gated(self) -> bool:
        """Whether the shop may not go without its being held and exercised."""
        return not set(GATED).isdisjoint(self.marks)


def page() -> Path:
    """Where the rulebook lies: beside the code, or with the package of an installed shop.

    Raises:
        FileNotFoundError: in neither place.
    """
    places = (HOME / "docs" / "rulebook.md", HOME / "domain" / "rulebook.md")
    for place in places:
        if place.is_file():
            return place
    raise FileNotFoundError(places[0])


def rules(text: str) -> dict[str, Rule]:
    """Every rule that the page defines, by id, in its order."""
    found: dict[str, Rule] = {}
    section, heading, columns = 0, "", list[str]()
    for line in text.splitlines():
        if begins := _HEADING.match(line):
            section, heading, columns = int(begins[1]), begins[2], []
        elif section not in SECTIONS:
            continue
        elif line.startswith("|"):
            cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
            if cells[0] in ("id", "#"):
                columns = cells
            elif columns and _CELL.match(cells[0]):
                row = dict(zip(columns, cells, strict=False))
                marks = _marks(section, heading, row, line)
                for id in _ids(cells[0]):
                    slugs = tuple(_SLUG.findall(cells[1])) if id.startswith("T-") else ()
                    found.setdefault(id, Rule(id, marks, section, slugs))
        else:
            for id in _BOLD.findall(line):
                found.setdefault(id, Rule(id, "", section))
    return found


def _ids(cell: str) -> list[str]:
    """`R-INV-RET / -EX / -REP` are three: a short one takes the beginning of the one before it."""
    found: list[str] = []
    for part in cell.partition(" [")[0].split(" / "):
        found.append(f"{found[-1].rpartition('-')[0]}{part}" if part.startswith("-") else part)
    return found


def _marks(section: int, heading: str, row: dict[str, str], line: str) -> str:
    column = re.sub(r"[^A-Z]", "", row.get("marks", ""))
    given = {*column, *_MARK.findall(line), *_MARK.findall(heading), *("T" if section == 5 else "")}
    return "".join(mark for mark in MARKS if mark in given)

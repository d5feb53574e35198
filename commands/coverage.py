"""Every rule of the rulebook with what holds it and which test saw it at work (docs/coverage.md)."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from commands.coverage_citations import Citation, How, citations, procedures, uses
from commands.coverage_code import Code
from commands.coverage_rules import GATED, Rule, page, rules
from commands.coverage_seen import Sighting, product, seen, version

READING = "domain/rulebook_coverage.toml"
T = TypeVar("T")


@dataclass(frozen=True)
class Row:
    """A rule and how it stands."""

    rule: Rule
    held: tuple[Citation, ...]
    exercised: tuple[Sighting, ...]
    same: tuple[str, ...] = ()  # the rules that say it again
    people: Mapping[str, str] | None = None  # why it is a person's business alone, in zh and en

    @property
    def done(self) -> bool:
        """Whether it is held, and was seen at work."""
        return bool(self.held and self.exercised)

    @property
    def accounted(self) -> bool:
        """Whether it is done, or said why no program can do it."""
        return self.done or (self.people is not None and not self.held)

    @property
    def ways(self) -> tuple[How, ...]:
        """How it is held, each way once."""
        return tuple(how for how in How if any(one.how is how for one in self.held))

    @property
    def old(self) -> bool:
        """Whether the code changed after every test that saw it."""
        return bool(self.exercised) and all(one.old for one in self.exercised)


@dataclass(frozen=True)
class Share:
    """How many of some rules stand."""

    of: str  # T, A, P, or `all`
    rules: int
    held: int
    exercised: int
    accounted: int


def coverage() -> list[Row]:
    """The rows, in the rulebook's order, of the page and the code that lie here.

    Raises:
        FileNotFoundError: the page of the rulebook is nowhere.
    """
    files = product()
    return rows(rules(page().read_text(encoding="utf-8")), files, seen(version(files)))


def rows(known: Mapping[str, Rule], files: Mapping[str, str], sightings: Mapping[str, list[Sighting]]) -> list[Row]:
    """Each rule with what holds it in `files` and who saw it."""
    data = {name: tomllib.loads(text) for name, text in files.items() if name.endswith(".toml")}
    code = Code({name: text for name, text in files.items() if name.endswith(".py")})
    reading = data.get(READING, {})
    held: dict[str, list[Citation]] = {id: [] for id in known}
    saw: dict[str, list[Sighting]] = {id: list(sightings.get(id, ())) for id in known}
    for one in citations(code, data, known):
        held[one.rule].append(one)
    registered = procedures(code)
    for id, rule in known.items():
        names = reading.get("classes", {}).get(id) or [f"CaseType:{slug}" for slug in rule.slugs]
        held[id] += _each([_named(name, registered, code) for name in names])
        saw[id] += _each([sightings.get(name, []) for name in names])
    same: Mapping[str, list[str]] = reading.get("same", {})
    for id, others in same.items():
        held[id] = held[id] or _each([held[other] for other in others])
        saw[id] = saw[id] or _each([saw[other] for other in others])
    people = reading.get("people", {})
    return [
        Row(
            rule,
            tuple(sorted(set(held[id]), key=_place)),
            tuple(sorted(set(saw[id]))),
            tuple(same.get(id, ())),
            people.get(id),
        )
        for id, rule in known.items()
    ]


def _place(one: Citation) -> tuple[int, str]:
    """Procedures and steps say most, kinds of messages least."""
    rooms = ("workflows/procedures/", "workflows/", "domain/messages/")
    rank = next((rank for rank, room in zip((0, 1, 3), rooms, strict=True) if one.file.startswith(room)), 2)
    return rank, str(one)


def _each(found: Sequence[list[T]]) -> list[T]:
    """All that was found, where something was found of each."""
    return [one for some in found for one in some] if all(found) else []


def _named(name: str, registered: Mapping[str, Citation], code: Code) -> list[Citation]:
    """`CaseType:parcel_lost` is held by its procedure; the value of another enum, or a reason, by whoever uses it."""
    enum, _, value = name.partition(":")
    if enum != "CaseType":
        return uses(code, enum, value)
    slug, _, reason = value.partition("/")
    procedure = [registered[slug]] if slug in registered else []
    return procedure if not reason or uses(code, "ReasonCode", reason) else []


def shares(rows: Iterable[Row]) -> Iterator[Share]:
    """Of the rules with each gated mark, and of all."""
    every = list(rows)
    for mark in (*GATED, "all"):
        some = every if mark == "all" else [row for row in every if mark in row.rule.marks]
        yield Share(
            of=mark,
            rules=len(some),
            held=sum(bool(row.held) for row in some),
            exercised=sum(row.done for row in some),
            accounted=sum(row.accounted for row in some),
        )


def plain(row: Row) -> dict[str, Any]:
    """For a program."""
    return {
        "id": row.rule.id,
        "marks": row.rule.marks,
        "held": [{"how": one.how, "by": str(one)} for one in row.held],
        "exercised": [
            {"test": one.test, "as": one.how, "older_than_code": one.old} for one in row.exercised[:WITNESSES]
        ],
        "witnesses": len(row.exercised),
        "same_as": row.same,
        "people": dict(row.people) if row.people else None,
        "done": row.done,
        "accounted": row.accounted,
    }


WITNESSES = 5  # of the tests that saw a rule, so many are named

"""A pytest plugin that sees which rules are really at work while the tests run, and in which test (docs/coverage.md).

It looks where everything passes through: each value with a rule that is made in this process (journal entries, records,
refusals, decisions, findings, clocks), each clock whose length is read, each function that says `@holds`. What happens
inside a case belongs to the test that opened the case; cases live side by side, so the one that runs does not matter.

    python -m tests.exercised        keeps the best witness of each rule as domain/rulebook_exercised.json
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Generator, Iterator
from contextvars import ContextVar
from types import FrameType
from typing import Any

import pytest
from pydantic import BaseModel
from temporalio import activity, workflow

import domain.holding
from commands import coverage_seen
from commands.coverage_rules import HOME
from domain.rulebook import ClockRow
from domain.rulebook_file import default
from domain.rules import ClockRule

SHOP_ROOMS = frozenset({"domain", "workflows", "activities", "store", "starter", "console", "papers", "commands"})
MADE_IN_STORE = frozenset({"decided", "refused", "AgendaItem"})  # all else the store only reads again
STATED = frozenset({"domain.rules", "domain.rulebook", "domain.rulebook_file", "domain.recounting"})
"""They state the rules and compare them: that is not their work."""
SHOWN = "domain.explain"  # tells what would be refused and which clocks run; only what blocks the case is at work
IN_BETWEEN = frozenset({"domain.case", "domain.clocks", "domain.refusal"})  # who had it made stands behind them
WORDS = {
    "JournalEntry": "noted", "Record": "recorded", "Refusal": "refused", "Clock": "started", "Finding": "found",
    "Blocked": "blocked",
}  # fmt: skip

living: ContextVar[str] = ContextVar("living", default="")
"""The test whose body runs, where several live side by side."""


class _Run:
    """What this run saw."""

    def __init__(self) -> None:
        self.code = ""
        self.running = ""
        self.ran: set[str] = set()
        self.passed: set[str] = set()
        self.case_of: dict[str, str] = {}  # case -> the test that opened it
        self.saw: set[tuple[str, str, str]] = set()  # id, as what, and where: the case, or the test

    def here(self) -> str:
        """The test that runs here."""
        return living.get() or self.running


_run = _Run()


def running() -> str:
    """The test that runs here."""
    return _run.here()


def all_seen() -> set[tuple[str, str, str]]:
    """What was seen so far: id, as what, and in which case or test."""
    return set(_run.saw)


def opened(case: str) -> None:
    """The test that runs here opens this case (its workflow id)."""
    _run.case_of[case] = _run.here()


def see(id: str, how: str) -> None:
    """Something was made of a rule."""
    where = _run.here()
    case = _case()
    if case:
        _run.case_of.setdefault(case, where)
    _run.saw.add((id, how, case or where))


def _case() -> str:
    if workflow.in_workflow():
        return workflow.info().workflow_id
    return (activity.info().workflow_id or "") if activity.in_activity() else ""


# --- where everything passes through ---


def _by_the_shop(frame: FrameType | None, word: str) -> bool:
    """Whether the shop's own code stands there, and not a test that makes up a value."""
    while frame is not None and frame.f_globals.get("__name__") in IN_BETWEEN:
        frame = frame.f_back
    by = frame.f_globals.get("__name__", "") if frame else ""
    room = by.partition(".")[0]
    return room in SHOP_ROOMS and by not in STATED and (room != "store" or word in MADE_IN_STORE)


def _only_shown(frame: FrameType | None) -> bool:
    """Whether somebody merely asks what could be done."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith("domain."):
        if frame.f_globals["__name__"] == SHOWN:
            return True
        frame = frame.f_back
    return False


def _watch_values() -> None:
    made = BaseModel.__init__

    @functools.wraps(made)
    def init(self: BaseModel, /, **data: Any) -> None:
        __tracebackhide__ = True
        made(self, **data)
        word = _word(type(self))
        if word and _by_the_shop(sys._getframe(1), word):
            _see_value(self, word)

    init.__pydantic_base_init__ = True  # type: ignore[attr-defined]  # pydantic: it is not a class's own
    BaseModel.__init__ = init  # type: ignore[method-assign]


@functools.cache
def _word(kind: type[BaseModel]) -> str:
    """As what a value of that class is seen; empty when it has no rule, or is a rule."""
    if kind.__module__ in STATED or kind.__module__.partition(".")[0] not in SHOP_ROOMS:
        return ""
    if kind.__module__ == SHOWN and kind.__name__ != "Blocked":
        return ""
    if {"rule", "guard"}.isdisjoint(kind.model_fields):
        return ""
    decides = any(base.__name__ == "Decision" for base in kind.__mro__)
    return WORDS.get(kind.__name__, "decided" if decides else kind.__name__)


def _see_value(value: BaseModel, word: str) -> None:
    fields = value.__dict__
    if word == "refused" and _only_shown(sys._getframe(2)):
        return
    for name in ("rule", "guard"):
        if isinstance(id := fields.get(name), str) and id and not (id[0] in "PA" and fields.get("allowed") is True):
            see(id, word)  # a guard that lets pass is not seen at work
    if word == "started":
        see(fields["id"], word)
    if word == "noted":
        for id, how in _told(fields["event"], fields["data"]):
            see(id, how)


def _told(event: str, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """What an entry says of case types, legs and clocks."""
    if event in ("case_opened", "type_changed"):
        yield f"CaseType:{data['type']}", "opened"
        yield f"CaseType:{data['type']}/{data.get('reason', '')}", "opened"
    if "leg" in data:
        yield f"ShipmentLeg:{data['leg']}", "noted"
    if event == "clock_breached":
        yield str(data["clock"]), "breached"


def _watch_lengths() -> None:
    """A clock that is counted without being started: the length of its row is read."""
    for kind in (ClockRule, ClockRow):
        kind.__getattribute__ = _watched(kind.__getattribute__)  # type: ignore[method-assign]


def _watched(get: Callable[[Any, str], Any]) -> Callable[[Any, str], Any]:
    def read(row: Any, name: str) -> Any:
        value = get(row, name)
        if name == "length" and _by_the_shop(sys._getframe(1), "counted"):
            id = get(row, "id") if isinstance(row, ClockRule) else _clock_of(get(row, "rule"), get(row, "anchor"))
            see(id, "counted")
        return value

    return read


@functools.cache
def _clock_of(rule: str, anchor: str) -> str:
    """A row of the rulebook does not know its own id."""
    rows = default().clocks.items()
    return next((id for id, row in rows if (row.rule, row.anchor) == (rule, anchor)), "")


def _watch_holders() -> None:
    def holds(*rules: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        def said(function: Callable[..., Any]) -> Callable[..., Any]:
            @functools.wraps(function)
            def held(*args: Any, **kwargs: Any) -> Any:
                for rule in rules:
                    see(rule, "held")
                return function(*args, **kwargs)

            return held

        return said

    domain.holding.holds = holds  # type: ignore[assignment]


# --- pytest ---

_watch_holders()  # at once: the decorator runs when its modules are loaded


def pytest_configure(config: pytest.Config) -> None:
    """Watch from now on."""
    config.addinivalue_line("markers", "after_all_others: the test looks at what all the others saw, and comes last")
    config.addinivalue_line("markers", "by_chance: the test meets rules by chance, and is no witness of them")
    _run.code = coverage_seen.version(coverage_seen.product())
    _watch_values()
    _watch_lengths()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The gate comes last."""
    items.sort(key=lambda item: item.get_closest_marker("after_all_others") is not None)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, bool | None, bool | None]:
    """Know which test runs."""
    _run.running = item.nodeid
    _run.ran.add(item.nodeid)
    return (yield)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Only a test that passes is a witness."""
    if report.when == "call" and report.passed:
        _run.passed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what this run saw."""
    if _run.ran:
        keep(session)


def keep(session: pytest.Session) -> None:
    """Write down what was seen so far: by each test, which ids, as what. A run of all tests replaces all."""
    found: dict[str, dict[str, set[str]]] = {}
    by_chance = {item.nodeid for item in session.items if item.get_closest_marker("by_chance")}
    for id, how, where in _run.saw:
        test = _run.case_of.get(where, where)
        if test in _run.passed - by_chance:
            found.setdefault(test, {}).setdefault(id, set()).add(how)
    option = session.config.getoption
    selected = option("keyword") or option("markexpr") or option("deselect") or option("lf", default=False)
    all_of_them = session.config.args == ["tests"] and session.testscollected == len(_run.ran)
    coverage_seen.keep(found, _run.ran, _run.code, full=all_of_them and not selected)


if __name__ == "__main__":
    sys.stdout.write(f"{coverage_seen.snapshot()} rules in {coverage_seen.SNAPSHOT.relative_to(HOME)}\n")

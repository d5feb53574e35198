"""Who may import whom, where rules are cited, what may change: the house rules of the docs, held by the code itself."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from commands.coverage_rules import rules
from domain.rulebook import SECTIONS

ROOT = Path(__file__).parents[1]
ROOMS = (
    "domain", "workflows", "activities", "gateways", "store", "starter", "console", "papers", "local", "commands",
    "bench",
)  # fmt: skip
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "manager", "base", "misc"}

WEB = {"fastapi", "starlette", "uvicorn"}
MAY_IMPORT: dict[str, set[str]] = {
    "domain": {"domain", "pydantic"},
    "workflows": {"workflows", "domain", "activities", "temporalio.workflow", "temporalio.common",
                  "temporalio.exceptions"},
    "activities": {"activities", "domain", "pydantic", "structlog", "temporalio.activity", "temporalio.exceptions"},
    "gateways": {"gateways", "domain", "pydantic", "httpx2", "cryptography"},
    "gateways/simulator": {"gateways", "domain", "pydantic", "httpx2", "cryptography", *WEB},
    "store": {"store", "domain", "pydantic", "asyncpg"},
    "starter": {"starter", "domain", "store", "settings", "logs", "process_end", "pydantic", "structlog", "asyncpg",
                "google.protobuf", "temporalio.client", "temporalio.common", "temporalio.exceptions",
                "temporalio.service", "temporalio.api", "temporalio.contrib.pydantic", "python_calamine",
                "xlsxwriter", "PIL", *WEB},
    "console": {"console", "domain", "store", "settings", "logs", "pydantic", "structlog", "asyncpg", "jinja2",
                "temporalio.client", "temporalio.common", "temporalio.exceptions", "temporalio.service",
                "temporalio.contrib.pydantic", *WEB},
    "papers": {"papers", "domain", "reportlab"},
    "local": {"local", "asyncpg", "psutil", "temporalio", "google.protobuf"},
}  # fmt: skip
"""By room, besides the standard library. `commands`, `bench`, `worker.py`, `cli.py` and tests may import everything."""

IO_IN_DOMAIN = {"random", "os", "socket", "subprocess", "time", "urllib", "http", "asyncio", "threading", "sqlite3"}


def modules(*rooms: str) -> Iterator[Path]:
    """Our Python files, of some rooms or of all, with those at the top level."""
    for room in rooms or ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    if not rooms:
        yield from sorted(ROOT.glob("*.py"))


def name_of(path: Path) -> str:
    """As it is read: `workflows/case.py`."""
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything a file imports: `from a.b import c` is a.b.c."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}:{node.lineno}: imports are absolute"
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def room_of(path: Path) -> str:
    """The row of the table that holds for a file."""
    name = name_of(path)
    return "gateways/simulator" if name.startswith("gateways/simulator/") else name.split("/", 1)[0]


@pytest.mark.parametrize("path", [p for p in modules(*MAY_IMPORT) if room_of(p) in MAY_IMPORT], ids=name_of)
def test_a_room_imports_only_what_it_may(path: Path) -> None:
    """The arrows point one way: rules know no partner, procedures no database, partners' wires no workflow."""
    allowed = MAY_IMPORT[room_of(path)]
    wrong = [
        f"{name_of(path)}:{line} imports {name}"
        for line, name in imports(path)
        if name.split(".")[0] not in sys.stdlib_module_names
        and not any(name == may or name.startswith(f"{may}.") for may in allowed)
    ]
    assert not wrong, wrong


@pytest.mark.parametrize("path", list(modules("domain", "workflows")), ids=name_of)
def test_rules_and_procedures_know_no_clock_no_chance_and_no_machine(path: Path) -> None:
    """What decides cases asks the case for the time, and nothing else of the world outside."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    pausing = {"asyncio"} if path.is_relative_to(ROOT / "workflows") else set()
    wrong = [name for _, name in imports(path) if name.split(".")[0] in IO_IN_DOMAIN - pausing]
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            if called in ("datetime.now", "datetime.utcnow", "datetime.today", "date.today", "uuid.uuid4"):
                wrong.append(f"{called} at line {node.lineno}")
    assert not wrong, f"{name_of(path)}: {wrong}"


@pytest.mark.parametrize("path", list(modules("workflows/procedures", "workflows/steps")), ids=name_of)
def test_how_long_a_case_waits_stands_in_the_rulebook(path: Path) -> None:
    """No procedure and no step holds a length of time of its own: each is a clock or a number with rule and source."""
    wrong = [
        f"{name_of(path)}:{node.lineno} {ast.unparse(node)}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("timedelta")
        and any(isinstance(given, ast.Constant) for given in [*node.args, *(word.value for word in node.keywords)])
    ]
    assert not wrong, f"put it into domain/rulebook.toml: {wrong}"


MUTABLE = {"list", "dict", "set", "defaultdict", "Counter", "deque", "OrderedDict", "bytearray"}
CACHES: dict[str, set[str]] = {}
"""Module-level containers that may change, by file, each with its reason. There is none."""


@pytest.mark.parametrize("path", list(modules("domain", "activities")), ids=name_of)
def test_nothing_at_module_level_can_be_changed_by_a_case(path: Path) -> None:
    """What all cases share is constant: the sandbox passes these rooms through, so one case could spoil another's."""
    wrong = []
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        names = {target.id for target in targets if isinstance(target, ast.Name)}
        if _mutable(node.value) and not _read_only(node) and not names <= CACHES.get(name_of(path), set()):
            wrong.append(f"{name_of(path)}:{node.lineno} {', '.join(sorted(names))}")
    assert not wrong, f"make it a tuple, a frozenset or a MappingProxyType, or annotate it Mapping: {wrong}"


def _mutable(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set | ast.ListComp | ast.DictComp | ast.SetComp):
        return True
    called = value.func if isinstance(value, ast.Call) else None
    return isinstance(called, ast.Name) and called.id in MUTABLE


def _read_only(node: ast.Assign | ast.AnnAssign) -> bool:
    """Whether the type checker keeps it from being changed: annotated as a Mapping or Sequence."""
    if not isinstance(node, ast.AnnAssign):
        return False
    return ast.unparse(node.annotation).split("[")[0] in ("Mapping", "Sequence", "Set", "Collection")


# --- rules and their ids ---

RULE = re.compile(r"(?<![A-Za-z0-9/_#-])(?:[RDPAMTS]-[A-Z][A-Z0-9]*(?:-[A-Z0-9]+)*|W-\d+|X\d{1,2})(?![A-Za-z0-9_-])")
TEXTS = (".py", ".toml", ".md", ".sql", ".html", ".css")
INVENTED = {"A-Z", "A-Z0-9", "R-REV", "D-REFPAYY", "P-NONSENSE", "D-X", "D-NOPE", "X99"}
"""Not ids: a span of letters, the beginning of several, and what tests of bad input make up."""


def rulebook_ids() -> set[str]:
    """Every id that the rulebook defines."""
    text = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")
    return set(rules(text)) | set(RULE.findall(text))


def own_clocks() -> dict[str, str]:
    """The shop's own clocks `S-…` with the rule that each of them serves."""
    document = tomllib.loads((ROOT / "domain" / "rulebook.toml").read_text(encoding="utf-8"))
    return {id: clock["rule"] for id, clock in document["clocks"].items() if id.startswith("S-")}


def cited() -> dict[str, set[str]]:
    """Every id that code, tests and texts cite, with the files that do."""
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    found: dict[str, set[str]] = {}
    for name in tracked:
        path = ROOT / name
        if path.suffix not in TEXTS or not path.is_file() or name in ("docs/rulebook.md", "tests/test_architecture.py"):
            continue
        for id in RULE.findall(path.read_text(encoding="utf-8")):
            found.setdefault(id, set()).add(name)
    return found


def test_every_rule_that_is_cited_exists() -> None:
    """An id in code, tests or documents leads to its rule in docs/rulebook.md, or to a clock of the shop's own."""
    known = rulebook_ids() | set(own_clocks())
    unknown = {id: sorted(files) for id, files in cited().items() if id not in known | INVENTED}
    assert not unknown, unknown


def test_each_of_the_shops_own_clocks_serves_a_rule() -> None:
    """A clock that the handbooks do not give says which rule it serves, and that rule exists."""
    ids = rulebook_ids()
    wrong = {id: rule for id, rule in own_clocks().items() if rule not in ids or rule.startswith("S-")}
    assert own_clocks()
    assert not wrong, wrong


def test_every_value_of_the_rulebook_has_a_rule_and_a_source() -> None:
    """Every value says under which rule it stands and where it comes from; freight and choices are called by theirs."""
    ids = rulebook_ids()
    document = tomllib.loads((ROOT / "domain" / "rulebook.toml").read_text(encoding="utf-8"))
    goodwill = document.pop("compensation")
    document["compensation"] = {**goodwill.pop("sizes"), "ladder": goodwill}
    called_by_rule = {"freight", "switches"}
    sections = {name: rows for name, rows in document.items() if isinstance(rows, dict)}
    assert sections.keys() == set(SECTIONS)
    for section, rows in sections.items():
        for id, row in rows.items():
            assert (id if section in called_by_rule else row["rule"]) in ids, f"{section}.{id}"
            assert row["source"], f"{section}.{id}"


def test_the_rulebook_is_the_shared_one() -> None:
    """Where the shared page lies beside the project, our copy says the same."""
    shared = ROOT.parent / "shared" / "rulebook.md"
    ours = (ROOT / "docs" / "rulebook.md").read_text(encoding="utf-8")
    if shared.exists():
        assert ours == shared.read_text(encoding="utf-8")
    assert ours.startswith("# ")


# --- names and tests ---


def test_no_name_of_ours_hides_one_of_pythons() -> None:
    """A room or file at the top level is never called like a module of the standard library."""
    ours = {path.stem for path in ROOT.glob("*.py")} | {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert not ours & set(sys.stdlib_module_names)


def test_files_are_called_by_what_they_hold() -> None:
    """No drawer for everything: no utils, helpers, common, manager or base."""
    wrong = [name_of(path) for path in [*modules(), *(ROOT / "tests").rglob("*.py")] if path.stem in FORBIDDEN_NAMES]
    assert not wrong, wrong


@pytest.mark.parametrize("path", sorted((ROOT / "tests").rglob("test_*.py")), ids=name_of)
def test_every_test_says_what_it_proves(path: Path) -> None:
    """A test without a sentence in business words proves nothing to the shop."""
    silent = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and node.name.startswith("test_")
        and not ast.get_docstring(node)
    ]
    assert not silent, silent

"""Where the code holds a rule, found in its syntax trees: who gives the id of which rule to what.

    executed   a step, a note, a decision or a message has the id; the procedure of a case type is registered
    guarded    a refusal has it, or a decision about a person or an authority in `domain`; `@holds`; a list of words
    scheduled  a clock that serves it is started or counted
    recorded   a record has it
    reminded   an escalation or an item of the agenda has it

A docstring, a comment, a comparison, a look-up and code to which nothing leads hold nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from commands.coverage_code import Code, Module, Part, is_procedure
from commands.coverage_rules import Rule

RULEBOOK = "domain/rulebook.toml"
READERS = ("domain/rules.py", "domain/rulebook.py", "domain/rulebook_file.py", "commands/")
"""Who reads the rulebook's numbers without going by them."""


class How(StrEnum):
    """In which way a rule is held."""

    EXECUTED = "executed"
    GUARDED = "guarded"
    SCHEDULED = "scheduled"
    REMINDED = "reminded"
    RECORDED = "recorded"


@dataclass(frozen=True, order=True)
class Citation:
    """A place that holds a rule."""

    rule: str
    how: How
    file: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.file}:{self.symbol}" if self.symbol else self.file


def citations(code: Code, data: Mapping[str, Mapping[str, Any]], known: Mapping[str, Rule]) -> list[Citation]:
    """Every place that holds a rule. `data` are TOML documents by their path."""
    reader = _Reader(code, data.get(RULEBOOK, {}), known)
    cited = {one for part in code.alive for one in reader.of(part, code.modules[part.file])}
    words = {text for part in code.alive for text in part.strings}
    cited |= {one for file, document in data.items() for one in _of_data(file, document, words, known)}
    return sorted(cited)


class _Reader:
    """Reads the parts, knowing the rulebook's clocks and numbers and everybody's constants."""

    def __init__(self, code: Code, rulebook: Mapping[str, Any], known: Mapping[str, Rule]) -> None:
        self._rules = known
        self._serves = {id: row["rule"] for id, row in rulebook.get("clocks", {}).items()}
        self._known = known.keys() | self._serves.keys()
        self._constants = {
            f"{one.dotted}.{name}": text for one in code.modules.values() for name, text in one.strings.items()
        }
        self._rows = {
            name: (section, row["rule"])
            for section in ("numbers", "agenda", "categories")
            for name, row in rulebook.get(section, {}).items()
        }

    def of(self, part: Part, module: Module) -> Iterator[Citation]:
        """What a living part holds."""
        for node in part.walk():
            id = self._id(node, module)
            how = self._how(node, id, part) if id else None
            if id and how:
                for rule in (id, self._serves.get(id, id) if how is How.SCHEDULED else id):
                    if rule in self._rules:
                        yield Citation(rule, how, part.file, part.symbol)
        if not part.file.startswith(READERS):
            for name in (part.names | part.strings) & self._rows.keys():
                section, rule = self._rows[name]
                if rule in self._rules:
                    how = How.REMINDED if section == "agenda" else _guarding(rule)
                    yield Citation(rule, how, part.file, part.symbol)

    def _id(self, node: ast.AST, module: Module) -> str:
        """The id that a node gives, by itself or by the name of a constant."""
        match node:
            case ast.Constant(value=str(text)):
                return text if text in self._known else ""
            case ast.Name(id=name, ctx=ast.Load()):
                full = module.imported.get(name, f"{module.dotted}.{name}")
            case ast.Attribute(value=ast.Name(id=name), attr=attribute) if name in module.imported:
                full = f"{module.imported[name]}.{attribute}"
            case _:
                return ""
        text = self._constants.get(full, "")
        return text if text in self._known else ""

    def _how(self, node: ast.AST, id: str, part: Part) -> How | None:
        """What becomes of it, read upwards from where it stands; None where that holds nothing."""
        clock = id in self._serves
        while (parent := part.parents.get(node)) is not None:
            match parent:
                case ast.Call():
                    return self._given(parent, node, id, part)
                case ast.keyword(arg="guard"):
                    return How.GUARDED
                case ast.Expr() | ast.Compare() | ast.Set() | ast.JoinedStr() | ast.FormattedValue():
                    return None
                case ast.MatchValue() | ast.arg():
                    return None
                case ast.Dict(keys=keys) if node in keys:
                    return None
                case ast.Subscript(slice=one) if one is node:
                    return self._looked_up(_dotted(parent.value), clock)
                case ast.Return() | ast.Yield() | ast.arguments() | ast.Lambda():
                    break
                case ast.Assign() | ast.AnnAssign():
                    return self._assigned(parent, node, id, part)
            node = parent
        return How.SCHEDULED if clock else _guarding(id, part.file)

    def _given(self, call: ast.Call, node: ast.AST, id: str, part: Part) -> How | None:
        """What a call does with it."""
        if node is call.func:
            return None
        name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if name == "get":
            assert isinstance(call.func, ast.Attribute)
            return self._looked_up(_dotted(call.func.value), id in self._serves)
        if name in _LOOK_UPS:
            return None
        if name == "holds":
            return How.GUARDED if id in self._rules and "P" in self._rules[id].marks else How.EXECUTED
        if id in self._serves:
            return How.SCHEDULED
        for names, how in _CALLS:
            if name in names:
                return how
        decides = any(word.arg == "allowed" for word in call.keywords)
        return _guarding(id, part.file) if decides or part.file.startswith("domain/") else How.EXECUTED

    def _looked_up(self, where: str, clock: bool) -> How | None:
        """In a case's own clocks one looks; by the rulebook's rows one goes."""
        row = where.rpartition(".")[2]
        if clock:
            return How.SCHEDULED if row == "clocks" and not where.endswith(("state.clocks", "self.clocks")) else None
        return How.EXECUTED if row in ("switches", "freight") else None

    def _assigned(self, to: ast.Assign | ast.AnnAssign, node: ast.AST, id: str, part: Part) -> How | None:
        target = to.targets[0] if isinstance(to, ast.Assign) else to.target
        outside = to in part.nodes  # of any function: of the module, or of a class
        if not outside:
            return How.SCHEDULED if id in self._serves else _guarding(id, part.file)
        if isinstance(target, ast.Name) and target.id == "rule":  # the rule of a kind of message
            return How.EXECUTED
        return _guarding(id, part.file) if isinstance(to.value, ast.Dict) and id not in self._serves else None


_LOOK_UPS = frozenset(
    {
        "startswith", "endswith", "removeprefix", "removesuffix", "pop", "remove", "discard", "index", "count", "split",
        "join", "partition", "rpartition", "met", "no_longer_due", "clock_if_started", "frozenset", "set", "tuple",
        "isinstance", "done",
    }
)  # fmt: skip
_CALLS = (
    (frozenset({"refuse", "Refusal", "Blocked", "Finding"}), How.GUARDED),
    (frozenset({"record", "Record"}), How.RECORDED),
    (frozenset({"escalate"}), How.REMINDED),
)


def _guarding(id: str, file: str = "domain/") -> How:
    return How.GUARDED if id[0] in "PA" and file.startswith("domain/") else How.EXECUTED


def _dotted(node: ast.AST) -> str:
    match node:
        case ast.Attribute(value=value, attr=name):
            return f"{_dotted(value)}.{name}"
        case ast.Name(id=name):
            return name
        case _:
            return ""


def _of_data(
    file: str, document: Mapping[str, Any], words: set[str], ids: Collection[str], table: str = ""
) -> Iterator[Citation]:
    """Tables with a `rule`, of a file or folder that living code names."""
    folder, _, name = file.rpartition("/")
    if file.startswith("domain/rulebook") or not {name, folder.replace("/", ".")} & words:
        return
    rule = document.get("rule")
    if isinstance(rule, str) and rule in ids:
        yield Citation(rule, _guarding(rule), file, str(document.get("code") or table))
    for key, inner in document.items():
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict):
                yield from _of_data(file, one, words, ids, key)


def procedures(code: Code) -> dict[str, Citation]:
    """The procedure of each case type, by the type's name on the wire: the function and the file that are called so."""
    values = code.members("CaseType")
    found = {name: name for name in values.values()} | _begin_as(code, values)
    return {
        type: Citation("", How.EXECUTED, part.file, name)
        for type, name in found.items()
        for part in code.parts(name)
        if is_procedure(part.file, name)
    }


def _begin_as(code: Code, values: Mapping[str, str]) -> dict[str, str]:
    """Types that begin with the procedure of another name."""
    found: dict[str, str] = {}
    for part in code.parts("BEGINS_AS"):
        for node in part.walk():
            if not isinstance(node, ast.Dict):
                continue
            for key, value in zip(node.keys, node.values, strict=True):
                match key, value:
                    case ast.Attribute(value=ast.Name(id="CaseType"), attr=member), ast.Constant(value=str(name)):
                        found[values.get(member, "")] = name
    return found


def uses(code: Code, enum: str, value: str) -> list[Citation]:
    """Who makes something of that value of an enum."""
    names = {name for name, given in code.members(enum).items() if given == value}
    return [
        Citation("", How.EXECUTED, part.file, part.symbol)
        for part in code.alive
        if any(
            isinstance(node, ast.Attribute) and node.attr in names and _dotted(node.value).rpartition(".")[2] == enum
            for node in part.walk()
        )
    ]

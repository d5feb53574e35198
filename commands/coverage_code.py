"""Our own code as syntax trees, in parts: functions, methods, classes and constants, each with what it uses.

A part lives when something that runs leads to it: from what a framework calls (a decorated function, a statement of a
module) over the names that living parts use. Names alone are compared, so that a part is rather taken for alive.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

_PLAIN = frozenset(
    {
        "property", "cached_property", "staticmethod", "classmethod", "cache", "lru_cache", "dataclass", "wraps",
        "contextmanager", "asynccontextmanager", "abstractmethod", "overload", "override", "setter", "holds",
    }
)  # fmt: skip
"""Decorators that hand nothing over to a framework."""


@dataclass(eq=False)
class Part:
    """A part of a file. `owner` is the class of a method; `called`: by other means than over its name."""

    file: str
    name: str
    nodes: list[ast.AST]
    owner: str = ""
    called: bool = False
    parents: dict[ast.AST, ast.AST] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)  # that it uses
    strings: set[str] = field(default_factory=set)

    @property
    def symbol(self) -> str:
        """As one says it: `Contact.tell`; empty for a statement of the module."""
        return f"{self.owner}.{self.name}" if self.owner else self.name

    def walk(self) -> Iterator[ast.AST]:
        """Everything in it."""
        for node in self.nodes:
            yield from ast.walk(node)


@dataclass
class Module:
    """A file's parts, what it calls the names that it imports, and its constants that are one string."""

    file: str
    parts: list[Part]
    imported: dict[str, str]  # local name -> full name
    strings: dict[str, str]

    @property
    def dotted(self) -> str:
        """`domain.clocks`."""
        return ".".join(PurePosixPath(self.file).with_suffix("").parts).removesuffix(".__init__")


class Code:
    """Python files, by their path and text, read once."""

    def __init__(self, sources: Mapping[str, str]) -> None:
        self.modules = {file: _module(file, ast.parse(text)) for file, text in sources.items()}
        self.alive = _living(self.modules.values())

    def parts(self, name: str) -> list[Part]:
        """What is called so, other than methods."""
        return [part for one in self.modules.values() for part in one.parts if part.name == name and not part.owner]

    def dotted(self, part: Part) -> str:
        """The module of a part."""
        return self.modules[part.file].dotted

    def members(self, enum: str) -> dict[str, str]:
        """The members of an enum and their values."""
        return {
            target.id: value.value
            for part in self.parts(enum)
            for node in part.nodes
            if isinstance(node, ast.Assign)
            and isinstance(target := node.targets[0], ast.Name)
            and isinstance(value := node.value, ast.Constant)
            and isinstance(value.value, str)
        }


def _living(found: Iterable[Module]) -> list[Part]:
    """The parts to which something that runs leads."""
    waiting = [part for module in found for part in module.parts]
    used: set[str] = set()
    classes: set[tuple[str, str]] = set()
    alive: list[Part] = []
    while True:
        born = [part for part in waiting if _lives(part, used, classes)]
        if not born:
            return alive
        for part in born:
            alive.append(part)
            used |= part.names
            classes.add((part.file, part.symbol))
        waiting = [part for part in waiting if part not in set(born)]


def _lives(part: Part, used: set[str], classes: set[tuple[str, str]]) -> bool:
    if not part.owner:
        return part.called or part.name in used
    dunder = part.name.startswith("__") and part.name.endswith("__")
    return (part.file, part.owner) in classes and (part.called or dunder or part.name in used)


def _module(file: str, tree: ast.Module) -> Module:
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            imported |= {alias.asname or alias.name: f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            imported |= {alias.asname: alias.name for alias in node.names if alias.asname}
    parts = list(_parts(file, tree))
    for part in parts:
        _look_into(part, imported)
    strings = {
        part.name: value.value
        for part in parts
        for node in part.nodes
        if isinstance(node, ast.Assign | ast.AnnAssign)
        and isinstance(value := node.value, ast.Constant)
        and isinstance(value.value, str)
    }
    return Module(file, parts, imported, strings)


def _parts(file: str, tree: ast.Module) -> Iterator[Part]:
    for node in tree.body:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                yield Part(file, node.name, [node], called=_handed_over(node) or is_procedure(file, node.name))
            case ast.ClassDef():
                yield from _class(file, node)
            case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
                yield Part(file, name, [node])
            case ast.Import() | ast.ImportFrom():
                pass
            case _:
                yield Part(file, "", [node], called=True)


def _class(file: str, node: ast.ClassDef) -> Iterator[Part]:
    own: list[ast.AST] = [*node.bases, *node.keywords, *node.decorator_list]
    for inner in node.body:
        if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef):
            yield Part(file, inner.name, [inner], owner=node.name, called=_handed_over(inner))
        else:
            own.append(inner)
    yield Part(file, node.name, own, called=_handed_over(node))


def _handed_over(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    return any(_last(one) not in _PLAIN for one in node.decorator_list)


def is_procedure(file: str, name: str) -> bool:
    """Whether that function is the procedure after which its file is called; a case finds it by that name."""
    return file == f"workflows/procedures/{name}.py"


def _last(node: ast.AST) -> str:
    match node:
        case ast.Call(func=func):
            return _last(func)
        case ast.Attribute(attr=name) | ast.Name(id=name):
            return name
        case _:
            return ""


def _look_into(part: Part, imported: Mapping[str, str]) -> None:
    for node in part.walk():
        for child in ast.iter_child_nodes(node):
            part.parents[child] = node
        match node:
            case ast.Name(id=name, ctx=ast.Load()):
                part.names |= {name, imported.get(name, name).rpartition(".")[2]}
            case ast.Attribute(attr=name):
                part.names.add(name)
            case ast.Constant(value=str(text)):
                part.strings.add(text)

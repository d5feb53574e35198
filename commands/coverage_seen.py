"""What tests saw of the rules: written by `tests/exercised.py` while they run, read by `aftersales rulebook coverage`.

`.exercised.json` beside the code holds every test that passed with the ids that it made something of; a run of some
tests replaces theirs. Where it is missing or a run was partial, the snapshot that comes with the code fills in.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

from commands.coverage_rules import HOME

OWN = HOME / ".exercised.json"
SNAPSHOT = HOME / "domain" / "rulebook_exercised.json"
ROOMS = (
    "domain",
    "workflows",
    "activities",
    "gateways",
    "store",
    "starter",
    "console",
    "papers",
    "commands",
    "worker.py",
)
LEFT_OUT = ("gateways/simulator/", "commands/coverage", "commands/demo")  # play partners and people, or only look
SUFFIXES = (".py", ".toml", ".sql")


@dataclass(frozen=True, order=True)
class Sighting:
    """A test that saw a rule at work, and as what: noted, recorded, refused, decided, started, breached and so on."""

    rank: int  # the best witness first: a case that was lived through, another test, a recorded history
    test: str
    how: tuple[str, ...]
    old: bool = False  # the code has changed since


def product() -> dict[str, str]:
    """The files that the shop runs on, by their path: programs, data and queries."""
    found = {}
    for room in ROOMS:
        place = HOME / room
        for file in sorted(place.rglob("*")) if place.is_dir() else [place]:
            name = file.relative_to(HOME).as_posix()
            if file.suffix in SUFFIXES and file.is_file() and not name.startswith(LEFT_OUT):
                found[name] = file.read_text(encoding="utf-8")
    return found


def version(files: Mapping[str, str]) -> str:
    """Twelve letters that change with the files."""
    digest = sha256()
    for name, text in sorted(files.items()):
        digest.update(f"{name}\0{text}\0".encode())
    return digest.hexdigest()[:12]


def seen(code: str, own: Path = OWN, snapshot: Path = SNAPSHOT) -> dict[str, list[Sighting]]:
    """Who saw what, best witness first, by id. `code` is the version of the files now."""
    document = _read(own)
    found: dict[str, list[Sighting]] = {}
    for test, one in document.get("tests", {}).items():
        for id, how in one["saw"].items():
            sighting = Sighting(_rank(test), test, tuple(how), one["code"] != code)
            found.setdefault(id, []).append(sighting)
    if not document.get("full"):
        kept = _read(snapshot)
        for id, (test, how) in kept.get("saw", {}).items():
            if id not in found:
                found[id] = [Sighting(_rank(test), test, tuple(how), kept["code"] != code)]
    return {id: sorted(sightings) for id, sightings in found.items()}


def keep(tests: Mapping[str, Mapping[str, Iterable[str]]], gone: Iterable[str], code: str, *, full: bool) -> None:
    """Write what the tests of a run saw, by test and id; what the tests `gone` saw earlier counts no more."""
    with _alone():
        _keep(tests, gone, code, full=full)


def whole() -> None:
    """The runs since the file was last removed were all tests together: nothing fills in for what they did not see."""
    with _alone():
        _write(OWN, {**_read(OWN), "full": True})


@contextmanager
def _alone() -> Iterator[None]:
    """Two runs may end at once, and each adds to what the other wrote."""
    import fcntl  # nobody but tests writes, and they run where there is one

    with OWN.with_name(f"{OWN.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _keep(tests: Mapping[str, Mapping[str, Iterable[str]]], gone: Iterable[str], code: str, *, full: bool) -> None:
    document = _read(OWN)
    before = {} if full else document.get("tests", {})
    for test in gone:
        before.pop(test, None)
    before = {test: one for test, one in before.items() if (HOME / test.partition("::")[0]).is_file()}
    now = {
        test: {"code": code, "saw": {id: sorted(how) for id, how in sorted(saw.items())}} for test, saw in tests.items()
    }
    _write(OWN, {"full": full or bool(document.get("full")), "tests": dict(sorted((before | now).items()))})


def snapshot() -> int:
    """Keep the best witness of each id as the snapshot that is committed. Answers how many ids it holds."""
    document = _read(OWN)
    best = {id: sightings[0] for id, sightings in seen("", OWN, Path(os.devnull)).items()}
    codes = sorted({one["code"] for one in document.get("tests", {}).values()})
    saw = {id: [one.test, list(one.how)] for id, one in sorted(best.items())}
    lines = ",\n".join(f"  {json.dumps(id)}: {json.dumps(one)}" for id, one in saw.items())
    code = codes[0] if len(codes) == 1 else "mixed"
    SNAPSHOT.write_text(f'{{"code": "{code}", "saw": {{\n{lines}\n}}}}\n', encoding="utf-8")
    return len(saw)


def _rank(test: str) -> int:
    file = test.partition("::")[0]
    return 2 if "replay" in file else 0 if file.startswith("tests/workflows/") else 1


def _read(file: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return document


def _write(file: Path, document: Mapping[str, Any]) -> None:
    """All of it or nothing: somebody may read it meanwhile."""
    fresh = file.with_name(f"{file.name}.{os.getpid()}")
    fresh.write_text(json.dumps(document, indent=0), encoding="utf-8")
    fresh.replace(file)

"""Modules loaded anew from kept code: same code, new state, whatever happens to the file."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import kept_code
import worker


@pytest.fixture
def parlour(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The source of a module `parlour.table`, imported once and kept."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(kept_code, "_packages", set())
    source = tmp_path / "parlour" / "table.py"
    source.parent.mkdir()
    (source.parent / "__init__.py").write_text("")
    source.write_text("laid: list[str] = []\nlegs = 4\n")
    importlib.import_module("parlour.table")
    kept_code.keep("parlour")
    yield source
    _forget()


def _forget() -> None:
    for name in ("parlour", "parlour.table"):
        sys.modules.pop(name, None)


def _anew() -> object:
    _forget()
    return importlib.import_module("parlour.table")


def test_a_file_that_changes_under_a_running_worker_is_not_taken_up(parlour: Path) -> None:
    """Cases of one worker process all run the version that it was started with."""
    parlour.write_text("legs = 3\n")
    assert vars(_anew())["legs"] == 4
    parlour.unlink()
    assert vars(_anew())["legs"] == 4


def test_each_load_has_state_of_its_own(parlour: Path) -> None:
    """What one case writes into a module's global, another never sees."""
    vars(_anew())["laid"].append("plate")
    assert vars(_anew())["laid"] == []


def test_errors_point_into_the_file(parlour: Path) -> None:
    """A traceback of a kept module names its file and line as ever."""
    assert vars(_anew())["__file__"] == str(parlour)


def test_the_worker_keeps_the_room_that_the_sandbox_loads_anew() -> None:
    """Every module of `workflows` is found in memory, so a case costs no file access."""
    assert worker.plugin().workflows
    finder = next(found for found in sys.meta_path if isinstance(found, kept_code.KeptCode))
    loaded = [name for name in sys.modules if name.partition(".")[0] == "workflows"]
    assert len(loaded) > 10
    assert all(finder.find_spec(name) for name in (*loaded, "workflows.procedures.return_refund"))

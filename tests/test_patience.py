"""A hung test costs minutes and says which one it was."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

SETTINGS = (
    "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = session\naddopts = -p tests.patience\n"
    "patience = 1\n"
)


@pytest.mark.parametrize(
    ("body", "waits"),
    [
        ("import asyncio\nasync def test_never_ends():\n    await asyncio.Event().wait()\n", "asyncio.Event().wait()"),
        ("import threading\ndef test_never_ends():\n    threading.Event().wait()\n", "line 3 in test_never_ends"),
    ],
)
def test_a_hung_test_names_itself_and_ends_the_run(tmp_path: Path, body: str, waits: str) -> None:
    """Whoever reads the log learns which test hung and on which line; the tests after it are not run."""
    (tmp_path / "pytest.ini").write_text(SETTINGS)
    (tmp_path / "test_hangs.py").write_text(f"{body}\ndef test_next():\n    pass\n")
    command = [sys.executable, "-m", "pytest", str(tmp_path)]
    in_the_background = ["sh", "-c", "trap '' INT; exec \"$@\"", "sh", *command]
    run = subprocess.run(in_the_background, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == pytest.ExitCode.INTERRUPTED
    assert "test_hangs.py::test_never_ends has not ended in 1 seconds" in run.stderr
    assert waits in run.stderr + run.stdout
    assert "1 passed" not in run.stdout

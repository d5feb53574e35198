"""How our programs end: with the code and the words that they mean, and never by the SDK's threads."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys

import pytest

ENDS = """
import atexit, sys
from process_end import ends_at_once
{first}
atexit.register(print, "torn down")

@ends_at_once
def program():
    print("told")
    {last}

program()
"""
WITH_SDK = "import temporalio.bridge.temporal_sdk_bridge"
ENDINGS = {
    "pass": (0, ""),
    "sys.exit()": (0, ""),
    "sys.exit(2)": (2, ""),
    "sys.exit('no database')": (1, "no database\n"),
    "raise ValueError('seven')": (1, "ValueError: seven\n"),
    "raise KeyboardInterrupt": (130, "KeyboardInterrupt\n"),
}


@pytest.mark.parametrize("last", ENDINGS)
def test_a_program_that_spoke_with_temporal_ends_at_once(last: str) -> None:
    """Exit code, words and traceback are those of any Python program; the interpreter is not taken down."""
    done = subprocess.run(
        [sys.executable, "-c", ENDS.format(first=WITH_SDK, last=last)], capture_output=True, text=True, check=False
    )
    code, last_words = ENDINGS[last]
    assert (done.returncode, done.stdout) == (code, "told\n"), done
    assert done.stderr.endswith(last_words) if last_words else not done.stderr, done


def test_a_program_without_temporal_ends_as_ever() -> None:
    """What it registered for its end is run."""
    done = subprocess.run(
        [sys.executable, "-c", ENDS.format(first="", last="sys.exit(2)")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (2, "told\ntorn down\n"), done


def test_output_that_could_not_be_written_is_no_success() -> None:
    """A full disk: the code that CPython itself gives, not 0."""
    with open("/dev/full", "wb") as full:
        done = subprocess.run(
            [sys.executable, "-c", ENDS.format(first=WITH_SDK, last="pass")], stdout=full, check=False,
            env={name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"},
        )  # fmt: skip
    assert done.returncode == 120


@pytest.mark.parametrize(
    ("module", "program"),
    [("cli", "main"), ("worker", "program"), ("starter.__main__", "main"), ("bench.__main__", "program")],
)
def test_our_programs_end_so(module: str, program: str) -> None:
    """Every program of ours that is a client of Temporal."""
    assert hasattr(getattr(importlib.import_module(module), program), "__wrapped__")

"""How a program ends that spoke with Temporal: at once, without taking the interpreter down around the SDK.

A thread of the SDK that has just handed over an answer may come back to Python while the interpreter goes down, and the
process dies of SIGABRT or SIGSEGV when all its work is done (temporalio/sdk-python#300, open; 46 of 480 short clients
on two busy cores, Python 3.11, SDK 1.35). Whoever asked would take a command that was carried out for one that failed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps

SDK = "temporalio.bridge.temporal_sdk_bridge"
NOT_WRITTEN = 120  # CPython's own, when what was printed could not be written


def ends_at_once(program: Callable[[], None]) -> Callable[[], None]:
    """Have the process end with `program`, with the exit code and the traceback that it would have had anyway.

    What was registered with `atexit` is not run. A program that never loaded the SDK ends as ever.
    """

    @wraps(program)
    def ending() -> None:
        code = 0
        try:
            program()
        except BaseException as error:
            if SDK not in sys.modules:
                raise
            code = _code(error)
        if SDK in sys.modules:
            unwritten = _written()
            os._exit(code or unwritten)

    return ending


def _code(error: BaseException) -> int:
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            return error.code or 0
        sys.stderr.write(f"{error.code}\n")
        return 1
    sys.excepthook(type(error), error, error.__traceback__)
    return 130 if isinstance(error, KeyboardInterrupt) else 1


def _written() -> int:
    """Write out what was printed: nobody else will."""
    code = 0
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            code = NOT_WRITTEN
    return code

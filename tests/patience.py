"""A pytest plugin: a test that hangs names itself and ends the run, long before whoever waits for the run gives up.

What it and all that runs beside it wait for is written down; then the run is interrupted as by Ctrl-C, so that the
servers of the session are stopped. What does not even heed that ends with its process: `faulthandler_timeout`.
"""

from __future__ import annotations

import asyncio
import faulthandler
import gc
import os
import signal
from collections.abc import Generator
from threading import Timer

import pytest

_TERMINAL = os.dup(2)  # while a test runs, pytest keeps what goes to the usual one


def pytest_addoption(parser: pytest.Parser) -> None:
    """The setting, in seconds of one test with its fixtures."""
    parser.addini("patience", "seconds after which a test counts as hung and ends the run", default="600")


def pytest_configure() -> None:
    """Whoever is started in the background of a script has Ctrl-C ignored; ours is no keystroke."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Watch one test."""
    patience = float(item.config.getini("patience"))
    watch = Timer(patience, _end, (item.nodeid, patience))
    watch.daemon = True
    watch.start()
    try:
        return (yield)
    finally:
        watch.cancel()


def _end(nodeid: str, patience: float) -> None:
    with os.fdopen(os.dup(_TERMINAL), "w") as terminal:
        print(f"\n{nodeid} has not ended in {patience:g} seconds. What waits:", file=terminal)
        for task in [one for one in gc.get_objects() if isinstance(one, asyncio.Task)]:
            if not task.done():
                task.print_stack(file=terminal)
        terminal.flush()
        faulthandler.dump_traceback(terminal)
    os.kill(os.getpid(), signal.SIGINT)

"""`python -m tests`, which is `make test`: every test, in two processes side by side, and then the rulebook's gate.

On two cores the cases of `tests/workflows` wait for the server as often as the other tests wait for programs that they
start: together they need two thirds of the time. The gate looks at what the tests of both saw (docs/coverage.md).
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from threading import Lock, Thread

from commands import coverage_seen

HOME = Path(__file__).parents[1]
LANES = (("tests/workflows",), ("tests", "--ignore=tests/workflows"))
GATE = ("-m", "after_all_others", "tests/test_rulebook_coverage.py")
ENDED = (0, 1)  # pytest's answers when it ran to its end

_printing = Lock()


def main() -> int:
    """Run them all. Returns the first of pytest's answers that is no success; a signal's is below nought."""
    coverage_seen.OWN.unlink(missing_ok=True)
    lanes = [_begun("-m", "not after_all_others", *lane) for lane in LANES]
    shown = [Thread(target=_show, args=(lane,)) for lane in lanes]
    try:
        for thread in shown:
            thread.start()
        answers = [lane.wait() for lane in lanes]
    except KeyboardInterrupt:  # both were interrupted with us, and stop what they started
        for lane in lanes:
            lane.wait()
        return 130
    finally:
        for thread in shown:
            thread.join()
    if all(answer in ENDED for answer in answers):
        coverage_seen.whole()
        gate = _begun(*GATE)
        _show(gate)
        answers.append(gate.wait())
    return next((answer for answer in answers if answer), 0)


def _begun(*arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "pytest", *arguments]
    unbuffered = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return subprocess.Popen(
        command, cwd=HOME, env=unbuffered, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def _show(lane: subprocess.Popen[str]) -> None:
    """Pass on whole lines, so that the two do not write into each other's."""
    assert lane.stdout is not None
    for line in lane.stdout:
        with _printing:
            sys.stdout.write(line)
            sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

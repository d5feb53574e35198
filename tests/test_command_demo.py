"""`aftersales demo`: the main job on real servers, as `make demo` runs it."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

EXPECTED = json.loads((Path(__file__).parents[1] / "examples" / "expected.json").read_text(encoding="utf-8"))
AFTERSALES = str(Path(sys.executable).with_name("aftersales"))


async def _start(folder: Path, *words: str) -> asyncio.subprocess.Process:
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    return await asyncio.create_subprocess_exec(
        AFTERSALES, "demo", *words, env={**own, "AFTERSALES_LANG": "en", "TMPDIR": str(folder)},
        stdin=asyncio.subprocess.DEVNULL, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip


def _stacks(folder: Path) -> list[str]:
    return [one.name for one in folder.glob("aftersales-stack-*")]


async def test_every_example_case_reaches_its_right_end(tmp_path: Path) -> None:
    """All example files go through the file door and every case lives to the end that it must have."""
    demo = await _start(tmp_path, "--json")
    out, err = await demo.communicate()
    told = json.loads(out)
    wrong = {row["case"]: row["wrong"] for row in told["cases"] if not row["right"]}
    assert (demo.returncode, told["right"], wrong) == (0, True, {}), err.decode()
    assert b"Traceback" not in err, err.decode()
    unnamed = [row for row in told["cases"] if row["claim_of"] and f"demo/{row['case']}" not in EXPECTED["cases"]]
    assert len(told["cases"]) - len(unnamed) == len(EXPECTED["cases"])
    assert all("R-CLOSECONF" in row["story"] for row in told["cases"])
    of_customers = [row for row in told["cases"] if not row["claim_of"] and row["case_type"] != "unidentified_parcel"]
    assert all(float(row["days"]) > 15 for row in of_customers)  # aftercare
    assert sum(row["bad"] for row in told["files"]) == 9
    assert told["books"]["right"]
    assert told["books"]["refunds"] >= sum(row["refunded_minor"] > 0 for row in told["cases"]) > 0
    assert _stacks(tmp_path) == []


async def test_ctrl_c_leaves_nothing_behind(tmp_path: Path) -> None:
    """A demonstration that is stopped half-way stops its servers and removes what it wrote."""
    demo = await _start(tmp_path)
    assert demo.stderr is not None
    said = b""
    while b"simulated days" not in (line := await demo.stderr.readline()):
        assert line, f"it ended before it had begun: {said.decode()}"
        said += line
    assert _stacks(tmp_path)
    demo.send_signal(signal.SIGINT)
    await demo.communicate()
    assert demo.returncode == 130
    assert _stacks(tmp_path) == []

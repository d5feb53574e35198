"""What a person sees on a terminal: lines folded between words, and tables that fit a narrow screen."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import sys
import termios
from pathlib import Path

ROOT = Path(__file__).parents[1]
TABLE = """
from commands.output import Column, show_table
columns = (
    Column("case", "售后单", "Case", whole=True), Column("order", "订单", "Order", spare=2),
    Column("stage", "阶段", "Stage", spare=1), Column("due", "到期", "Due"),
)
row = {"case": "unidentified-YT000000001", "order": "order-number", "stage": "等待仓库", "due": "2026-03-01"}
show_table([row], columns, as_json=False)
"""


def on_screen(program: str, columns: int, language: str = "en") -> list[str]:
    """What a program writes to a terminal of that width."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
    named = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    environment = {**named, "AFTERSALES_LANG": language, "TERM": "xterm", "PYTHONIOENCODING": "utf-8"}
    with subprocess.Popen([sys.executable, "-c", program], stdout=theirs, cwd=ROOT, env=environment) as child:
        os.close(theirs)
        written = b""
        while True:
            try:
                chunk = os.read(ours, 4096)
            except OSError:  # the other end is closed
                break
            if not chunk:
                break
            written += chunk
    os.close(ours)
    assert child.returncode == 0
    return written.decode().splitlines()


def test_a_long_line_is_folded_between_words() -> None:
    """The name of a command is never torn in two at the edge of the screen, where nobody could copy it."""
    names = ", ".join(["offer_compensation", "move_clock", "adopt_rulebook", "cancel_case"] * 3)
    lines = on_screen(f"from commands.output import tell; tell('', {names!r})", 60)
    assert max(map(len, lines)) <= 60
    assert {word.strip(",") for line in lines for word in line.split()} == {*names.split(", ")}


def test_a_narrow_screen_leaves_out_what_is_needed_least() -> None:
    """On a narrow screen the spare columns go first, the number stays whole, and it says what is left out."""
    wide, narrow = on_screen(TABLE, 100), on_screen(TABLE, 52)
    assert any("order-number" in line for line in wide)
    assert not any("Left out" in line for line in wide)
    assert any("unidentified-YT000000001" in line for line in narrow)
    assert not any("order-number" in line for line in narrow)
    assert narrow[-1].strip() == "Left out on this narrow screen: Order."


def test_what_was_left_out_is_told_in_chinese() -> None:
    """A Chinese reader is told the same in Chinese."""
    assert on_screen(TABLE, 40, "zh")[-1].strip() == "屏幕较窄，未列出：订单、阶段。"

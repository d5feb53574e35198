"""The example files are what their README and `expected.json` say, and give the same cases in any order."""

from __future__ import annotations

import io
import json
import random
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from temporalio.client import Client

from domain.vocabulary import CaseType
from gateways.simulator.personas import read_personas
from local.staff import Staff
from starter.columns import ColumnMap
from starter.file_door import FileDoor, Report
from starter.intake_settings import IntakeSettings
from store.inbox import Inbox
from tests.starter.conftest import MakeDispatcher
from tests.starter.handed_over import until_quiet
from tests.starter.told_case import ToldCase
from tests.workflows.draw import HISTORIES, life

EXAMPLES = Path(__file__).parents[2] / "examples"
EXPECTED: dict[str, Any] = json.loads((EXAMPLES / "expected.json").read_text(encoding="utf-8"))
FILES = list(EXPECTED["files"])


async def take(pool: asyncpg.Pool | None, name: str, shuffled: random.Random | None = None) -> Report:
    """Take an example file, perhaps with its lines in another order."""
    door = FileDoor(pool, ColumnMap.read(shop=EXPECTED["shop"]), IntakeSettings.read())
    content = (EXAMPLES / name).read_bytes()
    if shuffled is not None and not name.endswith(".xlsx"):
        lines = content.splitlines(keepends=True)
        header = [lines.pop(0)] if name.endswith(".csv") else []
        content = b"".join([*header, *shuffled.sample(lines, len(lines))])
    return await door.take(io.BytesIO(content), name)


async def test_files_hold_what_is_told_of_them(pool: asyncpg.Pool) -> None:
    """Each example file gives as many accepted, duplicate and bad lines as `expected.json` says, at those lines."""
    for name, expected in EXPECTED["files"].items():
        report = await take(pool, name)
        assert (report.accepted, report.duplicate) == (expected["accepted"], expected["duplicate"]), name
        assert sorted(line.line for line in report.listed) == expected["bad_lines"], name


@pytest.mark.parametrize("seed", [None, 1, 2], ids=["in_order", "shuffled", "otherwise_shuffled"])
async def test_files_give_their_cases_in_any_order(
    pool: asyncpg.Pool, shop_client: Client, make_dispatcher: MakeDispatcher, seed: int | None
) -> None:
    """The files open exactly the expected cases, however their lines are sorted and although each is taken twice."""
    chance = random.Random(seed)
    for name in (*FILES, *reversed(FILES)):
        await take(pool, name, chance if seed else None)
    await until_quiet(pool, make_dispatcher())
    rows = await pool.fetch("SELECT shop, case_no, case_type, order_no FROM cases")
    opened = {f"{row['shop']}/{row['case_no']}": (row["case_type"], row["order_no"]) for row in rows}
    asked = {case: told for case, told in EXPECTED["cases"].items() if told["case_type"] != "courier_claim"}
    assert opened == {case: (told["case_type"], told["order_no"]) for case, told in asked.items()}
    counts = await Inbox(pool).counts()
    nobodys = EXPECTED["never_a_case"]
    assert counts.pop("waiting") == len(nobodys["waits_then_done"]) + len(nobodys["waits_then_quarantined"])
    assert set(counts) == {"done"}
    late = shop_client.get_workflow_handle("case/demo/AS2603-0007")
    assert [name for name, _ in await late.query(ToldCase.heard)] == ["evidence_received"]


def test_every_ending_that_is_recorded_is_shown() -> None:
    """However a case of some type is known to end, the examples have one that ends so, and so has `make demo`."""
    recorded: dict[tuple[str, str], set[str]] = {}
    for file in sorted(HISTORIES.glob("*.json")):
        way = life(file)
        recorded.setdefault((way.type, way.outcome), set()).add(file.stem)
    shown = {(told.get("becomes", told["case_type"]), told["outcome"]) for told in EXPECTED["cases"].values()}
    # Claims are not asked for: cases open them, and the demonstration takes every end of theirs (`CLAIM_ENDS`).
    missing = {end: ways for end, ways in recorded.items() if end not in shown and end[0] != CaseType.COURIER_CLAIM}
    assert missing == {}


def test_everybody_in_the_scripts_is_in_the_cases() -> None:
    """Personas and staff act in cases that exist: no name in their files is a slip of the pen."""
    personas = read_personas(EXAMPLES / "personas.toml")
    assert Staff.read(EXAMPLES / "staff.toml")
    orders = {told["order_no"] for told in EXPECTED["cases"].values()}
    assert set(personas.warehouses) | set(personas.refunds) | set(personas.repairers) <= orders
    text = (EXAMPLES / "staff.toml").read_text(encoding="utf-8")
    acting = {line.partition('"')[2].rstrip('"') for line in text.splitlines() if line.startswith("case = ")}
    assert acting <= set(EXPECTED["cases"])


def test_no_real_person_is_in_the_examples() -> None:
    """Every name, number and address in the examples is obviously invented."""
    for name in FILES:
        if not name.endswith(".ndjson"):
            continue
        rows = [json.loads(line) for line in (EXAMPLES / name).read_bytes().splitlines() if _is_json(line)]
        persons = [row["data"]["person"] for row in rows if row["data"].get("person")]
        assert persons, name
        _are_invented(persons)


def _are_invented(persons: list[dict[str, str]]) -> None:
    for person in persons:
        assert person["name"].startswith("示例")
        assert person["address"].startswith("示例省")
        assert person["phone"].startswith("100")  # no Chinese number begins so


def _is_json(line: bytes) -> bool:
    try:
        json.loads(line)
    except ValueError:
        return False
    return True

"""What a demonstration came to: each case as it went, beside the end that it must have."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.demo_house import DemoHouse
from commands.language import language, say
from commands.output import Column, show_table
from domain.identity import workflow_id
from domain.journal_words import step
from domain.ports.refunds import RefundStatus
from domain.texts import label
from domain.vocabulary import Outcome
from local.days import CaseStuck, Lived
from starter.file_door import Report
from store.case_register import CaseRegister, TimelineEntry
from store.refund_ledger import PostgresRefundLedger

ENTRIES = 1_000  # of one case's journal
CLAIM_ENDS = (Outcome.REIMBURSED, Outcome.WRITTEN_OFF)
COLUMNS = (
    Column("named", "售后单 · 订单 · 类型", "Case · order · type"),
    Column("story", "做了什么（规则）", "What happened (rule)"),
    Column("end", "结果 · 退款", "Outcome · refunded"),
    Column("days", "天数", "Days", "right"),
    Column("history_events", "历史事件", "Events", "right"),
    Column("right", "符合", "Right"),
)
Rows = Sequence[dict[str, Any]]
LINK = Column("link", "Web UI", "Web UI")


def expectations(examples: Path) -> dict[str, Any]:
    """The right ends, as `expected.json` tells them."""
    told: dict[str, Any] = json.loads((examples / "expected.json").read_text(encoding="utf-8"))
    return told


def file_rows(reports: Sequence[Report], expected: Mapping[str, Any]) -> list[dict[str, Any]]:
    """A row per file: what was accepted, what was there already, what is bad, and whether that is right."""
    rows = []
    for report in reports:
        bad_lines = [bad.line for bad in report.listed]
        want = expected["files"].get(report.file, {})
        got = {"accepted": report.accepted, "duplicate": report.duplicate, "bad_lines": bad_lines}
        wrong = _differences(want, got)
        shown = {"file": report.file, "bad": report.bad, "right": not wrong, "wrong": wrong}
        rows.append({**shown, **got})
    missing = expected["files"].keys() - {report.file for report in reports}
    return rows + [{"file": name, "right": False, "wrong": ["missing"]} for name in sorted(missing)]


async def case_rows(
    house: DemoHouse, lives: Mapping[str, Lived | CaseStuck], expected: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A row per case that opened or should have: the journal's story, the money, the end, and whether that is right."""
    rows = []
    for name in sorted(lives.keys() | expected["cases"].keys()):
        want = expected["cases"].get(name)
        row = await _case_row(house, name, lives.get(name))
        if want is None and row.get("claim_of"):  # the cases that open claims are expected, and with them these
            row["wrong"] += _differences({"outcome": True}, {"outcome": row["outcome"] in CLAIM_ENDS})
        elif want is None:
            row["wrong"].append(say("不该有这个售后单", "this case should not exist"))
        else:
            row["wrong"] += _differences(_ended(want), row)
        rows.append(row | {"right": not row["wrong"]})
    return rows


def _ended(want: Mapping[str, Any]) -> dict[str, Any]:
    """How it must end: `becomes` is its type then, where that is another than it was opened as."""
    ended = dict(want)
    ended["case_type"] = ended.pop("becomes", ended["case_type"])
    return ended


async def event_rows(house: DemoHouse, expected: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The events that belong to no case, and what became of them."""
    rows = []
    for ending, status in (("waits_then_done", "done"), ("waits_then_quarantined", "quarantined")):
        for id in expected["never_a_case"][ending]:
            found = await house.pool.fetchrow("SELECT status FROM inbox WHERE id = $1", id)
            got = found["status"] if found else say("没有收到", "not received")
            wrong = _differences({"status": status}, {"status": got})
            rows.append({"event": id, "status": got, "right": not wrong, "wrong": wrong})
    return rows


async def _case_row(house: DemoHouse, name: str, lived: Lived | CaseStuck | None) -> dict[str, Any]:
    shop, _, case_no = name.partition("/")
    row: dict[str, Any] = {"case": case_no, "shop": shop, "wrong": []}
    register = CaseRegister(house.pool)
    found = await register.get(shop, case_no)
    if found is None:
        return row | {"wrong": [say("售后单没有建立", "the case was not opened")]}
    timeline = await register.timeline(shop, case_no, limit=ENTRIES)
    row |= {
        "order_no": found.order_no,
        "case_type": found.case_type,
        "kind": label("case_type", found.case_type, language()),
        "outcome": found.outcome,
        "claim_of": found.parent_case_no,
        "ended": label("outcome", found.outcome, language()) if found.outcome else "",
        "refunded_minor": found.refunded_minor,
        "money": f"{found.refunded_minor / 100:.2f}" if found.refunded_minor else "",
        "story": _story(timeline),
        "link": house.link(workflow_id(shop, case_no)),
    }
    if isinstance(lived, Lived):
        row |= {"days": f"{lived.days:.1f}", "history_events": lived.history_events}
    if isinstance(lived, CaseStuck):
        row["wrong"] = [str(lived)]
    refunds = [line.refund for line in await PostgresRefundLedger(house.pool).of_case(shop, case_no)]
    moved = sum(refund.amount.minor for refund in refunds if refund.status is RefundStatus.DONE)
    if moved != found.refunded_minor:
        row["wrong"].append(
            say(f"退款账上是 {moved}，登记簿记了 {found.refunded_minor}",
                f"the refund ledger has {moved}, the register says {found.refunded_minor}")
        )  # fmt: skip
    return row


def _story(timeline: Sequence[TimelineEntry]) -> str:
    """The milestones in one line, each with its rule; the same one several times in a row once."""
    told: list[str] = []
    for one in timeline:
        name = step(one.entry, language())
        words = f"{name} {one.entry.rule}".strip()
        if name and (not told or told[-1] != words):
            told.append(words)
    return " → ".join(told)


def _differences(want: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    return [
        say(f"{key} 应为 {value}，实为 {got.get(key)}", f"{key} should be {value} and is {got.get(key)}")
        for key, value in want.items()
        if got.get(key) != value
    ]


def show(
    files: list[dict[str, Any]], events: list[dict[str, Any]], cases: list[dict[str, Any]], *, links: bool
) -> None:
    """The three tables."""
    files_columns = (
        Column("file", "文件", "File"),
        Column("accepted", "接收", "Accepted", "right"),
        Column("duplicate", "重复", "Duplicate", "right"),
        Column("bad", "坏行（已隔离）", "Bad (quarantined)", "right"),
        Column("right", "符合预期", "As expected"),
    )
    show_table(files, files_columns, as_json=False)
    events_columns = (
        Column("event", "不属于任何售后单的事件", "Event of no case"),
        Column("status", "结果", "What became of it"),
        Column("right", "符合预期", "As expected"),
    )
    show_table(events, events_columns, as_json=False)
    shown = [
        row
        | {
            "named": "\n".join(str(row[key]) for key in ("case", "order_no", "kind") if row.get(key)),
            "end": "\n".join(str(row[key]) for key in ("ended", "money") if row.get(key)),
        }
        for row in cases
    ]
    show_table(shown, (*COLUMNS, LINK) if links else COLUMNS, as_json=False, lines=True)

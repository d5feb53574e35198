"""What could not be read is kept as it came, shown without personal data, and goes through the door once corrected."""

from __future__ import annotations

import asyncio
import io
import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from starter.columns import ColumnMap
from starter.door import Door
from starter.envelope import STRUCTURED, encode
from starter.file_door import FileDoor
from starter.intake_settings import IntakeSettings
from starter.masking import masked
from starter.problem import Problem
from starter.replay import Ending, Replay
from store.inbox import Inbox
from store.quarantine import Quarantine
from tests.starter.conftest import MakeDispatcher
from tests.starter.events import arrival, fact, request
from tests.waiting import until_it_waits_for_a_lock

CSV = (
    "订单编号,售后类型,申请原因,收货人,手机,实付金额,申请时间\n"
    "A1,退货退款,质量问题,测试甲,10000000001,128.00,2026-03-01\n"
    "A2,退货退款,质量问题,测试乙,10000000002,一百,2026-03-01\n"
    "A3,包裹没了,,测试丙,10000000003,20,2026-03-01\n"
)


async def take(pool: asyncpg.Pool, content: bytes) -> list[int]:
    """Take a file; the numbers of its bad lines in the quarantine."""
    door = FileDoor(pool, ColumnMap.read(shop="demo"), IntakeSettings.read())
    return [line.entry for line in (await door.take(io.BytesIO(content), "export.csv")).listed]


async def test_row_is_corrected_and_the_original_kept(pool: asyncpg.Pool) -> None:
    """A bad row, corrected by hand, goes in; what came first is still there beside the correction."""
    amount, _ = await take(pool, CSV.encode())
    entry = await Quarantine(pool).show(amount)
    assert entry is not None
    row = json.loads(entry.raw)
    assert (entry.origin, row["实付金额"]) == ("export.csv:3", "一百")
    replay = Replay(pool, ColumnMap.read(shop="demo"))
    assert (await replay.one(amount)).ending is Ending.STILL_BAD
    corrected = json.dumps(row | {"实付金额": "100.00"}, ensure_ascii=False).encode()
    assert (await replay.one(amount, corrected)).ending is Ending.ACCEPTED
    after = await Quarantine(pool).show(amount)
    assert after is not None
    assert (after.raw, after.edited, after.status, after.replays) == (entry.raw, corrected, "replayed", 2)
    received = await pool.fetchval("SELECT received_at FROM inbox WHERE number = (SELECT max(number) FROM inbox)")
    assert received == entry.first_at


async def test_replay_all_after_the_map_has_learned(pool: asyncpg.Pool, tmp_path: Path) -> None:
    """After the map was taught a word, all entries are tried: those that the word had stopped go in."""
    amount, word = await take(pool, CSV.encode())
    own = tmp_path / "map.toml"
    own.write_text('[values.kind]\n"包裹没了" = "parcel_lost"\n', encoding="utf-8")
    replay = Replay(pool, ColumnMap.read(own, "demo"))
    endings = {number: (await replay.one(number)).ending for number in await replay.open_entries()}
    assert endings == {amount: Ending.STILL_BAD, word: Ending.ACCEPTED}
    assert await replay.open_entries() == [amount]


async def test_same_bad_line_is_one_entry(pool: asyncpg.Pool) -> None:
    """Running a file with bad lines again fills no quarantine: the same line is one entry, seen twice."""
    first = await take(pool, CSV.encode())
    assert await take(pool, CSV.encode()) == first
    assert [entry["seen"] for entry in await Quarantine(pool).entries()] == [2, 2]


async def test_fact_whose_case_came_too_late_is_replayed_as_of_its_arrival(
    pool: asyncpg.Pool, make_dispatcher: MakeDispatcher
) -> None:
    """A fact quarantined for want of a case is delivered once the case exists, with the instant of its first coming."""
    await Inbox(pool).put([arrival(fact("customer_replied", id="f", subject="demo/2026030100001-return_refund"))])
    first = await pool.fetchval("SELECT received_at FROM inbox")
    assert await make_dispatcher(fact_waits_hours=0).drain() == {"quarantined": 1}
    await Inbox(pool).put([arrival(request())])
    await make_dispatcher().drain()
    replay = Replay(pool, ColumnMap.read())
    (number,) = await replay.open_entries()
    assert (await replay.one(number)).ending is Ending.ACCEPTED
    assert await make_dispatcher().drain() == {"told": 1}
    assert await pool.fetchval("SELECT received_at FROM inbox WHERE id = 'f'") == first
    assert await replay.open_entries() == []


async def test_nobody_takes_a_replayed_event_before_its_entry_is_closed(pool: asyncpg.Pool) -> None:
    """The event comes out of the quarantine with its entry: who refuses it again at once has the last word on both."""
    await Inbox(pool).put([arrival(fact("customer_replied", id="f", subject="demo/nobody"))])
    (row,) = await Inbox(pool).claim(1, timedelta(minutes=1))
    number = await Quarantine(pool).keep_row(row, [{"code": "no_case"}])
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("SELECT FROM quarantine WHERE id = $1 FOR UPDATE", number)
        replaying = asyncio.create_task(Replay(pool, ColumnMap.read()).one(number))
        await until_it_waits_for_a_lock(pool)
        assert await Inbox(pool).claim(1, timedelta(minutes=1)) == []
    assert (await replaying).ending is Ending.ACCEPTED
    assert len(await Inbox(pool).claim(1, timedelta(minutes=1))) == 1


async def test_wrong_number_is_corrected_on_replay(pool: asyncpg.Pool, make_dispatcher: MakeDispatcher) -> None:
    """A fact that named a wrong case is corrected and reaches the right one under its own id."""
    await Inbox(pool).put([arrival(request()), arrival(fact("customer_replied", id="f", subject="demo/wrong"))])
    dispatcher = make_dispatcher(fact_waits_hours=0)
    assert await dispatcher.drain() == {"opened": 1, "quarantined": 1}
    replay = Replay(pool, ColumnMap.read())
    (number,) = await replay.open_entries()
    right = encode(fact("customer_replied", id="f", subject="demo/2026030100001-return_refund"))
    assert (await replay.one(number, right)).ending is Ending.ACCEPTED
    assert await dispatcher.drain() == {"told": 1}


async def test_bad_message_of_the_http_door_is_replayed(pool: asyncpg.Pool) -> None:
    """A webhook that was refused goes in when its body is corrected, under the same id."""
    bad = encode(request(reason="?"))
    number = await Door(pool, "http").keep("http", bad, {"content-type": STRUCTURED}, [Problem(code="enum")])
    replay = Replay(pool, ColumnMap.read())
    result = await replay.one(number)
    assert (result.ending, result.problems[0].where) == (Ending.STILL_BAD, "data.reason")
    assert (await replay.one(number, encode(request()))).ending is Ending.ACCEPTED
    assert (await replay.one(number)).ending is Ending.DUPLICATE
    assert (await replay.one(999)).ending is Ending.UNKNOWN


@pytest.mark.parametrize(
    "body",
    [
        encode(request()),
        '{"收货人": "测试甲", "手机": "10000000001", "收货地址": "测试省测试市测试路1号", "订单编号": "1"}'.encode(),
        "2026,测试甲,10000000001,测试省测试市测试路1号,".encode(),
        '{"person": {"name": "测试甲"}, "notes": ["测试省测试市测试路1号"], broken 10000000001'.encode(),
    ],
)
def test_shown_body_tells_nothing_of_the_person(body: bytes) -> None:
    """A body on a screen shows no name, no telephone and no address, whatever form it has."""
    shown = masked(body)
    for personal in ("测试甲", "10000000001", "测试路"):
        assert personal not in shown


def test_shown_body_keeps_the_sum_that_the_buyer_paid() -> None:
    """A sum tells nothing of a person, and is what is to be corrected, whatever its column is called."""
    assert "一百" in masked('{"买家实际支付金额": "一百", "买家昵称": "测试甲"}'.encode())


# --- the verbs ----------------------------------------------------------------------------------------------------


def verb(dsn: str, *words: str, lang: str = "en", stdin: bytes | None = None) -> subprocess.CompletedProcess[str]:
    """Run `aftersales` as a person does."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    return subprocess.run(
        [sys.executable, "-m", "cli", *words],
        env={**inherited, "AFTERSALES_LANG": lang, "AFTERSALES_DATABASE_DSN": dsn},
        input=stdin.decode() if stdin is not None else None,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


async def test_operations_take_in_see_and_replay(database: str, pool: asyncpg.Pool, tmp_path: Path) -> None:
    """A file is taken in; its bad lines are told in either language, listed, shown, corrected and replayed."""
    file = tmp_path / "export.csv"
    file.write_bytes(CSV.encode("gb18030"))
    done = verb(database, "intake", str(file), "--shop", "demo")
    assert done.returncode == 1, done.stderr
    assert "1 accepted · 0 duplicate · 2 bad" in done.stdout
    assert "line 3: 实付金额: is not an amount in yuan" in done.stderr
    again: dict[str, Any] = json.loads(verb(database, "intake", str(file), "--shop", "demo", "--json").stdout)
    assert (again["accepted"], again["duplicate"], again["bad"], again["encoding"]) == (0, 1, 2, "GB18030")
    chinese = verb(database, "intake", str(file), "--shop", "demo", lang="zh")
    assert "第 3 行：实付金额: 不是以元为单位的金额" in chinese.stderr

    rows = json.loads(verb(database, "quarantine", "list", "--json").stdout)
    assert [row["origin"] for row in rows] == ["export.csv:3", "export.csv:4"]
    shown = verb(database, "quarantine", "show", str(rows[0]["id"])).stdout
    assert "一百" in shown
    assert "--edit" in shown, "what to do next"
    assert "测试乙" not in shown
    assert "测试乙" in verb(database, "quarantine", "show", str(rows[0]["id"]), "--raw").stdout
    corrected = tmp_path / "row.json"
    row = {
        "订单编号": "A2",
        "售后类型": "退货退款",
        "申请原因": "质量问题",
        "实付金额": "100",
        "申请时间": "2026-03-01",
    }
    corrected.write_text(json.dumps(row))
    fixed = verb(database, "quarantine", "replay", str(rows[0]["id"]), "--edit", str(corrected), "--shop", "demo")
    assert (fixed.returncode, "accepted" in fixed.stdout) == (0, True), fixed.stderr
    everything = verb(database, "quarantine", "replay", "--all", "--shop", "demo", "--json")
    assert everything.returncode == 1
    assert [row["ending"] for row in json.loads(everything.stdout)] == ["still_bad"]
    assert await Inbox(pool).counts() == {"new": 2}


async def test_exit_codes_tell_a_script_what_happened(database: str, pool: asyncpg.Pool, tmp_path: Path) -> None:
    """0 all fine, 1 some bad, 2 nothing read or wrong usage; a dry run and standard input work the same."""
    good = encode(request())
    assert verb(database, "intake", "-", "--dry-run", stdin=good).returncode == 0
    assert await Inbox(pool).counts() == {}
    assert verb(database, "intake", "-", stdin=good).returncode == 0
    assert await Inbox(pool).counts() == {"new": 1}
    nothing = tmp_path / "empty.csv"
    nothing.write_bytes(b"")
    refused = verb(database, "intake", str(nothing), "--json")
    assert (refused.returncode, json.loads(refused.stdout)["problems"][0]["code"]) == (2, "empty_file")
    assert verb(database, "intake", str(tmp_path / "absent.csv")).returncode == 2
    assert verb(database, "intake").returncode == 2
    assert verb(database, "quarantine", "replay").returncode == 2

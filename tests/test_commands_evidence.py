"""`aftersales evidence`, `aftersales customer` and `aftersales db purge`, as staff run them on a real database."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import pytest_asyncio

from domain import rulebook_file
from domain.events import Request
from store.openings import Openings
from store.pool import open_pool
from tests.photos import SECRETS, dressed, parts
from tests.starter.events import SHOP, request
from tests.test_cli import run

CASE, CUSTOMER = "1-return_refund", "c-1"


class Desk:
    """A database with one open case, and the command line before it."""

    def __init__(self, pool: asyncpg.Pool, dsn: str, home: Path) -> None:
        """An installation whose photos lie in the folder `home`."""
        self.pool, self.home = pool, home
        self._own = {"AFTERSALES_DATABASE_DSN": dsn, "AFTERSALES_HOME": str(home)}

    async def run(self, *words: str, lang: str = "en") -> tuple[int, str, str]:
        """Exit code, output, errors."""
        done = await asyncio.to_thread(run, *words, lang=lang, **self._own)
        return done.returncode, done.stdout, done.stderr

    def file(self, name: str, content: bytes) -> str:
        """A file of the agent."""
        path = self.home / name
        path.write_bytes(content)
        return str(path)


@pytest_asyncio.fixture
async def desk(database: str, tmp_path: Path) -> AsyncIterator[Desk]:
    """An open case of one customer."""
    async with await open_pool(database, max_size=2) as pool:
        rules = rulebook_file.default().rules()
        asked = Request.model_validate(request("1").data)
        await Openings(pool).open(asked, rules, rulebook_file.default_text(), datetime.now(UTC))
        yield Desk(pool, database, tmp_path)


async def test_an_agent_adds_lists_and_fetches_photos(desk: Desk) -> None:
    """Good files are taken and bad ones named with what to do; again they are known; what is fetched is clean."""
    good = desk.file("a photo.png", dressed(orientation=8))  # called wrongly: its content decides
    bad = desk.file("words.jpg", b"no photo at all")
    words = ("evidence", "add", CASE, good, bad, str(desk.home / "none.jpg"), "--by", "agent:17")
    code, out, _ = await desk.run(*words, "--json")
    assert code == 1
    taken, refused, missing = json.loads(out)
    assert (taken["result"], refused["result"], missing["result"]) == ("taken", "refused", "refused")
    assert (refused["code"], missing["code"]) == ("photo_unknown", "cannot_be_read")
    code, out, _ = await desk.run("evidence", "add", f"{SHOP}/{CASE}", good, "--from", "warehouse", lang="zh")
    assert code == 0
    assert "早已存在" in out

    _, out, _ = await desk.run("evidence", "list", CASE, "--json")
    (photo,) = json.loads(out)
    assert (photo["ref"], photo["given_by"], photo["taken_in_by"]) == (taken["ref"], "customer", "agent:17")
    assert (photo["media_type"], photo["width"], photo["height"]) == ("image/jpeg", 48, 64)
    assert await desk.pool.fetchval("SELECT count(*) FROM inbox WHERE id = $1", taken["ref"]) == 1

    fetched = desk.home / "fetched.jpg"
    code, _, error = await desk.run("evidence", "show", taken["ref"], "-o", str(fetched))
    assert (code, error) == (0, "")
    content = fetched.read_bytes()
    assert [secret for secret in SECRETS if secret in content] == []
    assert "behind" not in parts(content)
    assert fetched.stat().st_mode & 0o077 == 0
    code, _, error = await desk.run("evidence", "show", taken["ref"], "-o", str(fetched))
    assert (code, "-o" in error) == (1, True)


async def test_wrong_words_about_photos_are_explained(desk: Desk) -> None:
    """An unknown case, photo, giver or person is named with what there is instead."""
    photo = desk.file("p.jpg", dressed())
    answers = await asyncio.gather(
        desk.run("evidence", "add", "nobody", photo),
        desk.run("evidence", "add", CASE, photo, "--from", "finance"),
        desk.run("evidence", "add", CASE, photo, "--by", "the boss"),
        desk.run("evidence", "show", "file-none", "-o", str(desk.home / "x")),
    )
    for (code, _, error), said in zip(answers, ("--find", "warehouse", "agent:17", "evidence list"), strict=True):
        assert (code, said in error) == (1, True), error
    assert not (desk.home / "x").exists()
    assert await desk.pool.fetchval("SELECT count(*) FROM evidence_blobs") == 0


async def test_a_customer_is_erased_after_a_look(desk: Desk) -> None:
    """The dry run tells what would go; without a yes nothing goes; then name, photo and words are gone, sums stay."""
    photo = desk.file("p.jpg", dressed())
    _, out, _ = await desk.run("evidence", "add", CASE, photo, "--json")
    (taken,) = json.loads(out)
    code, out, _ = await desk.run("customer", "erase", SHOP, CUSTOMER, "--dry-run", "--json")
    seen = json.loads(out)
    assert (code, seen["erased"], seen["cases"], seen["open_cases"]) == (0, False, 1, 1)
    assert (seen["person"], seen["photos"], seen["under_way"]) == (1, 1, 1)
    code, _, error = await desk.run("customer", "erase", SHOP, CUSTOMER)
    assert (code, "--yes" in error) == (1, True)
    code, out, _ = await desk.run("customer", "erase", SHOP, CUSTOMER, "--dry-run", lang="zh")
    assert "未结" in out
    assert await desk.pool.fetchval("SELECT name <> '' FROM customers")

    code, out, _ = await desk.run("customer", "erase", SHOP, CUSTOMER, "--yes")
    assert (code, "Erased" in out) == (0, True)
    assert await desk.pool.fetchval("SELECT name || phone || address FROM customers") == ""
    assert await desk.pool.fetchval("SELECT paid_minor FROM orders") == 12800
    code, _, error = await desk.run("evidence", "show", taken["ref"], "-o", str(desk.home / "gone.jpg"))
    assert (code, "erased" in error) == (1, True)
    code, out, _ = await desk.run("customer", "erase", SHOP, CUSTOMER, "--yes", "--json")
    again = json.loads(out)
    assert (code, again["person"], again["photos"]) == (0, 0, 0)


async def test_an_unknown_customer_is_not_erased(desk: Desk) -> None:
    """A misspelt reference is told, and leaves no mark."""
    code, _, error = await desk.run("customer", "erase", SHOP, "c-99", "--yes")
    assert (code, "case show" in error) == (1, True)
    assert await desk.pool.fetchval("SELECT count(*) FROM customers") == 1


async def test_old_bodies_are_purged_and_cannot_be_replayed(desk: Desk) -> None:
    """What is older than the rulebook keeps it is emptied; a replay of such an entry says where to get it again."""
    mine = desk.file("mine.ndjson", b'{"specversion":"1.0","id":"1"}\n')
    await desk.run("intake", mine)
    code, out, _ = await desk.run("db", "purge", "--json")
    assert (code, json.loads(out)) == (0, {"events": 0, "quarantined": 0})
    await desk.pool.execute("UPDATE quarantine SET last_at = last_at - $1::interval", timedelta(days=91))
    code, out, _ = await desk.run("db", "purge")
    assert (code, "1 refused" in out) == (0, True)
    code, _, error = await desk.run("quarantine", "replay", "1")
    assert (code, "again" in error) == (1, True)
    _, out, _ = await desk.run("quarantine", "list", "--json")
    assert json.loads(out) == []

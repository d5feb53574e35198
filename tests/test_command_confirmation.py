"""What nobody takes back is asked for first: on a terminal, with stdout left to the answer."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from commands.case_act import FINAL, FINAL_DECISIONS
from domain.messages.commands import COMMANDS
from domain.vocabulary import Resolution
from store.factory_notes import FactoryNotes
from store.invoices import Invoices
from store.journal import PostgresJournal
from store.pool import open_pool
from tests.store.pages import START, page, record
from tests.test_command_case import AFTERSALES, Told


async def answered(environment: Mapping[str, str], answer: str, *words: str) -> Told:
    """`aftersales ...` as a person runs it at a terminal who gives this answer; what it says goes into pipes."""
    person, terminal = os.openpty()
    os.write(person, f"{answer}\n".encode())
    try:
        process = await asyncio.create_subprocess_exec(
            AFTERSALES, *words, env={**environment, "AFTERSALES_LANG": "en"},
            stdin=terminal, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        out, err = await process.communicate()
    finally:
        os.close(terminal)
        os.close(person)
    assert process.returncode is not None
    return Told(process.returncode, out.decode(), err.decode())


async def test_at_a_terminal_the_question_is_on_stderr_and_a_no_changes_nothing(database: str, tmp_path: Path) -> None:
    """A note drawn up with --json shows its goods and asks on stderr: stdout holds the JSON alone, or nothing."""
    own = {name: value for name, value in os.environ.items() if not name.startswith(("AFTERSALES_", "TEMPORAL_"))}
    own |= {"AFTERSALES_DATABASE_DSN": database, "AFTERSALES_HOME": str(tmp_path)}
    own |= {"AFTERSALES_WAREHOUSE_URL": "http://127.0.0.1:9", "AFTERSALES_WAREHOUSE_SECRET": f"whsec_{'A' * 43}="}
    note = ("factory", "note", "--by", "purchasing:4", "--json")
    invoice = ("money", "invoice-done", "C1", "endorsement", "--by", "finance:3", "--json")
    async with await open_pool(database) as pool:
        log = record("return_log", "RMA-1", disposition="quarantine", received={"CUP": 1})
        task = record(
            "invoice_action", "endorsement", action="endorsement", invoice="INV-1", order_no="O1",
            due_at=START.isoformat(),
        )  # fmt: skip
        await PostgresJournal(pool).write(page(1, range(1, 1), log, task, case_no="C1"))

        no = await answered(own, "n", *note)
        assert (no.code, no.out.strip(), "CUP" in no.err, "Nothing was written" in no.err) == (1, "", True, True), no
        assert len(await FactoryNotes(pool).waiting()) == 1
        yes = await answered(own, "y", *note)
        assert (yes.code, yes.json["pieces"], "CUP" in yes.err) == (0, 1, True), yes

        kept = await answered(own, "n", "factory", "send", yes.json["note"], "--by", "warehouse:2", "--json")
        assert (kept.code, kept.out.strip(), "cannot be taken back" in kept.err) == (1, "", True), kept
        assert [one.sent_at for one in await FactoryNotes(pool).notes()] == [None]

        undone = await answered(own, "n", *invoice)
        assert (undone.code, undone.out.strip(), "demo/C1" in undone.err) == (1, "", True), undone
        assert len(await Invoices(pool).tasks("demo")) == 1
        done = await answered(own, "y", *invoice)
        assert (done.code, json.loads(done.out)["case_no"]) == (0, "C1"), done
        assert await Invoices(pool).tasks("demo") == []


@pytest.mark.parametrize("word", sorted(FINAL | FINAL_DECISIONS))
def test_what_is_final_is_a_command_or_a_decision_that_exists(word: str) -> None:
    """A word that no case understands would never be asked about."""
    assert word in COMMANDS if word in FINAL else word in set(Resolution)

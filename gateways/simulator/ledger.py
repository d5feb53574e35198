"""The simulator's persistent memory: every call seen, every effect done, every event planned and posted.

Tests read it to prove what really happened: one payment however many calls there were. It holds references, sums and
codes; persons and texts of messages never get in.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any

from domain.ports.partner import CaseKey

_SCHEMA = Path(__file__).with_name("ledger.sql")


def instant(moment: datetime) -> str:
    """An instant as a text of fixed width."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class Ledger:
    """One SQLite file.

    Used from one thread; each call of a partner is one transaction, so it happens whole or not at all.
    """

    def __init__(self, path: Path) -> None:
        self._db = sqlite3.connect(path, isolation_level=None)
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode = wal")
        self._db.execute(
            "pragma synchronous = normal"
        )  # survives a killed process; a power cut may take the last calls
        self._db.executescript(_SCHEMA.read_text(encoding="utf-8"))

    def close(self) -> None:
        """Close the file."""
        self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing."""
        self._db.execute("begin immediate")
        try:
            yield
        except BaseException:
            self._db.execute("rollback")
            raise
        self._db.execute("commit")

    # --- calls and answers ---

    def note_call(
        self, partner: str, operation: str, key: str, case: CaseKey, *, at: datetime | None, content: Any, outcome: str
    ) -> None:
        """Note a call as it was seen, whatever came of it."""
        self._db.execute(
            "insert into call (seen_at, partner, operation, key, shop, case_no, order_no, at, content, outcome)"
            " values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (instant(datetime.now(UTC)), partner, operation, key, case.shop, case.case_no, case.order_no,
             instant(at) if at else "", _text(content), outcome),
        )  # fmt: skip

    def answer(self, partner: str, key: str) -> tuple[str, dict[str, Any]] | None:
        """Fingerprint and content of the answer that a key got."""
        row = self._one("select fingerprint, content from answer where partner = ? and key = ?", partner, key)
        return (row["fingerprint"], json.loads(row["content"])) if row else None

    def keep_answer(self, partner: str, key: str, fingerprint: str, content: dict[str, Any]) -> None:
        """Keep or replace the answer of a key."""
        self._db.execute(
            "insert or replace into answer values (?, ?, ?, ?)", (partner, key, fingerprint, _text(content))
        )

    def latest(self, case: CaseKey) -> str:
        """The latest instant of the case that any call told."""
        row = self._one("select max(at) as at from call where shop = ? and case_no = ?", case.shop, case.case_no)
        return (row["at"] if row else None) or ""

    # --- effects ---

    def effect(self, partner: str, effect: str, key: str, case: CaseKey, at: datetime, **data: Any) -> None:
        """Note that something was really done.

        A second time for the same key is a defect of the simulator and fails.
        """
        self._db.execute(
            "insert into effect (partner, effect, key, shop, case_no, order_no, at, data)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (partner, effect, key, case.shop, case.case_no, case.order_no, instant(at), _text(data)),
        )

    def effects(self, case: CaseKey, effect: str) -> list[dict[str, Any]]:
        """The data of a case's effects of one kind, oldest first, each with its instant `at` and `key`."""
        rows = self._db.execute(
            "select at, key, data from effect where shop = ? and case_no = ? and effect = ? order by seq",
            (case.shop, case.case_no, effect),
        )
        return [json.loads(row["data"]) | {"at": datetime.fromisoformat(row["at"]), "key": row["key"]} for row in rows]

    def payments(
        self, effect: str, channel: str, span: tuple[datetime, datetime], after: int, most: int
    ) -> list[dict[str, Any]]:
        """Money that moved over a channel in `span`, its end excluded, beyond the number `after`, as it was done.

        `effect` is `payment`, to customers, or `money_received`, from them.
        """
        rows = self._db.execute(
            "select * from effect where effect = ? and at >= ? and at < ? and seq > ?"
            " and json_extract(data, '$.channel') = ? order by seq limit ?",
            (effect, *map(instant, span), after, channel, most),
        )
        return [_row(row) for row in rows]

    # --- planned events ---

    def plan(
        self, event_id: str, case: CaseKey, deliver_at: datetime, *, partner: str, kind: str, data: dict[str, Any]
    ) -> None:
        """Plan an event; the same id is planned once."""
        self._db.execute(
            "insert or ignore into planned (id, shop, case_no, deliver_at, partner, kind, data, waybill)"
            " values (?, ?, ?, ?, ?, ?, ?, ?)",
            (event_id, case.shop, case.case_no, instant(deliver_at), partner, kind, _text(data),
             str(data.get("waybill", "")) if kind == "parcel_update" else ""),
        )  # fmt: skip

    def plans(self, case: CaseKey, kind: str) -> list[sqlite3.Row]:
        """A case's events of one kind that were not cancelled, in the order in which they were planned."""
        return self._db.execute(
            "select * from planned where shop = ? and case_no = ? and kind = ? and state <> 'cancelled' order by seq",
            (case.shop, case.case_no, kind),
        ).fetchall()

    def due(self, until: datetime, shop: str | None = None, case_no: str | None = None) -> list[sqlite3.Row]:
        """Events still planned, of one case or of all, up to an instant, in order."""
        planned, values = _planned(shop, case_no)
        statement = f"select * {planned} and deliver_at <= ? order by deliver_at, seq"
        return self._db.execute(statement, (*values, instant(until))).fetchall()

    def following(self, shop: str | None, case_no: str | None) -> tuple[sqlite3.Row | None, int]:
        """The next planned event, of one case or of all, and how many are planned."""
        planned, values = _planned(shop, case_no)
        first = self._one(f"select * {planned} order by deliver_at, seq limit 1", *values)
        count = self._one(f"select count(*) {planned}", *values)
        return first, count[0] if count else 0

    def move(self, event_id: str, deliver_at: datetime) -> None:
        """Let an event come at another instant."""
        self._db.execute("update planned set deliver_at = ? where id = ?", (instant(deliver_at), event_id))

    def posted(self, event_id: str) -> None:
        """Note that the door took an event."""
        self._db.execute("update planned set state = 'delivered', posted = posted + 1 where id = ?", (event_id,))

    def end(self, event_id: str, state: str) -> None:
        """An event that is planned no more: cancelled, dropped, or refused by the door."""
        self._db.execute("update planned set state = ? where id = ? and state = 'planned'", (state, event_id))

    def parcel_now(self, waybill: str, at: datetime) -> dict[str, Any] | None:
        """The last scan of a parcel up to an instant of case time, posted or not: what tracking would show."""
        row = self._one(
            "select data from planned where waybill = ? and deliver_at <= ? and state <> 'cancelled'"
            " order by deliver_at desc, seq desc limit 1",
            waybill, instant(at),
        )  # fmt: skip
        return json.loads(row["data"]) if row else None

    # --- for readers ---

    def read(self, **wanted: str) -> dict[str, list[dict[str, Any]]]:
        """Calls, effects and events, filtered by any of shop, case_no, order_no, partner and key; oldest first."""
        found = {}
        for name, table in (("calls", "call"), ("effects", "effect"), ("events", "planned")):
            # Names of tables and columns come from the schema itself, values are bound.
            columns = {row["name"] for row in self._db.execute("select name from pragma_table_info(?)", (table,))}
            fit = {column: value for column, value in wanted.items() if value and column in columns}
            where = " and ".join(f"{column} = :{column}" for column in fit) or "true"
            rows = self._db.execute(f"select * from {table} where {where} order by seq", fit)  # noqa: S608
            found[name] = [_row(row) for row in rows]
        return found

    def _one(self, statement: str, *values: str) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._db.execute(statement, values).fetchone()
        return row


def _planned(shop: str | None, case_no: str | None) -> tuple[str, list[str]]:
    """Where planned events are found: fixed names, bound values."""
    given = [(name, value) for name, value in (("shop", shop), ("case_no", case_no)) if value is not None]
    conditions = "".join(f" and {name} = ?" for name, _ in given)
    return f"from planned where state = 'planned'{conditions}", [value for _, value in given]


def fingerprint(content: dict[str, Any]) -> str:
    """What a key stands for: everything but the instant, a person's input, and the person."""
    kept = {name: value for name, value in content.items() if name not in ("at", "human_input", "recipient", "text")}
    return blake2b(_text(kept).encode(), digest_size=16).hexdigest()


def without_person(content: dict[str, Any]) -> dict[str, Any]:
    """A call's content as the ledger may keep it."""
    kept = {name: value for name, value in content.items() if name not in ("text", "human_input", "recipient")}
    recipient = content.get("recipient")
    return kept | ({"customer_ref": recipient["customer_ref"]} if isinstance(recipient, dict) else {})


def _text(content: dict[str, Any]) -> str:
    return json.dumps(content, ensure_ascii=False, sort_keys=True)


def _row(row: sqlite3.Row) -> dict[str, Any]:
    return {name: json.loads(value) if name in ("data", "content") else value for name, value in dict(row).items()}

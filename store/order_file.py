"""What the register, the journals and the records say of one order."""

from __future__ import annotations

import json

from domain.order_file import LONGEST, MOST_EVIDENCE, CaseOnFile, OrderFile
from store.pool import Database
from store.queries import SQL


class PostgresOrderFiles:
    """The port `domain.ports.case_file.OrderFiles` over a pool."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def of_order(self, shop: str, order_no: str) -> OrderFile:
        """Its cases, newest first, and their evidence; without reviews and goodwill (P-NOTRADE)."""
        rows = await self._database.fetch(SQL["order_file_cases"], shop, order_no, LONGEST)
        cases = tuple(CaseOnFile(**{**row, "records": _counts(row["records"])}) for row in rows)
        numbers = [case.case_no for case in cases]
        found = await self._database.fetch(SQL["order_file_evidence"], shop, numbers, MOST_EVIDENCE)
        return OrderFile(cases=cases, evidence=tuple(row["ref"] for row in found))


def _counts(value: str | dict[str, int]) -> dict[str, int]:
    counted: dict[str, int] = json.loads(value) if isinstance(value, str) else value
    return counted

"""The tag of a case whose workflow is over: put right here, with its entry in the journal (R-TAG).

While the workflow lives, and that is to the end of its aftercare, the command `tag_case` goes to the case itself.
"""

from __future__ import annotations

import json
from datetime import datetime

import asyncpg

from domain.messages.commands import TagCase
from domain.refusal import Refusal
from domain.tag import RULE, Tag
from domain.tagging import UNTAGGED, amended, unknown
from store.queries import SQL


class NotTagged(Exception):
    """It cannot be tagged so; `refusal` says why and what to do."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(str(refusal))
        self.refusal = refusal


class PostgresTags:
    """Tags over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def put_right(self, shop: str, case_no: str, command: TagCase, by: str, at: datetime) -> Tag:
        """Change the tag of a case that is over for good, and write down who did it.

        Raises:
            NotTagged: the cause is not of the list, the product not of the order, or nothing was said.
            LookupError: there is no such case.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            row = await connection.fetchrow(SQL["tag_case"], shop, case_no)
            if row is None:
                raise LookupError(f"no case {case_no} of shop {shop}")
            refused = unknown(command, [line["sku"] for line in row["lines"] or ()])
            if refused is not None:
                raise NotTagged(refused)
            before = Tag.model_validate(row["tag"]) if row["tag"] else UNTAGGED
            tag = amended(before, command, by)
            said = command.model_dump(mode="json", exclude_defaults=True)
            await connection.execute(
                SQL["tag_write"], shop, case_no, at, by, RULE, json.dumps(said), tag.model_dump_json()
            )
            return tag

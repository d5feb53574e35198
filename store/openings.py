"""What is written when an order becomes known and when a case opens, and how an event finds the cases that it is about.

The register has the last word on which case exists and which is closed: Temporal forgets closed ones after retention.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from domain.events import Person, Request
from domain.goods_held import PAID_ONCE, goods_of
from domain.identity import case_number
from domain.order import Order
from domain.order_news import news
from domain.rules import Rules
from store.address_book import PostgresAddressBook
from store.orders import PostgresOrders
from store.queries import SQL
from store.rulebook_archive import RulebookArchive


class Opening(StrEnum):
    """How a request found the register."""

    NEW = "new"  # its case did not exist; it does now
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class FoundCase:
    """A case of the register."""

    shop: str
    case_no: str
    closed: bool
    nobodys: bool = False  # a parcel that nobody announced
    expects: bool = True  # open, or closed with the goods paid back: a parcel may be its own
    beside: bool = False  # a customer's case opened it: it is about his order and not for his ears


@dataclass(frozen=True, slots=True)
class Registered:
    """What became of a request in the register. `held_by`: cases that hold goods which this one asks for (R-N1), or
    that pay what an order is due once."""

    found: Opening
    case_no: str
    held_by: tuple[str, ...] = ()


class Openings:
    """Writes and look-ups of the dispatcher, over a pool of `store.pool`."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self._pool = pool

    async def record_order(self, shop: str, order: Order, person: Person | None) -> None:
        """Make an order and its customer known. An erased customer stays erased.

        Raises:
            PaymentFixed: the order has live refunds, and another sum is told now.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await _record_order(connection, shop, order, person)

    async def open(self, request: Request, rules: Rules, rulebook: str, at: datetime) -> Registered:
        """Write order, person, rulebook text and the case's row in one transaction, and hold the goods that are free.

        A request without a number of its own (an export's, a courier's push) and one with a number are one affair when
        order and type are the same: the later one belongs to the case of the earlier, and finds it by its number too.

        Raises:
            PaymentFixed: the order has live refunds, and another sum is told now.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            if not request.parent:  # a claim is about an order that its customer's case made known, weeks ago by now
                await _record_order(connection, request.shop, request.order, _on_file(request))
            if request.person is not None and request.new_address_ref:
                with suppress(KeyError):  # an erased customer stays erased
                    await PostgresAddressBook(connection).put_address(
                        request.shop, request.new_address_ref, request.order.customer_ref, request.person
                    )
            found = await self._find(connection, request.shop, request.case_no)
            if found is None:
                found = await self._same_affair(connection, request)
                if found is not None:
                    await connection.execute(SQL["opening_alias"], request.shop, request.case_no, found.case_no)
            if found is None:
                await RulebookArchive(connection).keep(rules, rulebook)
                free = await connection.fetchval(
                    SQL["opening_case"],
                    request.shop,
                    request.case_no,
                    request.workflow_id,
                    request.order.order_no,
                    request.order.customer_ref,
                    request.case_type.value,
                    f"{rules.name}@{rules.digest}",
                    at,
                    request.order.paid.currency,
                    goods_of(request),
                    request.parent,
                )
                await connection.execute(
                    SQL["opening_handles"],
                    request.shop,
                    request.case_no,
                    ["order_no", "customer_ref", "waybill"],
                    [request.order.order_no, request.order.customer_ref, request.order.waybill],
                )
                if free is not None:
                    held_by = () if free else await self._held_by(connection, request.shop, request.case_no)
                    paid_by = await self._paid_by(connection, request, request.case_no)
                    return Registered(Opening.NEW, request.case_no, held_by + paid_by)
                found = await self._find(connection, request.shop, request.case_no)
                assert found is not None
            if found.closed:
                return Registered(Opening.CLOSED, found.case_no)
            await connection.execute(SQL["opening_hold_again"], request.shop, found.case_no)
            held_by = await self._held_by(connection, request.shop, found.case_no)
            paid_by = await self._paid_by(connection, request, found.case_no)
            return Registered(Opening.OPEN, found.case_no, held_by + paid_by)

    async def _held_by(self, connection: PoolConnectionProxy, shop: str, case_no: str) -> tuple[str, ...]:
        return tuple(await connection.fetchval(SQL["opening_held_by"], shop, case_no))

    async def _paid_by(self, connection: PoolConnectionProxy, request: Request, case_no: str) -> tuple[str, ...]:
        """The order's row is locked: of two that come at once, the later one sees the earlier."""
        if request.case_type not in PAID_ONCE:
            return ()
        which = (request.shop, request.order.order_no, case_no, request.case_type.value)
        return tuple(row["case_no"] for row in await connection.fetch(SQL["opening_paid_by"], *which))

    async def _find(self, connection: PoolConnectionProxy, shop: str, case_no: str) -> FoundCase | None:
        row = await connection.fetchrow(SQL["opening_find"], shop, case_no)
        return FoundCase(**row) if row else None

    async def _same_affair(self, connection: PoolConnectionProxy, request: Request) -> FoundCase | None:
        """The case of the same request under another number. Its order's row is locked: two twins cannot both miss."""
        row = await connection.fetchrow(
            SQL["opening_same_affair"],
            request.shop,
            request.order.order_no,
            request.case_type.value,
            request.requested_at,
            case_number(request.order.order_no, request.case_type, None),
            request.request_id is not None,
        )
        return FoundCase(**row) if row else None

    async def find(self, kind: str, value: str, shop: str = "") -> list[FoundCase]:
        """The cases that go by `value`; `kind` is case_no, rma or waybill. Without a shop, those of every shop."""
        if kind == "case_no" and shop:
            rows = await self._pool.fetch(SQL["opening_find"], shop, value)
        elif kind == "case_no":
            rows = await self._pool.fetch(SQL["opening_find_by_number"], value)
        else:
            rows = await self._pool.fetch(SQL["opening_find_by_handle"], value, kind, shop)
        return [FoundCase(**row) for row in rows]

    async def orders_of_parcel(self, waybill: str, shop: str = "") -> list[tuple[str, Order]]:
        """The known orders that were sent under a waybill, each with its shop."""
        rows = await self._pool.fetch(SQL["opening_orders_by_waybill"], waybill, shop)
        return [(row["shop"], Order.model_validate(row["content"])) for row in rows]

    async def know_parcel(self, shop: str, case_no: str, waybill: str) -> None:
        """A parcel of the case: news about it will find the case from now on."""
        await self.know(shop, case_no, "waybill", waybill)

    async def know(self, shop: str, case_no: str, kind: str, value: str) -> None:
        """A number of the case, waybill or rma: what names it will find the case from now on."""
        await self._pool.execute(SQL["opening_handles"], shop, case_no, [kind], [value])

    async def has_orders(self, shop: str) -> bool:
        """Whether it is a shop of ours: it has orders of customers."""
        return bool(await self._pool.fetchval(SQL["opening_shop_has_orders"], shop))

    async def only_shop(self) -> str:
        """The shop, where there is one only; empty where there are several, or none yet."""
        ((first, last),) = await self._pool.fetch(SQL["opening_shops"])
        return str(first) if first is not None and first == last else ""


def _on_file(request: Request) -> Person | None:
    """The person for the address book. Another address for this parcel is kept beside the one on file (R-ADDR)."""
    if request.person is None or not request.new_address_ref:
        return request.person
    return request.person.model_copy(update={"address": ""})


async def _record_order(connection: PoolConnectionProxy, shop: str, order: Order, person: Person | None) -> None:
    await PostgresAddressBook(connection).put(shop, order.customer_ref, person or Person())
    await PostgresOrders(connection).put(shop, order)
    told = order.model_dump(mode="json", exclude_unset=True)
    content = {field: value for field, value in told.items() if value not in (None, "")}
    row = await connection.fetchrow(SQL["opening_known_order"], shop, order.order_no, order.waybill, content)
    assert row is not None, "the order was written"
    if row["before"] is None:
        return
    new = news(Order.model_validate(row["before"]), Order.model_validate(row["now"]))
    if new is not None:
        said = new.model_dump(mode="json", include=new.model_fields_set)
        await connection.execute(SQL["opening_order_told"], shop, order.order_no, said, bool(new.invoice))

"""Customers in and out of the database: locked and loaded whole, decided on by rules, saved in one go."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import Any
from uuid import UUID

import asyncpg

from localmessages.actions.records import TABLES, columns, record_of
from localmessages.rules.customer import Customer
from localmessages.rules.place import Place
from localmessages.rules.records import Contact, Conversation, Message, Record, Transfer, Wait

PlaceOf = Callable[[UUID], Place]


async def lock_customer(
    connection: asyncpg.Connection,
    tenant_id: UUID,
    place_of: PlaceOf,
    *,
    phone: str,
) -> Customer | None:
    """The customer with a number; None when it is unknown.

    Everything that changes a customer's conversations takes this lock first: writers of one customer
    queue up here, and what is loaded after it is what stands.
    """
    # contact_tenant_id_phone_key
    row = await connection.fetchrow(
        "SELECT * FROM contact WHERE tenant_id = $1 AND phone = $2 FOR NO KEY UPDATE", tenant_id, phone
    )
    return await _load(connection, tenant_id, row, place_of)


async def lock_customer_of(
    connection: asyncpg.Connection, tenant_id: UUID, place_of: PlaceOf, *, conversation_id: UUID
) -> Customer | None:
    """The customer whose conversation it is; None when there is no such conversation."""
    # conversation_pkey, contact_pkey; a conversation never changes its contact.
    row = await connection.fetchrow(
        """
        SELECT contact.*
        FROM conversation
        JOIN contact ON contact.tenant_id = $1 AND contact.id = conversation.contact_id
        WHERE conversation.tenant_id = $1 AND conversation.id = $2
        FOR NO KEY UPDATE OF contact
        """,
        tenant_id,
        conversation_id,
    )
    return await _load(connection, tenant_id, row, place_of)


async def lock_customer_by_id(
    connection: asyncpg.Connection, tenant_id: UUID, place_of: PlaceOf, *, contact_id: UUID
) -> Customer | None:
    """The customer with an id; None when there is none."""
    # contact_pkey
    row = await connection.fetchrow(
        "SELECT * FROM contact WHERE tenant_id = $1 AND id = $2 FOR NO KEY UPDATE", tenant_id, contact_id
    )
    return await _load(connection, tenant_id, row, place_of)


async def lock_customers(
    connection: asyncpg.Connection, tenant_id: UUID, place_of: PlaceOf, *, phones: Sequence[str]
) -> list[Customer]:
    """The customers with these numbers, locked in their order: no two that lock many wait for each other."""
    # contact_tenant_id_phone_key
    rows = await connection.fetch(
        """
        SELECT * FROM contact
        WHERE tenant_id = $1 AND phone = ANY ($2::text[])
        ORDER BY phone
        FOR NO KEY UPDATE
        """,
        tenant_id,
        phones,
    )
    customers = [Customer(record_of(Contact, row), place_of) for row in rows]
    await load_dealings(connection, tenant_id, customers)
    return customers


@dataclass(frozen=True, slots=True)
class Opened:
    """What receiving a text begins with: whose number it is, who sent it, and the text if it came before.

    `seq` is that of the tenant's own scope, `customer` None for a number that was never heard of.
    """

    tenant_id: UUID
    location_id: UUID
    seq: int
    customer: Callable[[PlaceOf], Customer] | None
    received: Message | None


async def open_customer(
    connection: asyncpg.Connection, *, number: str, phone: str, external_id: str | None
) -> Opened | None:
    """Lock and load whoever texts a number, in one round trip; None when no location has the number."""
    row = await connection.fetchrow("SELECT * FROM open_customer($1, $2, $3)", number, phone, external_id)
    assert row is not None
    if row["tenant_id"] is None:
        return None
    known = row["contact"]["id"] is not None
    repeated = known and row["received"]["id"] is not None
    return Opened(
        row["tenant_id"],
        row["location_id"],
        row["seq"],
        partial(_customer_in, row) if known else None,
        record_of(Message, row["received"]) if repeated else None,
    )


def _customer_in(row: asyncpg.Record, place_of: PlaceOf) -> Customer:
    customer = Customer(record_of(Contact, row["contact"]), place_of)
    _fill([customer], row)
    return customer


async def _load(
    connection: asyncpg.Connection, tenant_id: UUID, row: asyncpg.Record | None, place_of: PlaceOf
) -> Customer | None:
    customers = [Customer(record_of(Contact, row), place_of)] if row else []
    # Also for nobody: who asks for somebody hidden waits no longer than for what does not exist.
    await load_dealings(connection, tenant_id, customers)
    return customers[0] if customers else None


async def load_dealings(
    connection: asyncpg.Connection, tenant_id: UUID, customers: Sequence[Customer]
) -> None:
    """Fill in the conversations, open waits and standing transfers of customers that are locked."""
    row = await connection.fetchrow(_DEALINGS, tenant_id, [customer.contact.id for customer in customers])
    assert row is not None
    _fill(customers, row)


def _fill(customers: Sequence[Customer], row: asyncpg.Record) -> None:
    by_id = {customer.contact.id: customer for customer in customers}
    for conversation in row["conversations"]:
        known = record_of(Conversation, conversation)
        by_id[known.contact_id].conversations[known.id] = known
    for wait in row["waits"]:
        by_id[wait["contact_id"]].waits.append(record_of(Wait, wait))
    for transfer in row["transfers"]:
        by_id[transfer["contact_id"]].transfers.append(record_of(Transfer, transfer))


# conversation_contact_idx, wait_contact_open_idx, transfer_contact_idx
_DEALINGS = """
SELECT
    ARRAY(SELECT conversation FROM conversation
          WHERE tenant_id = $1 AND contact_id = ANY ($2::uuid[])) AS conversations,
    ARRAY(SELECT wait FROM wait
          WHERE tenant_id = $1 AND contact_id = ANY ($2::uuid[]) AND ended_at IS NULL) AS waits,
    ARRAY(SELECT transfer FROM transfer
          WHERE tenant_id = $1 AND contact_id = ANY ($2::uuid[]) AND undone_at IS NULL) AS transfers
"""


async def load_last_sent(connection: asyncpg.Connection, customers: Iterable[Customer]) -> None:
    """Fill in each conversation's last text of a person or campaign: what a change of consent looks at."""
    for customer in customers:
        missing = [talk_id for talk_id in customer.conversations if talk_id not in customer.last_sent]
        # message_conversation_idx, one short walk back a conversation
        rows = await connection.fetch(
            """
            SELECT message.*
            FROM unnest($2::uuid[]) AS wanted (id)
            CROSS JOIN LATERAL (
                SELECT *
                FROM message
                WHERE tenant_id = $1 AND conversation_id = wanted.id AND origin IN ('AGENT', 'CAMPAIGN')
                ORDER BY at DESC, id DESC
                LIMIT 1
            ) AS message
            """,
            customer.contact.tenant_id,
            missing,
        )
        found = {row["conversation_id"]: record_of(Message, row) for row in rows}
        customer.last_sent.update({talk_id: found.get(talk_id) for talk_id in missing})


async def save_customers(
    connection: asyncpg.Connection, customers: Sequence[Customer], *, bulk: bool = False
) -> None:
    """Write what the rules changed, in one statement; `bulk` inserts by COPY: for thousands of rows."""
    tenant_id = customers[0].contact.tenant_id
    await _forget_legs(connection, tenant_id, [leg.id for customer in customers for leg in customer.removed])
    added = _by_kind(record for customer in customers for record in customer.added)
    touched = _by_kind(record for customer in customers for record in customer.touched.values())
    if bulk:
        # First what is new: what was there may point to it, as a payment before its bill was texted.
        await _copy_all(connection, added)
        await _write(connection, {}, touched)
    else:
        await _write(connection, added, touched)
    for ended, going_on in (chains for customer in customers for chains in customer.joined_chains):
        # wait_chain_idx
        await connection.execute(
            "UPDATE wait SET chain_id = $3 WHERE tenant_id = $1 AND chain_id = $2", tenant_id, ended, going_on
        )
    for customer in customers:
        customer.saved()


Batches = dict[type[Any], list[Any]]


def _by_kind(records: Iterable[Record]) -> Batches:
    found: Batches = {}
    for record in records:
        found.setdefault(type(record), []).append(record)
    return found


async def _forget_legs(connection: asyncpg.Connection, tenant_id: UUID, ids: list[UUID]) -> None:
    # wait_pkey; transfer rows keep the id of a leg that an undo took out, as a record of it.
    if ids:
        await connection.execute(
            "DELETE FROM wait WHERE tenant_id = $1 AND id = ANY ($2::uuid[])", tenant_id, ids
        )


async def _write(connection: asyncpg.Connection, added: Batches, touched: Batches) -> None:
    parts = [(kind, False) for kind in TABLES if added.get(kind)]
    parts += [(kind, True) for kind in TABLES if touched.get(kind)]
    if parts:
        rows = [(touched if is_update else added)[kind] for kind, is_update in parts]
        await connection.execute(_statement(tuple(parts)), *rows)


@cache
def _statement(parts: tuple[tuple[type[Any], bool], ...]) -> str:
    """One statement that inserts and updates rows of several tables, each given as a JSON array."""
    writes = [
        (_update if is_update else _insert)(kind, position)
        for position, (kind, is_update) in enumerate(parts, 1)
    ]
    *first, last = writes
    named = ", ".join(f"w{number} AS ({write})" for number, write in enumerate(first))
    return f"WITH {named} {last}" if first else last


def _insert(kind: type[Any], position: int) -> str:
    table, names = TABLES[kind], ", ".join(columns(kind))
    return (
        f"INSERT INTO {table} ({names}) "
        f"SELECT {names} FROM jsonb_populate_recordset(NULL::{table}, ${position}::jsonb)"
    )


def _update(kind: type[Any], position: int) -> str:
    table = TABLES[kind]
    names = [name for name in columns(kind) if name not in ("tenant_id", "id")]
    return (
        f"UPDATE {table} SET ({', '.join(names)}) = ROW ({', '.join(f'new.{name}' for name in names)}) "
        f"FROM jsonb_populate_recordset(NULL::{table}, ${position}::jsonb) AS new "
        f"WHERE {table}.tenant_id = new.tenant_id AND {table}.id = new.id"
    )


async def copy_rows(connection: asyncpg.Connection, records: Iterable[Record]) -> None:
    """Insert many new records at once, by COPY."""
    await _copy_all(connection, _by_kind(records))


async def _copy_all(connection: asyncpg.Connection, added: Batches) -> None:
    for kind, table in TABLES.items():
        if batch := added.get(kind):
            names = columns(kind)
            await connection.copy_records_to_table(
                table,
                records=[tuple(getattr(record, name) for name in names) for record in batch],
                columns=names,
            )

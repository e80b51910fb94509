"""Contacts: made known by their number, named; and who may do something about one."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.conversations import save
from localmessages.actions.store import lock_customer_by_id
from localmessages.reports.contacts import is_visible
from localmessages.reports.rows import Args
from localmessages.rules.access import Role, Viewer, covers
from localmessages.rules.customer import Customer
from localmessages.rules.keys import new_key
from localmessages.rules.records import Contact
from localmessages.rules.refusal import AlreadyExists, NotAllowed, NotFound
from localmessages.rules.texts import EXTERNAL_ID_LIMIT, NAME_LIMIT, check_text
from localmessages.services import Transaction

_LIMITS = {"first_name": NAME_LIMIT, "last_name": NAME_LIMIT, "external_id": EXTERNAL_ID_LIMIT}
_FIELDS = {"first_name": "firstName", "last_name": "lastName", "external_id": "externalId"}


async def create_contact(
    actor: Actor, phone: str, names: Mapping[str, str | None], *, key: IdempotencyKey | None = None
) -> Made:
    """Make a number known before the first text; `names` is `first_name`, `last_name`, `external_id`."""
    if not actor.viewer.may_anywhere(Role.AGENT):
        raise NotAllowed
    given = _checked(names)

    async def do(tx: Transaction) -> Made:
        await _check_external_id(tx.connection, actor, given.get("external_id"), None)
        # contact_tenant_id_phone_key
        contact_id = await tx.connection.fetchval(
            """
            INSERT INTO contact (tenant_id, id, phone, first_name, last_name, external_id, created_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7)
            ON CONFLICT (tenant_id, phone) DO NOTHING
            RETURNING id
            """,
            actor.tenant_id,
            new_key(actor.now),
            phone,
            given.get("first_name"),
            given.get("last_name"),
            given.get("external_id"),
            actor.now,
        )
        if contact_id is None:
            raise await _existing(tx.connection, actor, "phone", phone)
        name = " ".join(filter(None, (given.get("first_name"), given.get("last_name")))) or phone
        await audit(tx, actor, "createContact", ("Contact", contact_id), name)
        return {"contact": contact_id}

    return await once(actor, key, do)


async def update_contact(
    actor: Actor, contact_id: UUID, names: Mapping[str, str | None], *, key: IdempotencyKey | None = None
) -> Made:
    """Change what `names` has; None in it clears, what is not in it stays."""
    given = _checked(names)

    async def do(tx: Transaction) -> Made:
        async with contact_at_hand(tx, actor, contact_id) as customer:
            contact = customer.contact
            if given.get("external_id") not in (None, contact.external_id):
                await _check_external_id(tx.connection, actor, given["external_id"], contact.id)
            before = {name: getattr(contact, name) for name in given}
            if before != given:
                for name, value in given.items():
                    setattr(contact, name, value)
                customer.touch(contact)
                customer.tell_everywhere(customer.after(actor.now))
        changes = {_FIELDS[name]: (before[name], given[name]) for name in given}
        await audit(tx, actor, "updateContact", ("Contact", contact_id), name_of(contact), changes)
        return {"contact": contact_id}

    return await once(actor, key, do)


def _checked(names: Mapping[str, str | None]) -> dict[str, str | None]:
    """Without the spaces around them, nothing as None; `Refused` for what cannot be kept."""
    found: dict[str, str | None] = {}
    for name, value in names.items():
        text = (value or "").strip()
        check_text(text, what="name", limit=_LIMITS[name], field=[_FIELDS[name]], may_be_empty=True)
        found[name] = text or None
    return found


async def _check_external_id(
    connection: asyncpg.Connection, actor: Actor, external_id: str | None, own: UUID | None
) -> None:
    if external_id is None:
        return
    # One at a time for each id: an index alone would break the second transaction, not refuse it.
    await connection.execute(
        "SELECT pg_advisory_xact_lock(hashtextextended($1 || ' contact ' || $2, 0))",
        str(actor.tenant_id),
        external_id,
    )
    # contact_external_id_key
    taken = await connection.fetchval(
        "SELECT id FROM contact WHERE tenant_id = $1 AND external_id = $2 AND id IS DISTINCT FROM $3",
        actor.tenant_id,
        external_id,
        own,
    )
    if taken is not None:
        raise await _existing(connection, actor, "external_id", external_id)


async def _existing(connection: asyncpg.Connection, actor: Actor, column: str, value: str) -> AlreadyExists:
    # contact_tenant_id_phone_key or contact_external_id_key
    contact_id = await connection.fetchval(
        f"SELECT id FROM contact WHERE tenant_id = $1 AND {column} = $2", actor.tenant_id, value
    )
    visible = await sees_contact(connection, actor.viewer, contact_id)
    return AlreadyExists(
        f"There is a contact with {value} already.",
        existing=("Contact", contact_id) if visible else None,
        field=[_FIELDS.get(column, column)],
        remedy="Use that contact.",
    )


def name_of(contact: Contact) -> str:
    """Their name, or the number of one without."""
    return " ".join(filter(None, (contact.first_name, contact.last_name))) or contact.phone


async def sees_contact(connection: asyncpg.Connection, viewer: Viewer, contact_id: UUID) -> bool:
    """Whether the viewer may see the contact, as in every list."""
    args = Args([viewer.tenant_id, contact_id])
    # contact_pkey
    found = await connection.fetchval(
        f"SELECT true FROM contact WHERE tenant_id = $1 AND id = $2 AND {is_visible(viewer, args)}", *args
    )
    return found is True


@asynccontextmanager
async def contact_at_hand(tx: Transaction, actor: Actor, contact_id: UUID) -> AsyncIterator[Customer]:
    """The contact under lock, for who acts where it is seen; what a rule changes is saved at the end."""
    customer = await lock_customer_by_id(
        tx.connection, actor.tenant_id, actor.place_of, contact_id=contact_id
    )
    # Asked also for an id of nothing, so that it takes as many statements as one that is hidden.
    seen = await sees_contact(tx.connection, actor.viewer, contact_id)
    if customer is None or not seen:
        raise NotFound("contact", field=["contactId"])
    acting = _where_agent(actor.viewer)
    if not acting.may_anywhere(Role.AGENT) or not await sees_contact(tx.connection, acting, contact_id):
        raise NotAllowed(field=["contactId"])
    yield customer
    await save(tx, customer)


def _where_agent(viewer: Viewer) -> Viewer:
    """The viewer with nothing but the roles that let them act."""
    return replace(
        viewer,
        account_roles={at: role for at, role in viewer.account_roles.items() if covers(role, Role.AGENT)},
        location_roles={at: role for at, role in viewer.location_roles.items() if covers(role, Role.AGENT)},
    )

"""The tags that an account tree shares. (On and off conversations: tagging.)"""

from itertools import islice
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue
from localmessages.actions.events import emit_happenings
from localmessages.actions.labels import create_tag
from localmessages.actions.store import lock_customers, save_customers
from localmessages.rules import lifecycle
from localmessages.rules.access import Role
from localmessages.rules.refusal import AlreadyExists, NotAllowed, NotFound
from localmessages.rules.texts import check_color, check_name
from localmessages.services import Transaction

NAME_LIMIT = 50
# Customers under lock at once while a tag is taken off everywhere: what the memory holds, not the lock.
_BATCH = 500


async def add_tag(actor: Actor, name: str, color: str, *, key: IdempotencyKey | None = None) -> Made:
    """Make a tag for the account tree: for who manages anything in it."""
    if not actor.viewer.may_anywhere(Role.MANAGER):
        raise NotAllowed("Only managers make tags.")
    name = check_name(name, field=["name"], limit=NAME_LIMIT)
    color = check_color(color, field=["color"])

    async def do(tx: Transaction) -> Made:
        await lock_catalogue(tx, actor.tenant_id)
        await _check_unique(tx.connection, actor.tenant_id, name, None)
        tag_id = await create_tag(tx, tenant_id=actor.tenant_id, name=name, at=actor.now, color=color)
        await audit(tx, actor, "createTag", ("Tag", tag_id), name)
        return {"tag": tag_id}

    return await once(actor, key, do)


async def update_tag(
    actor: Actor,
    tag_id: UUID,
    *,
    name: str | None = None,
    color: str | None = None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Rename or recolour a tag; None leaves as it is."""
    name = None if name is None else check_name(name, field=["name"], limit=NAME_LIMIT)
    color = None if color is None else check_color(color, field=["color"])

    async def do(tx: Transaction) -> Made:
        tag = (await lock_catalogue(tx, actor.tenant_id)).tags.get(tag_id)
        if tag is None:
            raise NotFound("tag", field=["tagId"])
        _check_manages_tree(actor)
        if name is not None:
            await _check_unique(tx.connection, actor.tenant_id, name, tag_id)
        # tag_pkey
        await tx.connection.execute(
            """
            UPDATE tag
            SET name = coalesce($3, name), color = coalesce($4, color)
            WHERE tenant_id = $1 AND id = $2
            """,
            actor.tenant_id,
            tag_id,
            name,
            color,
        )
        changes = {"name": (tag.name, name or tag.name), "color": (tag.color, color or tag.color)}
        await audit(tx, actor, "updateTag", ("Tag", tag_id), tag.name, changes)
        await catalogue_changed(tx, actor.tenant_id, actor.now, ("Tag", tag_id))
        return {"tag": tag_id}

    return await once(actor, key, do)


def _check_manages_tree(actor: Actor) -> None:
    """A tag lies on conversations everywhere, so who changes it manages the whole tree."""
    if not actor.viewer.may_on_account(Role.MANAGER, actor.tenant_id):
        raise NotAllowed(
            "A tag of the whole account tree is changed by who manages all of it.", field=["tagId"]
        )


async def _check_unique(connection: asyncpg.Connection, tenant_id: UUID, name: str, but: UUID | None) -> None:
    # tag_name_key
    other = await connection.fetchrow(
        """
        SELECT id, name
        FROM tag
        WHERE tenant_id = $1 AND lower(name) = lower($2) AND id IS DISTINCT FROM $3
        """,
        tenant_id,
        name,
        but,
    )
    if other is not None:
        raise AlreadyExists(
            f"There is a tag {other['name']} already.",
            existing=("Tag", other["id"]),
            field=["name"],
            remedy="Use that tag, or choose another name.",
        )


async def delete_tag(actor: Actor, tag_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Delete a tag and take it off every conversation, as if each had been untagged."""

    async def do(tx: Transaction) -> Made:
        tag = (await lock_catalogue(tx, actor.tenant_id)).tags.get(tag_id)
        if tag is None:
            raise NotFound("tag", field=["tagId"])
        _check_manages_tree(actor)
        # tag_pkey; whoever is about to put it on waits here, and then finds it gone.
        await tx.connection.execute(
            "SELECT FROM tag WHERE tenant_id = $1 AND id = $2 FOR UPDATE", actor.tenant_id, tag_id
        )
        await _untag_everywhere(tx, actor, tag_id)
        # tag_pkey
        await tx.connection.execute(
            "DELETE FROM tag WHERE tenant_id = $1 AND id = $2", actor.tenant_id, tag_id
        )
        await audit(tx, actor, "deleteTag", ("Tag", tag_id), tag.name)
        await catalogue_changed(tx, actor.tenant_id, actor.now, ("Tag", tag_id))
        return {"tag": tag_id}

    return await once(actor, key, do)


async def _untag_everywhere(tx: Transaction, actor: Actor, tag_id: UUID) -> None:
    # conversation_tag_inbox_idx
    rows = await tx.connection.fetch(
        """
        SELECT DISTINCT contact.phone
        FROM conversation_tag
        JOIN conversation
            ON conversation.tenant_id = conversation_tag.tenant_id
            AND conversation.id = conversation_tag.conversation_id
        JOIN contact
            ON contact.tenant_id = conversation.tenant_id AND contact.id = conversation.contact_id
        WHERE conversation_tag.tenant_id = $1 AND conversation_tag.tag_id = $2
        ORDER BY contact.phone
        """,
        actor.tenant_id,
        tag_id,
    )
    phones = iter([row["phone"] for row in rows])
    while batch := list(islice(phones, _BATCH)):
        customers = await lock_customers(tx.connection, actor.tenant_id, actor.place_of, phones=batch)
        for customer in customers:
            for conversation in list(customer.conversations.values()):
                lifecycle.untag(customer, conversation, tag_id, customer.after(actor.now), actor.user_id)
            emit_happenings(tx, customer)
        await save_customers(tx.connection, customers)

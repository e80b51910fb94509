"""People as those who manage them add, change and remove them."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from localmessages.actions.actor import Actor, IdempotencyKey, Made, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue
from localmessages.actions.invitations import invite
from localmessages.actions.memberships import check_owners, held_by, put_memberships, said
from localmessages.actions.one_time_tokens import void_one_time_tokens
from localmessages.actions.sessions import end_sessions
from localmessages.actions.unassigning import unassign_everywhere
from localmessages.actions.users import create_user, mark_former, rights_changed
from localmessages.rules.access import UserStatus
from localmessages.rules.people import Held, check_manages, check_may_give
from localmessages.rules.refusal import AlreadyExists, NotAllowed, NotFound
from localmessages.rules.texts import check_name
from localmessages.services import Transaction
from models.catalogue import Catalogue, Person


async def add_user(
    actor: Actor, name: str, email: str, given: Sequence[Held], *, key: IdempotencyKey | None = None
) -> Made:
    """Invite a person, for who manages every place where they are to work."""
    name, given = check_name(name, field=["name"]), list(dict.fromkeys(given))
    check_may_give(actor.viewer, given)

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        await _check_address_is_free(tx.connection, actor, email, None)
        user_id = await create_user(
            tx,
            tenant_id=actor.tenant_id,
            name=name,
            email=email,
            memberships=given,
            at=actor.now,
            status=UserStatus.INVITED,
        )
        await invite(tx, actor, user_id, name, email)
        changes = {"email": (None, email), "memberships": (None, said(catalogue, given))}
        await audit(tx, actor, "createUser", ("User", user_id), name, changes)
        return {"user": user_id}

    return await once(actor, key, do)


async def update_user(
    actor: Actor,
    user_id: UUID,
    *,
    name: str | None = None,
    email: str | None = None,
    given: Sequence[Held] | None = None,
    key: IdempotencyKey | None = None,
) -> Made:
    """Change what is not None, for who manages all that the person does and is to do."""
    name = None if name is None else check_name(name, field=["name"])

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        before = _at_hand(actor, catalogue, user_id)
        if before.status is UserStatus.FORMER:
            raise NotAllowed("Who has left stays as they were.", field=["userId"])
        roles = held_by(before) if given is None else list(dict.fromkeys(given))
        if given is not None:
            check_may_give(actor.viewer, roles)
            check_owners(catalogue, user_id, before.status, roles, field="memberships")
        if email is not None:
            await _check_address_is_free(tx.connection, actor, email, user_id)
        changes = {
            "name": (before.name, name or before.name),
            "email": (before.email, email or before.email),
            "memberships": (said(catalogue, held_by(before)), said(catalogue, roles)),
        }
        if any(was != now for was, now in changes.values()):
            await _change(tx, actor, before, name or before.name, email or before.email, roles)
            await audit(tx, actor, "updateUser", ("User", user_id), before.name, changes)
        return {"user": user_id}

    return await once(actor, key, do)


async def _change(
    tx: Transaction, actor: Actor, before: Person, name: str, email: str, roles: Sequence[Held]
) -> None:
    # app_user_pkey
    await tx.connection.execute(
        "UPDATE app_user SET name = $3, email = $4 WHERE tenant_id = $1 AND id = $2",
        actor.tenant_id,
        before.id,
        name,
        email,
    )
    if roles != held_by(before):
        await put_memberships(tx, actor.tenant_id, before.id, roles, actor.now)
    if email != before.email:
        # What was sent to the old address opens nothing any more.
        await void_one_time_tokens(tx, actor.tenant_id, before.id)
        if before.status is UserStatus.INVITED:
            await invite(tx, actor, before.id, name, email)
    await rights_changed(tx, actor.tenant_id, before.id, actor.now)
    await catalogue_changed(tx, actor.tenant_id, actor.now, ("User", before.id))


async def remove_user(actor: Actor, user_id: UUID, *, key: IdempotencyKey | None = None) -> Made:
    """Make a person a former user, for who manages all that they do; one who has left stays so."""

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        person = _at_hand(actor, catalogue, user_id)
        if person.status is not UserStatus.FORMER:
            check_owners(catalogue, user_id, UserStatus.FORMER, [], field="userId")
            await unassign_everywhere(tx, actor, user_id)
            await void_one_time_tokens(tx, actor.tenant_id, user_id)
            await end_sessions(tx, actor.tenant_id, user_id, at=actor.now)
            changes = {"status": (person.status, UserStatus.FORMER)}
            await audit(tx, actor, "removeUser", ("User", user_id), person.name, changes)
            await mark_former(tx, tenant_id=actor.tenant_id, user_id=user_id, at=actor.now)
        return {"user": user_id}

    return await once(actor, key, do)


def _at_hand(actor: Actor, catalogue: Catalogue, user_id: UUID) -> Person:
    person = catalogue.people.get(user_id)
    if person is None:
        raise NotFound("person", field=["userId"])
    check_manages(actor.viewer, held_by(person))
    return person


async def _check_address_is_free(
    connection: asyncpg.Connection, actor: Actor, email: str, but: UUID | None
) -> None:
    """Raise `AlreadyExists` where somebody else signs in with the address, in whichever organisation."""
    # app_user_email_key
    other = await connection.fetchrow(
        """
        SELECT tenant_id, id, status
        FROM app_user
        WHERE lower(email) = lower($1) AND status <> 'FORMER' AND id IS DISTINCT FROM $2
        """,
        email,
        but,
    )
    if other is not None:
        is_ours = other["tenant_id"] == actor.tenant_id
        is_invited = other["status"] == UserStatus.INVITED
        raise AlreadyExists(
            "Another person has this address.",
            existing=("User", other["id"]) if is_ours else None,
            field=["email"],
            remedy="Send the invitation again."
            if is_invited
            else "Change that person, or use another address.",
        )

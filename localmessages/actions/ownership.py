"""An account changes hands."""

from uuid import UUID

from localmessages.actions.account_settings import account_at_hand
from localmessages.actions.actor import Actor, IdempotencyKey, Made, is_repeat, once
from localmessages.actions.audit import audit
from localmessages.actions.catalogue import catalogue_changed, lock_catalogue
from localmessages.actions.memberships import held_by, put_memberships
from localmessages.actions.passwords import check_own_password
from localmessages.actions.sessions import Device
from localmessages.actions.users import rights_changed
from localmessages.rules.access import Role, UserStatus
from localmessages.rules.people import Held
from localmessages.rules.refusal import NotAllowed, NotFound, Refused, UserErrorCode
from localmessages.services import Transaction
from models.catalogue import Catalogue, Person


async def transfer_ownership(
    actor: Actor,
    account_id: UUID,
    user_id: UUID,
    password: str,
    device: Device,
    *,
    key: IdempotencyKey | None = None,
) -> Made:
    """Make another person the owner of an account, and whoever asks, with their password, a manager of it."""
    if actor.user_id is None:
        raise NotAllowed("An API key owns nothing.", field=["accountId"])
    if not await is_repeat(actor, key):
        # Before the password: whether it is right is nobody's business who may not do this anyway.
        _check(actor, actor.catalogue, account_id, user_id)
    await check_own_password(actor, password, device, field="password", action="transferOwnership")

    async def do(tx: Transaction) -> Made:
        catalogue = await lock_catalogue(tx, actor.tenant_id)
        heir = _check(actor, catalogue, account_id, user_id)
        giver = catalogue.people[actor.viewer.actor_id]
        name = catalogue.accounts[account_id].name
        await _give(tx, actor, heir, account_id, Role.OWNER)
        if (Role.OWNER, account_id, None) in held_by(giver):
            # Who owns it by an account above keeps that.
            await _give(tx, actor, giver, account_id, Role.MANAGER)
        changes = {"owner": (giver.name, heir.name)}
        await audit(tx, actor, "transferOwnership", ("Account", account_id), name, changes)
        return {"account": account_id}

    return await once(actor, key, do)


def _check(actor: Actor, catalogue: Catalogue, account_id: UUID, user_id: UUID) -> Person:
    """The new owner; `Refused` unless the account is the viewer's to give, and they can take it."""
    account_at_hand(actor, catalogue, account_id, Role.OWNER, field="accountId")
    heir = catalogue.people.get(user_id)
    if heir is None:
        raise NotFound("person", field=["userId"])
    if heir.status is not UserStatus.ACTIVE or user_id == actor.user_id:
        raise Refused(
            UserErrorCode.WRONG_STATE,
            "It goes to somebody else who can sign in.",
            field=["userId"],
            remedy="Choose a colleague who has accepted their invitation.",
        )
    return heir


async def _give(tx: Transaction, actor: Actor, person: Person, account_id: UUID, role: Role) -> None:
    others: list[Held] = [held for held in held_by(person) if held[1] != account_id]
    await put_memberships(tx, actor.tenant_id, person.id, [(role, account_id, None), *others], actor.now)
    await rights_changed(tx, actor.tenant_id, person.id, actor.now)
    await catalogue_changed(tx, actor.tenant_id, actor.now, ("User", person.id))

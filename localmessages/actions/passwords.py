"""Passwords: which are good enough, whether it is one's own, and how one is changed."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from zxcvbn import zxcvbn

from localmessages.actions.actor import Actor
from localmessages.actions.attempts import attempt_succeeded, begin_attempt
from localmessages.actions.one_time_tokens import void_one_time_tokens
from localmessages.actions.sessions import Device, end_sessions
from localmessages.actions.sign_in_audit import audit_failure, audit_person
from localmessages.auth import hash_password, verify_password
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Transaction

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
# Less takes under a million guesses: the commonest, turned round and joined, and one's own name.
_COMMON = 2
# More is not looked at: what is long enough is not common.
_LOOKED_AT = 64
INVALID_CREDENTIALS = UserErrorCode.INVALID_CREDENTIALS


def check_new_password(password: str, *, of: Sequence[str], field: str) -> None:
    """Raise `Refused` for one that is soon guessed; `of` is what everybody knows of the person."""
    if len(password) < SHORTEST_PASSWORD:
        raise _weak(f"A password has at least {SHORTEST_PASSWORD} characters.", "Choose a longer one.", field)
    if len(password) > LONGEST_PASSWORD:
        raise _weak(f"A password has at most {LONGEST_PASSWORD} characters.", "Choose a shorter one.", field)
    known = [part for each in of for part in (each, *each.replace("@", " ").replace(".", " ").split())]
    if zxcvbn(password[:_LOOKED_AT], user_inputs=[*known, "localmessages"])["score"] < _COMMON:
        raise _weak(
            "This password is among those that are tried first.",
            "Choose another one, such as four words that have nothing to do with each other.",
            field,
        )


def _weak(message: str, remedy: str, field: str) -> Refused:
    return Refused(UserErrorCode.WEAK_PASSWORD, message, field=[field], remedy=remedy)


async def hashed_new_password(password: str, *, of: Sequence[str], field: str) -> str:
    """What is kept of a new password that is good enough. Beside the event loop: both take a while."""

    def check_and_hash() -> str:
        check_new_password(password, of=of, field=field)
        return hash_password(password)

    return await asyncio.to_thread(check_and_hash)


async def check_own_password(
    actor: Actor, password: str, device: Device, *, field: str, action: str
) -> tuple[UUID, UUID]:
    """The tenant and the person who asks, once they gave their password again; else `Refused`.

    `action` is what they want to do with it. An API key has no password.
    """
    services, now, user_id = actor.services, actor.now, actor.user_id
    if user_id is None:
        raise _not_right(field)
    person = actor.tenant_id, user_id
    attempt = await begin_attempt(services, ["own password", str(user_id)], device.address, now)
    async with services.database.connection() as connection:
        # app_user_pkey
        stored = await connection.fetchval(
            "SELECT password_hash FROM app_user WHERE tenant_id = $1 AND id = $2", *person
        )
    if not await asyncio.to_thread(verify_password, stored, password):
        await audit_failure(services, person, action, INVALID_CREDENTIALS, device, now)
        raise _not_right(field)
    async with services.transaction() as tx:
        await attempt_succeeded(tx, attempt)
    return person


def _not_right(field: str) -> Refused:
    return Refused(
        INVALID_CREDENTIALS,
        "The password is not right.",
        field=[field],
        remedy="Check it, or have a link for a new one sent.",
    )


async def change_password(
    actor: Actor, current: str, new: str, session_id: UUID | None, device: Device
) -> None:
    """A new password for the person who asks; every other session of theirs ends."""
    action = "changePassword"
    person = await check_own_password(actor, current, device, field="currentPassword", action=action)
    known = actor.catalogue.people[person[1]]
    hashed = await hashed_new_password(new, of=[known.email, known.name], field="newPassword")
    async with actor.services.transaction() as tx:
        await set_password(tx, *person, hashed, at=actor.now, but=session_id)
        await audit_person(tx, actor.services, *person, action, device, at=actor.now)


async def set_password(
    tx: Transaction, tenant_id: UUID, user_id: UUID, hashed: str, *, at: datetime, but: UUID | None = None
) -> None:
    """The person's password from now on: what the old one opened ends, `but` one session."""
    # app_user_pkey
    await tx.connection.execute(
        "UPDATE app_user SET password_hash = $3 WHERE tenant_id = $1 AND id = $2", tenant_id, user_id, hashed
    )
    await void_one_time_tokens(tx, tenant_id, user_id)
    await end_sessions(tx, tenant_id, user_id, at=at, but=but)

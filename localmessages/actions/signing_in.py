"""Signing in by address and password."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from localmessages.actions.attempts import attempt_succeeded, begin_attempt
from localmessages.actions.codes import needs_code
from localmessages.actions.queue import SIGN_IN_REFUSED, enqueue
from localmessages.actions.sessions import SESSION_LASTS, Device, begin_session
from localmessages.actions.sign_in_audit import audit_failure, audit_person
from localmessages.actions.users import who_signs_in
from localmessages.auth import (
    Bearer,
    Refresh,
    hash_password,
    is_outdated,
    issue_code_token,
    issue_refresh,
    issue_token,
    verify_password,
)
from localmessages.rules.networks import network_of
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services, Transaction

REFUSED = UserErrorCode.INVALID_CREDENTIALS


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who has signed in, the token that lets them in until the bearer's end, and what gives the next one."""

    bearer: Bearer
    token: str
    refresh_token: str
    refresh_ends: datetime


async def sign_in(
    services: Services, email: str, password: str, device: Device, now: datetime
) -> SignedIn | str:
    """A session for whose password it is, or the token to come back with together with a code.

    A refusal takes as long for an unknown address as for a known one.
    """
    attempt = await begin_attempt(
        services, ["password", email.lower(), network_of(device.address)], device.address, now
    )
    async with services.database.connection() as connection:
        row = await who_signs_in(connection, email)
    stored: str | None = row["password_hash"] if row else None
    matches = await asyncio.to_thread(verify_password, stored, password)
    if row is None or stored is None or not matches:
        await _tell_later(services, email, device, now)
        raise credentials_refused()
    renewed = await asyncio.to_thread(hash_password, password) if is_outdated(stored) else None
    tenant_id, user_id = row["tenant_id"], row["id"]
    async with services.transaction() as tx:
        await attempt_succeeded(tx, attempt)
        if renewed is not None:
            await _keep(tx, tenant_id, user_id, stored, renewed)
        if await needs_code(tx.connection, tenant_id, user_id):
            return issue_code_token(services.secret, tenant_id, user_id, now=now)
        return await let_in(tx, services, tenant_id, user_id, device, now, action="signIn")


async def _tell_later(services: Services, email: str, device: Device, now: datetime) -> None:
    """For the audit log. Whose address it is costs time, and so is found out by a job."""
    async with services.transaction() as tx:
        payload = {"email": email, "address": device.address, "at": now.isoformat()}
        await enqueue(tx.connection, SIGN_IN_REFUSED, payload)


async def audit_refusal(services: Services, email: str, device: Device, at: datetime) -> None:
    """Somebody tried in vain to sign in with an address; nothing where nobody has it."""
    async with services.database.connection() as connection:
        row = await who_signs_in(connection, email)
    if row is not None:
        person = row["tenant_id"], row["id"]
        await audit_failure(services, person, "signIn", REFUSED, device, at, by_nobody=True)


def credentials_refused() -> Refused:
    """Why nobody is let in; the same for whatever is wrong."""
    return Refused(
        UserErrorCode.INVALID_CREDENTIALS,
        "E-mail address and password do not match.",
        remedy="Check both, or have a link for a new password sent.",
    )


async def _keep(tx: Transaction, tenant_id: UUID, user_id: UUID, stored: str, renewed: str) -> None:
    """The same password, hashed as it is done by now; unless it was changed meanwhile."""
    # app_user_pkey
    await tx.connection.execute(
        "UPDATE app_user SET password_hash = $4 WHERE tenant_id = $1 AND id = $2 AND password_hash = $3",
        tenant_id,
        user_id,
        stored,
        renewed,
    )


async def let_in(
    tx: Transaction,
    services: Services,
    tenant_id: UUID,
    user_id: UUID,
    device: Device,
    now: datetime,
    *,
    action: str,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
) -> SignedIn:
    """A new session for a person who has proved who they are, by the `action` that the audit log names."""
    session_id = await begin_session(tx, tenant_id, user_id, device, at=now)
    await audit_person(tx, services, tenant_id, user_id, action, device, at=now, changes=changes)
    return signed_in(services, tenant_id, user_id, session_id, 1, now)


def signed_in(
    services: Services, tenant_id: UUID, user_id: UUID, session_id: UUID, generation: int, now: datetime
) -> SignedIn:
    """The tokens of a session, of which the refresh token is the `generation`th."""
    token, ends = issue_token(
        services.secret, tenant_id, user_id, now=now, lasts=services.token_lasts, session_id=session_id
    )
    refresh = issue_refresh(services.secret, Refresh(tenant_id, session_id, generation))
    return SignedIn(Bearer(tenant_id, user_id, ends, session_id), token, refresh, now + SESSION_LASTS)

"""The second factor: begun with the password, on with a first code, asked for at each sign-in."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import pyotp

from localmessages.actions.actor import Actor
from localmessages.actions.attempts import attempt_succeeded, begin_attempt
from localmessages.actions.catalogue import tell_person
from localmessages.actions.codes import code_refused, keep_recovery_codes, keep_secret, needs_code, uses_code
from localmessages.actions.passwords import check_own_password
from localmessages.actions.sessions import Device
from localmessages.actions.sign_in_audit import audit_failure, audit_person
from localmessages.actions.signing_in import SignedIn, let_in
from localmessages.auth import BadToken, read_code_token
from localmessages.rules.live import EventKind
from localmessages.rules.one_time_codes import is_app_code, new_recovery_codes, plain_code
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services, Transaction

ISSUER = "LocalMessages"
INVALID_CODE = UserErrorCode.INVALID_CODE
_VERIFY = "verifySecondFactor"


@dataclass(frozen=True, slots=True)
class Setup:
    """What an authenticator app needs; told once."""

    secret: str
    url: str


async def verify_second_factor(
    services: Services, token: str, code: str, device: Device, now: datetime
) -> SignedIn:
    """A session for whoever has the password, as the token says, and a code."""
    try:
        tenant_id, user_id = read_code_token(services.secret, token, now=now)
    except BadToken as error:
        raise _token_refused() from error
    async with services.database.connection() as connection:
        # app_user_pkey
        is_active = await connection.fetchval(
            "SELECT true FROM app_user WHERE tenant_id = $1 AND id = $2 AND status = 'ACTIVE'",
            tenant_id,
            user_id,
        )
        if not is_active or not await needs_code(connection, tenant_id, user_id):
            raise _token_refused()
    attempt = await begin_attempt(services, ["code", str(user_id)], device.address, now)
    async with services.transaction() as tx:
        if await uses_code(tx, services, tenant_id, user_id, code, now):
            await attempt_succeeded(tx, attempt)
            return await let_in(tx, services, tenant_id, user_id, device, now, action=_VERIFY)
    await audit_failure(services, (tenant_id, user_id), _VERIFY, INVALID_CODE, device, now, by_nobody=True)
    raise code_refused()


def _token_refused() -> Refused:
    return Refused(
        UserErrorCode.INVALID_TOKEN,
        "The sign-in took too long, or is not one of ours.",
        field=["secondFactorToken"],
        remedy="Sign in with the password again.",
    )


async def start_second_factor(actor: Actor, password: str, device: Device) -> Setup:
    """A new secret for the person's app, which counts once a code of it was seen."""
    person = await check_own_password(actor, password, device, field="password", action="startSecondFactor")
    secret = pyotp.random_base32()
    async with actor.services.transaction() as tx:
        if await needs_code(tx.connection, *person):
            raise Refused(
                UserErrorCode.WRONG_STATE,
                "A second factor is on already.",
                remedy="Turn it off first.",
            )
        await keep_secret(tx, actor.services, *person, secret, actor.now)
        await audit_person(tx, actor.services, *person, "startSecondFactor", device, at=actor.now)
    email = actor.catalogue.people[person[1]].email
    return Setup(secret, pyotp.TOTP(secret).provisioning_uri(name=email, issuer_name=ISSUER))


async def confirm_second_factor(actor: Actor, code: str, device: Device) -> list[str]:
    """Turn it on with a first code; the codes of last resort, which are told this once."""
    services, now, user_id = actor.services, actor.now, actor.user_id
    if user_id is None:
        raise _not_begun()
    person = actor.tenant_id, user_id
    await _check_begun(services, *person)
    attempt = await begin_attempt(services, ["code", str(user_id)], device.address, now)
    codes = new_recovery_codes()
    async with services.transaction() as tx:
        if is_app_code(plain_code(code)) and await uses_code(tx, services, *person, code, now):
            await attempt_succeeded(tx, attempt)
            if not await _turn_on(tx, *person, now):
                raise _not_begun()
            await keep_recovery_codes(tx, services, *person, codes)
            await _changed(tx, services, person, "confirmSecondFactor", device, now, on=True)
            return codes
    await audit_failure(services, person, "confirmSecondFactor", INVALID_CODE, device, now)
    raise code_refused()


async def _check_begun(services: Services, tenant_id: UUID, user_id: UUID) -> None:
    async with services.database.connection() as connection:
        # second_factor_pkey
        is_begun = await connection.fetchval(
            "SELECT confirmed_at IS NULL FROM second_factor WHERE tenant_id = $1 AND user_id = $2",
            tenant_id,
            user_id,
        )
    if not is_begun:
        raise _not_begun()


def _not_begun() -> Refused:
    return Refused(
        UserErrorCode.WRONG_STATE,
        "No second factor waits for its first code.",
        remedy="Begin with `startSecondFactor`.",
    )


async def _turn_on(tx: Transaction, tenant_id: UUID, user_id: UUID, at: datetime) -> bool:
    # second_factor_pkey
    turned = await tx.connection.fetchval(
        """
        UPDATE second_factor SET confirmed_at = $3
        WHERE tenant_id = $1 AND user_id = $2 AND confirmed_at IS NULL
        RETURNING true
        """,
        tenant_id,
        user_id,
        at,
    )
    return bool(turned)


async def disable_second_factor(actor: Actor, password: str, code: str, device: Device) -> None:
    """Turn it off, with the password and a code; of last resort where the app is lost."""
    services, now, action = actor.services, actor.now, "disableSecondFactor"
    person = await check_own_password(actor, password, device, field="password", action=action)
    attempt = await begin_attempt(services, ["code", str(person[1])], device.address, now)
    async with services.transaction() as tx:
        if await needs_code(tx.connection, *person) and await uses_code(tx, services, *person, code, now):
            await attempt_succeeded(tx, attempt)
            # second_factor_pkey; the codes of last resort go with it.
            await tx.connection.execute(
                "DELETE FROM second_factor WHERE tenant_id = $1 AND user_id = $2", *person
            )
            await _changed(tx, services, person, action, device, now, on=False)
            return
    await audit_failure(services, person, action, INVALID_CODE, device, now)
    raise code_refused()


async def _changed(
    tx: Transaction,
    services: Services,
    person: tuple[UUID, UUID],
    action: str,
    device: Device,
    now: datetime,
    *,
    on: bool,
) -> None:
    changes = {"secondFactorEnabled": (not on, on)}
    await audit_person(tx, services, *person, action, device, at=now, changes=changes)
    await tell_person(tx, *person, EventKind.VIEWER_CHANGED, now)

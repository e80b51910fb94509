"""Whether a code gets a person in: one of their app, in its time and once, or one of last resort, once."""

import hmac
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import pyotp

from localmessages.auth import sign
from localmessages.rules.one_time_codes import is_app_code, plain_code, steps_that_count
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.sealed import seal, unseal
from localmessages.services import Services, Transaction


async def needs_code(connection: asyncpg.Connection, tenant_id: UUID, user_id: UUID) -> bool:
    """Whether a person's sign-in asks for a code."""
    # second_factor_pkey
    return bool(
        await connection.fetchval(
            "SELECT confirmed_at IS NOT NULL FROM second_factor WHERE tenant_id = $1 AND user_id = $2",
            tenant_id,
            user_id,
        )
    )


async def uses_code(
    tx: Transaction, services: Services, tenant_id: UUID, user_id: UUID, written: str, now: datetime
) -> bool:
    """Whether the code counts; it is used up then. Who uses one at the same time waits, and finds it used."""
    code = plain_code(written)
    # second_factor_pkey
    row = await tx.connection.fetchrow(
        """
        SELECT secret, last_step FROM second_factor
        WHERE tenant_id = $1 AND user_id = $2
        FOR NO KEY UPDATE
        """,
        tenant_id,
        user_id,
    )
    if row is None:
        return False
    if not is_app_code(code):
        return await _uses_recovery_code(tx, services, tenant_id, user_id, code)
    totp = pyotp.TOTP(unseal(services.secret, row["secret"], _what(user_id)).decode())
    for step in steps_that_count(now, row["last_step"]):
        if hmac.compare_digest(totp.generate_otp(step), code):
            await _used(tx, tenant_id, user_id, step)
            return True
    return False


async def _used(tx: Transaction, tenant_id: UUID, user_id: UUID, step: int) -> None:
    # second_factor_pkey
    await tx.connection.execute(
        "UPDATE second_factor SET last_step = $3 WHERE tenant_id = $1 AND user_id = $2",
        tenant_id,
        user_id,
        step,
    )


async def _uses_recovery_code(
    tx: Transaction, services: Services, tenant_id: UUID, user_id: UUID, code: str
) -> bool:
    # recovery_code_pkey
    return bool(
        await tx.connection.fetchval(
            """
            DELETE FROM recovery_code
            WHERE tenant_id = $1 AND user_id = $2 AND code_hash = $3
            RETURNING true
            """,
            tenant_id,
            user_id,
            _hash(services.secret, user_id, code),
        )
    )


async def keep_secret(
    tx: Transaction, services: Services, tenant_id: UUID, user_id: UUID, secret: str, at: datetime
) -> None:
    """The secret that the app and we share, in place of one that never came to count."""
    # second_factor_pkey
    await tx.connection.execute(
        """
        INSERT INTO second_factor (tenant_id, user_id, secret, created_at)
        VALUES ($1, $2, $3, $4)
        ON CONFLICT (tenant_id, user_id) DO UPDATE
        SET secret = excluded.secret, created_at = excluded.created_at
        """,
        tenant_id,
        user_id,
        seal(services.secret, secret.encode(), _what(user_id)),
        at,
    )


async def keep_recovery_codes(
    tx: Transaction, services: Services, tenant_id: UUID, user_id: UUID, codes: Sequence[str]
) -> None:
    """The codes of last resort, as hashes."""
    hashes = [_hash(services.secret, user_id, plain_code(code)) for code in codes]
    await tx.connection.execute(
        """
        INSERT INTO recovery_code (tenant_id, user_id, code_hash)
        SELECT $1, $2, code_hash FROM unnest($3::bytea[]) AS code_hash
        """,
        tenant_id,
        user_id,
        hashes,
    )


def code_refused() -> Refused:
    """Why a code lets nobody in."""
    return Refused(
        UserErrorCode.INVALID_CODE,
        "The code is wrong, over or used up.",
        field=["code"],
        remedy="Wait for the next one in your app, or use a recovery code.",
    )


def _hash(secret: str, user_id: UUID, code: str) -> bytes:
    return bytes.fromhex(sign(secret, f"recovery code: {user_id}: {code}"))


def _what(user_id: UUID) -> str:
    return f"second factor of {user_id}"

"""What the links of mails have: whoever opens one proves that the mail is theirs, once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from localmessages.auth import new_secret, secret_hash
from localmessages.rules.access import UserStatus
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Services, Transaction


class TokenPurpose(StrEnum):
    """What a link is for, and so for how long it is good."""

    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=7) if self is TokenPurpose.INVITATION else timedelta(hours=1)

    @property
    def is_for(self) -> UserStatus:
        """Whom it is good for: who has left in between does not come back by it."""
        return UserStatus.INVITED if self is TokenPurpose.INVITATION else UserStatus.ACTIVE


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose token it is."""

    name: str
    email: str


async def issue_one_time_token(
    tx: Transaction, tenant_id: UUID, user_id: UUID, purpose: TokenPurpose, *, at: datetime
) -> str:
    """A token for a person, to be told in a mail and nowhere else. One of the same purpose before it ends."""
    token = new_secret()
    # one_time_token_pkey
    await tx.connection.execute(
        """
        INSERT INTO one_time_token (tenant_id, user_id, purpose, token_hash, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)
        ON CONFLICT (tenant_id, user_id, purpose) DO UPDATE
        SET token_hash = excluded.token_hash, created_at = excluded.created_at,
            expires_at = excluded.expires_at
        """,
        tenant_id,
        user_id,
        purpose,
        secret_hash(token),
        at,
        at + purpose.lasts,
    )
    return token


async def token_owner(services: Services, token: str, purpose: TokenPurpose, *, at: datetime) -> Owner:
    """Whose a token is that could be redeemed; `Refused` for any other. It stays as it is."""
    async with services.database.connection() as connection:
        # one_time_token_hash_key, app_user_pkey
        row = await connection.fetchrow(
            """
            SELECT app_user.name, app_user.email
            FROM one_time_token AS token
            JOIN app_user ON app_user.tenant_id = token.tenant_id AND app_user.id = token.user_id
            WHERE token.token_hash = $1 AND token.purpose = $2 AND token.expires_at > $3
                AND app_user.status = $4
            """,
            secret_hash(token),
            purpose,
            at,
            purpose.is_for,
        )
    if row is None:
        raise _refused()
    return Owner(row["name"], row["email"])


async def redeem_one_time_token(
    tx: Transaction, token: str, purpose: TokenPurpose, *, at: datetime
) -> tuple[UUID, UUID]:
    """The tenant and the person whose token it was; `Refused` unless it counts. It does not count again.

    Whoever redeems the same one at the same time waits for this transaction: if it fails, the token is good.
    """
    # one_time_token_hash_key, app_user_pkey
    row = await tx.connection.fetchrow(
        """
        DELETE FROM one_time_token AS token
        USING app_user
        WHERE token.token_hash = $1 AND token.purpose = $2 AND token.expires_at > $3
            AND app_user.tenant_id = token.tenant_id AND app_user.id = token.user_id AND app_user.status = $4
        RETURNING token.tenant_id, token.user_id
        """,
        secret_hash(token),
        purpose,
        at,
        purpose.is_for,
    )
    if row is None:
        raise _refused()
    return row["tenant_id"], row["user_id"]


def _refused() -> Refused:
    return Refused(
        UserErrorCode.INVALID_TOKEN,
        "The link is wrong, used or expired.",
        field=["token"],
        remedy="Ask for a new one.",
    )


async def void_one_time_tokens(tx: Transaction, tenant_id: UUID, user_id: UUID) -> None:
    """No link that was sent to the person counts any more."""
    # one_time_token_pkey
    await tx.connection.execute(
        "DELETE FROM one_time_token WHERE tenant_id = $1 AND user_id = $2", tenant_id, user_id
    )

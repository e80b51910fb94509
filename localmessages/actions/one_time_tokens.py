"""What the links of mails have: whoever opens one proves that the mail is theirs, once."""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from localmessages.auth import new_secret, secret_hash
from localmessages.rules.refusal import Refused, UserErrorCode
from localmessages.services import Transaction


class TokenPurpose(StrEnum):
    """What a link is for, and so for how long it is good."""

    INVITATION = "INVITATION"
    PASSWORD_RESET = "PASSWORD_RESET"

    @property
    def lasts(self) -> timedelta:
        return timedelta(days=7) if self is TokenPurpose.INVITATION else timedelta(hours=1)


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


async def redeem_one_time_token(
    tx: Transaction, token: str, purpose: TokenPurpose, *, at: datetime
) -> tuple[UUID, UUID]:
    """The tenant and the person whose token it was; `Refused` unless it counts. It does not count again.

    Whoever redeems the same one at the same time waits for this transaction: if it fails, the token is good.
    """
    # one_time_token_hash_key
    row = await tx.connection.fetchrow(
        """
        DELETE FROM one_time_token
        WHERE token_hash = $1 AND purpose = $2 AND expires_at > $3
        RETURNING tenant_id, user_id
        """,
        secret_hash(token),
        purpose,
        at,
    )
    if row is None:
        raise Refused(
            UserErrorCode.INVALID_TOKEN,
            "The link is wrong, used or expired.",
            field=["token"],
            remedy="Ask for a new one.",
        )
    return row["tenant_id"], row["user_id"]


async def void_one_time_tokens(tx: Transaction, tenant_id: UUID, user_id: UUID) -> None:
    """No link that was sent to the person counts any more."""
    # one_time_token_pkey
    await tx.connection.execute(
        "DELETE FROM one_time_token WHERE tenant_id = $1 AND user_id = $2", tenant_id, user_id
    )

"""Who asks: access tokens, passwords, signed addresses."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALGORITHM = "HS256"
# A working day: nothing renews a token yet.
TOKEN_LASTS = timedelta(hours=12)

_hasher = PasswordHasher()
# Verified where there is no hash, so that the time of an answer does not tell who has an account.
_DUMMY_HASH = _hasher.hash("nobody has this password")


class BadToken(ValueError):
    """The token is not ours, damaged or expired."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom an access token names, and until when."""

    tenant_id: UUID
    user_id: UUID
    expires_at: datetime


def issue_token(
    secret: str, tenant_id: UUID, user_id: UUID, *, now: datetime, lasts: timedelta = TOKEN_LASTS
) -> tuple[str, datetime]:
    """An access token for a person, and the instant at which it ends."""
    ends = int((now + lasts).timestamp())
    claims = {"sub": str(user_id), "tenant": str(tenant_id), "iat": int(now.timestamp()), "exp": ends}
    return jwt.encode(claims, secret, ALGORITHM), datetime.fromtimestamp(ends, UTC)


def read_token(secret: str, token: str, *, now: datetime) -> Bearer:
    """Whom the token names; `BadToken` unless it is one of ours and has not ended at `now`."""
    bearer = _verified(secret, token)
    if bearer.expires_at <= now:
        raise BadToken("The token has expired.")
    return bearer


# A client sends the same token with every request, and a signature that once was ours stays so.
@lru_cache(10_000)
def _verified(secret: str, token: str) -> Bearer:
    # The clock of a sandbox may stand still (`--now`), so the end is compared with the caller's.
    unchecked = {"require": ["sub", "tenant", "exp"], "verify_exp": False, "verify_iat": False}
    try:
        claims = jwt.decode(token, secret, [ALGORITHM], options=unchecked)  # type: ignore[arg-type]
        return Bearer(
            UUID(str(claims["tenant"])), UUID(claims["sub"]), datetime.fromtimestamp(claims["exp"], UTC)
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, OverflowError, OSError) as error:
        raise BadToken("The token is not valid.") from error


def hash_password(password: str) -> str:
    """What is stored of a password. Takes a while on purpose: call it in a thread."""
    return _hasher.hash(password)


def verify_password(stored: str | None, password: str) -> bool:
    """Whether the password is the stored one; None, of nobody, takes as long as any. Call it in a thread."""
    try:
        _hasher.verify(stored or _DUMMY_HASH, password)
    except (VerificationError, InvalidHashError):
        return False
    return bool(stored)


def sign(secret: str, text: str) -> str:
    """A signature of `text`, fit for an address."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether `signature` is ours, compared in constant time."""
    return hmac.compare_digest(sign(secret, text).encode(), signature.encode())

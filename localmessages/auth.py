"""Who asks: tokens of three kinds, passwords, signed addresses.

An access token lets its bearer in for minutes, and is looked at with each request. A refresh token gives the
next access token. A code token says that the password was right, and that a code is still needed. Each kind
is signed with a key of its own, so that none passes for another.
"""

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

import jwt
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

ALGORITHM = "HS256"
TOKEN_LASTS = timedelta(minutes=15)
CODE_TOKEN_LASTS = timedelta(minutes=5)

_hasher = PasswordHasher()
# Verified where there is no hash, so that the time of an answer does not tell who has an account.
_DUMMY_HASH = _hasher.hash("nobody has this password")


class BadToken(ValueError):
    """The token is not ours, damaged or expired."""


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whom an access token or an API key names, and until when.

    A token counts no longer than its session does; without one, nothing ends it early. A key counts if its
    `key_digest` is the one that is kept, and as long as its row says: until that was read, for ever.
    """

    tenant_id: UUID
    actor_id: UUID
    expires_at: datetime
    session_id: UUID | None = None
    key_digest: str | None = None

    @property
    def user_id(self) -> UUID:
        """The person, where it is one."""
        if self.key_digest is not None:
            raise ValueError("An API key is nobody.")
        return self.actor_id

    @property
    def ends_by(self) -> UUID | None:
        """What may end it early: the API key, or the session."""
        return self.session_id if self.key_digest is None else self.actor_id


@dataclass(frozen=True, slots=True)
class Refresh:
    """Which session a refresh token is of, and the how-manieth of it."""

    tenant_id: UUID
    session_id: UUID
    generation: int


def issue_token(
    secret: str,
    tenant_id: UUID,
    user_id: UUID,
    *,
    now: datetime,
    lasts: timedelta = TOKEN_LASTS,
    session_id: UUID | None = None,
) -> tuple[str, datetime]:
    """An access token for a person, and the instant at which it ends."""
    ends = int((now + lasts).timestamp())
    claims = {"sub": str(user_id), "tenant": str(tenant_id), "iat": int(now.timestamp()), "exp": ends}
    if session_id is not None:
        claims["sid"] = str(session_id)
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
    claims = _claims(secret, token, ["sub", "tenant", "exp"])
    try:
        session_id = UUID(str(claims["sid"])) if "sid" in claims else None
        ends = datetime.fromtimestamp(claims["exp"], UTC)
        return Bearer(UUID(str(claims["tenant"])), UUID(claims["sub"]), ends, session_id)
    except (ValueError, TypeError, OverflowError, OSError) as error:
        raise BadToken("The token is not valid.") from error


def issue_refresh(secret: str, refresh: Refresh) -> str:
    """A refresh token. Nothing of it is kept: its number in the session says whether it still counts."""
    claims = {"sid": str(refresh.session_id), "tenant": str(refresh.tenant_id), "n": refresh.generation}
    return jwt.encode(claims, _key(secret, "refresh"), ALGORITHM)


def read_refresh(secret: str, token: str) -> Refresh:
    """Which session the token is of; `BadToken` unless it is one of ours."""
    claims = _claims(_key(secret, "refresh"), token, ["sid", "tenant", "n"])
    return Refresh(UUID(claims["tenant"]), UUID(claims["sid"]), int(claims["n"]))


def issue_code_token(secret: str, tenant_id: UUID, user_id: UUID, *, now: datetime) -> str:
    """What a person whose password was right shows together with the code."""
    ends = int((now + CODE_TOKEN_LASTS).timestamp())
    claims = {"sub": str(user_id), "tenant": str(tenant_id), "exp": ends}
    return jwt.encode(claims, _key(secret, "code"), ALGORITHM)


def read_code_token(secret: str, token: str, *, now: datetime) -> tuple[UUID, UUID]:
    """The tenant and the person; `BadToken` unless it is one of ours and has not ended at `now`."""
    claims = _claims(_key(secret, "code"), token, ["sub", "tenant", "exp"])
    if claims["exp"] <= now.timestamp():
        raise BadToken("The token has expired.")
    return UUID(claims["tenant"]), UUID(claims["sub"])


def _claims(key: str, token: str, needed: list[str]) -> dict[str, Any]:
    # The clock of a sandbox may stand still (`--now`), so the end is compared with the caller's.
    unchecked = {"require": needed, "verify_exp": False, "verify_iat": False, "verify_sub": False}
    try:
        return jwt.decode(token, key, [ALGORITHM], options=unchecked)  # type: ignore[arg-type]
    except (jwt.InvalidTokenError, ValueError) as error:
        raise BadToken("The token is not valid.") from error


@lru_cache(64)
def _key(secret: str, purpose: str) -> str:
    return sign(secret, f"key: {purpose}")


# How every API key begins, so that whoever finds one knows what it opens.
API_KEY_PREFIX = "lm_"
_SHOWN = len(API_KEY_PREFIX) + 8
_KEY_BYTES = 32
_FOR_EVER = datetime.max.replace(tzinfo=UTC)


def new_api_key(tenant_id: UUID, key_id: UUID) -> tuple[str, str]:
    """A key, and its beginning by which people recognise it.

    It names its row, so that a request with it needs no look-up of its own: 256 random bits, tenant, id.
    """
    content = secrets.token_bytes(_KEY_BYTES) + tenant_id.bytes + key_id.bytes
    key = API_KEY_PREFIX + base64.urlsafe_b64encode(content).rstrip(b"=").decode()
    return key, key[:_SHOWN]


def api_key_digest(key: str) -> str:
    """What is kept of an API key; nobody guesses 256 bits, so it need not take long."""
    return secret_hash(key).hex()


def read_api_key(key: str) -> Bearer:
    """Which key somebody says to have, still to be compared with what is kept; `BadToken` if it is none."""
    encoded = key.removeprefix(API_KEY_PREFIX)
    try:
        content = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
        tenant, key_id = content[_KEY_BYTES : _KEY_BYTES + 16], content[_KEY_BYTES + 16 :]
        return Bearer(UUID(bytes=tenant), UUID(bytes=key_id), _FOR_EVER, key_digest=api_key_digest(key))
    except ValueError as error:
        raise BadToken("The API key is not valid.") from error


def is_same_digest(one: str, other: str) -> bool:
    """Whether two digests are equal, compared in constant time."""
    return hmac.compare_digest(one, other)


def new_secret() -> str:
    """What nobody guesses: 256 bits, fit for an address."""
    return secrets.token_urlsafe(32)


def secret_hash(secret: str) -> bytes:
    """What is kept of a secret that nobody could guess anyway."""
    return hashlib.sha256(secret.encode()).digest()


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


def is_outdated(stored: str) -> bool:
    """Whether a password should be hashed anew, since hashes take longer by now."""
    return _hasher.check_needs_rehash(stored)


def sign(secret: str, text: str) -> str:
    """A signature of `text`, fit for an address."""
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def is_signed(secret: str, text: str, signature: str) -> bool:
    """Whether `signature` is ours, compared in constant time."""
    return hmac.compare_digest(sign(secret, text).encode(), signature.encode())

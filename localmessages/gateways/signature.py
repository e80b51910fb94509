"""Signatures of webhooks: an HMAC over the instant and the body, as payment providers make them."""

import hashlib
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
_MOST_SIGNATURES = 8


class BadSignature(Exception):
    """Whoever sent it does not know the secret, or sent it too long ago."""


def sign_webhook(secret: str, body: bytes, at: datetime) -> str:
    """The header of a webhook: `t=` the instant in seconds, `v1=` the signature."""
    instant = str(int(at.timestamp()))
    return f"t={instant},v1={_signature(secret, instant, body)}"


def verify_webhook(secrets: Sequence[str], header: str | None, body: bytes, now: datetime) -> None:
    """Raise `BadSignature` unless one of the secrets, the new or the old one, signed this body just now.

    Compares in constant time, and everything that there is to compare.
    """
    instant, signatures = _parts(header or "")
    found = False
    for secret in secrets:
        expected = _signature(secret, instant, body).encode()
        for signature in signatures:
            found |= hmac.compare_digest(expected, signature.encode())
    if not found:
        raise BadSignature("No secret of ours made the signature.")
    if abs(int(instant) - now.timestamp()) > TOLERANCE.total_seconds():
        raise BadSignature("The signature is of another time.")


def _signature(secret: str, instant: str, body: bytes) -> str:
    return hmac.new(secret.encode(), f"{instant}.".encode() + body, hashlib.sha256).hexdigest()


def _parts(header: str) -> tuple[str, list[str]]:
    pairs = [part.strip().partition("=") for part in header.split(",")]
    instants = [value for name, _, value in pairs if name == "t"]
    signatures = [value for name, _, value in pairs if name == "v1"][:_MOST_SIGNATURES]
    if len(instants) != 1 or not (instants[0].isascii() and instants[0].isdigit() and len(instants[0]) <= 12):
        raise BadSignature("The signature does not say when it was made.")
    return instants[0], signatures

"""What is kept so that the database alone does not tell it: sealed with a key out of the installation's."""

import base64
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

_NONCE = 12


class NotSealed(ValueError):
    """It was not sealed by us, or for something else, or changed since."""


def seal(secret: str, content: bytes, what: str) -> bytes:
    """`content`, readable with the installation's secret alone, and only as `what` it was sealed for."""
    nonce = os.urandom(_NONCE)
    return nonce + _cipher(secret).encrypt(nonce, content, what.encode())


def unseal(secret: str, sealed: bytes, what: str) -> bytes:
    """The content; `NotSealed` where it is none of ours."""
    try:
        return _cipher(secret).decrypt(sealed[:_NONCE], sealed[_NONCE:], what.encode())
    except (InvalidTag, ValueError) as error:
        raise NotSealed("This was not sealed here.") from error


def seal_text(secret: str, content: bytes, what: str) -> str:
    """The same, fit for a cookie."""
    return base64.urlsafe_b64encode(seal(secret, content, what)).decode()


def unseal_text(secret: str, sealed: str, what: str) -> bytes:
    """The content of such a text."""
    try:
        return unseal(secret, base64.urlsafe_b64decode(sealed.encode()), what)
    except ValueError as error:
        raise NotSealed("This was not sealed here.") from error


@lru_cache(8)
def _cipher(secret: str) -> AESGCM:
    derived = HKDF(SHA256(), 32, salt=None, info=b"localmessages: sealed").derive(secret.encode())
    return AESGCM(derived)

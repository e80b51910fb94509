"""Where a link may lead: to http and https alone, at a host that can be, with no password in it."""

import re
import unicodedata
from collections.abc import Sequence
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import SplitResult, quote, urlsplit

from localmessages.rules.refusal import Refused, UserErrorCode

TARGET_LIMIT = 2_000

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# What has a meaning in an address, and what is escaped already.
_AS_IT_IS = "%:/?#[]@!$&'()*+,;="


def is_target(url: str) -> bool:
    """Whether a short link may lead there."""
    return _parts(url) is not None


def check_target(url: str, *, field: Sequence[str]) -> None:
    """Raise `Refused` for an address that no link may lead to."""
    if not is_target(url):
        raise Refused(
            UserErrorCode.UNSAFE_URL,
            "A link leads to an absolute http or https address without a name or password in it.",
            field=field,
            remedy="Give an address such as https://example.com/offer.",
        )


def ascii_target(url: str) -> str | None:
    """A target as a header carries it: its host as DNS knows it, the rest escaped where it must be.

    What is escaped already stays as it is. None for what is no target.
    """
    parts = _parts(url)
    if parts is None:
        return None
    host = _ascii_host(parts.hostname or "")
    netloc = (f"[{host}]" if ":" in host else host) + (f":{parts.port}" if parts.port is not None else "")
    rest = url[url.index("//") + 2 + len(parts.netloc) :]
    return f"{parts.scheme}://{netloc}{quote(rest, safe=_AS_IT_IS)}"


def _parts(url: str) -> SplitResult | None:
    """The parts of a target; None for anything else.

    A backslash is a slash to browsers and none to parsers: they would not agree on the host.
    """
    if len(url) > TARGET_LIMIT or not url.isprintable() or " " in url or "\\" in url:
        return None
    try:
        parts = urlsplit(url)
        host, _ = _ascii_host(parts.hostname or ""), parts.port
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not _is_host(host):
        return None
    return parts


def _ascii_host(host: str) -> str:
    """The host name in the letters of DNS: each label that has others in Punycode."""
    labels = unicodedata.normalize("NFKC", host).lower().split(".")
    return ".".join(
        label if label.isascii() else f"xn--{label.encode('punycode').decode('ascii')}" for label in labels
    )


def _is_host(host: str) -> bool:
    if ":" in host:
        return _is_ipv6(host)
    return 0 < len(host) <= 253 and all(map(_LABEL.fullmatch, host.removesuffix(".").split(".")))


def _is_ipv6(host: str) -> bool:
    try:
        IPv6Address(host)
    except AddressValueError:
        return False
    return "%" not in host

"""Where a mail server is, as one setting."""

from dataclasses import dataclass, field
from enum import Enum
from ipaddress import ip_address
from urllib.parse import unquote, urlsplit


class Security(Enum):
    """How the connection is kept private."""

    NONE = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


_PORTS = {Security.NONE: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class SmtpServer:
    """A mail server, and who we are to it."""

    host: str
    port: int
    security: Security
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> "SmtpServer":
        """Out of `smtps://user:password@host:port`, `smtp+starttls://…` or `smtp://…`; else ValueError."""
        try:
            parts = urlsplit(url)
            security, port = Security(parts.scheme), parts.port
        except ValueError:
            raise ValueError("the mail server is given as smtps://, smtp+starttls:// or smtp://") from None
        if not parts.hostname or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("the mail server has a host and perhaps a port, and nothing after it")
        user, password = parts.username or None, parts.password or None
        if user and security is Security.NONE and not _is_here(parts.hostname):
            raise ValueError("a password needs smtps:// or smtp+starttls://, where nobody can listen")
        return cls(
            parts.hostname,
            port or _PORTS[security],
            security,
            user and unquote(user),
            password and unquote(password),
        )


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

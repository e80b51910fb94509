"""A mail server on loopback that takes mails, turns them away, or falls silent, as a test says."""
# ruff: noqa: N802  The library names its hooks after the commands.

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from localmessages.gateways.smtp_url import Security, SmtpServer

USER, PASSWORD = "reports", "a pass/word@home"


def read(content: bytes) -> EmailMessage:
    """A mail as a mail program has it."""
    message = message_from_bytes(content, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def body(message: EmailMessage, kind: str = "plain") -> str:
    """The text of a mail, or its HTML."""
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


@dataclass
class MailServer:
    """What it has, and how it answers from now on; `answers` are by address, of `RCPT`."""

    port: int = 0
    mails: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    data_answers: list[str] = field(default_factory=list)
    hangs_up_after: int = 0
    """How many mails it takes, and hangs up instead of saying so."""
    sessions: int = 0
    most_at_once: int = 0

    @property
    def messages(self) -> list[EmailMessage]:
        return [read(mail) for mail in self.mails]

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.sessions += 1
        self.most_at_once = max(self.most_at_once, self.sessions)
        return responses

    async def handle_QUIT(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        self.sessions -= 1
        return "221 Bye"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        planned = self.answers.get(address)
        if planned:
            return planned.pop(0)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.data_answers:
            return self.data_answers.pop(0)
        assert isinstance(envelope.content, bytes)
        self.mails.append(envelope.content)
        self.recipients += envelope.rcpt_tos
        if self.hangs_up_after:
            self.hangs_up_after -= 1
            assert isinstance(server.transport, asyncio.WriteTransport)
            server.transport.abort()
        return "250 OK"


@dataclass(frozen=True)
class Certificates:
    """Of the server, and what trusts it."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certificates() -> Certificates:
    authority = trustme.CA()
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert("127.0.0.1").configure_cert(server)
    authority.configure_trust(client)
    return Certificates(server, client)


@asynccontextmanager
async def mail_server(
    security: Security = Security.NONE, tls: ssl.SSLContext | None = None, **how: Any
) -> AsyncIterator[MailServer]:
    """A running one; with TLS it wants a name and a password."""
    served = MailServer()
    if tls is not None:
        how |= {"auth_required": True, "authenticator": _authenticate}
    if security is Security.STARTTLS:
        how["tls_context"] = tls
    if security is Security.TLS:
        # The library sees no TLS of its own, where all of the connection is.
        how |= {"auth_required": False, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(
        lambda: SMTP(served, loop=loop, hostname="mail.example", **how),
        "127.0.0.1",
        ssl=tls if security is Security.TLS else None,
    )
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()


def address_of(server: MailServer, security: Security = Security.NONE) -> SmtpServer:
    """How to reach it."""
    if security is Security.NONE:
        return SmtpServer("127.0.0.1", server.port, security)
    return SmtpServer("127.0.0.1", server.port, security, USER, PASSWORD)


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    given = isinstance(data, LoginPassword) and (data.login.decode(), data.password.decode())
    return AuthResult(success=given == (USER, PASSWORD), handled=False)

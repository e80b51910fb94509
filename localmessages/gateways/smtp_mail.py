"""Mails over SMTP."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import cast

from aiosmtplib import (
    SMTP,
    SMTPException,
    SMTPResponseException,
    SMTPServerDisconnected,
    SMTPTimeoutError,
)

from localmessages.gateways.mail import (
    Committing,
    MailRefused,
    MailUnavailable,
    MailUnconfirmed,
    OutboundMail,
    Sender,
    compose,
)
from localmessages.gateways.smtp_url import Security, SmtpServer

_PATIENCE = 20.0
# For the answer to a whole mail, which servers may look through first; RFC 5321 allows them ten minutes.
_LONG_PATIENCE = 120.0
# Servers count the connections of one sender.
_AT_ONCE = 4
_GO_ON, _TAKEN = 354, 250
_LINE_START = re.compile(rb"(?m)^\.")


class SmtpMailer:
    """Hands mails to a server, which is asked anew for each: nothing to keep open, nothing to go stale.

    SMTP has no key by which a server would know a repeat. A connection that breaks between the end of a mail
    and the answer leaves a doubt (RFC 1047), and this raises `MailUnconfirmed` for it, never sending again.
    """

    knows_repeats = False

    def __init__(
        self,
        server: SmtpServer,
        sender: Sender,
        *,
        tls: ssl.SSLContext | None = None,
        patience: float = _PATIENCE,
        long_patience: float = _LONG_PATIENCE,
    ) -> None:
        self._server = server
        self._sender = sender
        self._tls = tls
        self._patience = patience
        self._long_patience = long_patience
        self._turns = asyncio.Semaphore(_AT_ONCE)

    @property
    def domain(self) -> str:
        return self._sender.domain

    async def send(self, mail: OutboundMail, committing: Committing) -> None:
        content = await asyncio.to_thread(compose, mail, self._sender)
        async with self._turns, self.connected() as client:
            with _answers():
                await self._address(client, mail, len(content))
                await self._transfer(client, content)
            await committing()
            await self._end(client)
            # The mail is theirs; how they say good-bye changes nothing.
            with suppress(SMTPException, OSError):
                await client.quit()

    @asynccontextmanager
    async def connected(self) -> AsyncIterator[SMTP]:
        """A connection, private and signed in as the setting says. Whatever fails here may be mended."""
        server = self._server
        client = SMTP(
            hostname=server.host,
            port=server.port,
            username=server.username,
            password=server.password,
            use_tls=server.security is Security.TLS,
            start_tls=server.security is Security.STARTTLS,
            tls_context=self._tls,
            local_hostname=self.domain,
            timeout=self._patience,
        )
        try:
            try:
                await client.connect()
                if client.is_ehlo_or_helo_needed:
                    await client.ehlo()
            except (SMTPException, OSError) as error:
                raise MailUnavailable(f"The mail server cannot be used: {_said(error)}") from error
            yield client
        finally:
            client.close()

    async def _address(self, client: SMTP, mail: OutboundMail, size: int) -> None:
        options = [f"SIZE={size}"] if client.supports_extension("size") else []
        await client.mail(self._sender.address, options=options)
        await client.rcpt(mail.to)

    async def _transfer(self, client: SMTP, content: bytes) -> None:
        """All of the mail but the dot that ends it: a server must not take what has not ended."""
        answer = await client.execute_command(b"DATA")
        if answer.code != _GO_ON:
            raise SMTPResponseException(answer.code, answer.message)
        assert client.protocol
        client.protocol.write(_LINE_START.sub(b"..", content))
        async with asyncio.timeout(self._long_patience):
            # A transport tells nobody when its buffer is empty.
            while client.is_connected and _unsent(client):  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        if not client.is_connected:
            raise SMTPServerDisconnected("The connection broke.")

    async def _end(self, client: SMTP) -> None:
        if client.protocol is None or not client.is_connected:
            raise MailUnavailable("The connection broke before the mail had ended.")
        try:
            client.protocol.write(b".\r\n")
            answer = await client.protocol.read_response(timeout=self._long_patience)
        except (SMTPServerDisconnected, SMTPTimeoutError, OSError) as error:
            raise MailUnconfirmed(_said(error)) from error
        with _answers():
            if answer.code != _TAKEN:
                raise SMTPResponseException(answer.code, answer.message)


def _unsent(client: SMTP) -> int:
    return cast(asyncio.WriteTransport, client.transport).get_write_buffer_size()


@contextmanager
def _answers() -> Iterator[None]:
    """What a server says within: 5xx is final, anything else may pass."""
    try:
        yield
    except SMTPResponseException as error:
        if 500 <= error.code <= 599:
            raise MailRefused(_said(error)) from error
        raise MailUnavailable(_said(error)) from error
    except (SMTPException, OSError) as error:
        raise MailUnavailable(_said(error)) from error


def _said(error: BaseException) -> str:
    if isinstance(error, SMTPResponseException):
        return f"{error.code} {error.message}"[:500]
    return str(error)[:500] or type(error).__name__

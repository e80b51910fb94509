import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from localmessages.gateways.mail import MailRefused, MailUnavailable, MailUnconfirmed
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.gateways.smtp_url import Security, SmtpServer
from tests.gateways.test_mail_contract import MAIL, SENDER, nothing
from tests.support.mail_server import MailServer, address_of, certificates, mail_server


@pytest.fixture
async def server() -> AsyncIterator[MailServer]:
    async with mail_server() as server:
        yield server


class Commitment:
    """Whether a mail was committed."""

    def __init__(self) -> None:
        self.made = 0

    async def __call__(self) -> None:
        self.made += 1


def mailer_of(server: MailServer) -> SmtpMailer:
    return SmtpMailer(address_of(server), SENDER)


@pytest.mark.parametrize(
    ("answer", "error"),
    [("550 No such mailbox", MailRefused), ("450 Busy", MailUnavailable), ("421 Too many", MailUnavailable)],
)
async def test_an_address_that_is_not_taken(server: MailServer, answer: str, error: type[Exception]) -> None:
    server.answers[MAIL.to] = [answer]
    committing = Commitment()

    with pytest.raises(error, match=answer):
        await mailer_of(server).send(MAIL, committing)

    assert (server.mails, committing.made) == ([], 0)


@pytest.mark.parametrize(
    ("answer", "error"), [("554 This is spam", MailRefused), ("451 The disk is full", MailUnavailable)]
)
async def test_a_mail_that_is_not_taken_at_its_end(
    server: MailServer, answer: str, error: type[Exception]
) -> None:
    server.data_answers = [answer]

    with pytest.raises(error, match=answer):
        await mailer_of(server).send(MAIL, nothing)

    assert server.mails == []


async def test_a_server_that_hangs_up_with_the_mail_leaves_a_doubt(server: MailServer) -> None:
    server.hangs_up_after = 1

    with pytest.raises(MailUnconfirmed):
        await mailer_of(server).send(MAIL, nothing)

    assert len(server.mails) == 1


async def test_a_mail_that_is_too_long_for_the_server_is_not_even_begun() -> None:
    committing = Commitment()
    async with mail_server(data_size_limit=500) as server:
        with pytest.raises(MailRefused, match="552"):
            await mailer_of(server).send(MAIL, committing)

    assert committing.made == 0


async def test_a_wrong_password_is_not_the_fault_of_the_mail() -> None:
    keys = certificates()
    async with mail_server(Security.STARTTLS, keys.server) as server:
        wrong = replace(address_of(server, Security.STARTTLS), password="guessed")
        with pytest.raises(MailUnavailable, match="535"):
            await SmtpMailer(wrong, SENDER, tls=keys.client).send(MAIL, nothing)

    assert server.mails == []


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_nothing_is_told_to_a_server_with_a_certificate_of_nobody(security: Security) -> None:
    keys = certificates()
    async with mail_server(security, keys.server) as server:
        with pytest.raises(MailUnavailable, match="certificate"):
            await SmtpMailer(
                address_of(server, security), SENDER, tls=ssl.create_default_context(), patience=5
            ).send(MAIL, nothing)

    assert server.mails == []


async def test_a_server_without_starttls_gets_no_password(server: MailServer) -> None:
    private = SmtpServer("127.0.0.1", server.port, Security.STARTTLS, "reports", "secret")

    with pytest.raises(MailUnavailable, match="STARTTLS"):
        await SmtpMailer(private, SENDER).send(MAIL, nothing)

    assert server.mails == []


async def test_a_server_that_says_nothing_is_waited_for_no_longer_than_agreed() -> None:
    async def say_nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    listener = await asyncio.start_server(say_nothing, "127.0.0.1")
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        mailer = SmtpMailer(SmtpServer("127.0.0.1", port, Security.NONE), SENDER, patience=0.2)
        with pytest.raises(MailUnavailable):
            await mailer.send(MAIL, nothing)


async def test_a_connection_that_breaks_in_the_middle_of_a_mail_leaves_no_doubt() -> None:
    """The dot that ends a mail is never written before all else has left."""

    async def hang_up_in_the_middle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example\r\n")
        for answer in (b"250 mail.example", b"250 OK", b"250 OK", b"354 Go on"):
            await reader.readline()
            writer.write(answer + b"\r\n")
        await reader.readline()
        writer.transport.abort()

    committing = Commitment()
    listener = await asyncio.start_server(hang_up_in_the_middle, "127.0.0.1", limit=1_000)
    async with listener:
        port = listener.sockets[0].getsockname()[1]
        mailer = SmtpMailer(SmtpServer("127.0.0.1", port, Security.NONE), SENDER)
        with pytest.raises(MailUnavailable):
            await mailer.send(replace(MAIL, text="long\n" * 1_000_000), committing)

    assert committing.made == 0


async def test_a_server_has_four_of_our_connections_at_most(server: MailServer) -> None:
    mailer = mailer_of(server)

    await asyncio.gather(
        *(mailer.send(replace(MAIL, message_id=f"<{n}@acme.example>"), nothing) for n in range(20))
    )

    assert len(server.mails) == 20
    assert 1 <= server.most_at_once <= 4

"""What every mailer must do. A new one joins `MAILERS` with a maker of its own."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from localmessages.gateways.disk_mail import DiskMailer
from localmessages.gateways.mail import AttachedFile, Mailer, MailUnavailable, OutboundMail, Sender
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.gateways.smtp_url import Security
from tests.support.mail_server import address_of, body, certificates, mail_server, read

SENDER = Sender("Acme, Reports", "reports@acme.example")
MAIL = OutboundMail(
    message_id="<0123456789@acme.example>",
    to="olive@acme.example",
    subject="Übersicht: 14 Sep – 20 Sep",
    text="Delivered: 12\n.hidden\nFrom here on\n",
    html="<p>Delivered: <b>12</b> – ☂</p>\n",
    at=datetime(2026, 9, 21, 11, 0, tzinfo=UTC),
    files=(AttachedFile("Bericht – Süd.csv", "text/csv; charset=utf-8", b"a,b\r\n1,2\r\n"),),
)


@dataclass(frozen=True)
class Served:
    """A mailer, the mails that arrived, and a way to take its server away."""

    mailer: Mailer
    arrived: Callable[[], list[bytes]]
    go_away: Callable[[], Awaitable[None]]


@asynccontextmanager
async def on_disk(path: Path) -> AsyncIterator[Served]:
    mailer = DiskMailer(path / "mail", SENDER)

    async def go_away() -> None:
        (path / "mail").touch()

    yield Served(mailer, lambda: [file.read_bytes() for file in sorted(path.glob("mail/*.eml"))], go_away)


@asynccontextmanager
async def over_smtp(security: Security, path: Path) -> AsyncIterator[Served]:
    keys = certificates()
    tls = None if security is Security.NONE else keys.server
    async with mail_server(security, tls) as server:
        address = address_of(server, security)

        async def go_away() -> None:
            object.__setattr__(address, "port", 1)

        yield Served(SmtpMailer(address, SENDER, tls=keys.client), lambda: server.mails, go_away)


MAILERS: dict[str, Callable[[Path], AbstractAsyncContextManager[Served]]] = {
    "disk": on_disk,
    "smtp": partial(over_smtp, Security.NONE),
    "smtp with STARTTLS": partial(over_smtp, Security.STARTTLS),
    "smtp over TLS": partial(over_smtp, Security.TLS),
}


@pytest.fixture(params=MAILERS)
async def served(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Served]:
    async with MAILERS[request.param](tmp_path) as served:
        yield served


async def nothing() -> None:
    pass


async def test_a_mail_arrives_as_it_was_written(served: Served) -> None:
    await served.mailer.send(MAIL, nothing)

    (content,) = served.arrived()
    message = read(content)
    assert message["From"] == '"Acme, Reports" <reports@acme.example>'
    assert message["To"] == "olive@acme.example"
    assert message["Subject"] == "Übersicht: 14 Sep – 20 Sep"
    assert message["Message-ID"] == "<0123456789@acme.example>"
    assert message["Date"] == "Mon, 21 Sep 2026 11:00:00 +0000"
    assert message["Auto-Submitted"] == "auto-generated"
    assert body(message).replace("\r\n", "\n") == MAIL.text
    assert body(message, "html").replace("\r\n", "\n") == MAIL.html
    (file,) = message.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Bericht – Süd.csv", "text/csv")
    assert file.get_payload(decode=True) == b"a,b\r\n1,2\r\n"
    assert content.isascii()


async def test_a_mail_without_html_and_files_is_plain_text(served: Served) -> None:
    await served.mailer.send(replace(MAIL, html=None, files=()), nothing)

    (message,) = map(read, served.arrived())
    assert message.get_content_type() == "text/plain"


async def test_nobody_has_the_mail_before_it_is_committed(served: Served) -> None:
    seen = []

    async def committing() -> None:
        seen.append(list(served.arrived()))

    await served.mailer.send(MAIL, committing)

    assert seen == [[]]
    assert len(served.arrived()) == 1


async def test_a_mail_that_is_not_committed_is_not_sent(served: Served) -> None:
    async def committing() -> None:
        raise LookupError("another worker has it")

    with pytest.raises(LookupError):
        await served.mailer.send(MAIL, committing)

    assert served.arrived() == []


async def test_a_repeat_is_the_same_mail_or_can_be_told_by_its_id(served: Served) -> None:
    await served.mailer.send(MAIL, nothing)
    await served.mailer.send(MAIL, nothing)

    messages = list(map(read, served.arrived()))
    assert len(messages) == (1 if served.mailer.knows_repeats else 2)
    assert {message["Message-ID"] for message in messages} == {MAIL.message_id}


async def test_two_mails_at_the_same_instant_are_two(served: Served) -> None:
    other = replace(MAIL, message_id="<9876543210@acme.example>", to="max@acme.example")

    await asyncio.gather(served.mailer.send(MAIL, nothing), served.mailer.send(other, nothing))

    assert {read(content)["To"] for content in served.arrived()} == {MAIL.to, other.to}


async def test_many_mails_at_once_arrive(served: Served) -> None:
    mails = [replace(MAIL, message_id=f"<{n}@acme.example>", to=f"p{n}@acme.example") for n in range(12)]

    await asyncio.gather(*(served.mailer.send(mail, nothing) for mail in mails))

    assert {read(content)["To"] for content in served.arrived()} == {mail.to for mail in mails}


async def test_a_server_that_is_away_may_come_back(served: Served) -> None:
    await served.go_away()

    with pytest.raises(MailUnavailable):
        await served.mailer.send(MAIL, nothing)


@pytest.mark.parametrize(
    "hostile",
    ["Sale\r\nBcc: all@acme.example", "Sale\nBcc: all@acme.example", "Sale\u2028Bcc: x", "\rBcc: x"],
)
async def test_nothing_that_is_written_becomes_a_header(served: Served, hostile: str) -> None:
    files = (AttachedFile(f"{hostile}.csv", "text/csv", b""),)

    await served.mailer.send(replace(MAIL, subject=hostile, files=files), nothing)

    (message,) = map(read, served.arrived())
    assert message["Bcc"] is None
    assert all(part["Bcc"] is None for part in message.walk())
    assert message["Subject"] == " ".join(hostile.split())


@pytest.mark.parametrize(
    "text",
    [".\n", "..\n.\n\n.", "x" * 5_000, "a\rb\r\nc\nd", "\u2028\x85", "é" * 3_000, "", "\n\n\n"],
    ids=[
        "a dot",
        "dots",
        "a long line",
        "odd line ends",
        "lines of Unicode",
        "accents",
        "nothing",
        "empty lines",
    ],
)
async def test_any_text_ends_where_it_ends(served: Served, text: str) -> None:
    await served.mailer.send(replace(MAIL, text=text, html=None, files=()), nothing)

    (message,) = map(read, served.arrived())
    assert body(message).split() == text.split()


async def test_a_file_of_some_megabytes_arrives_whole(served: Served) -> None:
    content = bytes(range(256)) * 12_000

    await served.mailer.send(
        replace(MAIL, files=(AttachedFile("a.xlsx", "application/x-y", content),)), nothing
    )

    (message,) = map(read, served.arrived())
    assert next(message.iter_attachments()).get_payload(decode=True) == content


async def test_it_sends_from_the_domain_that_it_names(served: Served) -> None:
    assert served.mailer.domain == "acme.example"

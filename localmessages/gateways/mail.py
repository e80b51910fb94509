"""What the application asks of a mail server. All mailers pass one contract test."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from typing import Protocol

from localmessages.rules.mail import header_text, is_address


@dataclass(frozen=True, slots=True)
class AttachedFile:
    """A file that goes with a mail."""

    filename: str
    content_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class OutboundMail:
    """A mail to one address. Its `message_id` is the same however often it is tried."""

    message_id: str
    to: str
    subject: str
    text: str
    html: str | None
    at: datetime
    files: tuple[AttachedFile, ...] = ()


class MailRefused(Exception):
    """The server does not take the mail, and never will; `said` is its answer."""

    def __init__(self, said: str) -> None:
        super().__init__(f"The mail server refused: {said}")
        self.said = said


class MailUnavailable(Exception):
    """The server does not have the mail, and may take it later."""


class MailUnconfirmed(Exception):
    """The server has been given the whole mail, and has not said whether it took it."""


# Awaited when all is said but the end of the mail: until it returns nobody cannot have it; then they may.
Committing = Callable[[], Awaitable[None]]


class Mailer(Protocol):
    """Hands mails over to whoever delivers them."""

    @property
    def domain(self) -> str:
        """Of the address that it sends from: the right part of every `Message-ID`."""
        ...

    @property
    def knows_repeats(self) -> bool:
        """Whether the same mail handed over twice is one for certain: then doubts are resolved by that."""
        ...

    async def send(self, mail: OutboundMail, committing: Committing) -> None:
        """Hand a mail over; it returns when the server has it.

        Raises `MailRefused` for what is final, `MailUnavailable` for what may pass, `MailUnconfirmed` where
        nobody can tell; what `committing` raises leaves the mail unsent.
        """
        ...


class NoMailer:
    """For processes that send no mails."""

    domain = "localhost"
    knows_repeats = True

    async def send(self, mail: OutboundMail, committing: Committing) -> None:
        raise MailUnavailable("This process was given no mail server.")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who mails come from."""

    name: str
    address: str

    @classmethod
    def parse(cls, written: str) -> "Sender":
        """Out of `Name <name@example.com>` or an address alone; ValueError for anything else."""
        (name, address), *others = getaddresses([written]) or [("", "")]
        if others or not is_address(address) or any(ord(character) < 32 for character in written):
            raise ValueError(f"{written!r} is no sender: give one such as `Acme <reports@acme.example>`")
        return cls(header_text(name), address)

    @property
    def domain(self) -> str:
        """What stands behind the @."""
        return self.address.rpartition("@")[2]


# ASCII, whatever the server can take: the mail goes through others after it.
_POLICY = SMTP.clone(cte_type="7bit")


def compose(mail: OutboundMail, sender: Sender) -> bytes:
    """The mail as it goes over the wire: ASCII lines that end in CR LF."""
    # A header that could end early never gets here; the library would raise for it too.
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(sender.name, addr_spec=sender.address)
    message["To"] = Address(addr_spec=mail.to)
    message["Subject"] = header_text(mail.subject)
    message["Date"] = format_datetime(mail.at)
    message["Message-ID"] = mail.message_id
    # No out-of-office notice comes back for what a machine wrote (RFC 3834).
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(mail.text)
    if mail.html is not None:
        message.add_alternative(mail.html, subtype="html")
    for file in mail.files:
        kind, _, subtype = file.content_type.partition(";")[0].strip().partition("/")
        message.add_attachment(
            file.content, maintype=kind, subtype=subtype, filename=header_text(file.filename)
        )
    return message.as_bytes()

"""How far a mail is on its way to one address, each step in a transaction of its own.

What a job did is told by the row alone: SENDING is written before a server can have the mail, SENT after it
said so. A job that finds SENDING comes after one that was killed between the two.
"""

import asyncio
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from localmessages.actions.mailing import Attachment
from localmessages.actions.report_news import tell_undelivered
from localmessages.gateways.mail import AttachedFile, OutboundMail
from localmessages.rules.mail import MailStatus, message_id
from localmessages.services import Services


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail to one address, by its key."""

    tenant_id: UUID
    mail_id: UUID
    position: int


class TakenByAnother(Exception):
    """Another worker hands this mail over."""


async def read_mail(services: Services, letter: Letter) -> tuple[MailStatus, OutboundMail] | None:
    """How far it is, and what to send; None where there is none. Raises `FileMissing` for what it lacks."""
    async with services.database.connection() as connection:
        row = await connection.fetchrow(_MAIL, letter.tenant_id, letter.mail_id, letter.position)
    if row is None:
        return None
    attachments = [Attachment(**given) for given in row["attachments"]]
    files = tuple(await asyncio.gather(*(_read(services, attachment) for attachment in attachments)))
    return MailStatus(row["status"]), _outbound(services, letter, row, files)


# mail_recipient_pkey, mail_pkey
_MAIL = """
SELECT mail.*, mail_recipient.address, mail_recipient.status
FROM mail_recipient
JOIN mail ON mail.tenant_id = mail_recipient.tenant_id AND mail.id = mail_recipient.mail_id
WHERE
    mail_recipient.tenant_id = $1
    AND mail_recipient.mail_id = $2
    AND mail_recipient.position = $3
"""


async def _read(services: Services, attachment: Attachment) -> AttachedFile:
    def content() -> bytes:
        with services.storage.open(attachment.storage_key) as file:
            return file.read()

    return AttachedFile(attachment.filename, attachment.content_type, await asyncio.to_thread(content))


def _outbound(
    services: Services, letter: Letter, row: asyncpg.Record, files: tuple[AttachedFile, ...]
) -> OutboundMail:
    return OutboundMail(
        message_id=message_id(letter.tenant_id, row["key"], row["address"], services.mailer.domain),
        to=row["address"],
        subject=row["subject"],
        text=row["text"],
        html=row["html"],
        at=row["created_at"],
        files=files,
    )


async def begin_hand_over(services: Services, letter: Letter, found: MailStatus) -> None:
    """From now on the server may have it; raises `TakenByAnother` unless it is as it was `found`."""
    if not await _move(services, letter, MailStatus.SENDING, found):
        raise TakenByAnother


async def mail_sent(services: Services, letter: Letter) -> None:
    """The server has it; that is also the last word after a doubt."""
    await _move(services, letter, MailStatus.SENT, MailStatus.SENDING, MailStatus.UNCONFIRMED)


async def mail_put_back(services: Services, letter: Letter) -> None:
    """The server does not have it, and may take it later."""
    await _move(services, letter, MailStatus.QUEUED, MailStatus.SENDING)


async def mail_unconfirmed(services: Services, letter: Letter, why: str) -> bool:
    """Nobody will know whether the server has it; False when it said so meanwhile."""
    return await _move(services, letter, MailStatus.UNCONFIRMED, MailStatus.SENDING, error=why)


async def mail_failed(services: Services, letter: Letter, why: str) -> bool:
    """It will not be sent, which whose report it was is told; False when that was known."""
    open_states = (MailStatus.QUEUED, MailStatus.SENDING)
    return await _move(services, letter, MailStatus.FAILED, *open_states, error=why)


async def _move(
    services: Services, letter: Letter, to: MailStatus, *from_: MailStatus, error: str | None = None
) -> bool:
    now = services.clock()
    async with services.transaction() as tx:
        address: str | None = await tx.connection.fetchval(
            _MOVE, letter.tenant_id, letter.mail_id, letter.position, list(from_), to, now, error
        )
        if address is not None and to is MailStatus.FAILED:
            await tell_undelivered(tx, letter.tenant_id, letter.mail_id, address, now)
    return address is not None


# mail_recipient_pkey
_MOVE = """
UPDATE mail_recipient
SET status = $5, status_at = $6, error = $7
WHERE tenant_id = $1 AND mail_id = $2 AND position = $3 AND status = ANY($4::text[])
RETURNING address
"""

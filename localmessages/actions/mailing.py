"""Mails: written down in the transaction of the change that asks for them, handed over by a job."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from uuid import UUID

from localmessages.actions.queue import MAIL, enqueue
from localmessages.rules.keys import new_key
from localmessages.rules.mail import MailStatus, header_text, is_address
from localmessages.services import Transaction

NO_ADDRESS = "This is no mail address."


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the storage that goes with a mail."""

    filename: str
    content_type: str
    storage_key: str


async def mail(
    change: Transaction,
    *,
    tenant_id: UUID,
    key: str,
    to: Sequence[str],
    subject: str,
    text: str,
    html: str | None = None,
    attachments: Sequence[Attachment] = (),
    at: datetime,
) -> UUID | None:
    """Have a mail sent to each of the addresses, who do not learn of each other.

    The same key of a tenant never makes two mails: the second call does nothing, and gives no id. What is no
    address gets nothing, and keeps nobody else from the mail.
    """
    # mail_tenant_id_key_key
    mail_id: UUID | None = await change.connection.fetchval(
        """
        INSERT INTO mail (tenant_id, id, key, subject, text, html, attachments, created_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
        ON CONFLICT (tenant_id, key) DO NOTHING
        RETURNING id
        """,
        tenant_id,
        new_key(at),
        key,
        header_text(subject),
        text,
        html,
        [asdict(attachment) for attachment in attachments],
        at,
    )
    if mail_id is not None:
        await _address(change, tenant_id, mail_id, to, at)
    return mail_id


async def _address(
    change: Transaction, tenant_id: UUID, mail_id: UUID, to: Sequence[str], at: datetime
) -> None:
    addresses = list({address.lower(): address for address in reversed(to)}.values())[::-1]
    good = [is_address(address) for address in addresses]
    await change.connection.executemany(
        """
        INSERT INTO mail_recipient (tenant_id, mail_id, position, address, status, status_at, error)
        VALUES ($1, $2, $3, $4, $5, $6, $7)
        """,
        [
            (
                tenant_id,
                mail_id,
                position,
                address,
                MailStatus.QUEUED if fits else MailStatus.FAILED,
                at,
                None if fits else NO_ADDRESS,
            )
            for position, (address, fits) in enumerate(zip(addresses, good, strict=True))
        ],
    )
    for position, fits in enumerate(good):
        if fits:
            await enqueue(
                change.connection, MAIL, {"tenant": tenant_id, "mail": mail_id, "position": position}
            )

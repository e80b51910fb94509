"""The job that hands a mail to the mail server, once to each address."""

from functools import partial
from uuid import UUID

import orjson
import structlog
from pgqueuer.errors import RetryRequested
from pgqueuer.models import Job

from localmessages.actions.mail_delivery import (
    Letter,
    TakenByAnother,
    begin_hand_over,
    mail_failed,
    mail_put_back,
    mail_sent,
    mail_unconfirmed,
    read_mail,
)
from localmessages.gateways.mail import MailRefused, MailUnavailable, MailUnconfirmed, OutboundMail
from localmessages.gateways.storage import FileMissing
from localmessages.rules.mail import MailStatus, retry_pause
from localmessages.services import Services

logger = structlog.get_logger(__name__)

KILLED = "The worker was stopped before the mail server had answered."


async def run_mail(services: Services, job: Job) -> None:
    """Hand the mail of the job over, or say why not; raise `RetryRequested` for a later attempt."""
    given = orjson.loads(job.payload or b"{}")
    letter = Letter(UUID(given["tenant"]), UUID(given["mail"]), given["position"])
    try:
        found = await read_mail(services, letter)
    except FileMissing as missing:
        await _give_up(services, letter, str(missing))
        return
    if found is None:
        return
    status, mail = found
    if status is MailStatus.SENDING and not services.mailer.knows_repeats:
        await _doubt(services, letter, KILLED)
    elif status in (MailStatus.QUEUED, MailStatus.SENDING):
        await _hand_over(services, letter, status, mail, job.attempts + 1)


async def _hand_over(
    services: Services, letter: Letter, status: MailStatus, mail: OutboundMail, attempt: int
) -> None:
    try:
        await services.mailer.send(mail, partial(begin_hand_over, services, letter, status))
    except TakenByAnother:
        return
    except MailRefused as no:
        await _give_up(services, letter, no.said)
    except MailUnconfirmed as doubt:
        await _doubt(services, letter, str(doubt))
    except MailUnavailable as away:
        await mail_put_back(services, letter)
        if (pause := retry_pause(attempt)) is not None:
            raise RetryRequested(pause, reason=str(away)) from None
        await _give_up(services, letter, str(away))
    else:
        await mail_sent(services, letter)


async def _give_up(services: Services, letter: Letter, why: str) -> None:
    if await mail_failed(services, letter, why):
        logger.warning("mail.failed", mail=str(letter.mail_id), position=letter.position, why=why)


async def _doubt(services: Services, letter: Letter, why: str) -> None:
    if await mail_unconfirmed(services, letter, why):
        logger.warning("mail.unconfirmed", mail=str(letter.mail_id), position=letter.position, why=why)

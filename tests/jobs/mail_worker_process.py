"""A worker in a process of its own that hands mails to a server on loopback.

Arguments: the database, and the port of the server.
"""

import asyncio
import sys

from localmessages.gateways.mail import Sender
from localmessages.gateways.smtp_mail import SmtpMailer
from localmessages.gateways.smtp_url import Security, SmtpServer
from localmessages.jobs.worker import running_worker
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database
from tests.support.carriers import SilentCarrier


async def work(database_url: str, port: int) -> None:
    mailer = SmtpMailer(SmtpServer("127.0.0.1", port, Security.NONE), Sender("Acme", "reports@acme.example"))
    services = Services(await open_database(database_url), Catalogues(), mailer=mailer)
    async with running_worker(services, SilentCarrier(), database_url):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], int(sys.argv[2])))

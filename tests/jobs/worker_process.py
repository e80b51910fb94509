"""A worker in a process of its own, whose carrier is busy with each text until it is killed.

Arguments: the database, and a file that has the id of every text that the carrier was given.
"""

import asyncio
import sys
from pathlib import Path

from localmessages.gateways.carrier import OutboundSms
from localmessages.jobs.worker import running_worker
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database
from tests.support.carriers import SilentCarrier


async def work(database_url: str, taken: Path) -> None:
    carrier = SilentCarrier()

    async def note(sms: OutboundSms) -> None:
        with taken.open("a") as file:
            file.write(sms.key + "\n")

    carrier.before_it_answers = note
    services = Services(await open_database(database_url), Catalogues())
    async with running_worker(services, carrier, database_url):
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2])))

"""A worker in a process of its own, whose disk stops in the middle of a file until the worker is killed.

Arguments: the database, the directory of the files, a file that says that it has stopped, and when.
"""

import asyncio
import sys
import time
from pathlib import Path

from localmessages.jobs.worker import running_worker
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database
from tests.support.carriers import SilentCarrier
from tests.support.slow_storage import PATIENCE, StoppingStorage


async def work(database_url: str, files: Path, stopped: Path, when: str) -> None:
    def stop() -> None:
        stopped.touch()
        time.sleep(PATIENCE)

    storage = StoppingStorage(files, stop, when)
    services = Services(await open_database(database_url), Catalogues(), storage=storage)
    async with running_worker(services, SilentCarrier(), database_url):
        await asyncio.sleep(2 * PATIENCE)


if __name__ == "__main__":
    asyncio.run(work(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]), sys.argv[4]))

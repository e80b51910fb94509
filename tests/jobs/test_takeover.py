import asyncio
import sys
from pathlib import Path

from localmessages.jobs.worker import running_worker
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import ToldCarrier
from tests.support.desk import open_desk
from tests.support.waiting import eventually

ROOT = Path(__file__).parents[2]


async def test_a_worker_that_is_killed_in_a_hand_over_is_replaced_and_the_text_goes_out_once(
    database: Database, database_url: str, tmp_path: Path
):
    desk = await open_desk(database)
    reply = await desk.exchange()
    taken = tmp_path / "taken"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.jobs.worker_process", database_url, str(taken), cwd=ROOT
    )

    async def handed_over():
        assert process.returncode is None, "the worker died by itself"
        return taken.exists() and taken.read_text().split()

    assert await eventually(handed_over) == [str(reply)]
    process.kill()
    await process.wait()
    assert (await desk.message(reply))["status"] == "SENDING"

    carrier = ToldCarrier()
    async with running_worker(desk.services, carrier, database_url, rhythm=QUICK):

        async def sent():
            return (await desk.message(reply))["status"] == "SENT"

        await eventually(sent)

    # The same key twice: the carrier knows that it is one text.
    assert carrier.asked == [str(reply)]
    assert await desk.reports(reply) == [("SENDING", True), ("SENT", True)]

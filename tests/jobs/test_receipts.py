from datetime import timedelta

from localmessages.actions.receipts import next_look, take_receipt
from localmessages.gateways.carrier import Receipt
from localmessages.jobs.worker import running_worker
from localmessages.rules.delivery import MessageStatus
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import ToldCarrier
from tests.support.desk import open_desk
from tests.support.waiting import eventually


def test_a_receipt_waits_for_its_text_ever_longer_and_not_for_ever():
    pauses: list[timedelta] = []
    while (pause := next_look(len(pauses) + 1)) is not None:
        pauses.append(pause)

    assert pauses == sorted(pauses)
    assert pauses[0] < timedelta(seconds=1)
    assert timedelta(minutes=20) < sum(pauses, timedelta()) < timedelta(minutes=30)


async def test_a_receipt_of_a_text_that_is_not_ours_is_let_go_in_the_end(
    database: Database, database_url: str, capsys
):
    desk = await open_desk(database)
    await take_receipt(desk.services, Receipt(desk.tenant_id, "SM404", MessageStatus.DELIVERED))
    await desk.rows("UPDATE pgqueuer SET attempts = 14")

    async with running_worker(desk.services, ToldCarrier(), database_url, rhythm=QUICK):

        async def gone():
            return await desk.value("SELECT count(*) FROM pgqueuer") == 0

        await eventually(gone)

    assert "SM404" in capsys.readouterr().out
    assert await desk.value("SELECT count(*) FROM message_status") == 0

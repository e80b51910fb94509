from localmessages.actions.clicks import Visit, visit_link
from localmessages.jobs.worker import running_worker
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import ToldCarrier
from tests.support.desk import open_desk
from tests.support.waiting import eventually


async def test_a_visit_that_found_its_customer_busy_is_counted_by_the_worker(
    database: Database, database_url: str
):
    desk = await open_desk(database)
    await desk.reply(await desk.receive(), "https://shop.example")
    slug = await desk.value("SELECT slug FROM tracked_link")
    async with database.transaction() as connection:
        await connection.execute("SELECT FROM contact FOR NO KEY UPDATE")
        await visit_link(desk.services, slug, Visit(user_agent="Phone"), patience_seconds=0.05)

    async with running_worker(desk.services, ToldCarrier(), database_url, rhythm=QUICK):

        async def counted() -> bool:
            return bool(await desk.value("SELECT clicks FROM tracked_link") == 1)

        await eventually(counted)

    assert await desk.value("SELECT user_agent FROM link_click") == "Phone"

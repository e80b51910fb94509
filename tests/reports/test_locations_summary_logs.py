"""The page of any log, against what its messages, transfers, closes, blocks and opt-outs tell."""

from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from localmessages.rules.metrics import OutOfHours
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.support.random_log import RandomLog, deeds
from tests.support.raw_facts import raw_facts
from tests.support.recompute import Asked, Numbers, recomputed
from tests.support.summary_numbers import ask, differences, numbers_of


async def page_and_facts(database: Database, log: RandomLog, mode: str) -> tuple[Numbers, Numbers]:
    asked = Asked(log.at, last=7)
    async with database.snapshot() as connection:
        tenant: UUID = await connection.fetchval(
            "SELECT id FROM account WHERE external_id = $1", f"town-{log.town}"
        )
        facts = await raw_facts(connection, tenant)
        page = numbers_of(await ask(connection, facts, asked, mode=mode), facts)
    return page, recomputed(facts, range(len(facts.places)), asked, mode)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(given_deeds=deeds, mode=st.sampled_from(OutOfHours), batch=st.sampled_from([1, 3, 20]))
async def test_any_log_gives_the_numbers_that_its_messages_tell(database: Database, given_deeds, mode, batch):
    whole, parts = RandomLog(given_deeds), RandomLog(given_deeds)
    services = Services(database, Catalogues(), clock=lambda: whole.at + timedelta(hours=1))

    await whole.replay(services)
    page, told = await page_and_facts(database, whole, mode)
    assert differences(told, page) == []

    await whole.replay(services)
    assert (await page_and_facts(database, whole, mode))[0] == page

    await parts.replay(services, batch=batch)
    assert (await page_and_facts(database, parts, mode))[0] == page

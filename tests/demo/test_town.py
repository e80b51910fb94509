import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from uuid import UUID

import pytest

from localmessages.actions.actor import Actor
from localmessages.actions.conversations import assign_conversation
from localmessages.actions.messages import send_message
from localmessages.actions.payment_requests import Asked, ask_for_payment
from localmessages.actions.starting import start_conversation
from localmessages.demo.company import open_company
from localmessages.demo.curious import follow_a_link
from localmessages.demo.history import load_history
from localmessages.demo.payers import Payers
from localmessages.demo.people import COLLEAGUES
from localmessages.demo.places import SHOP_BY_ID
from localmessages.demo.stage import Outcome, Stage
from localmessages.demo.talk import Talk
from localmessages.demo.topics import topic
from localmessages.demo.town import Town, running_town
from localmessages.gateways.simulated_payments import SimulatedPayments
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import Database
from tests.demo.conftest import NOW


@dataclass
class Clock:
    """A clock that is driven."""

    seconds: float = 0

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds)

    def timer(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def services(database: Database, clock: Clock) -> Services:
    payments = SimulatedPayments(["a secret of webhooks"], clock.now)
    return Services(database, Catalogues(), clock=clock.now, payments=payments)


@pytest.fixture
async def tenant_id(services: Services) -> UUID:
    return (await open_company(services)).tenant_id


async def count(services: Services, condition: str) -> int:
    async with services.database.connection() as connection:
        found: int = await connection.fetchval(f"SELECT count(*) FROM {condition}")
        return found


async def signed_in(services: Services, tenant_id: UUID, external_id: str) -> Actor:
    catalogue = await Stage(services, tenant_id, Random(1)).colleagues.catalogue()
    person = next(person for person in catalogue.people.values() if person.external_id == external_id)
    viewer = catalogue.viewer(person.id)
    assert viewer is not None
    return Actor(services, viewer, catalogue, services.clock())


def talk_about(name: str, shop: str = "kew") -> Talk:
    kew = SHOP_BY_ID[shop]
    return Talk(kew, kew.customers[0], True, topic(name), "Friday", due=0)


async def hold(stage: Stage, talk: Talk, clock: Clock) -> Outcome:
    """Take turns until it cannot go on."""
    while (outcome := await stage.take_turn(talk)) is Outcome.NEXT:
        clock.seconds += 30
    return outcome


async def test_customers_text_and_colleagues_answer(services, tenant_id, clock):
    town = Town(services, tenant_id, rng=Random(1), timer=clock.timer)

    for _ in range(240):
        await town.tick()
        clock.seconds += 1

    assert await count(services, "message WHERE direction = 'INBOUND'") > 40
    assert await count(services, "message WHERE origin = 'AGENT'") > 20
    assert await count(services, "conversation WHERE status = 'CLOSED'") > 0
    assert await count(services, "live_event") > 80


async def test_only_colleagues_answer_by_themselves(services, tenant_id, clock):
    town = Town(services, tenant_id, rng=Random(2), timer=clock.timer)

    for _ in range(200):
        await town.tick()
        clock.seconds += 1

    ids = ", ".join(f"'{worker.id}'" for worker in COLLEAGUES)
    others = f"message JOIN app_user ON app_user.id = agent_id WHERE app_user.external_id NOT IN ({ids})"
    assert await count(services, others) == 0
    assert await count(services, "message WHERE agent_id IS NOT NULL") > 0


async def test_more_texts_a_minute_are_more_texts(services, tenant_id, clock):
    async def texts(rate: float) -> int:
        before = await count(services, "message WHERE direction = 'INBOUND'")
        town = Town(services, tenant_id, texts_per_minute=rate, rng=Random(3), timer=clock.timer)
        for _ in range(120):
            await town.tick()
            clock.seconds += 1
        return await count(services, "message WHERE direction = 'INBOUND'") - before

    assert await texts(60) > 2 * await texts(6)


async def test_a_complaint_reaches_the_head_office(services, tenant_id, clock):
    stage = Stage(services, tenant_id, Random(1))
    talk = talk_about("complaint")

    await hold(stage, talk, clock)

    assert talk.over
    assert await count(services, "transfer WHERE notice_id IS NOT NULL") == 1
    place = (
        "message JOIN location ON location.id = location_id WHERE kind = 'HEAD_OFFICE' AND origin = 'AGENT'"
    )
    assert await count(services, place) == 2


async def test_where_a_person_has_answered_colleagues_keep_quiet(services, tenant_id, clock):
    stage = Stage(services, tenant_id, Random(1))
    talk = talk_about("dogs")
    await stage.take_turn(talk)
    assert talk.conversation_id is not None
    await send_message(await signed_in(services, tenant_id, "agent"), talk.conversation_id, "Of course.")

    await hold(stage, talk, clock)

    assert talk.over
    assert await count(services, "message WHERE origin = 'AGENT'") == 1
    assert await count(services, "message WHERE direction = 'INBOUND'") == 2
    assert await count(services, "conversation WHERE status = 'OPEN'") == 1


async def test_what_a_person_has_taken_is_left_to_them(services, tenant_id, clock):
    stage = Stage(services, tenant_id, Random(1))
    talk = talk_about("dogs")
    await stage.take_turn(talk)
    actor = await signed_in(services, tenant_id, "agent")
    assert talk.conversation_id is not None
    await assign_conversation(actor, talk.conversation_id, actor.user_id)

    assert await stage.take_turn(talk) is Outcome.LATER

    assert await count(services, "message WHERE origin = 'AGENT'") == 0


async def test_a_closed_shop_answers_by_itself_alone(services, tenant_id, clock):
    clock.seconds = 12 * 3600
    stage = Stage(services, tenant_id, Random(1))

    assert await hold(stage, talk_about("dogs"), clock) is Outcome.END

    assert await count(services, "message WHERE origin = 'AUTO'") == 1
    assert await count(services, "message WHERE origin = 'AGENT'") == 0


async def test_who_waited_overnight_is_answered_when_the_shop_opens(services, tenant_id, clock):
    stage = Stage(services, tenant_id, Random(1))
    clock.seconds = 12 * 3600
    kew = SHOP_BY_ID["kew"]
    for phone in kew.customers[:6]:
        await stage.take_turn(replace(talk_about("dogs"), phone=phone))
    clock.seconds += 9 * 3600
    town = Town(services, tenant_id, texts_per_minute=0.1, rng=Random(1), timer=clock.timer)

    for _ in range(4):
        await town.tick()
        clock.seconds += 30

    assert await count(services, "message WHERE origin = 'AGENT' AND body LIKE 'Sorry to keep you%'") == 3


async def test_links_that_arrived_are_opened_and_previewed(services, tenant_id, clock):
    stage = Stage(services, tenant_id, Random(1))
    for about in ("opening hours", "parking", "turf order"):
        await hold(stage, talk_about(about), clock)
    assert await count(services, "tracked_link") == 3
    await follow_a_link(services, tenant_id, Random(1))
    assert await count(services, "link_click") == 0, "none of them has arrived"
    async with services.database.connection() as connection:
        await connection.execute("UPDATE message SET status = 'DELIVERED' WHERE origin = 'AGENT'")

    for number in range(40):
        await follow_a_link(services, tenant_id, Random(number))

    assert await count(services, "tracked_link WHERE clicks = 1") == 3
    assert await count(services, "link_click WHERE bot") > 0


@pytest.mark.parametrize(("about", "paid"), [("invoice by text", 1), ("paying later", 0)])
async def test_a_bill_is_texted_and_paid_by_who_says_so(services, tenant_id, clock, about, paid):
    await hold(Stage(services, tenant_id, Random(1)), talk_about(about), clock)

    assert await count(services, "message WHERE payment_request_id IS NOT NULL AND body LIKE '%/l/%'") == 1
    assert await count(services, "payment_request WHERE status = 'PAID'") == paid


async def test_most_who_are_asked_by_a_person_pay_after_a_while_and_decide_once(services, tenant_id, clock):
    actor = await signed_in(services, tenant_id, "agent")
    kew = next(place for place in actor.catalogue.places.values() if place.external_id == "kew")
    for number, phone in enumerate(SHOP_BY_ID["kew"].customers[:12]):
        made = await start_conversation(actor, kew.id, "Hello", phone=phone)
        assert made["conversation"]
        await ask_for_payment(actor, made["conversation"], Asked(f"INV-{number}", Decimal(48), "GBP"))
    payers = Payers(services, tenant_id, Random(1))

    await payers.look()
    assert await count(services, "payment_request WHERE paid_at IS NOT NULL") == 0

    clock.seconds += 30
    await payers.look()
    paid = await count(services, "payment_request WHERE paid_at IS NOT NULL")
    assert 5 <= paid < 12

    await payers.look()
    assert await count(services, "payment_request WHERE paid_at IS NOT NULL") == paid


async def until(met: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not met():
            await asyncio.sleep(0.01)


async def test_it_stops_when_it_is_told_to(services, tenant_id):
    await load_history(services)
    published: list[object] = []
    services = replace(services, publish=published.extend)

    async with running_town(services, tenant_id, texts_per_minute=600):
        await until(lambda: len(published) > 5)

    seen = len(published)
    unfinished = "pg_stat_activity WHERE state LIKE 'idle in%' AND datname = current_database()"
    assert await count(services, unfinished) == 0
    assert len(published) == seen
    assert [task for task in asyncio.all_tasks() if "Town" in repr(task.get_coro())] == []

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

import orjson
import pytest

from localmessages.actions import clicks
from localmessages.actions.clicks import Visit, record_visit, visit_link, visit_of
from localmessages.actions.queue import CLICK
from localmessages.actions.transfers import TransferRequest, transfer_conversation
from localmessages.replay import replay_lines
from localmessages.rules.live import EventKind
from models.catalogue import Catalogues
from models.database import Database
from tests.support.consistency import event_gaps
from tests.support.desk import Desk, open_desk
from tests.support.logs import encoded, inbound, outbound

PHONE = Visit("GET", "Mozilla/5.0 (iPhone) Safari/604.1")
BOT = Visit("GET", "Slackbot-LinkExpanding 1.0")
TARGET = "https://shop.example/bulbs"


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database)


async def sent(desk: Desk, body: str = f"Look: {TARGET}") -> UUID:
    return await desk.reply(await desk.receive(), body)


async def slug_of(desk: Desk, message_id: UUID) -> str:
    slug: str = await desk.value("SELECT slug FROM tracked_link WHERE message_id = $1", message_id)
    return slug


async def link_of(desk: Desk, message_id: UUID) -> tuple[int, int]:
    row = await desk.row("SELECT clicks, bot_clicks FROM tracked_link WHERE message_id = $1", message_id)
    return row["clicks"], row["bot_clicks"]


async def test_a_click_is_kept_with_who_made_it_and_leads_on(desk: Desk):
    reply = await sent(desk)

    assert await visit_link(desk.services, await slug_of(desk, reply), PHONE) == TARGET

    click = await desk.row("SELECT * FROM link_click")
    link = await desk.row("SELECT * FROM tracked_link")
    assert (click["bot"], click["user_agent"], click["method"]) == (False, PHONE.user_agent, "GET")
    assert (click["link_id"], link["clicks"], link["bot_clicks"]) == (link["id"], 1, 0)
    assert link["first_clicked_at"] == click["at"]


async def test_bots_are_counted_apart_and_each_visit_counts(desk: Desk):
    reply = await sent(desk)
    slug = await slug_of(desk, reply)

    for visit in (BOT, replace(PHONE, method="HEAD"), replace(PHONE, prefetch=True), PHONE, PHONE):
        assert await visit_link(desk.services, slug, visit) == TARGET

    assert await link_of(desk, reply) == (2, 3)
    first = await desk.value("SELECT min(at) FROM link_click WHERE NOT bot")
    assert await desk.value("SELECT first_clicked_at FROM tracked_link") == first


async def test_within_two_seconds_of_sending_an_unnamed_visitor_is_a_crawler(desk: Desk):
    reply = await sent(desk)
    slug, at = await slug_of(desk, reply), (await desk.message(reply))["at"]
    nobody = Visit("GET", None)

    for seconds in (-3, 2, 2.5):
        clock = partial(datetime.__add__, at, timedelta(seconds=seconds))
        assert await visit_link(replace(desk.services, clock=clock), slug, nobody) == TARGET

    assert await link_of(desk, reply) == (1, 2)
    assert await desk.value("SELECT min(at) FROM link_click") == at, "nobody clicks before the text is sent"


async def test_a_click_is_told_to_the_inbox(desk: Desk):
    reply = await sent(desk)
    desk.published.clear()

    await visit_link(desk.services, await slug_of(desk, reply), PHONE)

    (event,) = desk.published
    place = await desk.place("A")
    assert (event.kind, event.location_id, event.body["message"]) == ("MESSAGE_CHANGED", place.id, str(reply))
    assert event.body["conversation"]["location_id"] == str(place.id)


async def test_after_a_transfer_both_places_are_told_the_old_one_without_content(desk: Desk):
    reply = await sent(desk)
    target, conversation = await desk.place("B"), (await desk.message(reply))["conversation_id"]
    await transfer_conversation(await desk.actor(), conversation, TransferRequest(target.id, notify=False))
    desk.published.clear()

    await visit_link(desk.services, await slug_of(desk, reply), PHONE)

    source = await desk.place("A")
    told = {event.kind: event for event in desk.published}
    assert {kind: event.location_id for kind, event in told.items()} == {
        "MESSAGE_CHANGED": target.id,
        "FACT_CHANGED": source.id,
    }
    assert told[EventKind.FACT_CHANGED].body == {"message": str(reply)}
    assert told[EventKind.MESSAGE_CHANGED].body["conversation"]["location_id"] == str(target.id)


async def test_a_click_that_waited_for_a_transfer_is_told_where_that_led(desk: Desk):
    reply = await sent(desk)
    slug, target = await slug_of(desk, reply), await desk.place("B")
    async with desk.services.database.transaction() as connection:
        await connection.execute("SELECT FROM contact FOR NO KEY UPDATE")
        click = asyncio.create_task(visit_link(desk.services, slug, PHONE))
        await desk.until_locks_wait(1)
        await connection.execute("UPDATE conversation SET location_id = $1", target.id)
        desk.published.clear()

    assert await click == TARGET
    assert {event.kind: event.location_id for event in desk.published} == {
        "MESSAGE_CHANGED": target.id,
        "FACT_CHANGED": (await desk.place("A")).id,
    }


async def test_a_visit_of_a_busy_customer_is_kept_later_as_of_when_it_was(desk: Desk):
    reply = await sent(desk)
    slug = await slug_of(desk, reply)
    async with desk.services.database.transaction() as connection:
        await connection.execute("SELECT FROM contact FOR NO KEY UPDATE")
        before = desk.services.clock()
        assert await visit_link(desk.services, slug, PHONE, patience_seconds=0.05) == TARGET
        after = desk.services.clock()
    assert await link_of(desk, reply) == (0, 0)
    desk.published.clear()

    (payload,) = await desk.jobs(CLICK)
    await record_visit(desk.services, *visit_of(orjson.dumps(payload)), patience_seconds=5)

    assert await link_of(desk, reply) == (1, 0)
    assert before <= await desk.value("SELECT at FROM link_click") <= after
    assert [event.kind for event in desk.published] == [EventKind.MESSAGE_CHANGED]


async def test_many_visits_at_once_are_all_counted(desk: Desk):
    reply = await sent(desk)
    slug = await slug_of(desk, reply)

    await asyncio.gather(*(visit_link(desk.services, slug, (PHONE, BOT)[n % 2]) for n in range(24)))

    assert await link_of(desk, reply) == (12, 12)
    assert await desk.value("SELECT count(*) FROM link_click") == 24
    async with desk.services.database.connection() as connection:
        assert not await event_gaps(connection)


async def test_links_of_one_text_are_counted_apart(desk: Desk):
    reply = await sent(desk, "https://one.example and https://two.example")
    rows = await desk.rows(
        "SELECT slug, url FROM tracked_link WHERE message_id = $1 ORDER BY position", reply
    )

    assert [row["url"] for row in rows] == ["https://one.example", "https://two.example"]
    assert await visit_link(desk.services, rows[1]["slug"], PHONE) == "https://two.example"
    assert await desk.value("SELECT array_agg(clicks ORDER BY position) FROM tracked_link") == [0, 1]


async def test_a_slug_that_nothing_has_changes_nothing(desk: Desk):
    await sent(desk)
    desk.published.clear()

    assert await visit_link(desk.services, "nothing", PHONE) is None

    assert await desk.value("SELECT count(*) FROM link_click") == 0
    assert desk.published == []


async def test_a_link_of_a_location_out_of_service_leads_on(desk: Desk):
    reply = await sent(desk)
    await desk.rows("UPDATE location SET active = false")

    assert await visit_link(desk.services, await slug_of(desk, reply), PHONE) == TARGET
    assert await link_of(desk, reply) == (1, 0)


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "/inside", "https://a@b.example"])
async def test_a_link_of_a_log_that_leads_nowhere_safe_is_none(database: Database, url: str):
    link = {"slug": "old", "url": url}
    desk = await open_desk(database, inbound(0, "i1"), outbound(1, "o1", "Look", link=link))

    assert await visit_link(desk.services, "old", PHONE) is None
    assert await desk.value("SELECT count(*) FROM link_click") == 0


async def test_a_replay_links_what_its_lines_say_and_nothing_else(desk: Desk):
    link = {"slug": "old", "url": "https://shop.example/old"}
    body = "https://shop.example/old and https://shop.example/new"

    await replay_lines(desk.services, encoded([inbound(0, "i1"), outbound(1, "o1", body, link=link)]))

    assert await desk.value("SELECT body FROM message WHERE external_id = 'o1'") == body
    assert [tuple(row) for row in await desk.rows("SELECT slug, url FROM tracked_link")] == [
        ("old", "https://shop.example/old")
    ]
    assert await visit_link(desk.services, "old", PHONE) == "https://shop.example/old"


async def test_automatic_texts_have_short_links_of_the_location_that_sends_them(desk: Desk):
    await desk.rows(
        """
        UPDATE location SET link_domain = 'go.a.example', auto_reply_in_hours = 'https://a.example/hours',
            auto_reply_out_of_hours = 'https://a.example/hours'
        """
    )
    desk.services = replace(desk.services, catalogues=Catalogues())

    await desk.receive()

    link = await desk.row("SELECT * FROM tracked_link")
    body = await desk.value("SELECT body FROM message WHERE origin = 'AUTO'")
    assert (link["url"], body) == ("https://a.example/hours", f"https://go.a.example/l/{link['slug']}")


async def test_a_transfer_notice_has_short_links_of_the_old_number(desk: Desk):
    received = await desk.receive()
    target = await desk.place("B")
    request = TransferRequest(target.id, notice="New place: https://b.example/way")

    await transfer_conversation(await desk.actor(), received.conversation_id, request)

    link = await desk.row("SELECT * FROM tracked_link")
    notice = await desk.row("SELECT * FROM message WHERE origin = 'SYSTEM'")
    assert (link["url"], link["message_id"]) == ("https://b.example/way", notice["id"])
    assert notice["body"] == f"New place: {desk.services.public_url}/l/{link['slug']}"


async def test_a_click_takes_four_statements_and_with_a_second_inbox_five(desk: Desk):
    reply = await sent(desk)
    slug = await slug_of(desk, reply)
    await visit_link(desk.services, slug, PHONE)

    statements = await desk.statements()
    await visit_link(desk.services, slug, PHONE)
    assert len(statements) == 4

    conversation = (await desk.message(reply))["conversation_id"]
    target = await desk.place("B")
    await transfer_conversation(await desk.actor(), conversation, TransferRequest(target.id, notify=False))
    statements.clear()
    await visit_link(desk.services, slug, PHONE)
    assert len(statements) == 5


async def test_a_link_among_many_is_found_and_locked_by_its_keys(desk: Desk):
    await sent(desk)
    async with desk.services.database.transaction() as connection:
        await connection.execute(
            """
            INSERT INTO tracked_link (tenant_id, id, message_id, slug, url)
            SELECT tenant_id, gen_random_uuid(), message_id, 'other' || number, url
            FROM tracked_link
            CROSS JOIN generate_series(1, 3000) AS number
            """
        )
        await connection.execute("ANALYZE tracked_link")
        await connection.execute(f"PREPARE find AS {clicks.FIND}")
        await connection.execute(f"PREPARE lock AS {clicks.LOCK}")
        nobody = f"'{UUID(int=0)}'"
        find = await connection.fetch("EXPLAIN EXECUTE find('slug')")
        lock = await connection.fetch(f"EXPLAIN EXECUTE lock({', '.join([nobody] * 4)})")

    assert "Index Scan using tracked_link_slug_key" in str(find)
    assert "Index Scan using tracked_link_pkey" in str(lock)
    assert "Seq Scan on tracked_link" not in str(find) + str(lock)

from datetime import timedelta

import orjson

from localmessages.demo.company import AGE, open_company
from localmessages.demo.history import history, load_history
from localmessages.replay import replay_lines
from localmessages.replay.lines import Dated, parse_line
from localmessages.services import Services
from tests.demo.conftest import NOW


async def numbers(services: Services) -> dict[str, int]:
    async with services.database.connection() as connection:
        row = await connection.fetchrow(
            """
            SELECT
                (SELECT count(*) FROM message WHERE direction = 'INBOUND') AS texted,
                (SELECT count(*) FROM message WHERE origin = 'AGENT') AS answered,
                (SELECT count(*) FROM message WHERE origin = 'AUTO') AS by_itself,
                (SELECT count(*) FROM message WHERE origin = 'CAMPAIGN') AS advertised,
                (SELECT count(*) FROM transfer) AS transferred,
                (SELECT count(*) FROM note) AS noted,
                (SELECT count(*) FROM conversation_tag) AS tagged,
                (SELECT count(*) FROM conversation WHERE status = 'CLOSED') AS closed,
                (SELECT count(*) FROM conversation WHERE waiting_since IS NOT NULL) AS waiting,
                (SELECT count(*) FROM contact WHERE opted_out_at IS NOT NULL) AS opted_out,
                (SELECT count(*) FROM contact WHERE blocked_at IS NOT NULL) AS blocked,
                (SELECT count(*) FROM payment_request WHERE paid_at IS NOT NULL) AS paid,
                (SELECT count(*) FROM link_click) AS clicked,
                (SELECT count(*) FROM tracked_link JOIN message ON message.id = message_id
                 WHERE origin = 'AGENT' AND message.payment_request_id IS NULL AND clicks > 0) AS followed,
                (SELECT count(*) FROM message WHERE status = 'UNDELIVERED') AS undelivered,
                (SELECT count(*) FROM app_user WHERE status = 'FORMER') AS former
            """
        )
    assert row is not None
    return dict(row)


def test_the_log_is_in_order_and_ends_now():
    instants = [line["at"] for line in history(NOW)]

    assert instants == sorted(instants)
    assert NOW - AGE < instants[0] < NOW - AGE + timedelta(days=1)
    assert NOW - timedelta(hours=6) < instants[-1] <= NOW


def test_every_line_is_a_good_one():
    for line in history(NOW, seed=7):
        assert isinstance(parse_line(orjson.dumps(line)), Dated)


def test_the_same_seed_tells_the_same_story():
    assert history(NOW, seed=3) == history(NOW, seed=3)
    assert history(NOW, seed=3) != history(NOW, seed=4)


async def test_everything_that_can_happen_has_happened(services):
    assert (await open_company(services)).new

    await load_history(services)

    found = await numbers(services)
    assert found["texted"] > 1_000
    assert found["answered"] > 900
    assert [name for name, count in found.items() if count == 0] == []
    assert not (await open_company(services)).new


async def test_loading_it_twice_changes_nothing(services):
    await open_company(services)
    lines = [orjson.dumps(line) for line in history(NOW, seed=2)]
    await replay_lines(services, lines)
    before = await numbers(services)

    counts = await replay_lines(services, lines)

    assert counts.repeated == len(lines)
    assert await numbers(services) == before

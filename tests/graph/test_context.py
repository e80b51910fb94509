"""How an operation begins."""

import asyncio
import itertools
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from graphql import GraphQLError

from graph.context import Context, Faces
from graph.loaders import Loaders
from localmessages.auth import Bearer, issue_token
from localmessages.rules.live import EventKind
from models.database import Database
from subscriptions.cursor import Cursor
from subscriptions.events import NewEvent
from tests.graph.conftest import Ask
from tests.support.asking import SECRET, error_code, nobody
from tests.support.random_town import NOON, RandomTown

WHO = "{ viewer { user { name } account { name } memberships { role account { name } location { name } } } }"
FACES = Faces(Loaders, live=nobody)


async def test_the_viewer_is_who_the_token_names(ask: Ask, town: RandomTown):
    services = ask("Olga").services
    token, _ = issue_token(SECRET, town.tenant_id, town.user("Vito"), now=NOON)

    context = Context.for_token(services, FACES, f"bearer {token}")

    assert (await context.begin()).viewer.user_id == town.user("Vito")
    assert context.viewer.location_ids == [town.location_named("Place 1")]


@pytest.mark.parametrize("authorization", ["Basic b2xnYQ==", "Bearer", "Bearer nonsense", "nonsense"])
async def test_a_header_that_names_nobody_is_refused_at_once(ask: Ask, authorization: str):
    with pytest.raises(GraphQLError) as refused:
        Context.for_token(ask("Olga").services, FACES, authorization)

    assert refused.value.extensions == {"code": "UNAUTHENTICATED"}


async def test_nobody_reads_nothing(ask: Ask, town: RandomTown):
    olga = ask("Olga")
    strangers = [
        None,
        Bearer(town.tenant_id, uuid4(), NOON + timedelta(minutes=1)),
        Bearer(uuid4(), town.user("Olga"), NOON + timedelta(minutes=1)),
        Bearer(town.tenant_id, town.user("Olga"), NOON),
    ]
    queries = (WHO, "{ conversations { nodes { id } } }", "{ eventCursor }", '{ node(id: "") { id } }')
    for bearer, query in itertools.product(strangers, queries):
        answer = await replace(olga, bearer=bearer).answer(query)

        assert error_code(answer) == "UNAUTHENTICATED"


async def test_who_has_left_reads_nothing_from_that_instant_on(
    ask: Ask, town: RandomTown, database: Database
):
    vito = ask("Vito")
    assert (await vito.data(WHO))["viewer"]["user"]["name"] == "Vito"

    async with database.transaction() as connection:
        await connection.execute("UPDATE app_user SET status = 'FORMER' WHERE id = $1", town.user("Vito"))
        await connection.execute("UPDATE live_scope SET seq = seq + 1 WHERE kind = 'TENANT'")

    assert error_code(await vito.answer(WHO)) == "UNAUTHENTICATED"


async def test_roles_are_shown_as_far_as_the_places_are_seen(ask: Ask):
    viewer = (await ask("Manu").data(WHO))["viewer"]

    assert viewer["account"] == {"name": "Parent"}
    assert viewer["memberships"] == [{"role": "MANAGER", "account": {"name": "Child"}, "location": None}]


async def test_the_cursor_is_where_the_log_stands(ask: Ask, town: RandomTown):
    olga = ask("Olga")
    before = Cursor.decode((await olga.data("{ eventCursor }"))["eventCursor"])
    scope = town["location"][0]["scope_id"]

    async with olga.services.transaction() as tx:
        tx.emit(NewEvent(town.tenant_id, scope, EventKind.CONVERSATION_CHANGED, NOON))

    after = Cursor.decode((await olga.data("{ eventCursor }"))["eventCursor"])
    moved = {key: seq for key, seq in after.positions.items() if before.positions[key] != seq}
    assert moved == {scope: before.positions[scope] + 1}
    # Every lane, the tenant's scope and Olga's own; none of the neighbours' or colleagues'.
    assert len(after.positions) == 4 + 1 + 1


async def test_all_that_begin_at_once_share_one_statement(ask: Ask):
    olga = ask("Olga")
    await olga.data("{ eventCursor }")
    olga.database.statements.clear()
    context = Context(olga.services, FACES, olga.bearer)

    beginnings = await asyncio.gather(*(context.begin() for _ in range(10)))

    assert all(each is beginnings[0] for each in beginnings)
    assert len(olga.database.statements) == 1


async def test_one_that_gives_up_takes_nobody_with_it(ask: Ask):
    olga = ask("Olga")
    context = Context(olga.services, FACES, olga.bearer)
    first, second = asyncio.create_task(context.begin()), asyncio.create_task(context.begin())
    await asyncio.sleep(0)

    first.cancel()

    assert (await second).viewer.user_id is not None


async def test_a_fork_remembers_nothing(ask: Ask):
    olga = ask("Olga")
    context = Context(olga.services, FACES, olga.bearer)
    await context.begin()
    load = context.load

    fork = context.fork()

    assert fork.bearer == context.bearer
    assert fork.load is not load
    with pytest.raises(RuntimeError, match="before"):
        _ = fork.viewer


async def test_after_signing_in_the_viewer_is_another(ask: Ask, town: RandomTown):
    olga = ask("Olga")
    context = Context(olga.services, FACES, None)
    vito = Bearer(town.tenant_id, town.user("Vito"), NOON + timedelta(minutes=1))

    context.become(vito)

    assert (await context.begin()).viewer.user_id == town.user("Vito")

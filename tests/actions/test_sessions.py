"""Sessions begin and end, and what hears of it."""

from uuid import UUID

import pytest

from graph.context import Context, Faces
from graph.execution import Engine
from graph.loaders import Loaders
from graph.request import GraphQLRequest
from graph.schema import schema
from localmessages.actions.sessions import Device, begin_session, end_sessions
from localmessages.auth import Bearer
from models.database import Database
from tests.support.company import Company, open_company

ENGINE = Engine(schema.core)


@pytest.fixture
async def town(database: Database) -> Company:
    return await open_company(database)


async def begin(town: Company, name: str = "Ann") -> UUID:
    async with town.services.transaction() as tx:
        return await begin_session(tx, town.tenant_id, town.ids[name], Device("192.0.2.1"), at=town.clock())


async def end(town: Company, name: str = "Ann", **which: UUID) -> list[UUID]:
    async with town.services.transaction() as tx:
        return await end_sessions(tx, town.tenant_id, town.ids[name], at=town.clock(), **which)


async def gets_in(town: Company, session_id: UUID, name: str = "Ann") -> bool:
    bearer = Bearer(town.tenant_id, town.ids[name], town.clock.now.replace(year=2030), session_id)
    context = Context(town.services, Faces(Loaders, live=lambda _: None), bearer)
    answer = await ENGINE.execute(ENGINE.operation(GraphQLRequest("{ viewer { user { id } } }")), context)
    if "errors" in answer:
        (error,) = answer["errors"]
        assert error["extensions"] == {"code": "UNAUTHENTICATED"}
        assert error["message"] == "The session has ended. Sign in again."
    return "errors" not in answer


async def test_the_request_after_the_end_of_a_session_is_refused(town: Company) -> None:
    session_id, other = await begin(town), await begin(town)
    assert await gets_in(town, session_id)

    assert await end(town, only=session_id) == [session_id]

    assert not await gets_in(town, session_id)
    assert await gets_in(town, other)


async def test_a_session_lets_in_whose_it_is_alone(town: Company) -> None:
    session_id = await begin(town)

    assert not await gets_in(town, session_id, "Bob")


async def test_all_but_one_can_be_ended(town: Company) -> None:
    kept, *others = [await begin(town) for _ in range(3)]
    bobs = await begin(town, "Bob")

    assert sorted(await end(town, but=kept)) == sorted(others)

    assert await gets_in(town, kept)
    assert not await gets_in(town, others[0])
    assert await gets_in(town, bobs, "Bob")


async def test_an_end_is_told_once_to_the_lane_of_the_person(town: Company) -> None:
    session_id = await begin(town)

    await end(town)
    await end(town)

    events = await town.fetch(
        """
        SELECT live_event.body, live_scope.user_id
        FROM live_event
        JOIN live_scope ON live_scope.id = live_event.scope_id
        WHERE live_event.kind = 'SESSIONS_ENDED'
        """
    )
    assert [(event["body"], event["user_id"]) for event in events] == [
        ({"sessions": [str(session_id)]}, town.ids["Ann"])
    ]


async def test_nobody_ends_the_session_of_somebody_else(town: Company) -> None:
    session_id = await begin(town)

    assert await end(town, "Bob", only=session_id) == []

    assert await gets_in(town, session_id)

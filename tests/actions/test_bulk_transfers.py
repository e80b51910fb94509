import asyncio
from dataclasses import replace
from uuid import UUID, uuid4

import pytest

from localmessages.actions.actor import idempotency_key
from localmessages.actions.bulk_transfers import MOST_CONVERSATIONS, request_bulk_transfer, transfer_next
from localmessages.actions.queue import BULK_TRANSFER
from localmessages.actions.transfers import TransferRequest
from localmessages.actions.users import mark_former
from localmessages.jobs.worker import running_worker
from localmessages.rules.access import Viewer
from localmessages.rules.refusal import Refused
from models.database import Database
from tests.jobs.test_sending import QUICK
from tests.support.carriers import ToldCarrier
from tests.support.desk import Desk, open_desk
from tests.support.waiting import eventually


@pytest.fixture
async def desk(database: Database) -> Desk:
    return await open_desk(database)


async def conversations(desk: Desk, how_many: int) -> list[UUID]:
    return [(await desk.receive(who=f"+1917555{number:04}")).conversation_id for number in range(how_many)]


async def ask(desk: Desk, ids: list[UUID], *, by: str = "ann", **request) -> UUID:
    target = await desk.place("B")
    made = await request_bulk_transfer(await desk.actor(by), ids, TransferRequest(target.id, **request))
    assert made["bulk_transfer"]
    return made["bulk_transfer"]


async def run(desk: Desk, bulk: UUID) -> int:
    """Do what is left; how many steps that took."""
    steps = 1
    while await transfer_next(desk.services, desk.tenant_id, bulk):
        steps += 1
    return steps


async def standing(desk: Desk) -> tuple[str, int, int]:
    row = await desk.row("SELECT status, transferred, refused FROM bulk_transfer")
    return row["status"], row["transferred"], row["refused"]


async def test_each_conversation_moves_with_note_and_notice_in_the_order_given(desk: Desk):
    ids = await conversations(desk, 3)
    bulk = await ask(desk, ids, note="Please take over.")
    assert await standing(desk) == ("QUEUED", 0, 0)
    assert await desk.jobs(BULK_TRANSFER) == [{"tenant": str(desk.tenant_id), "bulk_transfer": str(bulk)}]

    assert await run(desk, bulk) == 3

    target = await desk.place("B")
    results = await desk.rows("SELECT * FROM bulk_transfer_result ORDER BY position")
    moves = await desk.rows("SELECT * FROM transfer ORDER BY id")
    assert await standing(desk) == ("COMPLETED", 3, 0)
    assert [row["conversation_id"] for row in results] == ids
    assert [row["transfer_id"] for row in results] == [move["id"] for move in moves]
    assert {(move["bulk_transfer_id"], move["note"]) for move in moves} == {(bulk, "Please take over.")}
    assert all(move["notice_id"] for move in moves)
    assert {row["location_id"] for row in await desk.rows("SELECT location_id FROM conversation")} == {
        target.id
    }
    assert await desk.value("SELECT finished_at FROM bulk_transfer") is not None


async def test_what_cannot_move_is_refused_with_the_reason_and_the_rest_moves(desk: Desk):
    (movable,) = await conversations(desk, 1)
    there = (await desk.receive(who="+19175550999", to="+13125550100")).conversation_id
    bulk = await ask(desk, [uuid4(), movable, there])

    await run(desk, bulk)

    results = await desk.rows("SELECT * FROM bulk_transfer_result ORDER BY position")
    assert await standing(desk) == ("COMPLETED", 1, 2)
    assert [row["refusal"] and row["refusal"]["code"] for row in results] == ["NOT_FOUND", None, "NOT_FOUND"]
    assert results[0]["refusal"]["message"]
    assert results[0]["refusal"]["field"] == ["input", "conversationId"]
    assert [row["transfer_id"] is None for row in results] == [True, False, True]


async def test_a_job_that_is_repeated_goes_on_where_it_stopped(desk: Desk):
    ids = await conversations(desk, 4)
    bulk = await ask(desk, ids)
    assert await transfer_next(desk.services, desk.tenant_id, bulk)
    assert await standing(desk) == ("RUNNING", 1, 0)

    assert await run(desk, bulk) == 3
    assert not await transfer_next(desk.services, desk.tenant_id, bulk)

    assert await desk.value("SELECT count(*) FROM transfer") == 4
    assert await standing(desk) == ("COMPLETED", 4, 0)


async def test_two_workers_at_the_same_job_move_nothing_twice(desk: Desk):
    bulk = await ask(desk, await conversations(desk, 6))

    await asyncio.gather(*(run(desk, bulk) for _ in range(3)))

    assert await desk.value("SELECT count(*) FROM transfer") == 6
    assert await standing(desk) == ("COMPLETED", 6, 0)


async def test_who_lost_the_right_meanwhile_moves_nothing_more(desk: Desk):
    ids = await conversations(desk, 2)
    bulk = await ask(desk, ids)
    await transfer_next(desk.services, desk.tenant_id, bulk)
    user_id = (await desk.actor("ann")).user_id
    assert user_id
    async with desk.services.transaction() as tx:
        await mark_former(tx, tenant_id=desk.tenant_id, user_id=user_id, at=desk.services.clock())

    await run(desk, bulk)

    assert await standing(desk) == ("COMPLETED", 1, 1)
    assert (
        await desk.value("SELECT refusal ->> 'code' FROM bulk_transfer_result WHERE position = 1")
        == "NOT_ALLOWED"
    )


async def test_who_asked_hears_of_every_few_and_of_the_end(desk: Desk):
    bulk = await ask(desk, await conversations(desk, 12), notify=False)
    desk.published.clear()

    await run(desk, bulk)

    person = (await desk.catalogue()).people[(await desk.actor("ann")).viewer.actor_id]
    told = [event for event in desk.published if event.kind == "BULK_TRANSFER_CHANGED"]
    assert [(event.scope_id, event.body) for event in told] == [
        (person.scope_id, {"bulk_transfer": str(bulk)})
    ] * 2
    assert len([event for event in desk.published if event.kind == "MOVED_IN"]) == 12


async def test_a_conversation_given_twice_moves_once(desk: Desk):
    (one,) = await conversations(desk, 1)
    bulk = await ask(desk, [one, one])

    await run(desk, bulk)

    assert await standing(desk) == ("COMPLETED", 1, 0)


async def test_the_same_key_is_the_same_bulk_transfer(desk: Desk):
    ids = await conversations(desk, 1)
    actor, target = await desk.actor("ann"), await desk.place("B")
    key = idempotency_key("once", "transferConversations", {"ids": ids})

    made = [await request_bulk_transfer(actor, ids, TransferRequest(target.id), key=key) for _ in range(2)]

    assert made[0] == made[1]
    assert len(await desk.jobs(BULK_TRANSFER)) == 1


async def test_bad_requests_are_refused_and_leave_nothing(desk: Desk):
    actor, target = await desk.actor("ann"), await desk.place("B")
    ids = await conversations(desk, 1)
    nobody = Viewer(desk.tenant_id, actor.user_id, None, {}, {})
    refused = {
        "EMPTY": (actor, [], TransferRequest(target.id)),
        "LIMIT_EXCEEDED": (
            actor,
            [uuid4() for _ in range(MOST_CONVERSATIONS + 1)],
            TransferRequest(target.id),
        ),
        "NOT_FOUND": (actor, ids, TransferRequest(uuid4())),
        "NOT_ALLOWED": (replace(actor, viewer=nobody), ids, TransferRequest(target.id)),
        "INVALID": (actor, ids, TransferRequest(target.id, note="\x00")),
    }

    for code, (who, which, request) in refused.items():
        with pytest.raises(Refused) as no:
            await request_bulk_transfer(who, which, request)
        assert no.value.code == code

    assert await desk.value("SELECT count(*) FROM bulk_transfer") == 0
    assert await desk.jobs(BULK_TRANSFER) == []


async def test_an_inactive_destination_is_refused_at_once(desk: Desk):
    await desk.rows("UPDATE location SET active = false WHERE external_id = 'B'")

    with pytest.raises(Refused) as no:
        await ask(desk, await conversations(desk, 1))

    assert no.value.code == "INACTIVE_LOCATION"


async def test_a_worker_does_it_and_the_notices_go_out(desk: Desk, database_url: str):
    carrier = ToldCarrier()
    async with running_worker(desk.services, carrier, database_url, rhythm=QUICK):
        await ask(desk, await conversations(desk, 3))

        async def done():
            return await standing(desk) == ("COMPLETED", 3, 0) and len(carrier.asked) == 3

        await eventually(done)

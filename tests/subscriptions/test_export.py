"""A file that is being made, watched."""

import asyncio
from dataclasses import replace
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from graph.ids import global_id
from localmessages.actions.export_changes import cancel_export
from localmessages.actions.exports import create_export
from localmessages.gateways.disk_storage import DiskStorage
from localmessages.jobs.exports import make_export
from localmessages.rules.exports import ExportFormat
from tests.subscriptions.watching import Watched, watched
from tests.support.desk import open_desk
from tests.support.exports import A_WEEK
from tests.support.slow_storage import Gate, StoppingStorage

EXPORT = "subscription ($id: ID!) { exportProgress(id: $id) { status rows totalRows downloadUrl } }"
WAITING = {"status": "QUEUED", "rows": 0, "totalRows": None, "downloadUrl": None}


@pytest.fixture(params=[False, True], ids=["alone", "together"])
async def town(database, open_hub, request) -> Watched:
    """Olive owns all, Ann works at A."""
    return watched(await open_desk(database), await open_hub(poll_seconds=0.2), together=request.param)


async def waiting(town: Watched, who: str = "owner") -> UUID:
    actor, services = await town.desk.actor(who), town.desk.services
    async with services.transaction() as tx:
        return await create_export(
            tx,
            services,
            viewer=actor.viewer,
            source=A_WEEK,
            format=ExportFormat.CSV,
            title="A week",
            at=actor.now,
        )


async def test_it_is_seen_from_now_on_until_it_is_there(town: Watched, tmp_path: Path):
    await town.desk.exchange()
    gate = Gate()
    services = replace(town.desk.services, storage=StoppingStorage(tmp_path, gate.stop))
    key = await waiting(town)
    async with town.watching("owner", EXPORT, id=global_id("Export", key)) as olive:
        assert await olive.next() == WAITING
        making = asyncio.create_task(make_export(services, town.desk.tenant_id, key))
        states = [await olive.next()]
        while states[-1]["rows"] < 2:
            states.append(await olive.next())
        gate.open()
        await asyncio.wait_for(making, 20)
        while states[-1]["status"] == "RUNNING":
            states.append(await olive.next())
        assert await olive.answer() is None

    *running, done = states
    assert {state["status"] for state in running} == {"RUNNING"}
    assert [state["rows"] for state in states] == sorted(state["rows"] for state in states)
    assert (done["status"], done["rows"], done["totalRows"]) == ("COMPLETED", 2, 2)
    assert running[-1]["totalRows"] == 2
    assert done["downloadUrl"].startswith("http")


async def test_it_ends_when_it_is_called_off(town: Watched, tmp_path: Path):
    key = await waiting(town)
    async with town.watching("owner", EXPORT, id=global_id("Export", key)) as olive:
        assert await olive.next() == WAITING
        await cancel_export(await town.desk.actor("owner"), key)
        assert (await olive.next())["status"] == "CANCELED"
        assert await olive.answer() is None


async def test_one_that_is_there_is_told_once(town: Watched, tmp_path: Path):
    key = await waiting(town)
    services = replace(town.desk.services, storage=DiskStorage(tmp_path))
    await make_export(services, town.desk.tenant_id, key)

    async with town.watching("owner", EXPORT, id=global_id("Export", key)) as olive:
        assert (await olive.next())["status"] == "COMPLETED"
        assert await olive.answer() is None


async def test_nobody_watches_what_is_not_theirs(town: Watched):
    for key in (await waiting(town), uuid4()):
        async with town.watching("ann", EXPORT, id=global_id("Export", key)) as ann:
            assert await ann.error() == "BAD_USER_INPUT"

"""Rights as of an instant."""

import asyncio

from subscriptions.rights import Rights
from tests.support.desk import open_desk


async def test_an_answer_that_was_asked_for_too_early_is_asked_for_again(database):
    desk = await open_desk(database)
    rights = Rights(desk.services, lambda _: None)
    soon = asyncio.get_running_loop().time() + 0.02

    catalogues = await asyncio.gather(*(rights.as_of(desk.tenant_id, soon) for _ in range(3)))

    assert asyncio.get_running_loop().time() >= soon
    assert all(catalogue is rights.latest(desk.tenant_id) for catalogue in catalogues)

"""Clients that stop reading cost nobody anything, and are told of everything when they go on."""

import signal

from tests.faults.check import differences
from tests.faults.people_elsewhere import PeopleElsewhere
from tests.faults.writing import Writer
from tests.support.logs import ANN
from tests.support.waiting import eventually

SOCKETS, TEXTS = 5, 100
LONG = "All work and no play makes Jack a dull boy. " * 35
ROOM = 24 * 2**20
"""Half of what all that was not read would take."""


async def test_clients_stop_and_go_on(house):
    api = await house.open_api()
    await house.follow("owner")
    writer = Writer(house.desk, 9)
    await writer.text(LONG, to=ANN)
    people = PeopleElsewhere(api.url, await house.token("ann"), SOCKETS)
    try:
        start = (await people.told())[0].start
        before = api.child.memory
        people.child.signal(signal.SIGSTOP)
        for _ in range(TEXTS):
            await writer.text(LONG, to=ANN)
        await house.settle()
        assert api.child.memory - before < ROOM
        people.child.signal(signal.SIGCONT)
        await writer.text(to=ANN)

        log = await house.log_at("A", start=start)

        async def all_are_there():
            return all(not log.rest(cursor) for cursor in await people.cursors())

        await eventually(all_are_there, within=60)
        for told in await people.told():
            assert differences(log, told.start, told.seen) == []
    finally:
        await people.child.kill()

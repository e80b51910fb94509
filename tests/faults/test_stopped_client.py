"""Clients that stop reading cost nobody anything, and are told of everything when they go on."""

import signal

from tests.faults.check import differences
from tests.faults.people_elsewhere import PeopleElsewhere
from tests.faults.writing import Writer
from tests.support.logs import ANN
from tests.support.waiting import eventually

SOCKETS, TEXTS = 6, 150
LONG = "All work and no play makes Jack a dull boy. " * 35
ROOM = 48 * 2**20
"""Less than what all that was not read would take: 85 MB."""


async def test_clients_stop_and_go_on(house):
    api = await house.open_api()
    await house.follow("owner")
    writer = Writer(house.desk, 9)
    await writer.text(LONG, to=ANN)
    people = PeopleElsewhere(api.url, await house.token("ann"), SOCKETS)
    try:
        assert all(told.seen == [] for told in await people.told())
        before = api.child.memory
        people.child.signal(signal.SIGSTOP)
        for _ in range(TEXTS):
            await writer.text(LONG, to=ANN)
        await house.settle()
        assert api.child.memory - before < ROOM
        people.child.signal(signal.SIGCONT)
        await writer.text(to=ANN)

        for number in range(SOCKETS):
            log = await house.log_at("A", start=(await people.told())[number].start)

            async def is_there(number=number, log=log):
                return not log.rest((await people.told())[number].cursor)

            await eventually(is_there, within=60)
            told = (await people.told())[number]
            assert differences(log, told.start, told.seen) == []
    finally:
        await people.child.kill()

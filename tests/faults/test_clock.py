"""Clocks that are put forward and back by an hour: nobody misses anything, since no position holds a time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from tests.faults.writing import Writer


async def test_clocks_are_stepped_by_an_hour(house):
    api = await house.open_api()
    await house.follow("owner", "ann")
    ahead = timedelta()
    house.desk.services = replace(house.desk.services, clock=lambda: datetime.now(UTC) + ahead)
    writer = Writer(house.desk, 11)

    await writer.acts(20)
    for there, here in ((1, 0), (0, 1), (-2, 0), (0, -2)):
        await api.step_clock(there)
        ahead += timedelta(hours=here)
        await writer.acts(20)
        await house.settle()

"""The Locations page of fifty locations over thirty days, through HTTP."""

from itertools import repeat
from typing import Any

from bench import http_client, servers
from bench.cpu import Meter, PostgresCpu
from bench.figures import Figure, below, not_measured
from bench.operations import COUNTS, MEDIANS, of_the_console
from bench.town import Town

WHOLE = "locationsSummary, 50 locations, 30 days: every part, with days and the window before"


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """The page as the console asks for it, and less of it."""
    postgres = await PostgresCpu.of(town.database_url)
    async with servers.ours(town, redis_url) as running:

        async def figure(what: str, goal: float, document: str, **variables: Any) -> Figure:
            asked = http_client.request(document, town.token, variables)
            await http_client.one_client(running.port, repeat(asked), seconds / 8)
            meter = Meter(running.process, postgres)
            times = await http_client.one_client(running.port, repeat(asked), seconds)
            return below(what, times, goal, meter.spent(len(times)))

        return [
            await figure(WHOLE, 80, of_the_console("LocationsPage"), window={"last": "DAYS_30"}),
            await figure("locationsSummary, the window alone, with medians", 80, MEDIANS),
            await figure("locationsSummary, counts alone", 15, COUNTS),
            not_measured(
                "flat from 1 M to 10 M messages outside the window", "run it with --messages", "flat"
            ),
        ]

"""The Locations page of fifty locations over thirty days, through HTTP."""

from itertools import repeat
from typing import Any

from bench import http_client, servers
from bench.figures import Figure, Times, below, not_measured
from bench.operations import COUNTS, MEDIANS, of_the_console
from bench.town import Town

THIRTY_DAYS = {"window": {"last": "DAYS_30"}}


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """The page as the console asks for it, and less of it."""
    async with servers.ours(town, redis_url) as running:

        async def times(document: str, variables: dict[str, Any] | None = None) -> Times:
            asked = http_client.request(document, town.token, variables)
            await http_client.one_client(running.port, repeat(asked), seconds / 8)
            return await http_client.one_client(running.port, repeat(asked), seconds)

        return [
            below(
                "locationsSummary, 50 locations, 30 days: every part, with days and the window before",
                await times(of_the_console("LocationsPage"), THIRTY_DAYS),
                80,
            ),
            below("locationsSummary, the window alone, with medians", await times(MEDIANS), 80),
            below("locationsSummary, counts alone", await times(COUNTS), 15),
            not_measured(
                "flat from 1 M to 10 M messages outside the window", "run it with --messages", "flat"
            ),
        ]

"""The Messages Report of fifty locations over thirty days, through HTTP."""

from itertools import repeat
from typing import Any

import asyncpg

from bench import http_client, servers
from bench.cpu import Meter, PostgresCpu
from bench.figures import Figure, below
from bench.operations import REPORT_ROWS, REPORT_TILES
from bench.town import Town
from graph.ids import global_id
from localmessages.rules.ordering import OrderDirection
from localmessages.rules.report import ReportColumn

WINDOW = {"last": "DAYS_30"}
SEARCHES = {
    "a very common word": "mower",
    "a common word": "article3",
    "a rare word": "article497",
    "a number": "+1207555",
    "a name": "Ada Abbott",
    "an invoice": "INV-1000003",
    "part of a link": "orders/1234",
    "nothing that is there": "nowhere",
}


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """The tiles by filter, the first page by column, and by what is searched for."""
    postgres = await PostgresCpu.of(town.database_url)
    filters = await _filters(town)
    async with servers.ours(town, redis_url) as running:

        async def figure(what: str, goal: float, document: str, **variables: Any) -> Figure:
            asked = http_client.request(document, town.token, variables)
            await http_client.one_client(running.port, repeat(asked), 0, most=3)
            meter = Meter(running.process, postgres)
            times = await http_client.one_client(running.port, repeat(asked), seconds / 3)
            return below(what, times, goal, meter.spent(len(times)))

        async def rows(what: str, goal: float, **variables: Any) -> Figure:
            return await figure(f"report rows, {what}", goal, REPORT_ROWS, filter=filters["all"], **variables)

        return [
            *[
                await figure(f"report tiles of {name}", 150, REPORT_TILES, filter=chosen)
                for name, chosen in filters.items()
            ],
            *[
                await rows(
                    f"by {column} {direction}",
                    5 if column is ReportColumn.SENT_AT else 150,
                    orderBy={"column": column, "direction": direction},
                )
                for column in ReportColumn
                for direction in OrderDirection
            ],
            *[await rows(f"search for {what}", 100, search=search) for what, search in SEARCHES.items()],
        ]


async def _filters(town: Town) -> dict[str, dict[str, Any]]:
    connection = await asyncpg.connect(town.database_url)
    try:

        async def ids(kind: str, table: str, name: str) -> list[str]:
            rows = await connection.fetch(
                f"SELECT id FROM {table} WHERE external_id LIKE $1 ORDER BY external_id", name
            )
            return [global_id(kind, row["id"]) for row in rows]

        agents = await ids("User", "app_user", "agent-%")
        campaigns = await ids("Campaign", "campaign", "campaign-%")
        tags = await ids("Tag", "tag", "tag-%")
        places = await ids("Location", "location", "place-%")
    finally:
        await connection.close()
    chosen: dict[str, dict[str, Any]] = {
        "all": {},
        "one person": {"agentIds": agents[10:11]},
        "all fifty people": {"agentIds": agents},
        "one campaign": {"campaignIds": campaigns[:1]},
        "any of three tags": {"tags": {"anyOf": tags[:3]}},
        "both of two tags": {"tags": {"allOf": tags[1:3]}},
        "five locations": {"locationIds": places[:5]},
        "five locations, their people, a tag": {
            "locationIds": places[:5],
            "agentIds": agents[:5],
            "tags": {"anyOf": tags[:1]},
        },
    }
    return {name: {"window": WINDOW, **given} for name, given in chosen.items()}

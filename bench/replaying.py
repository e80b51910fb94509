"""Loading logs in bulk."""

import gzip
import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import chain
from pathlib import Path

import orjson
import psutil

from bench import cpu
from bench.company import NOW, PLACES, number_of, phrases, set_up
from bench.cpu import Meter, PostgresCpu
from bench.figures import Figure, at_least, not_measured
from bench.town import empty_database
from localmessages.replay import replay_lines
from localmessages.services import Services
from models.catalogue import Catalogues
from models.database import open_database

BATCH = 20_000
GOAL = 20_000
TOWN = Path(os.environ.get("TOWN_DIR") or Path(__file__).parents[2] / "shared" / "data") / "town.jsonl.gz"


async def measure(server_url: str, lines: int) -> list[Figure]:
    """A log of our own making, and the town's where it is there."""
    figures = [await _loaded(server_url, "replay --batch, a generated log", [*set_up(), *_log(lines)])]
    if not TOWN.exists():
        return [*figures, not_measured("replay --batch, the town's log", "name its folder in TOWN_DIR")]
    with gzip.open(TOWN) as town:
        return [*figures, await _loaded(server_url, "replay --batch, the town's log", list(town))]


async def _loaded(server_url: str, what: str, lines: list[bytes]) -> Figure:
    async with empty_database(server_url, "replayed") as url:
        database = await open_database(url)
        try:
            with cpu.pinned(cpu.cores()[0]):
                meter = Meter(psutil.Process(), await PostgresCpu.of(url))
                started = time.perf_counter()
                await replay_lines(Services(database, Catalogues()), lines, batch=BATCH)
                took = time.perf_counter() - started
                spent = meter.spent(len(lines))
        finally:
            await database.close()
    return at_least(
        what, len(lines) / took, GOAL, "lines/s", f"{len(lines):,} lines in {took:.1f} s; {spent}"
    )


def _log(lines: int) -> Iterator[bytes]:
    """A customer's text, the answer, its delivery; of two thousand customers in turn."""
    words = phrases()
    exchanges = range((lines + 2) // 3)
    return (orjson.dumps(line) for line in chain.from_iterable(_exchange(n, words) for n in exchanges))


def _exchange(number: int, words: list[str]) -> list[dict[str, object]]:
    at = NOW - timedelta(days=100) + timedelta(seconds=100 * number)
    place = number % PLACES
    customer, ours = f"+1200555{number % 2000:04}", number_of(place)
    said = words[number % len(words)]
    answer = f"OUT{number}"
    return [
        {"do": "inbound", "at": _at(at), "sid": f"IN{number}", "from": customer, "to": ours, "body": said},
        {
            "do": "outbound",
            "at": _at(at + timedelta(seconds=40)),
            "sid": answer,
            "from": ours,
            "to": customer,
            "body": "Yes, it is.",
            "origin": "AGENT",
            "agent": f"agent-place-{place:02}",
        },
        {"do": "status", "at": _at(at + timedelta(seconds=43)), "sid": answer, "status": "delivered"},
    ]


def _at(instant: datetime) -> str:
    return instant.isoformat()

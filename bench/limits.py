"""Who keeps within the limit while others ask as fast as they can: how long they wait for it."""

import asyncio
import time
from collections import Counter
from datetime import timedelta
from uuid import UUID

import asyncpg

from bench import http_client, servers
from bench.company import NOW
from bench.cpu import Meter, PostgresCpu
from bench.figures import Figure, Times
from bench.operations import INBOX_PAGE, with_fragments
from bench.town import SECRET, Town
from localmessages.auth import issue_token

CLIENTS, PEOPLE = 200, 10
A_SECOND = 10
# As often as somebody at work asks at most, and within the limit.
PAUSE = 0.125
LONG_SECONDS = 60.0
GOAL = 3.0


async def measure(town: Town, redis_url: str, seconds: float) -> list[Figure]:
    """Quiet first, then beside the crowd, which has used up its limit before it is measured."""
    # Of a short measurement the 99th percentile says nothing.
    span = min(LONG_SECONDS, 10 * seconds)
    page = with_fragments(INBOX_PAGE)
    owner = http_client.request(page, town.token)
    crowd = [http_client.request(page, token) for token in await _tokens(town)]
    terms = {"requests_per_viewer": round(A_SECOND * span), "requests_seconds": span}
    async with servers.ours(town, redis_url, **terms) as running:
        await _paced(running.port, owner, span / 10)
        quiet = await _paced(running.port, owner, span / 2)
        answers: Counter[str] = Counter()
        clients = [
            asyncio.create_task(_hurry(running.port, crowd[n % PEOPLE], answers)) for n in range(CLIENTS)
        ]
        try:
            await _used_up(answers)
            answers.clear()
            meter = Meter(running.process, await PostgresCpu.of(town.database_url))
            beside = await _paced(running.port, owner, span)
            spent = meter.spent(answers.total() + len(beside))
        finally:
            for client in clients:
                client.cancel()
            await asyncio.gather(*clients, return_exceptions=True)
    ratio = beside.ms(0.99) / quiet.ms(0.99)
    told = ", ".join(f"{count:,} × {status}" for status, count in sorted(answers.items()))
    return [
        Figure(f"inbox page, a viewer within the limit, every {PAUSE * 1000:g} ms, quiet", str(quiet)),
        Figure(
            f"the same beside {CLIENTS} clients over it for {span:.0f} s",
            f"{beside}; p99 is {ratio:.2f} × the quiet one; they were told {told}; {spent}",
            f"p99 < {GOAL:g} × quiet",
            ratio < GOAL,
        ),
    ]


async def _tokens(town: Town) -> list[str]:
    connection = await asyncpg.connect(town.database_url)
    try:
        rows = await connection.fetch(
            "SELECT id FROM app_user WHERE tenant_id = $1 AND id <> $2 ORDER BY id LIMIT $3",
            *(town.tenant_id, town.viewer_id, PEOPLE),
        )
    finally:
        await connection.close()
    return [_token(town, row["id"]) for row in rows]


def _token(town: Town, user_id: UUID) -> str:
    return issue_token(SECRET, town.tenant_id, user_id, now=NOW, lasts=timedelta(days=365))[0]


async def _paced(port: int, request: bytes, seconds: float) -> Times:
    """How long each request takes, one at its time."""
    times = Times()
    async with http_client.connected(port) as client:
        started = time.perf_counter()
        while (due := started + len(times) * PAUSE) < started + seconds:
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            asked = time.perf_counter()
            await client.send(request)
            times.append(time.perf_counter() - asked)
    return times


async def _hurry(port: int, request: bytes, answers: Counter[str]) -> None:
    """Ask again as soon as there is an answer, whatever it says; on a new connection where one is closed."""
    while True:
        try:
            async with http_client.connected(port) as client:
                while True:
                    head, _ = await client.ask(request)
                    answers[head[9:12].decode()] += 1
        except OSError:
            await asyncio.sleep(0)


async def _used_up(answers: Counter[str]) -> None:
    """Wait until everybody of the crowd has been refused."""
    while answers["429"] < CLIENTS:  # noqa: ASYNC110  (200 clients count here)
        await asyncio.sleep(0.05)

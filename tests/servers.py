"""The servers of one test process, held for as long as its standard input is open.

Whatever happens to the tests, the pipe closes, and the last holder stops PostgreSQL. Each process has a Redis
of its own: publish and subscribe know no database numbers.
"""

import asyncio
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]


@dataclass(frozen=True)
class TestServers:
    __test__ = False

    database_url: str
    """The server's own database, for CREATE DATABASE alone."""
    redis_url: str

    def url_of(self, database: str) -> str:
        return self.database_url.replace("/localmessages?", f"/{database}?")


@contextmanager
def running_servers(shared: Path, own: Path) -> Iterator[TestServers]:
    command = [sys.executable, "-m", "tests.servers", str(shared), str(own)]
    holder = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert holder.stdin
    assert holder.stdout
    try:
        answer = holder.stdout.readline()
        assert answer, "the servers of the tests did not start; the reason is above"
        yield TestServers(**json.loads(answer))
    finally:
        holder.stdin.close()
        holder.wait(timeout=30)
        holder.stdout.close()


async def hold(shared: Path, own: Path) -> None:
    from localmessages.embedded import THROWAWAY, embedded

    async with (
        embedded(shared, redis_url="none", tuning=THROWAWAY) as postgres,
        embedded(own, database_url="none") as redis,
    ):
        print(json.dumps({"database_url": postgres.database_url, "redis_url": redis.redis_url}), flush=True)
        await asyncio.to_thread(sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(hold(Path(sys.argv[1]), Path(sys.argv[2])))

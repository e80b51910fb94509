"""PostgreSQL and Redis of our own, out of their wheels, under our own supervisor."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from localmessages.embedded.cluster import DURABLE, THROWAWAY, Tuning
from localmessages.embedded.errors import ServerStartError
from localmessages.embedded.home import open_data_dir, prepare_home
from localmessages.embedded.postgres import Postgres
from localmessages.embedded.redis import Redis
from localmessages.embedded.supervisor import Server, locked, supervised

__all__ = ["DURABLE", "THROWAWAY", "ServerStartError", "Servers", "Tuning", "embedded"]


@dataclass(frozen=True)
class Servers:
    database_url: str
    redis_url: str


@asynccontextmanager
async def embedded(
    data_dir: Path,
    *,
    database_url: str | None = None,
    redis_url: str | None = None,
    tuning: Tuning = DURABLE,
) -> AsyncIterator[Servers]:
    """The servers of the installation in `data_dir`, answering; a URL that is given stands instead of one.

    Raises `ServerStartError`. See `supervised` for who stops them.
    """
    if database_url and redis_url:
        yield Servers(database_url, redis_url)
        return
    data_dir = open_data_dir(data_dir)
    async with locked(data_dir / ".gate"):
        home = prepare_home(data_dir)
    postgres, redis = Postgres(home, tuning), Redis(home)
    ours: list[Server] = []
    if not database_url:
        ours.append(postgres)
    if not redis_url:
        ours.append(redis)
    async with supervised(data_dir, ours):
        yield Servers(database_url or postgres.url, redis_url or redis.url)

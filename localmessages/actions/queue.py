"""Jobs in PostgreSQL: put there in the transaction of the change that asks for them."""

from datetime import timedelta
from typing import Any

import asyncpg
import orjson
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

SEND = "send"
RECEIPT = "receipt"
BULK_TRANSFER = "bulk_transfer"


async def enqueue(
    connection: asyncpg.Connection, job: str, payload: dict[str, Any], *, after: timedelta | None = None
) -> None:
    """Ask for a job; it exists once the transaction of `connection` commits."""
    queries = Queries(AsyncpgDriver(connection))
    await queries.enqueue(job, orjson.dumps(payload, default=str), execute_after=after)

"""Jobs in PostgreSQL: put there in the transaction of the change that asks for them."""

from datetime import timedelta
from typing import Any

import asyncpg
import orjson
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

SEND = "send"
RECEIPT = "receipt"
CLICK = "click"
BULK_TRANSFER = "bulk_transfer"
EXPORT = "export"
MAIL = "mail"
REPORT_MAIL = "report_mail"
PASSWORD_RESET = "password_reset"
SIGN_IN_REFUSED = "sign_in_refused"


class _Driver(AsyncpgDriver):
    """Over our connections, which encode JSON themselves: what the library encoded would be so twice."""

    async def fetch(self, query: str, *args: object) -> list[dict[str, object]]:
        *given, headers = args
        assert isinstance(headers, list)
        return await super().fetch(query, *given, [orjson.loads(one) for one in headers])


async def enqueue(
    connection: asyncpg.Connection, job: str, payload: dict[str, Any], *, after: timedelta | None = None
) -> None:
    """Ask for a job; it exists once the transaction of `connection` commits."""
    await Queries(_Driver(connection)).enqueue(job, orjson.dumps(payload, default=str), execute_after=after)

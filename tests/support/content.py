"""What a database holds, whatever the keys of the rows are."""

from typing import Any
from uuid import UUID

import asyncpg

TABLES = (
    "account",
    "location",
    "location_number",
    "location_hours",
    "app_user",
    "membership",
    "tag",
    "campaign",
    "contact",
    "conversation",
    "conversation_tag",
    "message",
    "message_status",
    "note",
    "conversation_change",
    "wait",
    "transfer",
    "tracked_link",
    "link_click",
    "payment_request",
    "payment_event",
    "consent_change",
    "replay_line",
    "live_event",
)


async def row_counts(connection: asyncpg.Connection) -> dict[str, int]:
    """How many rows each table has."""
    return {table: await connection.fetchval(f"SELECT count(*) FROM {table}") for table in TABLES}


async def content(connection: asyncpg.Connection) -> dict[str, list[Any]]:
    """Every row, with keys numbered in the order of the rows: two databases are alike if these are equal."""
    names: dict[UUID, int] = {}

    def plain(value: Any) -> Any:
        if isinstance(value, UUID):
            return f"#{names.setdefault(value, len(names))}"
        if isinstance(value, list):
            return [plain(item) for item in value]
        return value

    def known(value: Any) -> Any:
        """The same for sorting: what has no number yet tells nothing."""
        if isinstance(value, list):
            return [known(item) for item in value]
        return names.get(value, -1) if isinstance(value, UUID) else value

    found = {}
    for table in TABLES:
        if table in ("live_event", "location_number"):
            continue
        rows = await connection.fetch(f"SELECT * FROM {table}")
        rows.sort(key=lambda row: str([known(value) for value in row.values()]))
        found[table] = [
            {name: plain(value) for name, value in row.items() if name not in ("created_at", "scope_id")}
            for row in rows
        ]
    return found

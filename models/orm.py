"""How Tortoise reaches the database: the same server, a small pool of its own, or our transaction."""

from typing import Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

import asyncpg
from tortoise import connections
from tortoise.backends.asyncpg.client import AsyncpgDBClient, TransactionWrapper


def orm_config(database_url: str) -> dict[str, Any]:
    """Tortoise's configuration for an asyncpg DSN, Unix sockets (`?host=/run/…`) included."""
    url = urlsplit(database_url)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    credentials = {
        "host": unquote(query.get("host") or url.hostname or "localhost"),
        "port": int(query.get("port") or url.port or 5432),
        "user": unquote(query.get("user") or url.username or "") or None,
        "password": unquote(query.get("password") or url.password or "") or None,
        "database": unquote(url.path.lstrip("/")) or query.get("dbname"),
        "minsize": 0,
        "maxsize": 2,
        "statement_cache_size": 0,
    }
    return {
        "connections": {"default": {"engine": "tortoise.backends.asyncpg", "credentials": credentials}},
        "apps": {
            "models": {
                "models": ["models"],
                "migrations": "models.migrations",
                "default_connection": "default",
            }
        },
        "use_tz": True,
        "timezone": "UTC",
    }


def orm_on(connection: asyncpg.Connection) -> TransactionWrapper:
    """A Tortoise client that speaks over `connection`, inside whatever transaction it has open.

    Pass it as `using_db`. Never open a transaction through it.
    """
    parent = cast(AsyncpgDBClient, connections.get("default"))
    client = TransactionWrapper(parent)
    client._connection = connection
    return client

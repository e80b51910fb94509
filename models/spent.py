"""What the database has cost the request that runs, whoever asks it on the way."""

from contextvars import ContextVar
from dataclasses import dataclass

from asyncpg.connection import LoggedQuery


@dataclass(slots=True)
class Spent:
    """Of one request or operation."""

    statements: int = 0
    sql_seconds: float = 0.0
    wait_seconds: float = 0.0
    """For a connection of the pool."""


# The driver tells of a statement in the context of whoever asked for it.
spent: ContextVar[Spent | None] = ContextVar("spent", default=None)


def count_statement(query: LoggedQuery) -> None:
    """Add a statement of a connection to what is spent."""
    if (account := spent.get()) is not None:
        account.statements += 1
        account.sql_seconds += query.elapsed


def count_wait(seconds: float) -> None:
    """Add a wait for a connection."""
    if (account := spent.get()) is not None:
        account.wait_seconds += seconds

"""What the database has cost the request that runs, whoever asks it on the way."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass

from asyncpg.connection import LoggedQuery

from localmessages import metrics


@dataclass(slots=True)
class Spent:
    """Of one request or operation."""

    statements: int = 0
    sql_seconds: float = 0.0
    wait_seconds: float = 0.0
    """For a connection of the pool."""


# The driver tells of a statement in the context of whoever asked for it.
spent: ContextVar[Spent | None] = ContextVar("spent", default=None)
# Who else wants to know of it.
on_statement: Callable[[LoggedQuery], None] | None = None


def count_statement(query: LoggedQuery) -> None:
    """Add a statement of a connection to what is spent."""
    metrics.STATEMENT_SECONDS.observe(query.elapsed)
    if (account := spent.get()) is not None:
        account.statements += 1
        account.sql_seconds += query.elapsed
    if on_statement is not None:
        on_statement(query)


def count_wait(seconds: float) -> None:
    """Add a wait for a connection."""
    metrics.POOL_WAIT_SECONDS.observe(seconds)
    if (account := spent.get()) is not None:
        account.wait_seconds += seconds

"""What a file is made of: columns, and rows as they come from a cursor of the server."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum, auto
from typing import Any, Generic, TypeAlias, TypeVar

import asyncpg

R = TypeVar("R")

BATCH = 1_000

Cell: TypeAlias = str | int | float | Decimal | bool | datetime | None


class Kind(Enum):
    """What stands in a column."""

    TEXT = auto()
    PHONE = auto()
    """A number in E.164, checked when it came in: it begins with + and is no formula."""
    NUMBER = auto()
    YES_NO = auto()
    INSTANT = auto()
    """A local time, without a zone: the heading names it."""


@dataclass(frozen=True, slots=True)
class Column(Generic[R]):
    """A column: its heading, and what of a row stands in it; None is an empty cell."""

    heading: str
    value: Callable[[R], Cell]
    kind: Kind = Kind.TEXT


@dataclass(frozen=True, slots=True)
class Table(Generic[R]):
    """A question about a snapshot. All that is read of it is read over one connection, which is in it.

    `rows` gives the answer in parts that fit in memory, each read to its end before it is handed out.
    """

    title: str
    columns: Sequence[Column[R]]
    count: Callable[[asyncpg.Connection], Awaitable[int]]
    rows: Callable[[asyncpg.Connection], AsyncIterator[Sequence[R]]]

    def cells(self, row: R) -> list[Cell]:
        """What stands in a row."""
        return [column.value(row) for column in self.columns]


AnyTable: TypeAlias = Table[Any]


async def streamed(
    connection: asyncpg.Connection, statement: str, args: Sequence[Any]
) -> AsyncIterator[list[asyncpg.Record]]:
    """The answer of a statement in parts, through a cursor: no more than one part is ever in memory."""
    cursor = await connection.cursor(statement, *args)
    while records := await cursor.fetch(BATCH):
        yield records


async def in_one(rows: Sequence[R]) -> AsyncIterator[Sequence[R]]:
    """Rows that are all there."""
    for start in range(0, len(rows), BATCH):
        yield rows[start : start + BATCH]

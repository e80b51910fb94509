"""Pages by key: what a page asks for, its cursors, and the SQL that finds it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from localmessages.reports.cursor import decode, encode

R = TypeVar("R")

DEFAULT = 25
MOST = 100


class BadPage(ValueError):
    """The arguments of a page contradict each other."""


class PageTooLong(BadPage):
    """More was asked for than a page holds."""

    def __init__(self, name: str, value: int, limit: int) -> None:
        super().__init__(
            f"`{name}` is {value}, but a page holds at most {limit}. Ask for the rest by cursor."
        )
        self.value = value
        self.limit = limit


@dataclass(frozen=True, slots=True)
class Page:
    """How much of a list is asked for, from which end, and between which cursors."""

    size: int = DEFAULT
    backward: bool = False
    after: str | None = None
    before: str | None = None

    @classmethod
    def of(cls, first: int | None, after: str | None, last: int | None, before: str | None) -> Page:
        if first is not None and last is not None:
            raise BadPage("Give `first` or `last`, not both.")
        if last is not None:
            return cls(_size("last", last), True, after, before)
        return cls(DEFAULT if first is None else _size("first", first), False, after, before)

    @property
    def rows(self) -> int:
        """How many rows to fetch: one more than the page, to see whether there is more."""
        return self.size + 1

    @property
    def limit(self) -> str:
        """How many rows to fetch, in SQL."""
        return str(self.rows)

    def cut(self, rows: Sequence[R], *, more_behind: bool | None = None) -> Slice[R]:
        """Make a page of up to `rows` rows, fetched in the order in which the page walks.

        `more_behind` says whether anything lies on the other side of the cursor, if it was looked up
        (`Keyset.behind`); without it, the item of the cursor itself is taken to be there still.
        """
        beyond = len(rows) > self.size
        items = list(rows[: self.size])
        far, near = (self.after, self.before) if self.backward else (self.before, self.after)
        ahead = beyond or far is not None
        behind = near is not None if more_behind is None else more_behind
        if self.backward:
            items.reverse()
            return Slice(items, has_next=behind, has_previous=ahead)
        return Slice(items, has_next=ahead, has_previous=behind)


@dataclass(frozen=True, slots=True)
class WholeList(Page):
    """All of a list, for a cursor of the server: what an export reads is its page without an end."""

    @property
    def limit(self) -> str:
        return "ALL"


@dataclass(frozen=True, slots=True)
class Slice(Generic[R]):
    """The rows of a page in the list's order, and whether the list goes on at either end."""

    items: list[R]
    has_next: bool
    has_previous: bool


def _size(name: str, value: int) -> int:
    if value < 1:
        raise BadPage(f"`{name}` is {value}, but must be at least 1.")
    if value > MOST:
        raise PageTooLong(name, value, MOST)
    return value


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an order: its SQL expression and its PostgreSQL type. Nulls are last either way."""

    sql: str
    type: str
    descending: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Keyset:
    """A total order of a list; the last column is unique. `kind` names the list and its order in cursors."""

    kind: str
    columns: tuple[Column, ...]

    def cursor(self, *values: Any) -> str:
        """The cursor of the row that has these values in the columns of the order."""
        return encode(self.kind, values)

    def values(self, cursor: str) -> tuple[Any, ...]:
        """The values in a cursor; `BadCursor` if it is of another list, or none at all."""
        return decode(self.kind, cursor, [column.type for column in self.columns])

    def order_by(self, page: Page) -> str:
        """The ORDER BY list in which the page walks: reversed for `last`."""
        return ", ".join(_ordered(column, page.backward) for column in self.columns)

    def where(self, page: Page, args: list[Any]) -> str:
        """The condition on rows between the page's cursors. Appends its parameters to `args`."""
        conditions = []
        if page.after is not None:
            conditions.append(self._beyond(self.values(page.after), args, reverse=False))
        if page.before is not None:
            conditions.append(self._beyond(self.values(page.before), args, reverse=True))
        return " AND ".join(conditions) or "TRUE"

    def behind(self, page: Page, args: list[Any]) -> str | None:
        """The condition on rows on the other side of the page's first cursor; None without one."""
        start = page.before if page.backward else page.after
        if start is None:
            return None
        return f"NOT {self._beyond(self.values(start), args, reverse=page.backward)}"

    def _beyond(self, values: Sequence[Any], args: list[Any], *, reverse: bool) -> str:
        if self._is_one_direction():
            return self._row_comparison(values, args, reverse)
        return self._lexicographic(values, args, reverse)

    def _is_one_direction(self) -> bool:
        return len({column.descending for column in self.columns}) == 1 and not any(
            column.nullable for column in self.columns
        )

    def _row_comparison(self, values: Sequence[Any], args: list[Any], reverse: bool) -> str:
        operator = "<" if self.columns[0].descending != reverse else ">"
        parameters = [
            _parameter(column, value, args) for column, value in zip(self.columns, values, strict=True)
        ]
        return f"(({', '.join(c.sql for c in self.columns)}) {operator} ({', '.join(parameters)}))"

    def _lexicographic(self, values: Sequence[Any], args: list[Any], reverse: bool) -> str:
        alternatives = []
        equal: list[str] = []
        for column, value in zip(self.columns, values, strict=True):
            parameter = None if value is None else _parameter(column, value, args)
            alternatives.append(" AND ".join([*equal, _past(column, parameter, reverse)]))
            equal.append(f"{column.sql} IS NULL" if parameter is None else f"{column.sql} = {parameter}")
        return "(" + " OR ".join(f"({alternative})" for alternative in alternatives) + ")"


def _ordered(column: Column, backward: bool) -> str:
    direction = "DESC" if column.descending != backward else "ASC"
    if not column.nullable:
        return f"{column.sql} {direction}"
    return f"{column.sql} {direction} NULLS {'FIRST' if backward else 'LAST'}"


def _parameter(column: Column, value: Any, args: list[Any]) -> str:
    args.append(value)
    return f"${len(args)}::{column.type}"


def _past(column: Column, parameter: str | None, reverse: bool) -> str:
    """That a row's value comes after (or before) a cursor's, where null comes after everything."""
    if parameter is None:
        return f"{column.sql} IS NOT NULL" if reverse else "FALSE"
    operator = "<" if column.descending != reverse else ">"
    if column.nullable and not reverse:
        return f"({column.sql} {operator} {parameter} OR {column.sql} IS NULL)"
    return f"{column.sql} {operator} {parameter}"

"""Pages of lists that are in memory, by key like those of the database."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from localmessages.reports.cursor import BadCursor, decode, encode
from localmessages.reports.keyset import Page, Slice

T = TypeVar("T")


@dataclass(frozen=True)
class Listing(Generic[T]):
    """An order: `kind` names it in cursors, `types` are those of the parts of the key, which is unique."""

    kind: str
    types: Sequence[str]
    key: Callable[[T], tuple[Any, ...]]
    descending: bool = False

    def cursor(self, item: T) -> str:
        """The cursor of an item."""
        return encode(self.kind, self.key(item))

    def page(self, items: Iterable[T], page: Page) -> Slice[T]:
        """A page of the items, which come in any order."""
        ordered = sorted(items, key=self.key, reverse=self.descending)
        low, high = self._values(page.after), self._values(page.before)
        if self.descending:
            low, high = high, low
        rows = [
            item
            for item in ordered
            if (low is None or self.key(item) > low) and (high is None or self.key(item) < high)
        ]
        if page.backward:
            rows.reverse()
        return page.cut(rows[: page.rows])

    def _values(self, cursor: str | None) -> tuple[Any, ...] | None:
        if cursor is None:
            return None
        values = decode(self.kind, cursor, self.types)
        if None in values:
            raise BadCursor
        return values

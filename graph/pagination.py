from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self, TypeVar

import strawberry
from strawberry import UNSET

from localmessages.reports.keyset import Page, Slice

R = TypeVar("R")

First = Annotated[
    int | None,
    strawberry.argument(
        description="How many from the front, at most 100. 25 when neither `first` nor `last` is given."
    ),
]
After = Annotated[
    str | None,
    strawberry.argument(description="Begin after this `pageInfo.endCursor` or edge cursor."),
]
Last = Annotated[
    int | None,
    strawberry.argument(description="How many from the back, at most 100. Not together with `first`."),
]
Before = Annotated[
    str | None,
    strawberry.argument(description="End before this `pageInfo.startCursor` or edge cursor."),
]


def page(first: int | None, after: str | None, last: int | None, before: str | None) -> Page:
    """The page that the four arguments of a connection ask for; left out is as null."""
    return Page.of(*(None if value is UNSET else value for value in (first, after, last, before)))  # type: ignore[arg-type]


@strawberry.type(description="Where a page lies in its list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether something follows this page.")
    has_previous_page: bool = strawberry.field(description="Whether something precedes this page.")
    start_cursor: str | None = strawberry.field(
        description="Cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(description="Cursor of the last item; null on an empty page.")


def computed(description: str) -> Any:
    """A field that is read like an attribute and not given to the constructor."""
    field = strawberry.field(description=description)
    field.init = False
    return field


class Connection:
    """Base of connections: pages made of nodes, whose edges are built only where they are asked for."""

    edge_type: ClassVar[Callable[..., Any]]
    cursor_of: Callable[[Any], str]
    nodes: list[Any]

    def __init_subclass__(cls, edge: Callable[..., Any], **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.edge_type = edge

    @cached_property
    def edges(self) -> list[Any]:
        return [type(self).edge_type(cursor=self.cursor_of(node), node=node) for node in self.nodes]

    @classmethod
    def of(cls, slice: Slice[Any], cursor_of: Callable[[Any], str], **more: Any) -> Self:
        """The connection that shows `slice`; `more` is what the type has besides, such as `total_count`."""
        nodes = slice.items
        info = PageInfo(
            has_next_page=slice.has_next,
            has_previous_page=slice.has_previous,
            start_cursor=cursor_of(nodes[0]) if nodes else None,
            end_cursor=cursor_of(nodes[-1]) if nodes else None,
        )
        made = cls(nodes=nodes, page_info=info, **more)  # type: ignore[call-arg]
        made.cursor_of = cursor_of
        return made

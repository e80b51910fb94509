from __future__ import annotations

import strawberry
from strawberry import UNSET

from graph.pagination import Connection, PageInfo, computed
from graph.types.from_row import FromRow
from graph.types.inputs import NullIfLeftOut
from graph.types.node import Node


@strawberry.type(description="A label for conversations.")
class Tag(Node, FromRow):
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The id in the system that it was imported from; null when made here."
    )
    name: str = strawberry.field(description="Its name, unique in the account tree without regard to case.")
    color: str = strawberry.field(description="Its colour as `#rrggbb`.")


@strawberry.type(description="An item in a list of tags.")
class TagEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Tag = strawberry.field(description="The item.")


@strawberry.type(description="A page of tags.")
class TagConnection(Connection, edge=TagEdge):
    edges: list[TagEdge] = computed("The tags of this page, each with its cursor.")
    nodes: list[Tag] = strawberry.field(description="The tags of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many tags there are on all pages.")


@strawberry.input(one_of=True, description="By tags: exactly one of these.")
class TagFilter(NullIfLeftOut):
    any_of: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="At least one of these tags.",
    )
    all_of: list[strawberry.ID] | None = strawberry.field(default=UNSET, description="Each of these tags.")

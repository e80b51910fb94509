from __future__ import annotations

from typing import TYPE_CHECKING

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import PhoneNumber
from graph.types.from_row import FromRow
from graph.types.node import Node
from localmessages.rules.location import LocationKind

if TYPE_CHECKING:
    from graph.types.location import Location


@strawberry.type(
    description=(
        "The outside of a location: what anyone in the account tree may know of it, so that transfers and "
        "their history can be shown without a look inside."
    ),
)
class Place(Node, FromRow):
    id: strawberry.ID = strawberry.field(
        description=(
            "The id of the place, which differs from that of the location. Both are understood where a "
            "destination is asked for."
        ),
    )
    name: str = strawberry.field(description="The location's name.")
    kind: LocationKind = strawberry.field(description="Store or head office.")
    number: PhoneNumber = strawberry.field(description="The number that its texts come from.")

    @strawberry.field(description="The location itself; null when the viewer may not look inside.")
    async def location(self, info: Info) -> Location | None:
        return await info.context.load.place_location(self, info=info)


@strawberry.type(description="An item in a list of places.")
class PlaceEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Place = strawberry.field(description="The item.")


@strawberry.type(description="A page of places.")
class PlaceConnection(Connection, edge=PlaceEdge):
    edges: list[PlaceEdge] = computed("The places of this page, each with its cursor.")
    nodes: list[Place] = strawberry.field(description="The places of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")

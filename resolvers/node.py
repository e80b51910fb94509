from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.types.node import Node


@strawberry.type
class NodeQueries:
    @strawberry.field(description="The object with this id; null when it does not exist or may not be seen.")
    async def node(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="A global id.")],
    ) -> Node | None:
        return await info.context.load.query_node(id=id, info=info)

    @strawberry.field(
        description=(
            "The objects with these ids, in the same order; null for what does not exist or may not be seen."
        ),
    )
    async def nodes(
        self,
        info: Info,
        ids: Annotated[list[strawberry.ID], strawberry.argument(description="Global ids; at most 100.")],
    ) -> list[Node | None]:
        return await info.context.load.query_nodes(ids=ids, info=info)

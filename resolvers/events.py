from __future__ import annotations

import strawberry
from strawberry import Info

from graph.scalars import Cursor


@strawberry.type
class EventQueries:
    @strawberry.field(
        description=(
            'The position "now" in the event log. Ask for it together with the first page, subscribe after '
            "it, and nothing is lost."
        ),
    )
    async def event_cursor(self, info: Info) -> Cursor:
        return await info.context.load.query_event_cursor(info=info)

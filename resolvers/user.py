from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.inputs import given
from graph.types.user import UserConnection, UserFilter


@strawberry.type
class UserQueries:
    @strawberry.field(description="People, by name.")
    async def users(
        self,
        info: Info,
        filter: Annotated[
            UserFilter | None,
            strawberry.argument(description="Which ones; people who left only when asked for."),
        ] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> UserConnection:
        return await info.context.load.query_users(
            filter=given(filter), page=page(first, after, last, before), info=info
        )

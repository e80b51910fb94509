from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.campaign import Campaign, CampaignConnection, CampaignFilter
from graph.types.inputs import given


@strawberry.type
class CampaignQueries:
    @strawberry.field(description="One campaign; null when it does not exist or may not be seen.")
    async def campaign(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its id.")],
    ) -> Campaign | None:
        return await info.context.load.query_campaign(id=id, info=info)

    @strawberry.field(description="Campaigns, newest first.")
    async def campaigns(
        self,
        info: Info,
        filter: Annotated[CampaignFilter | None, strawberry.argument(description="Which ones.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> CampaignConnection:
        return await info.context.load.query_campaigns(
            filter=given(filter), page=page(first, after, last, before), info=info
        )

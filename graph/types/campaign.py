from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import URL
from graph.types.enums import describe
from graph.types.from_row import FromRow
from graph.types.inputs import NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.campaigns import CampaignStatus

if TYPE_CHECKING:
    from graph.types.location import Location
    from graph.types.user import User

describe(
    CampaignStatus,
    "Where a campaign stands.",
    DRAFT="Being written.",
    SCHEDULED="Launched, and waits for its time.",
    RUNNING="Being sent.",
    PAUSED="Stopped for now.",
    COMPLETED="Everything is handed over.",
    CANCELED="Stopped for good.",
)


@strawberry.type(
    description="One text to many contacts. Its results are a Messages Report with its id in `campaignIds`."
)
class Campaign(Node, FromRow):
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The id in the system that it was imported from; null when made here."
    )
    name: str = strawberry.field(description="Its name, also in reports.")
    status: CampaignStatus = strawberry.field(description="Where it stands.")
    body: str = strawberry.field(
        description=(
            "The text. Placeholders: `{first_name}`, `{last_name}`, `{location}`, `{business}`, `{link}`. "
            "Empty when imported without one."
        ),
    )
    link: URL | None = strawberry.field(description="Where `{link}` leads; null when there is none.")
    scheduled_at: datetime | None = strawberry.field(description="When it is to begin; null for at once.")
    messages_per_minute: int | None = strawberry.field(
        description="The most texts a minute from each number; null for as fast as the number allows."
    )
    by: User | None = strawberry.field(description="Who made it; null when an API key or an import did.")
    created_at: datetime = strawberry.field(description="When it was made.")
    launched_at: datetime | None = strawberry.field(description="When it was launched; null while a draft.")
    finished_at: datetime | None = strawberry.field(
        description="When it was completed or canceled; null before."
    )

    @strawberry.field(
        description=(
            "The locations whose numbers send it; each contact gets it from the one they last texted with."
        ),
    )
    async def locations(self, info: Info) -> list[Location]:
        return await info.context.load.campaign_locations(self, info=info)


@strawberry.type(description="An item in a list of campaigns.")
class CampaignEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Campaign = strawberry.field(description="The item.")


@strawberry.type(description="A page of campaigns.")
class CampaignConnection(Connection, edge=CampaignEdge):
    edges: list[CampaignEdge] = computed("The campaigns of this page, each with its cursor.")
    nodes: list[Campaign] = strawberry.field(description="The campaigns of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many campaigns there are on all pages.")


@strawberry.input(description="Which campaigns; all given conditions must hold.")
class CampaignFilter(NullIfLeftOut):
    search: str | None = strawberry.field(default=UNSET, description="Part of the name.")
    statuses: list[CampaignStatus] | None = strawberry.field(
        default=UNSET,
        description="Those in one of these states.",
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those sent from one of these locations.",
    )

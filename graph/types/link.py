from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, Connection, First, Last, PageInfo, computed, page
from graph.scalars import URL
from graph.types.node import Node

if TYPE_CHECKING:
    from graph.types.contact import Contact
    from graph.types.message import Message


@strawberry.type(description="One visit of a short link.")
class LinkClick(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    at: datetime = strawberry.field(description="When it was.")
    bot: bool = strawberry.field(description="Whether a bot or a preview made it.")
    user_agent: str | None = strawberry.field(
        description="What the visitor calls itself; null when it does not say."
    )


@strawberry.type(description="An item in a list of clicks.")
class LinkClickEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: LinkClick = strawberry.field(description="The item.")


@strawberry.type(description="A page of clicks.")
class LinkClickConnection(Connection, edge=LinkClickEdge):
    edges: list[LinkClickEdge] = computed("The clicks of this page, each with its cursor.")
    nodes: list[LinkClick] = strawberry.field(description="The clicks of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.type(description="A short link in one text. The same target in two texts is two links.")
class TrackedLink(Node):
    message_key: strawberry.Private[UUID]
    contact_key: strawberry.Private[UUID]
    id: strawberry.ID = strawberry.field(description="The global id.")
    url: URL = strawberry.field(description="Where it leads.")
    short_url: URL = strawberry.field(description="What stands in the text.")
    clicked: bool = strawberry.field(description="Whether a person has clicked it. Paid implies clicked.")
    clicks: int = strawberry.field(description="Clicks of people.")
    bot_clicks: int = strawberry.field(
        description="Clicks of bots and previews; kept and shown, never counted as clicks."
    )
    first_clicked_at: datetime | None = strawberry.field(
        description="When a person first clicked; null if never, or when only a payment tells."
    )

    @strawberry.field(description="The text that it stands in.")
    async def message(self, info: Info) -> Message:
        return await info.context.load.tracked_link_message(self, info=info)

    @strawberry.field(description="Who got it.")
    async def contact(self, info: Info) -> Contact:
        return await info.context.load.tracked_link_contact(self, info=info)

    @strawberry.field(description="Every click, newest first.")
    async def click_events(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> LinkClickConnection:
        return await info.context.load.tracked_link_click_events(
            self, page=page(first, after, last, before), info=info
        )


@strawberry.type(description="An item in a list of links.")
class TrackedLinkEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: TrackedLink = strawberry.field(description="The item.")


@strawberry.type(description="A page of links.")
class TrackedLinkConnection(Connection, edge=TrackedLinkEdge):
    edges: list[TrackedLinkEdge] = computed("The links of this page, each with its cursor.")
    nodes: list[TrackedLink] = strawberry.field(description="The links of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many links there are on all pages.")

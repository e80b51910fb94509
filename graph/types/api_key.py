from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.enums import describe
from graph.types.node import Node
from localmessages.rules.access import ApiScope

if TYPE_CHECKING:
    from graph.types.account import Account
    from graph.types.location import Location
    from graph.types.user import User

describe(
    ApiScope,
    "What an API key may do.",
    READ_CONVERSATIONS="Read contacts, conversations and texts, also live.",
    WRITE_CONVERSATIONS="Send, note, assign, tag, close and the like.",
    TRANSFER="Transfer conversations.",
    PAYMENTS="Ask for payments, withdraw and refund them.",
    CAMPAIGNS="Make and launch campaigns.",
    REPORTS="Read the Locations page and the Messages Report, and export them.",
    SETTINGS="Change locations, tags, saved replies and webhooks.",
    PEOPLE="Manage people.",
)


@strawberry.type(description="A key for programs.")
class ApiKey(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    name: str = strawberry.field(description="What it is for.")
    prefix: str = strawberry.field(description="How its secret begins, to recognise it by.")
    scopes: list[ApiScope] = strawberry.field(description="What it may do.")
    account: Account = strawberry.field(description="The account in which it works, with everything below.")
    by: User = strawberry.field(description="Who made it.")
    created_at: datetime = strawberry.field(description="When it was made.")
    last_used_at: datetime | None = strawberry.field(
        description="When it was last used, to the minute; null if never."
    )
    expires_at: datetime | None = strawberry.field(description="When it ends by itself; null for never.")
    revoked_at: datetime | None = strawberry.field(description="When it was revoked; null while it works.")

    @strawberry.field(description="The locations it is limited to; empty for all of the account.")
    async def locations(self, info: Info) -> list[Location]:
        return await info.context.load.api_key_locations(self, info=info)


@strawberry.type(description="An item in a list of API keys.")
class ApiKeyEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: ApiKey = strawberry.field(description="The item.")


@strawberry.type(description="A page of API keys.")
class ApiKeyConnection(Connection, edge=ApiKeyEdge):
    edges: list[ApiKeyEdge] = computed("The API keys of this page, each with its cursor.")
    nodes: list[ApiKey] = strawberry.field(description="The API keys of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")

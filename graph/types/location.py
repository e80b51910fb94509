from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, Connection, First, Last, PageInfo, computed, page
from graph.scalars import PhoneNumber, TimeZone
from graph.types.enums import describe
from graph.types.from_row import FromRow
from graph.types.inputs import NullIfLeftOut, given
from graph.types.node import Node
from localmessages.rules.access import Role
from localmessages.rules.location import LocationKind
from localmessages.rules.ordering import LocationOrderField, OrderDirection

if TYPE_CHECKING:
    from graph.types.account import Account
    from graph.types.hours import BusinessHours
    from graph.types.user import UserConnection

describe(
    LocationKind,
    "What a location is.",
    STORE="A place that serves customers.",
    HEAD_OFFICE="Head office: the usual destination of what stores cannot answer.",
)


@strawberry.type(description="A telephone number of a location.")
class LocationNumber:
    number: PhoneNumber = strawberry.field(description="The number.")
    primary: bool = strawberry.field(description="Whether texts go out from it. One per location is.")
    messages_per_second: float = strawberry.field(description="The most texts a second that leave from it.")


@strawberry.type(
    description="How many conversations wait. Each is counted once, whatever number of texts it has."
)
class InboxCounts:
    open: int = strawberry.field(description="Open ones.")
    waiting: int = strawberry.field(
        description="Open ones with a customer's text that nobody has answered: New Inbound Conversations."
    )
    unread: int = strawberry.field(description="Open ones with something that the viewer has not read.")
    unassigned: int = strawberry.field(description="Open ones without an assignee.")
    mine: int = strawberry.field(description="Open ones assigned to the viewer. 0 for an API key.")
    snoozed: int = strawberry.field(description="Those that sleep until later.")


@strawberry.type(
    description=(
        "What a location answers by itself to a first text, at most once per contact in the account's "
        "interval."
    ),
)
class AutoReplies:
    in_hours: str | None = strawberry.field(description="The text while it is open; null for none.")
    out_of_hours: str | None = strawberry.field(description="The text while it is closed; null for none.")


@strawberry.type(description="A place with an inbox and a number of its own.")
class Location(Node, FromRow):
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The id in the system that it was imported from; null when made here."
    )
    account: Account = strawberry.field(description="The account that owns it.")
    name: str = strawberry.field(description="Its name.")
    kind: LocationKind = strawberry.field(description="Store or head office.")
    active: bool = strawberry.field(
        description=(
            "Whether it takes part. An inactive one keeps its history, and nothing can be sent from it or "
            "transferred to it."
        ),
    )
    time_zone: TimeZone = strawberry.field(
        description="Its zone: of its hours, and of its days in every report."
    )
    number: PhoneNumber = strawberry.field(
        description="The number that its texts come from: the primary one."
    )
    numbers: list[LocationNumber] = strawberry.field(description="All its numbers, the primary one first.")
    auto_replies: AutoReplies = strawberry.field(description="What it answers by itself.")
    link_domain: str = strawberry.field(description="Host name of its short links.")
    created_at: datetime = strawberry.field(description="When it was added.")

    @strawberry.field(description="The business hours in force now.")
    async def hours(self, info: Info) -> BusinessHours:
        return await info.context.load.location_hours(self, info=info)

    @strawberry.field(description="Whether it is open at this instant.")
    async def open_now(self, info: Info) -> bool:
        return await info.context.load.location_open_now(self, info=info)

    @strawberry.field(
        description="When it opens next; null when it is open, or will not open within 30 days."
    )
    async def opens_at(self, info: Info) -> datetime | None:
        return await info.context.load.location_opens_at(self, info=info)

    @strawberry.field(description="What waits there, for the viewer.")
    async def inbox(self, info: Info) -> InboxCounts:
        return await info.context.load.location_inbox(self, info=info)

    @strawberry.field(description="The highest role that the viewer has there.")
    async def viewer_role(self, info: Info) -> Role:
        return await info.context.load.location_viewer_role(self, info=info)

    @strawberry.field(description="Who has a role there and could be assigned, by name.")
    async def members(
        self,
        info: Info,
        search: Annotated[str | None, strawberry.argument(description="Part of the name.")] = UNSET,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> UserConnection:
        return await info.context.load.location_members(
            self, search=given(search), page=page(first, after, last, before), info=info
        )


@strawberry.type(description="An item in a list of locations.")
class LocationEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Location = strawberry.field(description="The item.")


@strawberry.type(description="A page of locations.")
class LocationConnection(Connection, edge=LocationEdge):
    edges: list[LocationEdge] = computed("The locations of this page, each with its cursor.")
    nodes: list[Location] = strawberry.field(description="The locations of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many locations there are on all pages.")


@strawberry.input(description="Which locations; all given conditions must hold.")
class LocationFilter(NullIfLeftOut):
    search: str | None = strawberry.field(default=UNSET, description="Part of the name or number.")
    account_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Those of this account and of everything below it.",
    )
    kind: LocationKind | None = strawberry.field(default=UNSET, description="Those of this kind.")
    active: bool | None = strawberry.field(
        default=True,
        description="Active or inactive ones; null for both.",
    )
    external_ids: list[str] | None = strawberry.field(
        default=UNSET,
        description="Those imported under one of these ids; at most 500.",
    )


describe(
    LocationOrderField,
    "What locations are sorted by.",
    NAME="The name.",
    UNREAD="How many conversations the viewer has not read.",
    WAITING="How many conversations wait for an answer.",
)


@strawberry.input(description="How locations are sorted.")
class LocationOrder:
    field: LocationOrderField = strawberry.field(default=LocationOrderField.NAME, description="By what.")
    direction: OrderDirection = strawberry.field(
        default=OrderDirection.ASC,
        description="Which end comes first.",
    )

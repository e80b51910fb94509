from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.scalars import EmailAddress, Locale, TimeZone
from graph.types.enums import describe
from graph.types.from_row import FromRow
from graph.types.inputs import NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.access import Role, UserStatus

if TYPE_CHECKING:
    from graph.types.account import Account
    from graph.types.location import Location

describe(
    Role,
    "What a person may do where the role holds. Each includes the ones below it.",
    OWNER="Everything, also accounts, owners, API keys, webhooks and the audit log.",
    MANAGER="What an agent may, and settings, people, campaigns and scheduled reports.",
    AGENT="What a viewer may, and acts in inboxes: sends, notes, transfers, assigns, closes, exports.",
    VIEWER="Reads the inboxes, the Locations page and the Messages Report there; changes nothing.",
)


@strawberry.type(description="A role, and where it holds.")
class Membership:
    role: Role = strawberry.field(description="What the person may do there.")
    account: Account | None = strawberry.field(
        description=(
            "The account on which it holds, with everything below; null for a role at a single location."
        ),
    )
    location: Location | None = strawberry.field(
        description="The location at which it holds; null for a role on an account."
    )


describe(
    UserStatus,
    "Whether a person can sign in.",
    INVITED="Has been invited and has not set a password yet.",
    ACTIVE="Can sign in.",
    FORMER="Has left. What they did stays theirs; label them as former.",
)


@strawberry.type(
    description=(
        "A person who works here, or did. Everyone in the account tree may see name and status; the rest "
        "is for those who manage the person."
    ),
)
class User(Node, FromRow):
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The id in the system that the person was imported from; null when made here."
    )
    name: str = strawberry.field(description="Full name, also after the person has left.")
    status: UserStatus = strawberry.field(
        description="Whether the person can sign in; `FORMER` after they left."
    )
    email: EmailAddress | None = strawberry.field(
        description="Sign-in address; null when the viewer does not manage the person."
    )
    time_zone: TimeZone | None = strawberry.field(
        description=(
            "Zone for scheduled reports; null until the person sets one, or when the viewer does not "
            "manage the person."
        ),
    )
    locale: Locale | None = strawberry.field(
        description="Language for dates and numbers in mails; null as with `timeZone`."
    )
    created_at: datetime = strawberry.field(description="When the person was added.")

    @strawberry.field(
        description=(
            "When the person last used the API; null if never, or when the viewer does not manage the person."
        ),
    )
    async def last_seen_at(self, info: Info) -> datetime | None:
        return await info.context.load.user_last_seen_at(self, info=info)

    @strawberry.field(description="The person's roles, as far as the viewer may see the places.")
    async def memberships(self, info: Info) -> list[Membership]:
        return await info.context.load.user_memberships(self, info=info)


@strawberry.type(description="An item in a list of users.")
class UserEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: User = strawberry.field(description="The item.")


@strawberry.type(description="A page of users.")
class UserConnection(Connection, edge=UserEdge):
    edges: list[UserEdge] = computed("The users of this page, each with its cursor.")
    nodes: list[User] = strawberry.field(description="The users of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many users there are on all pages.")


@strawberry.input(description="Which people; all given conditions must hold.")
class UserFilter(NullIfLeftOut):
    search: str | None = strawberry.field(default=UNSET, description="Part of the name or e-mail address.")
    roles: list[Role] | None = strawberry.field(
        default=UNSET,
        description="Those with one of these roles anywhere that the viewer sees.",
    )
    location_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET,
        description="Those whose role covers one of these locations.",
    )
    statuses: list[UserStatus] | None = strawberry.field(
        default_factory=lambda: [UserStatus.INVITED, UserStatus.ACTIVE],
        description="Those in one of these states. Ask for `FORMER` to filter reports by people who left.",
    )

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry import UNSET, Info

from graph.pagination import After, Before, First, Last, page
from graph.types.enums import describe
from localmessages.rules.alerts import AlertTexts

if TYPE_CHECKING:
    from graph.types.account import Account
    from graph.types.api_key import ApiKey
    from graph.types.location import InboxCounts
    from graph.types.notification import NotificationConnection
    from graph.types.session import SessionConnection
    from graph.types.user import Membership, User

describe(
    AlertTexts,
    "Which inbound texts raise a notification.",
    NONE="None.",
    MINE_AND_UNASSIGNED="Those in conversations assigned to the viewer, or to nobody.",
    ALL="All at the viewer's locations.",
)


@strawberry.type(
    description=(
        "Which texts raise a notification, and when a waiting contact becomes a mail. Muted and blocked "
        "ones never do."
    ),
)
class AlertSettings:
    texts: AlertTexts = strawberry.field(description="Which inbound texts notify at once.")
    waiting_minutes: int | None = strawberry.field(
        description=(
            "After how many open minutes without an answer to notify of a waiting conversation; null for "
            "never."
        ),
    )
    by_mail: bool = strawberry.field(description="Whether the waiting ones also come by mail.")


@strawberry.type(description="Who is asking, and what is theirs.")
class Viewer:
    user: User | None = strawberry.field(description="The person; null when an API key asks.")
    api_key: ApiKey | None = strawberry.field(description="The API key; null when a person asks.")
    account: Account = strawberry.field(description="The top of the account tree that the viewer belongs to.")
    alerts: AlertSettings | None = strawberry.field(
        description="What the viewer wants to be alerted to; null for an API key."
    )

    @strawberry.field(description="Whether sign-in asks for a code. False for an API key.")
    async def second_factor_enabled(self, info: Info) -> bool:
        return await info.context.load.viewer_second_factor_enabled(self, info=info)

    @strawberry.field(description="Where the viewer is signed in, last used first. Empty for an API key.")
    async def sessions(
        self,
        info: Info,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> SessionConnection:
        return await info.context.load.viewer_sessions(self, page=page(first, after, last, before), info=info)

    @strawberry.field(description="The viewer's roles; those of an API key are its own.")
    async def memberships(self, info: Info) -> list[Membership]:
        return await info.context.load.viewer_memberships(self, info=info)

    @strawberry.field(description="What waits in all inboxes of the viewer together.")
    async def inbox(self, info: Info) -> InboxCounts:
        return await info.context.load.viewer_inbox(self, info=info)

    @strawberry.field(description="How many notifications are unread.")
    async def unread_notifications(self, info: Info) -> int:
        return await info.context.load.viewer_unread_notifications(self, info=info)

    @strawberry.field(description="What happened that the viewer wanted to know, newest first.")
    async def notifications(
        self,
        info: Info,
        unread_only: Annotated[bool, strawberry.argument(description="Leave out what was read.")] = False,
        first: First = UNSET,
        after: After = UNSET,
        last: Last = UNSET,
        before: Before = UNSET,
    ) -> NotificationConnection:
        return await info.context.load.viewer_notifications(
            self, unread_only=unread_only, page=page(first, after, last, before), info=info
        )

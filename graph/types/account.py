from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.enums import describe
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.location import OldNumberReplies

if TYPE_CHECKING:
    from graph.types.hours import OpenInterval, OpenIntervalInput
    from graph.types.refusal import UserError

describe(
    OldNumberReplies,
    "Where a text to a number goes that the conversation has left by transfer.",
    FOLLOW="Into the transferred conversation, marked with `Message.receivedOn`.",
    START_NEW="Into a conversation at the old location.",
)


@strawberry.type(
    description="How texting behaves in an account. A child without a value of its own has its parent's."
)
class AccountSettings:
    reopen_within_days: int = strawberry.field(
        description=(
            "A text to a conversation closed for less than this reopens it; later ones start another. 30 "
            "unless changed."
        ),
    )
    old_number_replies: OldNumberReplies = strawberry.field(
        description="Where a text to the old number goes after a transfer."
    )
    transfer_notice: str = strawberry.field(
        description=(
            "Text to the customer at a transfer. Placeholders: `{location}`, `{number}`, `{business}`."
        ),
    )
    campaign_hours: OpenInterval = strawberry.field(
        description=(
            "Campaigns text only between these times, in the zone of the contact's location. 08:00 to "
            "21:00 unless changed."
        ),
    )
    auto_reply_interval_seconds: int = strawberry.field(
        description="At most one automatic reply per contact in this many seconds. 14400 unless changed."
    )
    help_reply: str = strawberry.field(description="Answer to HELP and INFO.")
    opt_out_reply: str = strawberry.field(
        description="Confirmation of an opt-out. Not sent where the carrier sends its own."
    )
    opt_in_reply: str = strawberry.field(
        description="Confirmation of an opt-in. Not sent where the carrier sends its own."
    )


@strawberry.type(
    description=(
        "An organisation. Accounts form a tree; a parent sees and manages everything below it, and nothing "
        "crosses from one tree to another."
    ),
)
class Account(Node):
    id: strawberry.ID = strawberry.field(description="The global id.")
    external_id: str | None = strawberry.field(
        description="The id in the system that it was imported from; null when made here."
    )
    name: str = strawberry.field(description="The name that customers see, also in the answer to HELP.")
    created_at: datetime = strawberry.field(description="When it was added.")

    @strawberry.field(description="The account above; null at the top, or when the viewer may not see it.")
    async def parent(self, info: Info) -> Account | None:
        return await info.context.load.account_parent(self, info=info)

    @strawberry.field(
        description="How texting behaves here; null when the viewer does not manage the account."
    )
    async def settings(self, info: Info) -> AccountSettings | None:
        return await info.context.load.account_settings(self, info=info)


@strawberry.type(description="An item in a list of accounts.")
class AccountEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Account = strawberry.field(description="The item.")


@strawberry.type(description="A page of accounts.")
class AccountConnection(Connection, edge=AccountEdge):
    edges: list[AccountEdge] = computed("The accounts of this page, each with its cursor.")
    nodes: list[Account] = strawberry.field(description="The accounts of this page, without cursors.")
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")
    total_count: int = strawberry.field(description="How many accounts there are on all pages.")


@strawberry.input(description="Which accounts; all given conditions must hold.")
class AccountFilter(NullIfLeftOut):
    search: str | None = strawberry.field(default=UNSET, description="Part of the name.")
    parent_id: strawberry.ID | None = strawberry.field(
        default=UNSET,
        description="Those right below this one.",
    )


@strawberry.input(
    description="Settings to change; what is left out stays, null takes the parent's or the default value."
)
class AccountSettingsInput:
    reopen_within_days: int | None = strawberry.field(default=UNSET, description="From 0 to 365.")
    old_number_replies: OldNumberReplies | None = strawberry.field(
        default=UNSET,
        description="Where a text to the old number goes after a transfer.",
    )
    transfer_notice: str | None = strawberry.field(
        default=UNSET,
        description="Text to the customer at a transfer.",
    )
    campaign_hours: OpenIntervalInput | None = strawberry.field(
        default=UNSET,
        description="When campaigns may text.",
    )
    auto_reply_interval_seconds: int | None = strawberry.field(
        default=UNSET,
        description="From 60 to 604800.",
    )
    help_reply: str | None = strawberry.field(default=UNSET, description="Answer to HELP and INFO.")
    opt_out_reply: str | None = strawberry.field(default=UNSET, description="Confirmation of an opt-out.")
    opt_in_reply: str | None = strawberry.field(default=UNSET, description="Confirmation of an opt-in.")


@strawberry.input(description="Parameters of `createAccount`.")
class CreateAccountInput(NullIfLeftOut):
    parent_id: strawberry.ID = strawberry.field(description="The account above.")
    name: str = strawberry.field(description="The name that customers see.")
    settings: AccountSettingsInput | None = strawberry.field(
        default=UNSET,
        description="What differs from the account above.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `createAccount`.")
class CreateAccountPayload:
    account: Account | None = strawberry.field(description="The new account; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, ALREADY_EXISTS, "
            "EMPTY, INVALID."
        ),
    )


@strawberry.input(description="Parameters of `updateAccount`.")
class UpdateAccountInput:
    account_id: strawberry.ID = strawberry.field(description="The account to change.")
    name: str | None = strawberry.field(default=UNSET, description="The new name; left out, it stays.")
    settings: AccountSettingsInput | None = strawberry.field(
        default=UNSET,
        description="The settings to change.",
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `updateAccount`.")
class UpdateAccountPayload:
    account: Account | None = strawberry.field(
        description="The account with name and settings as they are now; null when refused."
    )
    user_errors: list[UserError] = strawberry.field(
        description=(
            "Why nothing was done; empty when it was. Codes: NOT_FOUND, NOT_ALLOWED, EMPTY, INVALID, "
            "UNKNOWN_PLACEHOLDER."
        ),
    )

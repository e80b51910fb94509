from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import strawberry
from strawberry import UNSET, Info

from graph.pagination import Connection, PageInfo, computed
from graph.types.enums import describe
from graph.types.inputs import IDEMPOTENCY_KEY, NullIfLeftOut
from graph.types.node import Node
from localmessages.rules.notifications import NotificationKind

if TYPE_CHECKING:
    from graph.types.refusal import UserError
    from graph.types.viewer import Viewer

describe(
    NotificationKind,
    "What a notification is about. New ones may be added: show an unknown one by its title.",
    EXPORT_READY="An export can be had.",
    EXPORT_FAILED="An export gave up.",
    IMPORT_FINISHED="An import is done.",
    CAMPAIGN_FINISHED="A campaign is completed.",
    TEXT_RECEIVED="A text came in that the viewer wanted to know of.",
    CONVERSATION_WAITING="A contact has waited longer than the viewer's limit.",
    CONVERSATION_ASSIGNED="A conversation was given to the viewer.",
    CONVERSATION_TRANSFERRED="A conversation with a note came in by transfer.",
    REPORT_FAILED="A scheduled report could not be sent.",
    WEBHOOK_DISABLED="A webhook was turned off after days of failure.",
)


@strawberry.type(description="Something that the viewer wanted to know.")
class Notification(Node):
    subject_key: strawberry.Private[tuple[str, UUID] | None]
    id: strawberry.ID = strawberry.field(description="The global id.")
    kind: NotificationKind = strawberry.field(description="What it is about.")
    at: datetime = strawberry.field(description="When it happened.")
    title: str = strawberry.field(description="One line to show.")
    read_at: datetime | None = strawberry.field(description="When the viewer read it; null until then.")

    @strawberry.field(
        description="The export, campaign or other object it is about; null when it is gone or out of sight."
    )
    async def subject(self, info: Info) -> Node | None:
        return await info.context.load.notification_subject(self, info=info)


@strawberry.type(description="An item in a list of notifications.")
class NotificationEdge:
    cursor: str = strawberry.field(description="Its position; pass it as `after` or `before`.")
    node: Notification = strawberry.field(description="The item.")


@strawberry.type(description="A page of notifications.")
class NotificationConnection(Connection, edge=NotificationEdge):
    edges: list[NotificationEdge] = computed("The notifications of this page, each with its cursor.")
    nodes: list[Notification] = strawberry.field(
        description="The notifications of this page, without cursors."
    )
    page_info: PageInfo = strawberry.field(description="Where the page lies, and whether there is more.")


@strawberry.input(description="Parameters of `markNotificationsRead`.")
class MarkNotificationsReadInput(NullIfLeftOut):
    notification_ids: list[strawberry.ID] | None = strawberry.field(
        default=UNSET, description="The ones that were read, at most 100; left out, all."
    )
    idempotency_key: str | None = strawberry.field(default=UNSET, description=IDEMPOTENCY_KEY)


@strawberry.type(description="Result of `markNotificationsRead`.")
class MarkNotificationsReadPayload:
    viewer: Viewer | None = strawberry.field(description="The viewer with the new count; null when refused.")
    user_errors: list[UserError] = strawberry.field(
        description="Why nothing was done; empty when it was. Codes: NOT_FOUND, LIMIT_EXCEEDED."
    )

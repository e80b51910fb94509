"""Reads of what a person wanted to know."""

from __future__ import annotations

from typing import cast
from uuid import UUID

from strawberry import Info

from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads, shown
from graph.types.node import Node
from graph.types.notification import Notification, NotificationConnection
from graph.types.viewer import Viewer
from localmessages.reports.keyset import Page, Slice
from localmessages.reports.notifications import (
    NEWEST_FIRST,
    NotificationRow,
    count_unread,
    notifications_by_id,
    notifications_page,
)
from localmessages.rules.notifications import NotificationKind


class NotificationReads(Reads):
    """The viewer's own; an API key has none."""

    async def viewer_unread_notifications(self, viewer: Viewer, *, info: Info) -> int:
        """How many are unread."""
        who = (await self.nodes()).viewer
        if who.user_id is None:
            return 0
        async with self.connection() as connection:
            return await count_unread(connection, who.tenant_id, who.user_id)

    async def viewer_notifications(
        self, viewer: Viewer, *, unread_only: bool, page: Page, info: Info
    ) -> NotificationConnection:
        """The list, newest first."""
        who = (await self.nodes()).viewer
        found: Slice[NotificationRow] = Slice([], has_next=False, has_previous=False)
        if who.user_id is not None:
            async with self.connection() as connection:
                found = await notifications_page(
                    connection, who.tenant_id, who.user_id, page, unread_only=unread_only
                )
        return NotificationConnection.of(
            shown(found, _node), lambda node: NEWEST_FIRST.cursor(node.at, node.key)
        )

    async def notification(self, key: UUID) -> Notification | None:
        """One by its key."""
        row = await self.batched(self._notifications, key)
        return None if row is None else _node(row)

    async def notification_subject(self, notification: Notification, *, info: Info) -> Node | None:
        """What it is about, as far as the viewer sees it."""
        if notification.subject_key is None:
            return None
        return cast(Node | None, await info.context.load.node(*notification.subject_key))

    async def _notifications(self, keys: list[UUID]) -> dict[UUID, NotificationRow]:
        who = (await self.nodes()).viewer
        async with self.connection() as connection:
            return await notifications_by_id(connection, who.tenant_id, who.user_id, keys)


def _node(row: NotificationRow) -> Notification:
    subject = None
    if row.subject_type is not None and row.subject_id is not None:
        subject = (row.subject_type, row.subject_id)
    return Notification(
        key=row.id,
        subject_key=subject,
        id=node_id("Notification", row.id),
        kind=NotificationKind(row.kind),
        at=row.at,
        title=row.title,
        read_at=row.read_at,
    )

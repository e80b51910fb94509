from __future__ import annotations

from typing import Annotated

import strawberry
from strawberry import Info

from graph.ids import expect_ids
from graph.types.inputs import THE_PARAMETERS
from graph.types.notification import MarkNotificationsReadInput, MarkNotificationsReadPayload
from localmessages.actions.notifications import mark_notifications_read
from resolvers.perform import perform


@strawberry.type
class NotificationMutations:
    @strawberry.mutation(description="Mark notifications as read.")
    async def mark_notifications_read(
        self, info: Info, input: Annotated[MarkNotificationsReadInput, THE_PARAMETERS]
    ) -> MarkNotificationsReadPayload:
        ids = input.notification_ids
        chosen = None if ids is None else expect_ids("Notification", ids)
        done = await perform(info, input, lambda actor, key: mark_notifications_read(actor, chosen, key=key))
        viewer = None if done.user_errors else await info.context.load.query_viewer(info=info)
        return MarkNotificationsReadPayload(viewer=viewer, user_errors=done.user_errors)

"""Where the subscriptions get their events: what `info.context.live` is."""

from collections.abc import AsyncGenerator
from typing import Any

from graph.context import Context
from graph.ids import expect_id
from graph.types.bulk_transfer import BulkTransfer
from graph.types.events import ConversationEvent, InboxEvent, ViewerEvent
from graph.types.export import Export
from graph.types.metrics import LocationsSummary
from graph.types.report import MessagesReport
from subscriptions.conversation import conversation_events
from subscriptions.hub import Hub
from subscriptions.inbox import inbox_events
from subscriptions.present import Attendance
from subscriptions.progress import bulk_transfer_progress, export_progress
from subscriptions.report import messages_report_changed
from subscriptions.summary import locations_summary_changed
from subscriptions.viewer import viewer_events


class Live:
    """One per operation; each method takes the arguments of its field, and `info`."""

    def __init__(self, context: Context, hub: Hub) -> None:
        self._context = context
        self._hub = hub

    def inbox_events(self, **given: Any) -> AsyncGenerator[InboxEvent, None]:
        """What changes in inboxes."""
        return inbox_events(self._hub, self._context, **given)

    def conversation_events(self, **given: Any) -> AsyncGenerator[ConversationEvent, None]:
        """What happens in one conversation, and who is there."""
        attendance = Attendance(self._context, expect_id("Conversation", given["id"]), given["after"])
        return attendance.between(conversation_events(self._hub, self._context, **given))

    def viewer_events(self, **given: Any) -> AsyncGenerator[ViewerEvent, None]:
        """What happens to the viewer."""
        return viewer_events(self._hub, self._context, **given)

    def locations_summary_changed(self, **given: Any) -> AsyncGenerator[LocationsSummary, None]:
        """The Locations page."""
        return locations_summary_changed(self._hub, self._context, **given)

    def messages_report_changed(self, **given: Any) -> AsyncGenerator[MessagesReport, None]:
        """The tiles of a report."""
        return messages_report_changed(self._hub, self._context, **given)

    def bulk_transfer_progress(self, **given: Any) -> AsyncGenerator[BulkTransfer, None]:
        """A bulk transfer."""
        return bulk_transfer_progress(self._hub, self._context, **given)

    def export_progress(self, **given: Any) -> AsyncGenerator[Export, None]:
        """An export."""
        return export_progress(self._hub, self._context, **given)

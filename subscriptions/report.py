"""The tiles of a Messages Report, live."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime, time, timedelta
from uuid import UUID

from strawberry import Info

from graph.context import Beginning, Context
from graph.ids import expect_ids
from graph.types.report import MessagesReport, MessagesReportFilter
from localmessages.rules.live import EventKind, ResyncReason
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.windows import local_day, local_instant
from subscriptions.hub import Hub
from subscriptions.pacing import paced
from subscriptions.patience import insist
from subscriptions.watch import Change, Watch


async def messages_report_changed(
    hub: Hub, context: Context, *, filter: MessagesReportFilter, out_of_hours: OutOfHours, info: Info
) -> AsyncGenerator[MessagesReport, None]:
    """The report as it is, then after each change that may touch it, and when a day of the window is over."""
    page = _Page(filter)
    watch = await Watch.open(hub, context, page.locations, beyond=page.by_tags)
    shown: list[Context] = []

    async def state() -> MessagesReport:
        await finish()
        shown.append(context.fork())
        report: MessagesReport = await shown[-1].load.query_messages_report(
            filter=filter, out_of_hours=out_of_hours, info=info
        )
        # What is selected of it is read by a fork of this context.
        context.state = shown[-1]
        return report

    async def finish() -> None:
        context.state = None
        while shown:
            await shown.pop().finish()

    async def touches() -> AsyncGenerator[bool, None]:
        async with aclosing(watch.changes(None)) as changes:
            async for change in changes:
                yield page.is_touched(change, watch)

    def midnight() -> float | None:
        now = context.services.clock()
        return page.seconds_of_day(watch.beginning, now) if filter.window.last else None

    try:
        async with aclosing(paced(touches(), lambda: insist(state), next_by_itself=midnight)) as reports:
            async for report in reports:
                yield report
                # Whoever asks for the next has read all that was selected of this one.
                await finish()
    finally:
        await finish()


class _Page:
    """Which locations it is about, in whose days.

    What counts here stays here when its conversation moves, so a tag that is put on elsewhere changes it too,
    also where the viewer may not look: the state comes again, and nothing tells why.
    """

    def __init__(self, filter: MessagesReportFilter) -> None:
        self._chosen = (
            None if filter.location_ids is None else frozenset(expect_ids("Location", filter.location_ids))
        )
        self._zone = filter.time_zone
        self.by_tags = filter.tags is not None

    def locations(self, beginning: Beginning) -> frozenset[UUID]:
        """Those chosen, or all that the viewer sees."""
        seen = frozenset(beginning.viewer.location_roles)
        return seen if self._chosen is None else self._chosen & seen

    def is_touched(self, change: Change, watch: Watch) -> bool:
        """Whether a number may be another one after the change."""
        if isinstance(change, ResyncReason) or change.location_id in watch.locations:
            return True
        if change.kind is EventKind.ENTRY_ADDED:
            return self.by_tags and change.body["entry"][0] == "ConversationChange"
        return change.kind in (EventKind.CATALOGUE_CHANGED, EventKind.VIEWER_CHANGED)

    def seconds_of_day(self, beginning: Beginning, now: datetime) -> float | None:
        """How long until the next local midnight."""
        places = beginning.catalogue.places
        zones = {self._zone} if self._zone else {places[key].zone for key in self.locations(beginning)}
        midnights = (local_instant(local_day(now, zone) + timedelta(1), time(), zone) for zone in zones)
        return min(((midnight - now).total_seconds() for midnight in midnights), default=None)

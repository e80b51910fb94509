"""The Locations page, live."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from strawberry import Info

from graph.context import Beginning, Context
from graph.ids import expect_ids
from graph.types.metrics import LocationsSummary
from graph.types.window import WindowInput
from localmessages.rules.live import EventKind, ResyncReason
from localmessages.rules.windows import local_day, local_instant
from subscriptions.hub import Hub
from subscriptions.pacing import paced
from subscriptions.patience import insist
from subscriptions.watch import Change, Watch


async def locations_summary_changed(
    hub: Hub,
    context: Context,
    *,
    location_ids: Sequence[str] | None,
    window: WindowInput,
    time_zone: str | None,
    info: Info,
    **more: Any,
) -> AsyncGenerator[LocationsSummary, None]:
    """The page as it is, then after each change, and when a day of the window is over."""
    page = Page(location_ids, time_zone if window.last else None)
    watch = await Watch.open(hub, context, page.locations)

    async def state() -> LocationsSummary:
        summary: LocationsSummary = await context.fork().load.query_locations_summary(
            location_ids=location_ids, window=window, time_zone=time_zone, info=info, **more
        )
        return summary

    async def touches() -> AsyncGenerator[bool, None]:
        async with aclosing(watch.changes(None)) as changes:
            async for change in changes:
                yield page.is_touched(change, watch)

    def midnight() -> float | None:
        return page.seconds_of_day(watch.beginning, context.services.clock()) if window.last else None

    async with aclosing(paced(touches(), lambda: insist(state), next_by_itself=midnight)) as summaries:
        async for summary in summaries:
            yield summary


class Page:
    """Which locations it compares, in whose days."""

    def __init__(self, ids: Sequence[str] | None, zone: str | None) -> None:
        self._chosen = None if ids is None else frozenset(expect_ids("Location", ids))
        self._zone = zone

    def locations(self, beginning: Beginning) -> frozenset[UUID]:
        """Those chosen, or all active ones."""
        if self._chosen is not None:
            return self._chosen.intersection(beginning.viewer.location_roles)
        places = beginning.catalogue.places
        return frozenset(key for key in beginning.viewer.location_roles if places[key].active)

    def is_touched(self, change: Change, watch: Watch) -> bool:
        """Whether a number or a name may be another one after the change."""
        if isinstance(change, ResyncReason) or change.location_id in watch.locations:
            return True
        if change.kind is EventKind.CATALOGUE_CHANGED:
            return bool(change.body["subject"][0] in ("Location", "Account"))
        return change.kind is EventKind.VIEWER_CHANGED

    def seconds_of_day(self, beginning: Beginning, now: datetime) -> float | None:
        """How long until the next local midnight."""
        places = beginning.catalogue.places
        zones = {self._zone} if self._zone else {places[key].zone for key in self.locations(beginning)}
        midnights = (local_instant(local_day(now, zone) + timedelta(1), time(), zone) for zone in zones)
        return min(((midnight - now).total_seconds() for midnight in midnights), default=None)

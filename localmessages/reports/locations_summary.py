"""The Locations page: every figure of metrics.md, pooled and by location, of one snapshot."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.reports.aside import aside
from localmessages.reports.current_conversations import CurrentConversations, current_conversations
from localmessages.reports.figures import Figures, all_places, days_of, place_figures
from localmessages.reports.message_counts import MessageCounts, message_counts
from localmessages.reports.metrics import LocationMetrics, ReportWindow, Summary, TransferFlow
from localmessages.reports.response_time import EndedWaits, ended_waits
from localmessages.reports.spans import Span, Stretch, ZonedWindow, spans_at, zoned_windows
from localmessages.reports.transfer_flows import transfer_flows
from localmessages.reports.want import EVERYTHING, Want
from localmessages.reports.windows import Between, WindowSpec
from localmessages.rules.access import Viewer
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.place import Place


async def locations_summary(
    connection: asyncpg.Connection,
    places: Sequence[Place],
    *,
    window: WindowSpec,
    zone: str | None,
    out_of_hours: OutOfHours,
    now: datetime,
    want: Want = EVERYTHING,
) -> Summary:
    """Read the page for `places` of one tenant; `connection` is in a snapshot, so that all figures agree.

    Windows and days are those of `zone`, or else of each location's own. Raises InvalidWindow.
    """
    places = sorted(places, key=lambda place: (place.name.casefold(), place.id))
    zoned = zoned_windows({place.zone for place in places} or {zone or "UTC"}, window, zone, now)
    page = _Page(connection, places, zoned, out_of_hours, want)
    current, figures, flows = await page.current(), await page.figures(), await page.flows()
    waits = sum(len(part.waits.sample) for part in figures)
    total, locations = await aside(waits, page.metrics, current, figures)
    return Summary(now, report_window(zoned.values(), window, zone), total, locations, flows)


def places_shown(viewer: Viewer, places: Mapping[UUID, Place], asked: Sequence[UUID] | None) -> list[Place]:
    """Those of the locations asked for that the viewer sees; where none were, all active ones of theirs."""
    if asked is None:
        return [places[key] for key in viewer.location_ids if places[key].active]
    return [places[key] for key in dict.fromkeys(asked) if viewer.sees(key)]


@dataclass(frozen=True, slots=True)
class _Page:
    """What was asked, with the window as each zone has it."""

    connection: asyncpg.Connection
    places: Sequence[Place]
    zoned: Mapping[str, ZonedWindow]
    out_of_hours: OutOfHours
    want: Want

    @property
    def tenant_id(self) -> UUID:
        return self.places[0].tenant_id

    async def current(self) -> list[CurrentConversations]:
        if not self.want.current or not self.places:
            return [CurrentConversations()] * len(self.places)
        return await current_conversations(self.connection, self.tenant_id, self.places)

    async def figures(self) -> list[Figures]:
        """In the order of `ZonedWindow.stretches`, place after place."""
        want = self.want
        spans = self._spans(lambda zoned: zoned.stretches(daily=want.daily, before=want.previous))
        messages, waits = await self._messages(spans), await self._waits(spans)
        return [Figures(*both) for both in zip(messages, waits, strict=True)]

    async def flows(self) -> list[TransferFlow]:
        spans = self._spans(lambda zoned: [zoned.window])
        if not self.want.transfer_flows or not spans:
            return []
        return await transfer_flows(self.connection, self.tenant_id, spans)

    def metrics(
        self, current: Sequence[CurrentConversations], figures: Sequence[Figures]
    ) -> tuple[LocationMetrics, list[LocationMetrics]]:
        """All places together, and each."""
        rest = iter(figures)
        parts = [
            place_figures(self.zoned[place.zone], now, rest, self.want)
            for place, now in zip(self.places, current, strict=True)
        ]
        days = days_of(self.zoned.values()) if self.want.daily else []
        total = all_places(parts if self.want.total else [], days)
        each = zip(parts, self.places, strict=True) if self.want.locations else ()
        return total.as_metrics(None), [part.as_metrics(place) for part, place in each]

    async def _messages(self, spans: Sequence[Span]) -> list[MessageCounts]:
        if not self.want.messages or not spans:
            return [MessageCounts()] * len(spans)
        return await message_counts(self.connection, self.tenant_id, spans)

    async def _waits(self, spans: Sequence[Span]) -> list[EndedWaits]:
        samples = self.want.response_time
        if not (samples or self.want.wait_outcomes) or not spans:
            return [EndedWaits()] * len(spans)
        return await ended_waits(self.connection, self.tenant_id, spans, self.out_of_hours, samples=samples)

    def _spans(self, stretches: Callable[[ZonedWindow], list[Stretch]]) -> list[Span]:
        return spans_at(self.places, {zone: stretches(zoned) for zone, zoned in self.zoned.items()})


def report_window(windows: Collection[ZonedWindow], spec: WindowSpec, zone: str | None) -> ReportWindow:
    """The window as the page shows it: from the earliest start to the latest end."""
    days = [] if isinstance(spec, Between) else days_of(windows)
    return ReportWindow(
        start=min(zoned.window.start for zoned in windows),
        end=max(zoned.window.end for zoned in windows),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        time_zone=zone,
    )

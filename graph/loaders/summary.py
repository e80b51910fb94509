"""Reads of the Locations page."""

from __future__ import annotations

from collections.abc import Sequence

from strawberry import Info

from graph.ids import expect_ids
from graph.loaders.metrics_nodes import summary_node
from graph.loaders.nodes import Nodes
from graph.loaders.reads import Reads, too_many
from graph.lookahead import Paths, selected, under
from graph.scalars import TimeZone
from graph.types.metrics import LocationsSummary
from graph.types.window import WindowInput
from localmessages.reports.locations_summary import locations_summary, places_shown
from localmessages.reports.want import Want
from localmessages.reports.windows import Between, Last, OnDays, WindowSpec
from localmessages.rules.metrics import OutOfHours, WindowLength
from localmessages.rules.place import Place

MOST_LOCATIONS = 500
DAYS = {WindowLength.DAYS_7: 7, WindowLength.DAYS_30: 30}
# In a window, a day or the window before.
COUNTS = frozenset({"inboundMessages", "outboundMessages", "outboundBreakdown"})


class SummaryReads(Reads):
    """One snapshot, in which all figures agree."""

    async def query_locations_summary(
        self,
        *,
        location_ids: Sequence[str] | None,
        window: WindowInput,
        time_zone: TimeZone | None,
        out_of_hours: OutOfHours,
        info: Info,
    ) -> LocationsSummary:
        """The page for these locations, or for all active ones that the viewer sees."""
        if location_ids is not None and len(location_ids) > MOST_LOCATIONS:
            raise too_many("locationIds", len(location_ids), MOST_LOCATIONS)
        nodes = await self.nodes()
        async with self.context.services.database.snapshot() as connection:
            # The first statement is where the snapshot is taken, so the position is the snapshot's own.
            cursor = await self.context.position(connection)
            summary = await locations_summary(
                connection,
                _places(nodes, location_ids),
                window=spec_of(window),
                zone=time_zone,
                out_of_hours=out_of_hours,
                now=self.now,
                want=want_of(selected(info)),
            )
        return summary_node(nodes, summary, self.context.written(cursor))


def _places(nodes: Nodes, location_ids: Sequence[str] | None) -> list[Place]:
    asked = None if location_ids is None else expect_ids("Location", location_ids)
    return places_shown(nodes.viewer, nodes.catalogue.places, asked)


def spec_of(window: WindowInput) -> WindowSpec:
    """The window that was asked for."""
    if window.between is not None:
        return Between(window.between.start, window.between.end)
    if window.on is not None:
        return OnDays(window.on.first_day, window.on.last_day)
    return Last(DAYS[window.last or WindowLength.DAYS_7])


def want_of(paths: Paths) -> Want:
    """The parts of the page of which something is selected."""
    each = under(paths, "total") | under(paths, "locations")
    windows = each | under(each, "previous") | under(each, "daily")
    return Want(
        total="total" in paths,
        locations="locations" in paths,
        current=not each.isdisjoint({"activeConversations", "newInboundConversations"}),
        messages=not windows.isdisjoint(COUNTS),
        response_time="responseTime" in windows,
        wait_outcomes="waitOutcomes" in windows,
        previous="previous" in each,
        daily="daily" in each,
        transfer_flows="transferFlows" in paths,
    )

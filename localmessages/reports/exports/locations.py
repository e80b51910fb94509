"""The Locations page, one row a location."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import asyncpg

from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import LocationsSummarySource
from localmessages.reports.exports.table import Column, Kind, Table, in_one
from localmessages.reports.exports.titles import with_window
from localmessages.reports.locations_summary import locations_summary, places_shown, report_window
from localmessages.reports.metrics import LocationMetrics
from localmessages.reports.spans import zoned_windows
from localmessages.reports.want import Want
from localmessages.rules.place import Place

_WANT = Want(total=False, previous=False, daily=False, transfer_flows=False)


def locations_table(source: LocationsSummarySource, reader: Reader) -> Table[LocationMetrics]:
    """The locations by name, with the figures of the window and of now."""
    places = places_shown(reader.viewer, reader.catalogue.places, source.location_ids)
    reader.check_may_export(places)
    zoned = zoned_windows({place.zone for place in places}, source.window, source.zone, reader.now)
    title = with_window("Locations", report_window(zoned.values(), source.window, source.zone))

    async def count(connection: asyncpg.Connection) -> int:
        return len(places)

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[LocationMetrics]]:
        summary = await locations_summary(
            connection,
            places,
            window=source.window,
            zone=source.zone,
            out_of_hours=source.out_of_hours,
            now=reader.now,
            want=_WANT,
        )
        async for part in in_one(summary.locations):
            yield part

    return Table(title, _columns(Clocks(places, source.zone)), count, rows)


def _columns(clocks: Clocks) -> list[Column[LocationMetrics]]:
    def number(heading: str, path: str) -> Column[LocationMetrics]:
        def value(row: LocationMetrics) -> float | None:
            found: object = row
            for name in path.split("."):
                found = getattr(found, name)
            assert found is None or isinstance(found, int | float)
            return found

        return Column(heading, value, Kind.NUMBER)

    return [
        Column("Location", lambda row: _place(row).name),
        number("Active Conversations", "active_conversations"),
        number("New Inbound Conversations", "new_inbound_conversations.count"),
        number("Never Answered", "new_inbound_conversations.never_answered"),
        number("Awaiting Reply", "new_inbound_conversations.awaiting_reply"),
        clocks.column(
            "Waiting Since",
            lambda row: row.new_inbound_conversations.oldest_waiting_since,
            lambda row: _place(row).id,
        ),
        number("Median Response Seconds", "response_time.median_seconds"),
        number("Mean Response Seconds", "response_time.mean_seconds"),
        number("90 % Response Seconds", "response_time.p90_seconds"),
        number("Response Sample", "response_time.sample"),
        number("Left Out", "response_time.excluded"),
        number("Inbound Messages", "inbound_messages"),
        number("Outbound Messages", "outbound_messages"),
        number("By Agents", "outbound_breakdown.agent"),
        number("By Campaigns", "outbound_breakdown.campaign"),
        number("Automatic", "outbound_breakdown.auto"),
        number("System", "outbound_breakdown.system"),
        number("Waits Answered", "wait_outcomes.answered"),
        number("Waits Transferred", "wait_outcomes.transferred"),
        number("Waits Closed Unanswered", "wait_outcomes.closed_unanswered"),
        number("Waits Opted Out", "wait_outcomes.opted_out"),
        number("Waits Blocked", "wait_outcomes.blocked"),
        *clocks.zones(lambda row: _place(row).id),
    ]


def _place(row: LocationMetrics) -> Place:
    assert row.location is not None, "the total is not among the rows"
    return row.location

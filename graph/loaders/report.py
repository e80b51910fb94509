"""Reads of the Messages Report: its beginning, its tiles, its table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from strawberry import Info
from strawberry.utils.str_converters import to_camel_case

from graph.ids import expect_ids
from graph.loaders.nodes import Nodes
from graph.loaders.reading import Reading, Snapshot
from graph.loaders.reads import Reads, checked_search, shown, too_many
from graph.loaders.report_nodes import row_node, tiles_node, window_node
from graph.loaders.summary import spec_of
from graph.lookahead import Paths, selected
from graph.types.report import MessagesReport, MessagesReportFilter
from graph.types.report_row import ReportRow, ReportRowConnection, ReportRowFilter, ReportRowOrder
from graph.types.report_tiles import MessagesReportTiles
from localmessages.reports.keyset import Page
from localmessages.reports.messages_report.all_tiles import TileGroup, all_tiles
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.messages_report.columns import RowOrder
from localmessages.reports.messages_report.rows import count_rows, rows_page
from localmessages.reports.messages_report.scope import ReportFilter, ReportScopes, Scope
from localmessages.reports.messages_report.wanted_rows import WantedRows
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.report import MOST_FILTER_IDS

_GROUPS = {
    TileGroup.TEXTS: (
        "messagesDelivered",
        "nonDeliverableMessages",
        "conversationsHeld",
        "conversationsWithPayByText",
    ),
    TileGroup.PAY_BY_TEXT: ("payByTextConversion",),
    TileGroup.OPT_OUTS: ("optOuts",),
    TileGroup.LINKS: ("linksSent", "linksClicked", "linkClickRate"),
    TileGroup.INBOUND: ("inboundResponseTime",),
    TileGroup.OUTBOUND: ("outboundResponseTime",),
}


class ReportReads(Reads):
    """One snapshot for everything that is selected of a report; it is given back with the operation."""

    async def query_messages_report(
        self, *, filter: MessagesReportFilter, out_of_hours: OutOfHours, info: Info
    ) -> MessagesReport:
        """A report, of which nothing is read yet but where the log stands."""
        nodes = await self.nodes()
        viewer = nodes.viewer
        scopes = ReportScopes(viewer.tenant_id, report_filter(nodes, filter), self.now)
        snapshot = await self._snapshot()
        async with snapshot.connection() as connection:
            # The first statement is where the snapshot is taken, so the position is the snapshot's own.
            cursor = await self.context.position(connection)
        return MessagesReport(
            reading=Reading(snapshot, viewer, scopes, out_of_hours),
            as_of=self.now,
            cursor=self.context.written(cursor),
            window=window_node(scopes.shown),
        )

    async def _snapshot(self) -> Snapshot:
        """The one of this operation: several reports agree, and so does what is read beside their rows."""
        snapshot: Snapshot | None = self.context.snapshot
        if snapshot is None:
            snapshot = self.context.snapshot = Snapshot()
            self.context.at_end(snapshot.close)
        await snapshot.open(self.context.services.database)
        return snapshot

    async def messages_report_tiles(self, report: MessagesReport, *, info: Info) -> MessagesReportTiles:
        """The tiles that are selected."""
        reading = cast(Reading, report.reading)
        return await self._tiles(reading, reading.scopes.window, selected(info))

    async def messages_report_previous(self, report: MessagesReport, *, info: Info) -> MessagesReportTiles:
        """The same for the window before."""
        reading = cast(Reading, report.reading)
        return await self._tiles(reading, reading.scopes.before, selected(info))

    async def _tiles(self, reading: Reading, scope: Scope, paths: Paths) -> MessagesReportTiles:
        wanted = {group for group, names in _GROUPS.items() if not paths.isdisjoint(names)}
        async with reading.connection() as connection:
            return tiles_node(await all_tiles(connection, scope, reading.out_of_hours, wanted))

    async def messages_report_rows(
        self,
        report: MessagesReport,
        *,
        search: str | None,
        filter: ReportRowFilter | None,
        order_by: ReportRowOrder,
        page: Page,
        info: Info,
    ) -> ReportRowConnection:
        """The table."""
        given = filter or ReportRowFilter()
        wanted = WantedRows(given.direction, given.origins, given.statuses, checked_search(search))
        return await self.report_rows(cast(Reading, report.reading), wanted, order_by, page, info)

    async def report_rows(
        self, reading: Reading, wanted: WantedRows, order_by: ReportRowOrder, page: Page, info: Info
    ) -> ReportRowConnection:
        """A page of texts of a report."""
        nodes = await self.nodes()
        order = RowOrder(order_by.column, order_by.direction)
        async with reading.connection() as connection:
            found = await rows_page(connection, reading.scope, wanted, page, order)
            counted = "totalCount" in selected(info)
            count = await count_rows(connection, reading.scope, wanted) if counted else 0
        cursors = {view.message.id: view.cursor for view in found.items}
        rows = shown(found, lambda view: row_node(nodes, view))
        return ReportRowConnection.of(
            rows, lambda node: cursors[cast(ReportRow, node).key], total_count=count
        )


def report_filter(nodes: Nodes, given: MessagesReportFilter) -> ReportFilter:
    """What was asked for, at the locations that the viewer sees; LIMIT_EXCEEDED where it is too much."""
    for name in ("location_ids", "agent_ids", "campaign_ids"):
        _check_number(name, getattr(given, name))
    if given.tags:
        _check_number("any_of", given.tags.any_of)
        _check_number("all_of", given.tags.all_of)
    return asked_filter(given).seen_by(nodes.viewer, nodes.catalogue.places)


def asked_filter(given: MessagesReportFilter) -> AskedFilter:
    """What was asked for, wherever it is."""
    tags = given.tags
    return AskedFilter(
        window=spec_of(given.window),
        zone=given.time_zone,
        location_ids=_keys("Location", given.location_ids),
        agent_ids=_keys("User", given.agent_ids),
        campaign_ids=_keys("Campaign", given.campaign_ids),
        any_tags=_keys("Tag", tags.any_of if tags else None),
        all_tags=_keys("Tag", tags.all_of if tags else None),
    )


def _check_number(name: str, ids: Sequence[str] | None) -> None:
    if ids is not None and len(ids) > MOST_FILTER_IDS:
        raise too_many(to_camel_case(name), len(ids), MOST_FILTER_IDS)


def _keys(type_name: str, ids: Sequence[str] | None) -> list[UUID] | None:
    return None if ids is None else expect_ids(type_name, ids)

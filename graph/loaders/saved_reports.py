"""Reads of saved reports: the viewer's own, and what colleagues share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import cast
from uuid import UUID

from strawberry import Info

from graph.loaders.nodes import Nodes
from graph.loaders.place_nodes import node_id
from graph.loaders.reads import Reads, shown
from graph.loaders.report_nodes import window_node
from graph.scalars import EmailAddress, TimeOfDay, TimeZone
from graph.types.saved_report import ReportSchedule, SavedReport, SavedReportConnection, SavedReportFilter
from graph.types.user import User
from localmessages.reports.campaigns import seen_campaigns
from localmessages.reports.keyset import Page
from localmessages.reports.messages_report.asked import AskedFilter
from localmessages.reports.messages_report.asked_json import from_json
from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.reports.metrics import ReportWindow
from localmessages.reports.saved_reports import (
    SavedReportView,
    ScheduleRow,
    report_cursor,
    saved_reports_by_id,
    saved_reports_page,
)
from localmessages.reports.windows import Last
from localmessages.rules.exports import ExportFormat
from localmessages.rules.hours import Weekday
from localmessages.rules.metrics import OutOfHours
from localmessages.rules.schedules import ReportFrequency
from localmessages.rules.windows import InvalidWindow


class SavedReportReads(Reads):
    """What they name is shown as far as the viewer sees it."""

    async def query_saved_reports(self, *, page: Page, info: Info) -> SavedReportConnection:
        """The list, by name."""
        nodes = await self.nodes()
        campaigns = seen_campaigns(nodes.viewer, nodes.catalogue)
        async with self.connection() as connection:
            found = await saved_reports_page(connection, nodes.viewer, campaigns, page)
        return SavedReportConnection.of(
            shown(found, lambda view: self._node(nodes, view)), lambda node: report_cursor(node.view)
        )

    async def saved_report(self, key: UUID) -> SavedReport | None:
        """One by its key."""
        nodes = await self.nodes()
        view = await self.batched(self._saved_reports, key)
        return None if view is None else self._node(nodes, view)

    async def _saved_reports(self, keys: list[UUID]) -> dict[UUID, SavedReportView]:
        nodes = await self.nodes()
        campaigns = seen_campaigns(nodes.viewer, nodes.catalogue)
        async with self.connection() as connection:
            return await saved_reports_by_id(connection, nodes.viewer, campaigns, keys)

    def _node(self, nodes: Nodes, view: SavedReportView) -> SavedReport:
        report = view.report
        return SavedReport(
            key=report.id,
            view=view,
            id=node_id("SavedReport", report.id),
            name=report.name,
            filter=self._filter(nodes, view),
            out_of_hours=OutOfHours(report.out_of_hours),
            shared=report.shared,
            schedule=None if view.schedule is None else _schedule(nodes, view, view.schedule),
            by=cast(User, nodes.user(report.by_user_id)),
            created_at=report.created_at,
        )

    def _filter(self, nodes: Nodes, view: SavedReportView) -> SavedReportFilter:
        asked = from_json(view.report.about)
        locations = [place for key in asked.location_ids or () if (place := nodes.location(key))]
        agents = [person for key in asked.agent_ids or () if (person := nodes.user(key))]
        campaigns = [entry for key in asked.campaign_ids or () if (entry := nodes.seen_campaign(key))]
        return SavedReportFilter(
            last_days=asked.window.days if isinstance(asked.window, Last) else None,
            window=window_node(self._window(nodes, asked)),
            locations=sorted(locations, key=lambda node: node.name.casefold()),
            agents=sorted(agents, key=lambda node: node.name.casefold()),
            campaigns=sorted(campaigns, key=lambda node: node.name.casefold()),
            tags_any=nodes.tags(asked.any_tags or ()),
            tags_all=nodes.tags(asked.all_tags or ()),
        )

    def _window(self, nodes: Nodes, asked: AskedFilter) -> ReportWindow:
        seen = asked.seen_by(nodes.viewer, nodes.catalogue.places)
        try:
            return ReportScopes(nodes.viewer.tenant_id, seen, self.now).shown
        except InvalidWindow:
            # Its one day was skipped in a zone of this viewer, though not in those of who saved it.
            return ReportScopes(nodes.viewer.tenant_id, replace(seen, places=[]), self.now).shown


def _schedule(nodes: Nodes, view: SavedReportView, row: ScheduleRow) -> ReportSchedule:
    return ReportSchedule(
        frequency=ReportFrequency(row.frequency),
        weekday=None if row.weekday is None else Weekday(row.weekday),
        day_of_month=row.day_of_month,
        at=TimeOfDay(row.local_time),
        time_zone=TimeZone(row.time_zone),
        recipients=_recipients(nodes, view.report.by_user_id, row.recipient_ids),
        format=ExportFormat(row.format),
        next_run_at=row.next_run_at,
        last_run_at=row.last_run_at,
    )


def _recipients(nodes: Nodes, owner_id: UUID, recipient_ids: Sequence[UUID]) -> list[EmailAddress]:
    """All of them for whose report it is; for others the addresses that they may see anyway."""
    people = [nodes.catalogue.people[key] for key in recipient_ids]
    if nodes.viewer.user_id != owner_id:
        people = [person for person in people if nodes.manages(person)]
    return [EmailAddress(person.email) for person in people]

"""From the input to what a file is to hold."""

from __future__ import annotations

from graph.ids import expect_id, expect_ids
from graph.loaders.audit import wanted_audit
from graph.loaders.report import asked_filter
from graph.loaders.summary import spec_of
from graph.types.audit import AuditFilter
from graph.types.export_mutations import (
    ExportSourceInput,
    LocationsSummaryExportInput,
    MessagesReportExportInput,
)
from graph.types.report_row import ReportRowFilter
from localmessages.reports.exports.sources import (
    AuditLogSource,
    ExportSource,
    LocationsSummarySource,
    MessagesReportSource,
    PersonalDataSource,
    TranscriptSource,
)


def source_of(given: ExportSourceInput) -> ExportSource:
    """What was asked for; one of them is given."""
    if given.messages_report is not None:
        return _report(given.messages_report)
    if given.locations_summary is not None:
        return _locations(given.locations_summary)
    if given.audit_log is not None:
        return _audit_log(given.audit_log)
    if given.transcript_of is not None:
        return TranscriptSource(conversation_id=expect_id("Conversation", given.transcript_of))
    return PersonalDataSource(contact_id=expect_id("Contact", given.personal_data_of or ""))


def _report(given: MessagesReportExportInput) -> MessagesReportSource:
    rows = given.row_filter or ReportRowFilter()
    return MessagesReportSource(
        filter=asked_filter(given.filter),
        out_of_hours=given.out_of_hours,
        view=given.view,
        columns=given.columns,
        search=given.search,
        direction=rows.direction,
        origins=rows.origins,
        statuses=rows.statuses,
        order_by=given.order_by.column,
        order=given.order_by.direction,
    )


def _locations(given: LocationsSummaryExportInput) -> LocationsSummarySource:
    return LocationsSummarySource(
        window=spec_of(given.window),
        zone=given.time_zone,
        location_ids=None if given.location_ids is None else expect_ids("Location", given.location_ids),
        out_of_hours=given.out_of_hours,
    )


def _audit_log(given: AuditFilter) -> AuditLogSource:
    wanted = wanted_audit(given)
    return AuditLogSource(
        user_ids=wanted.user_ids,
        actions=wanted.actions,
        subject=wanted.subject,
        start=wanted.start,
        end=wanted.end,
    )

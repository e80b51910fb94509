"""From the input to what a file is to hold."""

from __future__ import annotations

from graph.ids import expect_id, expect_ids, parse_id
from graph.loaders.report import asked_filter
from graph.loaders.summary import spec_of
from graph.types.export_mutations import (
    AuditFilter,
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
    subject = None if given.subject_id is None else parse_id(given.subject_id)
    return AuditLogSource(
        user_ids=None if given.user_ids is None else expect_ids("User", given.user_ids),
        actions=given.actions,
        # What is no id is of no object, and nothing was done to it.
        subject=("", expect_id("", given.subject_id)) if given.subject_id and not subject else subject,
        start=given.between.start if given.between else None,
        end=given.between.end if given.between else None,
    )

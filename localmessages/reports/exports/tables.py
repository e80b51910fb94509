"""From what was asked for to the table that answers it, with the rights of now."""

from __future__ import annotations

import asyncpg

from localmessages.reports.exports.audit import audit_table
from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.locations import locations_table
from localmessages.reports.exports.personal_data import personal_data_table
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.report_conversations import conversations_table
from localmessages.reports.exports.report_links import links_table
from localmessages.reports.exports.report_opt_outs import opt_outs_table
from localmessages.reports.exports.report_payments import payments_table
from localmessages.reports.exports.report_texts import WITH_TEXTS, texts_table
from localmessages.reports.exports.report_waits import waits_table
from localmessages.reports.exports.sources import (
    AuditLogSource,
    ExportSource,
    LocationsSummarySource,
    MessagesReportSource,
    PersonalDataSource,
    TranscriptSource,
)
from localmessages.reports.exports.table import AnyTable
from localmessages.reports.exports.titles import OF_VIEW, with_window
from localmessages.reports.exports.transcript import transcript_table
from localmessages.reports.messages_report.scope import ReportScopes
from localmessages.rules.exports import ReportView


async def table_of(connection: asyncpg.Connection, source: ExportSource, reader: Reader) -> AnyTable:
    """The table; raises `Refused` for what is hidden or not allowed, `InvalidWindow`."""
    match source:
        case MessagesReportSource():
            return report_table(source, reader)
        case LocationsSummarySource():
            return locations_table(source, reader)
        case TranscriptSource():
            return await transcript_table(connection, source, reader)
        case PersonalDataSource():
            return await personal_data_table(connection, source, reader)
        case AuditLogSource():
            return audit_table(source, reader)


def report_table(source: MessagesReportSource, reader: Reader) -> AnyTable:
    """The rows of a Messages Report's table, or of a tile's detail, by the same predicate."""
    asked = source.filter.seen_by(reader.viewer, reader.catalogue.places)
    reader.check_may_export(asked.places)
    scopes = ReportScopes(reader.tenant_id, asked, reader.now)
    title = with_window(OF_VIEW[source.view], scopes.shown)
    scope, clocks = scopes.window, Clocks(asked.places, asked.zone)
    if source.view in WITH_TEXTS:
        return texts_table(source, scope, reader, clocks, title)
    match source.view:
        case ReportView.CONVERSATIONS_HELD | ReportView.CONVERSATIONS_WITH_PAY_BY_TEXT:
            return conversations_table(source, scope, clocks, title)
        case ReportView.PAY_BY_TEXT:
            return payments_table(source, scope, reader, clocks, title)
        case ReportView.OPT_OUTS:
            return opt_outs_table(source, scope, reader, clocks, title)
        case ReportView.LINKS_SENT | ReportView.LINKS_CLICKED:
            return links_table(source, scope, reader, clocks, title)
    return waits_table(source, scope, reader, clocks, title)

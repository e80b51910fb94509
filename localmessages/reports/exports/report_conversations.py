"""The conversations behind two of the tiles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC
from functools import partial

import asyncpg

from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import Column, Kind, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.messages_report.conversations import (
    ConversationRow,
    conversation_row,
    conversations_statement,
    count_conversations,
)
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.names import contact_name
from localmessages.rules.exports import ReportView
from localmessages.rules.report import ReportConversationKind

_KINDS = {
    ReportView.CONVERSATIONS_HELD: ReportConversationKind.HELD,
    ReportView.CONVERSATIONS_WITH_PAY_BY_TEXT: ReportConversationKind.WITH_PAY_BY_TEXT,
}


def conversations_table(
    source: MessagesReportSource, scope: Scope, clocks: Clocks, title: str
) -> Table[ConversationRow]:
    """Conversations, latest text first."""
    kind, search = _KINDS[source.view], source.search

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[ConversationRow]]:
        args = scope.args()
        statement = conversations_statement(scope, kind, search, WholeList(), args)
        async for records in streamed(connection, statement, args):
            yield [conversation_row(record) for record in records]

    # A conversation may have been at several locations; where their zones differ, none of them is its own.
    clock = Clocks.of(clocks.zone or str(UTC))
    count = partial(count_conversations, scope=scope, kind=kind, search=search)
    return Table(title, _columns(clock), count, rows)


def _columns(clock: Clocks) -> list[Column[ConversationRow]]:
    return [
        Column("Name", lambda row: contact_name(row.contact)),
        Column("Phone", lambda row: row.contact.phone, Kind.PHONE),
        Column("Inbound Messages", lambda row: row.figures.inbound, Kind.NUMBER),
        Column("Outbound Messages", lambda row: row.figures.outbound, Kind.NUMBER),
        clock.column("First", lambda row: row.figures.first_at),
        clock.column("Last", lambda row: row.figures.last_at),
    ]

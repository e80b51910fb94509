"""The waits behind both response times: those that went in, and those left out with the reason."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from uuid import UUID

import asyncpg

from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import Column, Kind, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.waits import (
    WaitView,
    WantedWaits,
    count_waits,
    wait_views,
    waits_statement,
)
from localmessages.reports.names import contact_name
from localmessages.rules.cells import words
from localmessages.rules.exports import ReportView
from localmessages.rules.waits import WaitKind

_KINDS = {ReportView.INBOUND_WAITS: WaitKind.INBOUND, ReportView.OUTBOUND_WAITS: WaitKind.OUTBOUND}


def waits_table(
    source: MessagesReportSource, scope: Scope, reader: Reader, clocks: Clocks, title: str
) -> Table[WaitView]:
    """Waits, latest end first."""
    wanted = WantedWaits(_KINDS[source.view], source.out_of_hours, None, source.search)

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[WaitView]]:
        args = scope.args()
        statement = waits_statement(scope, wanted, reader.now, WholeList(), args)
        async for records in streamed(connection, statement, args):
            yield await wait_views(
                connection, scope, wanted.mode, records, now=reader.now, place_of=reader.place_of
            )

    count = partial(count_waits, scope=scope, wanted=wanted, now=reader.now)
    return Table(title, _columns(reader, clocks), count, rows)


def _columns(reader: Reader, clocks: Clocks) -> list[Column[WaitView]]:
    return [
        clocks.column("Began", lambda row: row.wait.started_at, _location),
        clocks.column("Ended", lambda row: row.wait.ended_at, _location),
        Column("Name", lambda row: contact_name(row.contact)),
        Column("Phone", lambda row: row.contact.phone, Kind.PHONE),
        Column("Outcome", lambda row: words(row.wait.outcome or "")),
        Column("Counted Seconds", lambda row: row.seconds, Kind.NUMBER),
        Column("Left Out", lambda row: row.exclusion and words(row.exclusion)),
        Column("Elapsed Seconds", lambda row: row.wait.elapsed_seconds, Kind.NUMBER),
        Column("Open Seconds", lambda row: row.wait.open_seconds, Kind.NUMBER),
        Column("Opened Out of Hours", lambda row: row.wait.opened_out_of_hours, Kind.YES_NO),
        Column("Reply Undelivered", lambda row: row.wait.reply_undelivered, Kind.YES_NO),
        clocks.column("Customer Since", lambda row: row.whole.since, _location),
        Column("Customer Elapsed Seconds", lambda row: row.whole.elapsed_seconds, Kind.NUMBER),
        Column("Customer Open Seconds", lambda row: row.whole.open_seconds, Kind.NUMBER),
        Column("Legs", lambda row: row.whole.legs, Kind.NUMBER),
        Column("Agent", lambda row: reader.person(row.wait.agent_id)),
        Column("Campaign", lambda row: reader.campaign(row.wait.campaign_id)),
        Column("Location", lambda row: reader.place(row.wait.location_id)),
        *clocks.zones(_location),
    ]


def _location(row: WaitView) -> UUID:
    return row.wait.location_id

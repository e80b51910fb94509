"""The opt-outs behind the tile, each with what came before it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import cast
from uuid import UUID

import asyncpg

from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import Column, Kind, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.messages_report.opt_outs import (
    count_opt_outs,
    opt_outs_by_id,
    opt_outs_statement,
)
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.names import contact_name
from localmessages.reports.rows import ContactRow
from localmessages.reports.timeline_rows import ConsentRow, EntryView
from localmessages.rules.cells import words


def opt_outs_table(
    source: MessagesReportSource, scope: Scope, reader: Reader, clocks: Clocks, title: str
) -> Table[EntryView]:
    """Opt-outs, latest first."""
    search = source.search

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[EntryView]]:
        args = scope.args()
        statement = opt_outs_statement(scope, search, WholeList(), args)
        async for records in streamed(connection, statement, args):
            ids = [record["id"] for record in records]
            yield await opt_outs_by_id(connection, scope, ids, reader.now)

    count = partial(count_opt_outs, scope=scope, search=search)
    return Table(title, _columns(reader, clocks), count, rows)


def _columns(reader: Reader, clocks: Clocks) -> list[Column[EntryView]]:
    return [
        clocks.column("Date", lambda row: row.entry.at, _location),
        Column("Name", lambda row: contact_name(_contact(row))),
        Column("Phone", lambda row: _contact(row).phone, Kind.PHONE),
        Column("How", lambda row: words(_change(row).method)),
        Column("Text", lambda row: _change(row).texted),
        Column("Number", lambda row: _change(row).number, Kind.PHONE),
        Column("By", lambda row: reader.person(_change(row).by_user_id)),
        Column("Cause", lambda row: words(_change(row).cause)),
        Column("Campaign", lambda row: reader.campaign(_change(row).cause_campaign_id)),
        Column("Location", lambda row: reader.place(_change(row).location_id)),
        *clocks.zones(_location),
    ]


def _change(row: EntryView) -> ConsentRow:
    return cast(ConsentRow, row.entry)


def _contact(row: EntryView) -> ContactRow:
    return cast(ContactRow, row.contact)


def _location(row: EntryView) -> UUID:
    return cast(UUID, _change(row).location_id)

"""The tracked links behind two of the tiles."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from functools import partial
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.contacts import known_contacts
from localmessages.reports.exports.clocks import Clocks
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import MessagesReportSource
from localmessages.reports.exports.table import Column, Kind, Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.links import LinkView, links_by_id
from localmessages.reports.messages_report.links import count_links, links_statement
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.names import contact_name
from localmessages.reports.rows import ContactRow
from localmessages.rules.exports import ReportView


class SentLink(NamedTuple):
    """A link, when its text was sent, and to whom."""

    view: LinkView
    at: datetime
    contact: ContactRow


def links_table(
    source: MessagesReportSource, scope: Scope, reader: Reader, clocks: Clocks, title: str
) -> Table[SentLink]:
    """Links, latest text first."""
    clicked = True if source.view is ReportView.LINKS_CLICKED else None
    search = source.search

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[SentLink]]:
        args = scope.args()
        statement = links_statement(scope, clicked, search, WholeList(), args)
        async for records in streamed(connection, statement, args):
            views = await links_by_id(connection, reader.viewer, [record["id"] for record in records])
            contact_ids = {view.contact_id for view in views.values()}
            contacts = await known_contacts(connection, reader.tenant_id, list(contact_ids))
            yield [
                SentLink(views[key], at, contacts[views[key].contact_id])
                for key, at in ((record["id"], record["at"]) for record in records)
            ]

    count = partial(count_links, scope=scope, clicked=clicked, search=search)
    return Table(title, _columns(reader, clocks), count, rows)


def _columns(reader: Reader, clocks: Clocks) -> list[Column[SentLink]]:
    return [
        clocks.column("Date Sent", lambda row: row.at, _location),
        Column("Name", lambda row: contact_name(row.contact)),
        Column("Phone", lambda row: row.contact.phone, Kind.PHONE),
        Column("Link", lambda row: row.view.link.url),
        Column("Clicked", lambda row: row.view.link.clicks > 0 or row.view.paid, Kind.YES_NO),
        Column("Clicks", lambda row: row.view.link.clicks, Kind.NUMBER),
        Column("Bot Clicks", lambda row: row.view.link.bot_clicks, Kind.NUMBER),
        clocks.column("First Clicked", lambda row: row.view.link.first_clicked_at, _location),
        Column("Location", lambda row: reader.place(row.view.location_id)),
        *clocks.zones(_location),
    ]


def _location(row: SentLink) -> UUID:
    return row.view.location_id

"""The timeline of a conversation."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

import asyncpg

from localmessages.reports.conversations import Beside, conversations_by_id
from localmessages.reports.exports.facts import Fact, fact_columns, fact_of
from localmessages.reports.exports.reader import Reader
from localmessages.reports.exports.sources import TranscriptSource
from localmessages.reports.exports.table import Table, streamed
from localmessages.reports.keyset import WholeList
from localmessages.reports.names import contact_name
from localmessages.reports.rows import Args
from localmessages.reports.timeline import timeline_statement
from localmessages.reports.timeline_rows import entry_view
from localmessages.rules.refusal import NotFound


async def transcript_table(
    connection: asyncpg.Connection, source: TranscriptSource, reader: Reader
) -> Table[Fact]:
    """Its entries, oldest first, by the clock of its location."""
    beside = Beside(last_message=False, read_mark=False)
    key = source.conversation_id
    view = (await conversations_by_id(connection, reader.viewer, [key], beside)).get(key)
    if view is None or view.contact is None:
        raise NotFound("conversation", field=["source", "transcriptOf"])
    place = reader.place_of(view.conversation.location_id)
    reader.check_may_export([place])

    async def count(connection: asyncpg.Connection) -> int:
        return await count_entries(connection, reader, key)

    async def rows(connection: asyncpg.Connection) -> AsyncIterator[Sequence[Fact]]:
        async for facts in entries(connection, reader, key):
            yield facts

    return Table(f"Conversation with {contact_name(view.contact)}", fact_columns(place.zone), count, rows)


async def entries(
    connection: asyncpg.Connection, reader: Reader, conversation_id: UUID
) -> AsyncIterator[list[Fact]]:
    """What happened in a conversation."""
    args = Args([reader.tenant_id, reader.now, conversation_id])
    async for records in streamed(connection, timeline_statement(WholeList(), args), args):
        yield [fact_of(entry_view(record), reader) for record in records]


async def count_entries(connection: asyncpg.Connection, reader: Reader, conversation_id: UUID) -> int:
    """How many there are."""
    args = Args([reader.tenant_id, reader.now, conversation_id])
    statement = f"SELECT count(*) FROM ({timeline_statement(WholeList(), args)}) AS entry (kind)"
    return await connection.fetchval(statement, *args) or 0

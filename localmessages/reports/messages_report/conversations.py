"""The conversations behind two of the tiles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.messages_report.matching import contact_condition
from localmessages.reports.messages_report.scope import Scope, joined, together
from localmessages.reports.messages_report.texts import HAS_PAY_BY_TEXT, IS_HELD, PAY_BY_TEXT
from localmessages.reports.rows import Args, ContactRow, columns, fields, made
from localmessages.rules.access import Viewer
from localmessages.rules.report import ReportConversationKind

LATEST_FIRST = Keyset(
    "report conversations",
    (
        Column("talk.latest_at", "timestamptz", descending=True),
        Column("talk.conversation_id", "uuid", descending=True),
    ),
)
_KINDS = {
    ReportConversationKind.HELD: IS_HELD,
    ReportConversationKind.WITH_PAY_BY_TEXT: HAS_PAY_BY_TEXT,
}


_OF_PERSONS = "coalesce(message.origin, 'AGENT') IN ('AGENT', 'CAMPAIGN')"
TALK_FIGURES = f"""count(*) FILTER (WHERE message.direction = 'INBOUND') AS inbound,
        count(*) FILTER (WHERE message.origin IN ('AGENT', 'CAMPAIGN')) AS outbound,
        min(message.at) FILTER (WHERE {_OF_PERSONS}) AS first_at,
        max(message.at) FILTER (WHERE {_OF_PERSONS}) AS last_at,
        max(message.at) AS latest_at"""


class ConversationFigures(NamedTuple):
    """A conversation as far as the report is about it; `latest_at` is that of any of its texts."""

    id: UUID
    inbound: int
    outbound: int
    first_at: datetime
    last_at: datetime
    latest_at: datetime


class ConversationRow(NamedTuple):
    """The conversation with its contact."""

    figures: ConversationFigures
    contact: ContactRow

    @property
    def cursor(self) -> str:
        return LATEST_FIRST.cursor(self.figures.latest_at, self.figures.id)


def _talks(scope: Scope, args: Args) -> str:
    """The conversations with a text in the report, each with what it has in the same dates, places and tags.

    Whether both sides said something does not ask who is stamped on what: so all texts are looked at.
    """
    stamped = together(scope.stamped("message", args), indent="        ")
    # message_location_idx, alone
    return f"""talk AS (
    SELECT
        message.conversation_id,
        bool_or({PAY_BY_TEXT} AND {stamped}) AS has_pay_by_text,
        bool_or(message.direction = 'INBOUND') AS has_inbound,
        bool_or(message.origin = 'AGENT') AS has_agent,
        {TALK_FIGURES}
    FROM {joined("message", scope.within("message", "at", args))}
    GROUP BY message.conversation_id
    HAVING bool_or({stamped})
)"""


def _chosen(scope: Scope, kind: ReportConversationKind, search: str | None, args: Args) -> tuple[str, str]:
    cte = _talks(scope, args)
    # conversation_pkey, contact_pkey
    return (
        cte,
        f"""talk
JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = talk.conversation_id
JOIN contact ON contact.tenant_id = $1 AND contact.id = conversation.contact_id
WHERE {_KINDS[kind]}
    AND {contact_condition(search, args)}""",
    )


_SHOWN = f"""talk.conversation_id, talk.inbound, talk.outbound,
    coalesce(talk.first_at, talk.latest_at), coalesce(talk.last_at, talk.latest_at), talk.latest_at,
    {columns(ContactRow, "contact")}"""


def conversations_statement(
    scope: Scope, kind: ReportConversationKind, search: str | None, page: Page, args: Args
) -> str:
    cte, chosen = _chosen(scope, kind, search, args)
    return f"""
WITH {cte}
SELECT
    {_SHOWN}
FROM {chosen}
    AND {LATEST_FIRST.where(page, args)}
ORDER BY {LATEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""


async def conversations_page(
    connection: asyncpg.Connection,
    scope: Scope,
    kind: ReportConversationKind,
    search: str | None,
    page: Page,
) -> Slice[ConversationRow]:
    """A page of the conversations, latest text first."""
    args = scope.args()
    records = await connection.fetch(conversations_statement(scope, kind, search, page, args), *args)
    return page.cut([conversation_row(record) for record in records])


def conversation_row(record: asyncpg.Record) -> ConversationRow:
    """The conversation in a record of `conversations_statement`."""
    width = len(fields(ConversationFigures))
    return ConversationRow(made(ConversationFigures, record), made(ContactRow, record, width))


async def count_conversations(
    connection: asyncpg.Connection, scope: Scope, kind: ReportConversationKind, search: str | None
) -> int:
    """How many there are on all pages."""
    args = scope.args()
    cte, chosen = _chosen(scope, kind, search, args)
    return await connection.fetchval(f"WITH {cte} SELECT count(*) FROM {chosen}", *args) or 0


async def conversations_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, ConversationRow]:
    """Those of the conversations with a text at a location of the viewer, about all of these texts."""
    # message_conversation_idx; conversation_pkey, contact_pkey
    statement = f"""
WITH talk AS (
    SELECT message.conversation_id, {TALK_FIGURES}
    FROM message
    WHERE message.tenant_id = $1
        AND message.conversation_id = ANY($2::uuid[])
        AND message.location_id = ANY($3::uuid[])
    GROUP BY message.conversation_id
)
SELECT
    {_SHOWN}
FROM talk
JOIN conversation ON conversation.tenant_id = $1 AND conversation.id = talk.conversation_id
JOIN contact ON contact.tenant_id = $1 AND contact.id = conversation.contact_id
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids)
    return {record[0]: conversation_row(record) for record in records}

"""Conversations with what a list shows beside each, in the same row."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.rows import (
    Args,
    ContactRow,
    ConversationRow,
    MessageRow,
    columns,
    fields,
    made,
    read,
)
from localmessages.rules.access import Viewer


@dataclass(frozen=True, slots=True)
class Beside:
    """What to fetch with each conversation. What is left out is not looked up."""

    contact: bool = True
    last_message: bool = True
    read_mark: bool = True


EVERYTHING = Beside()


class ConversationView(NamedTuple):
    """A conversation, and what was asked for beside it; `read_entries` is how many the viewer has read."""

    conversation: ConversationRow
    contact: ContactRow | None = None
    last_message: MessageRow | None = None
    read_entries: int = 0


def selection(beside: Beside, viewer: Viewer, args: Args) -> tuple[str, str]:
    """The columns, and the joins to a `conversation`, of rows for `views`. All are found by primary key."""
    chosen, joins = [columns(ConversationRow, "conversation")], list[str]()
    if beside.contact:
        chosen.append(columns(ContactRow, "contact"))
        joins.append(
            "JOIN contact\n"
            "    ON contact.tenant_id = conversation.tenant_id AND contact.id = conversation.contact_id"
        )
    if beside.last_message:
        chosen.append(columns(MessageRow, "message"))
        joins.append(
            "LEFT JOIN message\n"
            "    ON message.tenant_id = conversation.tenant_id AND message.id = conversation.last_message_id"
        )
    if beside.read_mark:
        chosen.append("coalesce(conversation_read.entry_count, 0)")
        joins.append(
            "LEFT JOIN conversation_read\n"
            "    ON conversation_read.tenant_id = conversation.tenant_id\n"
            f"    AND conversation_read.user_id = {args.add(viewer.user_id)}\n"
            "    AND conversation_read.conversation_id = conversation.id"
        )
    return ",\n    ".join(chosen), "\n".join(joins)


def views(records: Iterable[asyncpg.Record], beside: Beside) -> list[ConversationView]:
    """What was selected by `selection`."""
    contact_at = len(fields(ConversationRow))
    message_at = contact_at + (len(fields(ContactRow)) if beside.contact else 0)
    return [
        ConversationView(
            made(ConversationRow, record),
            read(ContactRow, record, contact_at) if beside.contact else None,
            read(MessageRow, record, message_at) if beside.last_message else None,
            record[-1] if beside.read_mark else 0,
        )
        for record in records
    ]


async def conversations_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID], beside: Beside = EVERYTHING
) -> dict[UUID, ConversationView]:
    """Those of `ids` that stand at locations of the viewer."""
    args = Args([viewer.tenant_id, ids, viewer.location_ids])
    chosen, joins = selection(beside, viewer, args)
    # conversation_pkey
    statement = f"""
SELECT {chosen}
FROM conversation
{joins}
WHERE conversation.tenant_id = $1
    AND conversation.id = ANY($2::uuid[])
    AND conversation.location_id = ANY($3::uuid[])
"""
    records = await connection.fetch(statement, *args)
    return {view.conversation.id: view for view in views(records, beside)}


async def beside_snapshot(
    connection: asyncpg.Connection, viewer: Viewer, row: ConversationRow, beside: Beside
) -> ConversationView:
    """What stands now beside a conversation whose row is known as of an event."""
    if not (beside.contact or beside.last_message or beside.read_mark):
        return ConversationView(row)
    # contact_pkey, message_pkey, conversation_read_pkey
    statement = f"""
SELECT {columns(ContactRow, "contact")}, {columns(MessageRow, "message")},
    coalesce(conversation_read.entry_count, 0)
FROM contact
LEFT JOIN message ON message.tenant_id = contact.tenant_id AND message.id = $3
LEFT JOIN conversation_read
    ON conversation_read.tenant_id = contact.tenant_id
    AND conversation_read.user_id = $4
    AND conversation_read.conversation_id = $5
WHERE contact.tenant_id = $1 AND contact.id = $2
"""
    reader = viewer.user_id if beside.read_mark else None
    record = await connection.fetchrow(
        statement, viewer.tenant_id, row.contact_id, row.last_message_id, reader, row.id
    )
    assert record is not None, "a contact is never deleted"
    message = read(MessageRow, record, len(fields(ContactRow)))
    return ConversationView(row, read(ContactRow, record), message, record[-1])

"""The five kinds of entries of a timeline, as rows of one statement."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

import asyncpg

from localmessages.reports.rows import ContactRow, MessageRow, columns, fields, made, read


class NoteRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    at: datetime
    by_user_id: UUID | None
    body: str


class ChangeRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    at: datetime
    kind: str
    by_user_id: UUID | None
    assignee_id: UUID | None
    tag_id: UUID | None
    snoozed_until: datetime | None
    merged_into_id: UUID | None


class ConsentRow(NamedTuple):
    id: UUID
    conversation_id: UUID | None
    location_id: UUID | None
    contact_id: UUID
    at: datetime
    state: str
    method: str
    texted: str | None
    number: str | None
    by_user_id: UUID | None
    message_id: UUID | None
    cause: str
    cause_message_id: UUID | None
    cause_campaign_id: UUID | None
    cause_payment_id: UUID | None


class TransferRow(NamedTuple):
    id: UUID
    conversation_id: UUID
    contact_id: UUID
    at: datetime
    from_location_id: UUID
    to_location_id: UUID
    by_user_id: UUID | None
    note: str | None
    notice_id: UUID | None
    merged_conversation_id: UUID | None
    undone_at: datetime | None


EntryRow: TypeAlias = MessageRow | NoteRow | ChangeRow | ConsentRow | TransferRow


@dataclass(frozen=True, slots=True)
class EntryKind:
    """A kind of entry: its name in the API, its table, its row."""

    name: str
    table: str
    row: type[EntryRow]


KINDS = (
    EntryKind("Message", "message", MessageRow),
    EntryKind("Note", "note", NoteRow),
    EntryKind("ConversationChange", "conversation_change", ChangeRow),
    EntryKind("ConsentChange", "consent_change", ConsentRow),
    EntryKind("Transfer", "transfer", TransferRow),
)


class EntryView(NamedTuple):
    """An entry; the contact of a transfer or change of consent; whether a transfer can be undone still."""

    kind: str
    entry: EntryRow
    contact: ContactRow | None
    undoable: bool


# Nothing was sent since, it is where it went, and nothing is in the way where it came from.
_UNDOABLE = """
    transfer.undone_at IS NULL AND transfer.at >= $2::timestamptz - interval '10 minutes'
    AND EXISTS (
        SELECT FROM conversation AS moved
        WHERE moved.tenant_id = transfer.tenant_id
            AND moved.id = transfer.conversation_id
            AND moved.location_id = transfer.to_location_id
    )
    AND NOT EXISTS (
        SELECT FROM message AS later
        WHERE later.tenant_id = transfer.tenant_id
            AND later.conversation_id = transfer.conversation_id
            AND later.at >= transfer.at
            AND later.direction = 'OUTBOUND'
            AND later.version > transfer.version
    )
    AND NOT EXISTS (
        SELECT FROM conversation AS other
        WHERE other.tenant_id = transfer.tenant_id
            AND other.location_id = transfer.from_location_id
            AND other.contact_id = transfer.contact_id
            AND other.status <> 'CLOSED'
    )"""

# Each is found by its primary key; the key says in which table.
ENTRIES = f"""
SELECT
    key.kind,
    {"".join(f"{columns(kind.row, kind.table)},{chr(10)}    " for kind in KINDS)}{
    columns(ContactRow, "contact")
},
    coalesce({_UNDOABLE}, false)
FROM key
{
    chr(10).join(
        f"LEFT JOIN {kind.table}"
        f" ON key.kind = '{kind.name}' AND {kind.table}.tenant_id = $1 AND {kind.table}.id = key.id"
        for kind in KINDS
    )
}
LEFT JOIN contact
    ON contact.tenant_id = $1 AND contact.id = coalesce(transfer.contact_id, consent_change.contact_id)"""


def _starts() -> dict[str, tuple[type[EntryRow], int]]:
    starts, at = {}, 1
    for kind in KINDS:
        starts[kind.name] = (kind.row, at)
        at += len(fields(kind.row))
    return starts


_STARTS = _starts()
_CONTACT_AT = 1 + sum(len(fields(kind.row)) for kind in KINDS)


def entry_view(record: asyncpg.Record) -> EntryView:
    """The entry in a row of `ENTRIES`."""
    kind, start = _STARTS[record[0]]
    entry: EntryRow = made(kind, record, start)
    return EntryView(record[0], entry, read(ContactRow, record, _CONTACT_AT), record[-1])

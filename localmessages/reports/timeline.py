"""The timeline of a conversation, and its entries by id."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.reports.contacts import is_visible
from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args
from localmessages.reports.timeline_rows import ENTRIES, KINDS, EntryView, entry_view
from localmessages.rules.access import Viewer

OLDEST_FIRST = Keyset("timeline", (Column("key.at", "timestamptz"), Column("key.id", "uuid")))


def entry_cursor(view: EntryView) -> str:
    """The cursor of an entry in its timeline."""
    return OLDEST_FIRST.cursor(view.entry.at, view.entry.id)


async def timeline_page(
    connection: asyncpg.Connection,
    tenant_id: UUID,
    conversation_id: UUID,
    page: Page,
    *,
    now: datetime,
    above_version: int | None = None,
) -> Slice[EntryView]:
    """A page of a conversation that the viewer sees, oldest first; also only what came after a version."""
    args = Args([tenant_id, now, conversation_id])
    statement = timeline_statement(page, args, above_version=above_version)
    return page.cut([entry_view(record) for record in await connection.fetch(statement, *args)])


def timeline_statement(page: Page, args: Args, *, above_version: int | None = None) -> str:
    """The entries; `args` begin with the tenant, the instant of the question and the conversation."""
    newer = "" if above_version is None else f" AND key.version > {args.add(above_version)}"
    condition, walk = OLDEST_FIRST.where(page, args), OLDEST_FIRST.order_by(page)
    # The index of each table on (tenant_id, conversation_id, at, id).
    ranges = "\n    UNION ALL\n".join(
        f"    (SELECT '{kind.name}' AS kind, key.id, key.at FROM {kind.table} AS key\n"
        f"    WHERE key.tenant_id = $1 AND key.conversation_id = $3 AND {condition}{newer}\n"
        f"    ORDER BY {walk} LIMIT {page.limit})"
        for kind in KINDS
    )
    return f"""
WITH key AS (
    SELECT * FROM (
{ranges}
    ) AS key
    ORDER BY {walk}
    LIMIT {page.limit}
)
{ENTRIES}
ORDER BY {walk}
"""


async def entries_by_id(
    connection: asyncpg.Connection, viewer: Viewer, keys: Sequence[tuple[str, UUID]], *, now: datetime
) -> dict[UUID, EntryView]:
    """Those of the entries, by kind and id, that the viewer may see.

    Where their conversation is seen, or where they happened; a change of consent that happened nowhere, where
    its contact is seen.
    """
    args = Args([viewer.tenant_id, now, [kind for kind, _ in keys], [id_ for _, id_ in keys]])
    places = f"ANY({args.add(viewer.location_ids)}::uuid[])"
    # conversation_pkey
    statement = f"""
WITH key AS (
    SELECT * FROM unnest($3::text[], $4::uuid[]) AS key (kind, id)
)
{ENTRIES}
LEFT JOIN conversation
    ON conversation.tenant_id = $1
    AND conversation.id = coalesce(
        message.conversation_id, note.conversation_id, conversation_change.conversation_id,
        consent_change.conversation_id, transfer.conversation_id
    )
WHERE coalesce(message.id, note.id, conversation_change.id, consent_change.id, transfer.id) IS NOT NULL
    AND (
        conversation.location_id = {places}
        OR message.location_id = {places}
        OR consent_change.location_id = {places}
        OR transfer.from_location_id = {places}
        OR transfer.to_location_id = {places}
        OR consent_change.id IS NOT NULL
            AND consent_change.location_id IS NULL
            AND consent_change.conversation_id IS NULL
            AND {is_visible(viewer, args)}
    )
"""
    views = [entry_view(record) for record in await connection.fetch(statement, *args)]
    return {view.entry.id: view for view in views}

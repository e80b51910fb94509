"""Pages of the consent ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from localmessages.reports.contacts import is_visible
from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args
from localmessages.reports.timeline_rows import ENTRIES, EntryView, entry_view
from localmessages.rules.access import Viewer
from localmessages.rules.consent import ConsentMethod, ConsentState

CHANGES_NEWEST_FIRST = Keyset(
    "consent changes",
    (Column("key.at", "timestamptz", descending=True), Column("key.id", "uuid", descending=True)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedChanges:
    """Which changes of consent; all conditions must hold, and None is no condition."""

    contact_id: UUID | None = None
    location_ids: Sequence[UUID] | None = None
    states: Sequence[ConsentState] | None = None
    methods: Sequence[ConsentMethod] | None = None
    since: datetime | None = None
    start: datetime | None = None
    end: datetime | None = None


_CONDITIONS = {
    "contact_id": "key.contact_id = {}::uuid",
    "location_ids": "key.location_id = ANY({}::uuid[])",
    "states": "key.state = ANY({}::text[])",
    "methods": "key.method = ANY({}::text[])",
    "since": "key.at = {}::timestamptz",
    "start": "key.at >= {}::timestamptz",
    "end": "key.at < {}::timestamptz",
}


def change_cursor(view: EntryView) -> str:
    """The cursor of an entry in the ledger."""
    return CHANGES_NEWEST_FIRST.cursor(view.entry.at, view.entry.id)


async def changes_page(
    connection: asyncpg.Connection, viewer: Viewer, wanted: WantedChanges, page: Page, *, now: datetime
) -> Slice[EntryView]:
    """A page of the ledger as far as the viewer sees it, newest first."""
    args = Args([viewer.tenant_id, now])
    order = CHANGES_NEWEST_FIRST
    # consent_change_contact_idx, or else consent_change_at_idx
    statement = f"""
WITH key AS (
    SELECT 'ConsentChange' AS kind, key.id, key.at
    FROM {_seen(wanted, viewer, args)}
        AND {order.where(page, args)}
    ORDER BY {order.order_by(page)}
    LIMIT {page.rows}
)
{ENTRIES}
ORDER BY {order.order_by(page)}
"""
    return page.cut([entry_view(record) for record in await connection.fetch(statement, *args)])


async def count_changes(connection: asyncpg.Connection, viewer: Viewer, wanted: WantedChanges) -> int:
    """How many there are on all pages."""
    args = Args([viewer.tenant_id])
    return await connection.fetchval(f"SELECT count(*) FROM {_seen(wanted, viewer, args)}", *args) or 0


def _seen(wanted: WantedChanges, viewer: Viewer, args: Args) -> str:
    """An entry is seen where it happened, and where its conversation is; one of nowhere, with its contact."""
    places = f"ANY({args.add(viewer.location_ids)}::uuid[])"
    conditions = "".join(
        f"\n        AND {template.format(args.add(value))}"
        for name, template in _CONDITIONS.items()
        if (value := getattr(wanted, name)) is not None
    )
    return f"""consent_change AS key
    JOIN contact ON contact.tenant_id = key.tenant_id AND contact.id = key.contact_id
    LEFT JOIN conversation ON conversation.tenant_id = key.tenant_id AND conversation.id = key.conversation_id
    WHERE key.tenant_id = $1{conditions}
        AND (
            key.location_id = {places}
            OR conversation.location_id = {places}
            OR key.location_id IS NULL AND key.conversation_id IS NULL AND {is_visible(viewer, args)}
        )"""

"""Contacts: which of them a viewer sees, pages of them, and by id."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.rows import Args, ContactRow, columns, made
from localmessages.reports.search import contact_matches, needles
from localmessages.rules.access import Viewer
from localmessages.rules.ordering import ContactOrderField, OrderDirection


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedContacts:
    """Which contacts; all conditions must hold, and None is no condition."""

    search: str | None = None
    phones: Sequence[str] | None = None
    opted_out: bool | None = None
    blocked: bool | None = None
    undeliverable: bool | None = None
    location_ids: Sequence[UUID] | None = None
    any_tags: Sequence[UUID] | None = None
    all_tags: Sequence[UUID] | None = None


def is_visible(viewer: Viewer, args: Args, *, new_ones: bool = True) -> str:
    """The condition on a `contact` that the viewer may see.

    One with a conversation that is, or has been, at a location of theirs; all, for who has a role on the
    whole tree. Nobody sees one who was erased. With `new_ones` also one to whom nobody has talked yet.
    """
    if viewer.tenant_id in viewer.account_roles:
        return "contact.erased_at IS NULL"
    places = f"ANY({args.add(viewer.location_ids)}::uuid[])"
    # conversation_contact_idx, transfer_contact_idx
    found = f"""EXISTS (
        SELECT FROM conversation AS held
        WHERE held.tenant_id = contact.tenant_id
            AND held.contact_id = contact.id
            AND held.location_id = {places}
    ) OR EXISTS (
        SELECT FROM transfer AS passed
        WHERE passed.tenant_id = contact.tenant_id
            AND passed.contact_id = contact.id
            AND (passed.from_location_id = {places} OR passed.to_location_id = {places})
    )"""
    if new_ones:
        found += """ OR NOT EXISTS (
        SELECT FROM conversation AS held
        WHERE held.tenant_id = contact.tenant_id AND held.contact_id = contact.id
    )"""
    return f"(contact.erased_at IS NULL AND ({found}))"


def contact_order(field: ContactOrderField, direction: OrderDirection) -> Keyset:
    """The order of contacts; names without regard to case."""
    descending = direction is OrderDirection.DESC
    by_name = field is ContactOrderField.NAME
    first = (
        Column("lower(contact.name)", "text", descending)
        if by_name
        else Column("contact.created_at", "timestamptz", descending)
    )
    return Keyset(f"contacts {field} {direction}", (first, Column("contact.id", "uuid", descending)))


async def contacts_page(
    connection: asyncpg.Connection, viewer: Viewer, wanted: WantedContacts, page: Page, order: Keyset
) -> tuple[Slice[ContactRow], dict[UUID, str]]:
    """A page of the contacts that the viewer sees, and the cursor of each."""
    args = Args([viewer.tenant_id])
    conditions = "\n    AND ".join(
        [
            is_visible(viewer, args, new_ones=False),
            *_conditions(wanted, viewer, args),
            order.where(page, args),
        ]
    )
    # contact_name_idx or contact_created_at_idx; of a search contact_grams_idx, of numbers contact_phone_key
    statement = f"""
SELECT {columns(ContactRow, "contact")}, {order.columns[0].sql}
FROM contact
WHERE contact.tenant_id = $1
    AND {conditions}
ORDER BY {order.order_by(page)}
LIMIT {page.rows}
"""
    records = await connection.fetch(statement, *args)
    cursors = {record[0]: order.cursor(record[-1], record[0]) for record in records}
    return page.cut([made(ContactRow, record) for record in records]), cursors


async def contacts_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, ContactRow]:
    """Those of `ids` that the viewer sees."""
    args = Args([viewer.tenant_id, ids])
    # contact_pkey
    statement = f"""
SELECT {columns(ContactRow, "contact")}
FROM contact
WHERE contact.tenant_id = $1
    AND contact.id = ANY($2::uuid[])
    AND {is_visible(viewer, args)}
"""
    return {record[0]: made(ContactRow, record) for record in await connection.fetch(statement, *args)}


async def known_contacts(
    connection: asyncpg.Connection, tenant_id: UUID, ids: Sequence[UUID]
) -> dict[UUID, ContactRow]:
    """Contacts of something that the viewer sees."""
    # contact_pkey
    statement = f"""
SELECT {columns(ContactRow, "contact")}
FROM contact
WHERE contact.tenant_id = $1 AND contact.id = ANY($2::uuid[])
"""
    return {
        record[0]: made(ContactRow, record) for record in await connection.fetch(statement, tenant_id, ids)
    }


_FLAGS = {
    "opted_out": "contact.opted_out_at IS NOT NULL",
    "blocked": "contact.blocked_at IS NOT NULL",
    "undeliverable": "contact.undeliverable_at IS NOT NULL",
}


def _conditions(wanted: WantedContacts, viewer: Viewer, args: Args) -> list[str]:
    found = [
        condition if flag else f"NOT {condition}"
        for name, condition in _FLAGS.items()
        if (flag := getattr(wanted, name)) is not None
    ]
    if wanted.search is not None:
        matches = [contact_matches(args.add(needle) + "::text") for needle in needles(wanted.search)]
        found.append(" OR ".join(f"({match})" for match in matches))
    if wanted.phones is not None:
        found.append(f"contact.phone = ANY({args.add(wanted.phones)}::text[])")
    if wanted.location_ids is not None:
        found.append(
            _has_conversation(viewer, args, f"location_id = ANY({args.add(wanted.location_ids)}::uuid[])")
        )
    if wanted.any_tags is not None:
        found.append(_has_conversation(viewer, args, f"tag_ids && {args.add(wanted.any_tags)}::uuid[]"))
    if wanted.all_tags is not None:
        found.append(_has_conversation(viewer, args, f"tag_ids @> {args.add(wanted.all_tags)}::uuid[]"))
    return [f"({condition})" for condition in found]


def _has_conversation(viewer: Viewer, args: Args, condition: str) -> str:
    # conversation_contact_idx
    return f"""EXISTS (
        SELECT FROM conversation AS held
        WHERE held.tenant_id = contact.tenant_id
            AND held.contact_id = contact.id
            AND held.location_id = ANY({args.add(viewer.location_ids)}::uuid[])
            AND held.{condition}
    )"""

"""Tracked links and their clicks."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.messages import VISIBLE_MESSAGE
from localmessages.reports.rows import Args, columns, fields, made
from localmessages.rules.access import Viewer


class LinkRow(NamedTuple):
    id: UUID
    message_id: UUID
    slug: str
    url: str
    clicks: int
    bot_clicks: int
    first_clicked_at: datetime | None


class LinkView(NamedTuple):
    """A link, its text with where and to whom it was said, and whether the payment request in it was paid."""

    link: LinkRow
    location_id: UUID
    contact_id: UUID
    body: str
    paid: bool


class ClickRow(NamedTuple):
    id: UUID
    link_id: UUID
    at: datetime
    bot: bool
    user_agent: str | None


CLICKS_NEWEST_FIRST = Keyset(
    "link clicks",
    (
        Column("link_click.at", "timestamptz", descending=True),
        Column("link_click.id", "uuid", descending=True),
    ),
)

_LINK = f"""
SELECT {columns(LinkRow, "tracked_link")}, message.location_id, message.contact_id, message.body,
    coalesce(payment_request.paid_at IS NOT NULL, false)
FROM tracked_link
{VISIBLE_MESSAGE.format(of="tracked_link.message_id")}
LEFT JOIN payment_request
    ON payment_request.tenant_id = $1 AND payment_request.id = message.payment_request_id
WHERE tracked_link.tenant_id = $1"""


async def links_of_messages(
    connection: asyncpg.Connection, viewer: Viewer, message_ids: Sequence[UUID]
) -> dict[UUID, list[LinkView]]:
    """The tracked links in each text, in the order of the text."""
    # tracked_link_message_idx
    statement = f"{_LINK} AND tracked_link.message_id = ANY($2::uuid[]) ORDER BY tracked_link.position"
    found: dict[UUID, list[LinkView]] = {}
    for view in _views(await connection.fetch(statement, viewer.tenant_id, message_ids, viewer.location_ids)):
        found.setdefault(view.link.message_id, []).append(view)
    return found


async def links_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, LinkView]:
    """Those of the links that stand in a text that the viewer sees."""
    # tracked_link_pkey
    statement = f"{_LINK} AND tracked_link.id = ANY($2::uuid[])"
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids)
    return {view.link.id: view for view in _views(records)}


async def clicks_page(
    connection: asyncpg.Connection, tenant_id: UUID, link_id: UUID, page: Page
) -> Slice[ClickRow]:
    """A page of the clicks on a link that the viewer sees, newest first."""
    args = Args([tenant_id, link_id])
    # link_click_link_idx
    statement = f"""
SELECT {columns(ClickRow, "link_click")}
FROM link_click
WHERE link_click.tenant_id = $1
    AND link_click.link_id = $2
    AND {CLICKS_NEWEST_FIRST.where(page, args)}
ORDER BY {CLICKS_NEWEST_FIRST.order_by(page)}
LIMIT {page.rows}
"""
    return page.cut([made(ClickRow, record) for record in await connection.fetch(statement, *args)])


async def clicks_by_id(
    connection: asyncpg.Connection, viewer: Viewer, ids: Sequence[UUID]
) -> dict[UUID, ClickRow]:
    """Those of the clicks whose link stands in a text that the viewer sees."""
    # link_click_pkey
    statement = f"""
SELECT {columns(ClickRow, "link_click")}
FROM link_click
JOIN tracked_link ON tracked_link.tenant_id = $1 AND tracked_link.id = link_click.link_id
{VISIBLE_MESSAGE.format(of="tracked_link.message_id")}
WHERE link_click.tenant_id = $1 AND link_click.id = ANY($2::uuid[])
"""
    records = await connection.fetch(statement, viewer.tenant_id, ids, viewer.location_ids)
    return {record[0]: made(ClickRow, record) for record in records}


def _views(records: Iterable[asyncpg.Record]) -> list[LinkView]:
    width = len(fields(LinkRow))
    return [LinkView(made(LinkRow, record), *record[width:]) for record in records]

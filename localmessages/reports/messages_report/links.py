"""Tracked links sent and clicked."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

import asyncpg

from localmessages.reports.keyset import Column, Keyset, Page, Slice
from localmessages.reports.links import LinkView, links_by_id
from localmessages.reports.messages_report.matching import contact_condition
from localmessages.reports.messages_report.scope import Scope
from localmessages.reports.messages_report.tiles import CountTile, RateTile, exclusions
from localmessages.reports.rows import Args
from localmessages.rules.access import Viewer

LATEST_FIRST = Keyset(
    "report links",
    (
        Column("tracked_link.sent_at", "timestamptz", descending=True),
        Column("tracked_link.id", "uuid", descending=True),
    ),
)
# Paid implies clicked, on every text of the request.
CLICKED = "(tracked_link.clicks > 0 OR payment_request.paid_at IS NOT NULL)"


class LinkFacts(NamedTuple):
    """Links accepted for sending, and what became of them."""

    sent: int = 0
    clicked: int = 0
    bots_alone: int = 0
    bot_clicks: int = 0

    @property
    def links_sent(self) -> CountTile:
        return CountTile(self.sent)

    @property
    def links_clicked(self) -> CountTile:
        nobody = self.sent - self.clicked - self.bots_alone
        return CountTile(self.clicked, exclusions(NOT_CLICKED=nobody, ONLY_BOTS=self.bots_alone))

    @property
    def click_rate(self) -> RateTile:
        return RateTile(self.clicked, self.sent)


def sent_links(scope: Scope, args: Args) -> str:
    """A FROM list of the links in texts of the report that were accepted for sending."""
    # tracked_link_sent_idx, alone but for addresses; payment_request_pkey
    return f"""{scope.facts("tracked_link", "sent_at", args)}
LEFT JOIN payment_request
    ON payment_request.tenant_id = $1 AND payment_request.id = tracked_link.payment_request_id"""


def link_facts_statement(scope: Scope, args: Args) -> str:
    return f"""
SELECT
    count(*)::integer,
    count(*) FILTER (WHERE {CLICKED})::integer,
    count(*) FILTER (WHERE tracked_link.bot_clicks > 0 AND NOT {CLICKED})::integer,
    coalesce(sum(tracked_link.bot_clicks), 0)::integer
FROM {sent_links(scope, args)}
"""


async def link_facts(connection: asyncpg.Connection, scope: Scope) -> LinkFacts:
    """What became of the links of a scope."""
    args = scope.args()
    row = await connection.fetchrow(link_facts_statement(scope, args), *args)
    assert row is not None
    return LinkFacts(*row)


def _chosen(scope: Scope, clicked: bool | None, search: str | None, args: Args) -> str:
    way = "TRUE" if clicked is None else CLICKED if clicked else f"NOT {CLICKED}"
    links = sent_links(scope, args)
    # message_pkey, contact_pkey
    return f"""{links}
JOIN message ON message.tenant_id = $1 AND message.id = tracked_link.message_id
JOIN contact ON contact.tenant_id = $1 AND contact.id = message.contact_id
WHERE {way}
    AND {contact_condition(search, args, "tracked_link.url")}"""


def links_statement(scope: Scope, clicked: bool | None, search: str | None, page: Page, args: Args) -> str:
    """The ids of the links, each with the instant of its text."""
    return f"""
SELECT tracked_link.id, tracked_link.sent_at AS at
FROM {_chosen(scope, clicked, search, args)}
    AND {LATEST_FIRST.where(page, args)}
ORDER BY {LATEST_FIRST.order_by(page)}
LIMIT {page.limit}
"""


async def links_page(
    connection: asyncpg.Connection,
    viewer: Viewer,
    scope: Scope,
    clicked: bool | None,
    search: str | None,
    page: Page,
) -> tuple[Slice[LinkView], dict[UUID, str]]:
    """A page of the links, latest text first; and the cursor of each."""
    args = scope.args()
    rows = await connection.fetch(links_statement(scope, clicked, search, page, args), *args)
    views = await links_by_id(connection, viewer, [row["id"] for row in rows])
    cursors = {row["id"]: LATEST_FIRST.cursor(row["at"], row["id"]) for row in rows}
    return page.cut([views[row["id"]] for row in rows]), cursors


async def count_links(
    connection: asyncpg.Connection, scope: Scope, clicked: bool | None, search: str | None
) -> int:
    """How many there are on all pages."""
    args = scope.args()
    return (
        await connection.fetchval(f"SELECT count(*) FROM {_chosen(scope, clicked, search, args)}", *args) or 0
    )
